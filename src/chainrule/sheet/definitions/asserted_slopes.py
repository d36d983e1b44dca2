r"""Local derivatives that a document only asserts: `\frac{\partial a_j}{\partial w_{ji}} = z_i` where nothing says what
a_j is.

What is asserted of a unit, before or after the lines that use it, says what the unit computes; each row of `RULES` is
one such formula. And `\frac{\partial E}{\partial a_j} \frac{\partial a_j}{\partial w_{ji}} = \delta_j z_i` says what
\delta_j is, once the second factor is known. The report says of every line that it rests on this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chainrule.read.tree import Big, Factor, Fenced, Fraction, Name, Node, Product, Script
from chainrule.sheet.records.definable import definable
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.names import Ref, letter_of, node_key, reference
from chainrule.sheet.syntax.spelling import look, spelled_out

KRONECKER = "delta"
Rule = Callable[[World, Node, Ref, Node, Ref, Node], Node | None]


def asserted_slopes(world: World, equations: list[Equation]) -> None:
    """Define the names of which nothing but a derivative is said, and the error terms that go with it."""
    known: dict[tuple[object, object], Node] = {}
    told: dict[object, set[object]] = {}
    for e in equations:
        told.setdefault(node_key(e.lhs), set()).add(node_key(e.rhs))
    for e in equations:
        if len(told[node_key(e.lhs)]) > 1:
            continue  # from case to case another one
        parts = derivative_of(e.lhs) if e.op in DEFINING and e.source == "formula" and not e.link else None
        top, by = (None, None) if parts is None else (reference(x, world.glossary) for x in parts)
        if parts is None or top is None or by is None or top.base == by.base or not top.subs or top.postfix:
            continue
        body = next((b for rule in RULES if (b := rule(world, parts[0], top, parts[1], by, e.rhs)) is not None), None)
        if body is None:
            continue
        known[node_key(parts[0]), node_key(parts[1])] = e.rhs
        if not world.defined(top.base) and definable(world, top) and top.base not in world.independent:
            _define(world, e, top, body, "it has this derivative")
    for e in equations:
        for ref, slope in _error_terms(world, e, known):
            _define(world, e, ref, slope, "it stands for this derivative")


def _define(world: World, e: Equation, ref: Ref, body: Node, why: str) -> None:
    line = e.line
    text = f"{spelled_out(ref.base)} is taken from line {line}: {why}"
    section = e.section
    world.sites[ref.base] = [Site(ref.base, ref, body, e.position, assumed=text, section=section, own=e.own)]


# --------------------------------------------------------------------------------------------------- the formulas


def _weighted_by(world: World, top: Node, unit: Ref, by: Node, weight: Ref, value: Node) -> Node | None:
    r"""`\partial a_j / \partial w_{ji} = z_i`: a_j is the sum of w_{ji} z_i over i."""
    other = reference(value, world.glossary)
    if other is None or other.postfix or len(other.subs) != 1 or len(unit.subs) != 1 or len(weight.subs) != 2:
        return None
    own, over = letter_of(unit.subs[0]), letter_of(other.subs[0])
    if own is None or over is None or own == over or {own, over} != {letter_of(s) for s in weight.subs}:
        return None
    return _sum(other.subs[0], by, value)


def _weights(world: World, top: Node, unit: Ref, by: Node, before: Ref, value: Node) -> Node | None:
    r"""`\partial a_k / \partial z_j = w_{kj}`: a_k is the sum of w_{kj} z_j over j."""
    weight = reference(value, world.glossary)
    if (
        weight is None
        or weight.base == KRONECKER
        or weight.postfix
        or len(before.subs) != 1
        or len(unit.subs) != 1
        or len(weight.subs) != 2
    ):
        return None
    own, over = letter_of(unit.subs[0]), letter_of(before.subs[0])
    if own is None or over is None or own == over or {own, over} != {letter_of(s) for s in weight.subs}:
        return None
    return _sum(before.subs[0], value, by)


def _activated(world: World, top: Node, unit: Ref, by: Node, before: Ref, value: Node) -> Node | None:
    r"""`\partial z_j / \partial a_j = h'(a_j)`: z_j is h(a_j); so is it beside `h'(a)`."""
    match value:
        case Product(
            factors=(Factor(node=Script(base=Name() as h, sub=None, sup=None, primes=1)), Factor(op="", node=at))
        ):
            pass
        case _:
            return None
    inside = reference(at.body, world.glossary) if isinstance(at, Fenced) and at.open == "(" else None
    same = [letter_of(s) for s in unit.subs] == [letter_of(s) for s in before.subs]
    if (
        inside is None
        or inside.base != before.base
        or not same
        or (inside.subs and node_key(inside.subs) != node_key(before.subs))
    ):
        return None
    return Product(value.span, (Factor("", h), Factor("", Fenced(at.span, "(", by, ")"))))


def _sum(over: Node, first: Node, second: Node) -> Node:
    span = first.span
    return Product(span, (Factor("", Big(span, "sum", over, None)), Factor("", first), Factor("", second)))


RULES: tuple[Rule, ...] = (_weighted_by, _weights, _activated)


# ------------------------------------------------------------------------------------------------- error terms


def _error_terms(world: World, e: Equation, known: dict[tuple[object, object], Node]) -> Iterator[tuple[Ref, Node]]:
    """The name that stands for the derivative of a loss in an equation, where all that stands beside both is alike."""
    left, right = (side.factors if isinstance(side, Product) else () for side in (e.lhs, e.rhs))
    if len(left) != 2 or len(right) != 2 or e.op not in DEFINING or not isinstance(left[0].node, Fraction):
        return
    outer, inner = derivative_of(left[0].node), derivative_of(left[1].node)
    loss = reference(outer[0], world.glossary) if outer is not None else None
    if (
        outer is None
        or inner is None
        or loss is None
        or look(loss.base) != "loss"
        or node_key(outer[1]) != node_key(inner[0])
    ):
        return
    value = known.get((node_key(inner[0]), node_key(inner[1])))
    rest = [f.node for f in right if value is None or node_key(f.node) != node_key(value)]
    ref = reference(rest[0], world.glossary) if len(rest) == 1 else None
    unit = reference(outer[1], world.glossary)
    if ref is not None and unit is not None and ref.base != unit.base and not ref.postfix and definable(world, ref):
        slopes = [s for s in world.sites.get(ref.base, ()) if derivative_of(s.body) is not None]
        if [*map(letter_of, ref.subs)] == [*map(letter_of, unit.subs)] and not slopes:
            yield ref, left[0].node
