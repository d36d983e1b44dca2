r"""The sign between a gate and its complement: the dot of `o_t \cdot (1 - o_t)` multiplies entry by entry.

A gate of a recurrence is a vector, and one minus it stands in its slope; nobody takes the inner product of the two. The
same sign then multiplies other gates by what they let through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chainrule.read.tree import Fenced, Node, Number, Product, Sum
from chainrule.sheet.definitions.recurrence import recurrent
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref, reference, walk


def signs_of_gates(world: World, equations: Iterable[Equation]) -> frozenset[str]:
    """The signs that stand between the states of a recurrence and one minus them."""
    if not recurrent(world):
        return frozenset()
    return frozenset(x for e in equations for side in (e.lhs, e.rhs) for n in walk(side) for x in _signs(world, n))


def _signs(world: World, node: Node) -> Iterator[str]:
    if not isinstance(node, Product):
        return
    gates = [r for f in node.factors if (r := reference(f.node, world.glossary)) is not None]
    carried = {r.base for r in gates if r.subs or r.labels}
    for factor in node.factors[1:]:
        if factor.op and any(r.base in carried for r in _taken_from_one(world, factor.node)):
            yield factor.op


def _taken_from_one(world: World, node: Node) -> Iterator[Ref]:
    """The names in `(1 - o_t)`, `(1 - g_t^2)`."""
    body = node.body if isinstance(node, Fenced) and node.open in "([" else None
    if not isinstance(body, Sum) or len(body.terms) != 2:
        return
    one, taken = body.terms
    if isinstance(one.node, Number) and one.node.text == "1" and taken.sign == "-":
        yield from references(taken.node, world)
