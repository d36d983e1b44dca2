r"""What is multiplied entry by entry, `c = f \odot s`, stands in an inner product, `v^\top q_i`, or in a norm, is no
number: where nothing says what the names are, a sheet takes for granted that they are vectors, or matrices beside
one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from chainrule.read.tree import Accent, Factor, Fenced, Name, Node, Number, Product, Script, Sum
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import Ref, reference, walk
from chainrule.sheet.syntax.script_words import is_transpose
from chainrule.sheet.syntax.spelling import look

SIGNS = frozenset({"odot", "circ"})
Formulas = Mapping[str, Equation]
Leaf = tuple[Ref, str]


def arrays_untold(world: World, mine: list[Equation]) -> dict[str, dict[str, str]]:
    """By kind ("vector", "matrix") the names, base and TeX, that are read as numbers and cannot be some."""
    found: dict[str, dict[str, str]] = {}
    formulas = _formulas(world, mine)
    for e in (x for x in mine if x.spelled is None):
        for node in (n for side in (e.lhs, e.rhs) for n in walk(side)):
            for parts, kinds in _of_arrays(node):
                leaves = dict(leaf for part in parts for leaf in _leaves(world, formulas, e, part, frozenset()))
                kind = _kind(world, list(leaves))
                for ref, tex in leaves.items():
                    if kind in kinds and _is_number(world, ref):
                        found.setdefault(kind, {}).setdefault(ref.base, tex)
    return found


def _of_arrays(node: Node) -> Iterator[tuple[list[Node], tuple[str, ...]]]:
    """The parts of a formula that are arrays of one shape, and what they can be."""
    if isinstance(node, Fenced) and node.open == "‖":
        yield [node.body], ("vector",)
    factors = node.factors if isinstance(node, Product) else ()
    if isinstance(node, Product) and any(f.op in SIGNS for f in factors):
        yield [node], ("vector", "matrix")
    for a, b, called in _inner(factors):
        yield [a, *([] if called else [b])], ("vector",)


def _inner(factors: tuple[Factor, ...]) -> Iterator[tuple[Node, Node, bool]]:
    r"""v and q of `v^\top q`, and whether that is a function that is called, `v^\top f(x)`."""
    for n, (a, b) in enumerate(pairwise(factors)):
        turned = isinstance(a.node, Script) and a.node.sub is None and is_transpose(a.node.sup or a.node)
        behind = factors[n + 2] if n + 2 < len(factors) else None
        called = behind is not None and not behind.op and isinstance(behind.node, Fenced)
        if isinstance(a.node, Script) and turned and b.op in ("", "cdot"):
            yield a.node.base, b.node, called


def functions_of_vectors(world: World, formulas: Iterable[Node]) -> Iterator[str]:
    r"""The functions that nothing defines whose values stand in an inner product, `w^\top \phi(x)`: those are vectors,
    and are read as numbers for each entry."""
    for node in (n for f in formulas for n in walk(f)):
        for _, b, called in _inner(node.factors if isinstance(node, Product) else ()):
            ref = reference(b, world.glossary) if called and isinstance(b, Name | Script | Accent) else None
            plain = ref is not None and not world.defined(ref.base) and not is_function_word(ref.base)
            if ref is not None and plain and not world.family(ref.base).variable and ref.base not in world.roles:
                yield ref.base


def _formulas(world: World, mine: list[Equation]) -> Formulas:
    """The equations that define a name."""
    defining = [e for e in mine if e.spelled is None and not e.link and e.op in DEFINING]
    named = [(r, e) for e in defining if (r := reference(e.lhs, world.glossary)) is not None]
    return {ref.base: e for ref, e in reversed(named)}


def _leaves(world: World, formulas: Formulas, e: Equation, node: Node, seen: frozenset[str]) -> Iterator[Leaf]:
    """The names without a formula that have the shape of a term: those of what is added, multiplied entry by entry, or
    goes into a function."""
    ref = reference(node, world.glossary) if isinstance(node, Name | Script | Accent) else None
    if ref is not None and ref.base in formulas and ref.base not in seen:
        made = formulas[ref.base]
        yield from _leaves(world, formulas, made, made.rhs, seen | {ref.base})
    elif ref is not None and not world.makes(ref):
        yield ref, e.document.source(node.span)
    parts: list[Node] = []
    if isinstance(node, Sum):
        parts = [t.node for t in node.terms]
    elif isinstance(node, Fenced):
        parts = [node.body]
    elif isinstance(node, Product):
        parts = [p for group in _groups(node.factors) for p in _shaped(group, node)]
    for part in parts:
        yield from _leaves(world, formulas, e, part, seen)


def _groups(factors: tuple[Factor, ...]) -> Iterator[list[Node]]:
    """What stands between the signs of an entrywise product."""
    group: list[Node] = []
    for f in factors:
        if f.op in SIGNS and group:
            yield group
            group = []
        group.append(f.node)
    yield group


def _shaped(group: list[Node], whole: Product) -> list[Node]:
    r"""The part of a factor that has its shape: x of `2 x` and of `\tanh(x)`; of `W x` none that tells its own."""
    found = [n for n in group if not isinstance(n, Number)]
    if len(found) == 1:
        return [n for n in found if n is not whole]
    called = len(found) == 2 and isinstance(found[0], Name | Script | Accent) and isinstance(found[1], Fenced)
    return found[1:] if called else []


def _kind(world: World, leaves: list[Ref]) -> str:
    """Whether matrices or vectors are multiplied; "" where the names do not tell."""
    axes = {_axes(world, ref) for ref in leaves if world.family(ref.base).declared_rank is not None}
    capitals = {look(ref.base) == "upper" for ref in leaves if _is_number(world, ref)}
    if axes & {1, 2}:
        return "matrix" if 2 in axes else "vector"
    return "" if len(capitals) != 1 else "matrix" if capitals == {True} else "vector"


def _is_number(world: World, ref: Ref) -> bool:
    """Whether a name is read as a number for want of a word about it."""
    return world.family(ref.base).declared_rank is None and _axes(world, ref) == 0


def _axes(world: World, ref: Ref) -> int | None:
    """How many axes a name has beside its indices."""
    reading, family = world.readings.get(ref.base), world.family(ref.base)
    return None if reading is None else reading.axes - sum(family.slot(n) == "axis" for n in range(len(ref.subs)))
