r"""Tensors as their author writes them: the h^{(2)} that stands for a general layer is the `h^{(l)}` of the document.

Inside, the labels of a tensor are numbers and the version with all samples is a tensor of its own; messages show the
writing of the first place in the document that means this tensor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chainrule.expr import Symbol
from chainrule.read.tree import Node
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.syntax.names import Ref, letter_of, reference, walk
from chainrule.sheet.syntax.spelling import spelled_out

_FENCES = {"(": ")", "[": "]", "⟨": "⟩"}
MOST_USES = 40


def written(universe: Universe, instance: Instance) -> str:
    """One tensor as the document writes it: the first place that names it, else its base with the labels it has."""
    if (instance.labels or instance.sampled) and (found := _place(universe, instance)) is not None:
        return found
    return _as_elsewhere(universe, instance) or base_of(universe, instance.base) + "'" * instance.primes + "".join(
        f"^{{({x})}}" if isinstance(x, int) else _script("_", x) for x in instance.labels
    )


def _as_elsewhere(universe: Universe, instance: Instance) -> str | None:
    """A tensor with its labels where other tensors of its name have theirs: o_3 beside `o_t`, h^{[3]} beside
    `h^{[l]}`."""
    family = universe.world.family(instance.base)
    for equation, _, ref in uses(universe, instance.base):
        below = [n for n in range(len(ref.subs)) if family.slot(n) == "label"]
        if not instance.labels or len(below) + len(ref.labels) != len(instance.labels):
            continue
        labels = [*map(str, instance.labels)]
        text = base_of(universe, instance.base) + "'" * instance.primes
        text += _script("_", ",".join(labels[: len(below)])) if below else ""
        raised = zip(ref.labels, labels[len(below) :], strict=True)
        return text + "".join(_fenced(equation, x, label) for x, label in raised)
    return None


def base_of(universe: Universe, base: str) -> str:
    """A base name; a control word that the document made up for it stays as it is."""
    for equation, node, ref in uses(universe, base):
        source = equation.document.source(node.span)
        if ref.bare and source[:1] == "\\" and source[1:].isalpha():
            return source if source[1:] in (base, *equation.document.macros) else spelled_out(base)
    return spelled_out(base)


def name_of(universe: Universe, symbol: Symbol) -> str:
    """A symbol as its author writes it."""
    instance = universe.instances.get(symbol)
    return symbol.name if instance is None else written(universe, instance)


def names_of(universe: Universe, symbols: Iterable[Symbol]) -> dict[Symbol, str]:
    """Symbols as their author writes them, told apart by where their meaning begins when two are written alike."""
    found: dict[Symbol, str] = {}
    for symbol in symbols:
        name = name_of(universe, symbol)
        if name in found.values():
            name = f"{name} ({_when(universe, symbol)})"
        found[symbol] = name if name not in found.values() else symbol.name
    return found


def _when(universe: Universe, symbol: Symbol) -> str:
    """Since which line a symbol has the meaning that it has."""
    epoch = next((when for (_, when), s in universe.symbols.items() if s == symbol), 0)
    start = universe.world.epochs[epoch - 1] if 0 < epoch <= len(universe.world.epochs) else None
    since = next((e for e in universe.world.equations if e.position == start), None)
    if since is None:
        return "before it is defined anew" if epoch == 0 and universe.world.epochs else "all samples"
    return f"from line {since.line} on"


def _place(universe: Universe, instance: Instance) -> str | None:
    """The writing of a labelled or sampled tensor at a place of the document where it has these labels."""
    family = universe.world.family(instance.base)
    for equation, node, ref in sorted(uses(universe, instance.base), key=lambda use: bool(use[2].postfix)):
        axes = [s for n, s in enumerate(ref.subs) if family.slot(n) == "axis"]
        below = [s for n, s in enumerate(ref.subs) if family.slot(n) == "label"]
        if ref.primes != instance.primes or bool(axes) < instance.sampled:
            continue
        frame = Frame(universe, "writing", equation.position)
        if any(letter_of(n) in universe.world.ranges for x in (*below, *ref.labels) for n in walk(x)):
            continue  # a letter for some numbers, each of which has a name of its own
        try:
            labels = tuple(frame.label(x) for x in (*below, *ref.labels))
        except Untyped:
            continue
        if labels == instance.labels and any(x.span == node.span for x in ref.labels):
            return equation.document.source(node.span)  # the letter below it tells the layer, which nobody writes
        if labels == instance.labels:
            subs = [equation.document.source(s.span) for s in (*below, *(axes if instance.sampled else ()))]
            text = base_of(universe, instance.base) + "'" * ref.primes
            text += _script("_", ",".join(subs)) if subs else ""
            return text + "".join(_raised(equation, x) for x in ref.labels)
    return None


def _raised(equation: Equation, label: Node) -> str:
    """A label above a name, as it stands in the source."""
    return _fenced(equation, label, equation.document.source(label.span))


def _fenced(equation: Equation, label: Node, text: str) -> str:
    """A text above a name in the parentheses that a label has in the source."""
    before = equation.document.text[label.span.start - 1]
    close = _FENCES.get(before)
    return _script("^", f"{before}{text}{close}" if close is not None else text)


def _script(sign: str, text: str) -> str:
    return f"{sign}{text}" if len(text) == 1 else f"{sign}{{{text}}}"


def uses(universe: Universe, base: str) -> Iterator[tuple[Equation, Node, Ref]]:
    """The places where a name stands, in reading order, the document's own ones first."""
    world = universe.world
    if world.places is None:
        world.places = {}
        for e in sorted(world.equations, key=lambda e: not e.own):
            if e.spelled is not None or e.source == "prose":
                continue
            for node in (n for side in (e.lhs, e.rhs) for n in walk(side)):
                ref = reference(node, world.glossary)
                if ref is not None:
                    name = world.aliases.get(ref.base, ref.base)
                    found = world.places.setdefault(name, [])
                    if len(found) < MOST_USES:
                        found.append((e, node, ref))
    yield from world.places.get(base, ())
