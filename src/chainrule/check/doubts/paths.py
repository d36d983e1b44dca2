"""What a loss that nobody defines depends on: one example differentiates it by other quantities than the next.

Several examples under one heading may each end in "a scalar L". A line that holds if L depends on nothing but what its
own section or list item differentiates it by is `assumed`: the paths of other examples need not be paths here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.forms import has_derivative_node
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.points import reach
from chainrule.check.comparison.writing import written
from chainrule.check.doubts.unsaid import behind
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import Need
from chainrule.expr import Symbol, Unknown
from chainrule.read.tree import Fenced, Fraction, Name, Node, Number, Script, Text
from chainrule.sheet.definitions.redefine import behind as rests_on
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import node_key, reference, walk
from chainrule.sheet.syntax.spelling import spelled_out


def by_some_paths(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    r"""A derivative with words at its bar, `\frac{dL}{dh_t}|_{\text{direct}}`: they may leave paths out."""
    for node in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Script)):
        bar = node.base
        fenced = isinstance(bar, Fenced) and bar.close in ("|", ")") and has_derivative_node(bar.body)
        if fenced and isinstance(node.sub, (Name, Text)) and _is_word(node.sub):
            text = f'which paths "{node.sub.text}" leaves out of the derivative is not read'
            return Finding("unsupported", "ambiguous", text)
    return None


def _beside_what_is_said(universe: Universe, frontier: list[Symbol], between: Symbol, base: str) -> bool:
    """Whether nothing is said of one of the names that a loss is a function of, nor of its entries, and another rests
    on such names."""
    own = universe.instances[between].base
    if any(i.base == own and universe.definitions.get(s) is not None for s, i in universe.instances.items()):
        return False
    kind = [s for s, i in universe.instances.items() if i.base == base]
    rests = {y for y in frontier if any(universe.definitions.depends(y, s) for s in kind)}
    return bool(rests) and between not in rests


def _like_another(universe: Universe, y: Instance, base: str) -> bool:
    """Whether another of the y rests on such names by what is said of it, and nothing is said of this one."""
    defined = {s: i for s, i in universe.instances.items() if universe.definitions.get(s) is not None}
    if y in defined.values() or not y.labels or y.base == base:
        return False
    kind = [s for s, i in universe.instances.items() if i.base == base]
    others = [s for s, i in defined.items() if i.base == y.base and i.labels]
    return any(universe.definitions.depends(other, s) for other in others for s in kind)


def _is_word(node: Name | Text) -> bool:
    return isinstance(node, Text) or (len(node.text) > 1 and "rm" in node.style)


def other_paths(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """A derivative of an undefined loss that is right without the paths of other sections."""
    unsaid = {b for b in _variables(lines, [e]) if not (lines.world.defined(b) or b in lines.world.frontiers)}
    if not unsaid:
        return None
    section = [x for x in lines.equations if x.scope == e.scope]
    everywhere, here = _variables(lines, lines.equations), _variables(lines, section)
    frontiers = {b: list(here[b].values()) for b in unsaid if everywhere[b].keys() - here[b].keys()}
    if not frontiers:
        return None
    apart = replace(lines.world, frontiers={**lines.world.frontiers, **frontiers}, derived={})
    other = replace(lines, world=apart, equations=section, variants={})
    if not other.agree(e):
        return None
    name = spelled_out(min(frontiers))
    return assumed("condition", f"holds if {name} depends on nothing but what is said here, which is not written")


def unsaid_path(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """A derivative of an undefined loss by b, of which the loss is a function beside y only because nothing says how y
    depends on it: the document differentiates y by b too, the line tells the derivative by b from that by y, or y is
    y_{12} and a formula is given for y_{11} only. So is one by what another name of the loss is said to be made of."""
    universe = variant.universe
    pairs, by = set(_pairs(lines, lines.equations)), {b for _, b in _pairs(lines, [e])}
    told = set(_told_from_another(lines, e))
    inside = {t.name for t in reach(different.terms, universe.definitions) if isinstance(t, Unknown)}
    for loss in sorted(s for s in variant.settled.unknown if s.name in inside):
        frontier = [(s, i) for s in variant.settled.unknown[loss] if (i := universe.instances.get(s)) is not None]
        for variable, b in frontier:
            for between, y in frontier:
                taken = b.base in by and ((b.base, y.base) in told or (y.base, b.base) in pairs)
                if taken and y != b and not universe.definitions.depends(between, variable):
                    text = f"the document does not say how {written(universe, y)} depends on {written(universe, b)}"
                    return assumed("undefined-symbol", text, needs=(Need("dependence", y, written(universe, b)),))
        for base, between, y in ((b, s, i) for b, other in sorted(told) for s, i in frontier if i.base == other):
            if _beside_what_is_said(universe, [s for s, _ in frontier], between, base):
                text = f"the document does not say how {written(universe, y)} depends on {spelled_out(base)}"
                return assumed("undefined-symbol", text, needs=(Need("dependence", y, spelled_out(base)),))
        for y in (i for _, i in frontier if (i.base, i.labels) in set(_entries(lines, e))):
            for base in (b for b in sorted(by) if _like_another(universe, y, b)):
                text = f"the document does not say how {written(universe, y)} depends on {spelled_out(base)}"
                return assumed("undefined-symbol", text, needs=(Need("dependence", y, spelled_out(base)),))
    return None


def _told_from_another(lines: Lines, e: Equation) -> Iterator[tuple[str, str]]:
    """Each b and y such that one side has a derivative by b, and the other or what it rests on one by y of the same."""
    rest = set(_pairs(lines, behind(lines, e)))
    left, right = (set(_pairs(lines, [replace(e, lhs=side, rhs=side)])) for side in (e.lhs, e.rhs))
    for one, other in ((left, right), (right, left)):
        yield from ((b, y) for x, b in one - other for of, y in (other | rest) - one if of == x and y != b)


def beside_the_path(lines: Lines, e: Equation) -> bool:
    """Whether a line differentiates by an intermediate quantity that is made of the same as what is differentiated,
    whose formula does not go through it: `y = g(w x + b)` by `z = t + b`. It may be meant to."""
    world = lines.world
    names = {n for pair in _pairs(lines, [e]) for n in pair}
    formulas = {n: [s.body for s in world.sites.get(n, ()) if not is_literal(s.body)] for n in names}
    inputs = {n: set[str]().union(*(rests_on(world, body) for body in bodies)) for n, bodies in formulas.items()}
    return any(inputs[top] & inputs[by] for top, by in _pairs(lines, [e]) if top != by)


def _entries(lines: Lines, e: Equation) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The entries, by their numbers, that a line differentiates by."""
    for node in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Fraction)):
        for v in (below(node.denominator) or (None, ()))[1]:
            ref = reference(v, lines.world.glossary)
            marks = () if ref is None else (*ref.subs, *ref.labels)
            if ref is not None and all(isinstance(m, Number) and m.text.isdigit() for m in marks):
                yield ref.base, tuple(int(m.text) for m in marks if isinstance(m, Number))


def _pairs(lines: Lines, equations: Iterable[Equation]) -> Iterator[tuple[str, str]]:
    """What is differentiated in some lines, whole or by its entries, each with what it is differentiated by."""
    for node in (n for x in equations for side in (x.lhs, x.rhs) for n in walk(side) if isinstance(n, Fraction)):
        top, bottom = above(node.numerator), below(node.denominator)
        ref = None if top is None or top.body is None else reference(top.body, lines.world.glossary)
        if ref is not None and bottom is not None:
            yield from ((ref.base, v.base) for x in bottom[1] if (v := reference(x, lines.world.glossary)) is not None)


def _variables(lines: Lines, equations: list[Equation]) -> dict[str, dict[object, Node]]:
    """By what each name is differentiated as a whole."""
    found: dict[str, dict[object, Node]] = {}
    for node in (n for x in equations for side in (x.lhs, x.rhs) for n in walk(side) if isinstance(n, Fraction)):
        top, bottom = above(node.numerator), below(node.denominator)
        ref = None if top is None or top.body is None else reference(top.body, lines.world.glossary)
        if ref is not None and ref.bare and bottom is not None:
            found.setdefault(ref.base, {}).update({node_key(v): v for v in bottom[1]})
    return found
