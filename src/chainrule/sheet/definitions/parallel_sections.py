r"""Sections beside each other that give the same names formulas of their own: "Poisson" and "Bernoulli".

Each has its `\theta`, its `b(\theta)` and its `V(\mu)`. One name with another formula may be a slip, and several are a
case of their own.
"""

from __future__ import annotations

from chainrule.read.document import Heading
from chainrule.read.tree import Fenced, Node, Product
from chainrule.sheet.conditions.titles import parted, reach
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import node_key, reference

SEVERAL = 2


def given_in_both(world: World, origin: Equation, e: Equation, base: str) -> int:
    """How many other names have one formula in the section of one line and another in that of a second, beside it."""
    titles = parted(origin, e)
    if titles is None:
        return 0
    first, second = (_given(world, e, title) for title in titles)
    return sum(name != base and not first[name] & second[name] for name in first.keys() & second.keys())


def _given(world: World, at: Equation, title: Heading) -> dict[str, set[object]]:
    """The formulas of the names that stand before a sign of equality under a title."""
    found: dict[str, set[object]] = {}
    start, end = reach(at.document, title)
    for x in world.equations:
        inside = x.document is at.document and start <= x.span.start < end
        name = _name(world, x.lhs) if inside and not x.link and x.op in DEFINING and x.source == "formula" else None
        if name is not None:
            found.setdefault(name, set()).add(node_key(x.rhs))
    return found


def _name(world: World, side: Node) -> str | None:
    """The name that stands alone on a side, or before parentheses: the V of `V(\\mu)`."""
    if isinstance(side, Product) and len(side.factors) == 2 and isinstance(side.factors[1].node, Fenced):
        side = side.factors[0].node
    ref = reference(side, world.glossary)
    return None if ref is None or ref.postfix else ref.base
