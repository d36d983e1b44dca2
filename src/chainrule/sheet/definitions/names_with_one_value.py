"""`b_1 = b_2 = 0`: names that are given one value together."""

from __future__ import annotations

from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import reference


def ends_names_with_a_value(world: World, e: Equation) -> bool:
    """Whether an equation is the end of a chain of names and says what they all are: no formula, and no line before it,
    says what its own name is."""
    ref = reference(e.lhs, world.glossary)
    if not e.link or ref is None or e.op != "=" or not is_literal(e.rhs):
        return False
    chain = [x for x in world.equations if x.chain == e.chain and x.position <= e.position]
    told = (x for x in world.equations if x.op in DEFINING and not x.link)
    others = (x for x in told if x.position < e.position or not is_literal(x.rhs))
    return all(x.op == "=" and reference(x.lhs, world.glossary) is not None for x in chain) and all(
        reference(x.lhs, world.glossary) != ref for x in others
    )
