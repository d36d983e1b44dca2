r"""Shared weights told apart by the step in which they stand: W^{(k)} is the copy of W that step k uses.

A document says so by `W^{(t)} = W`, or by deriving by W^{(k)} where all steps use W. The copies are variables of their
own with the value of W; what is derived by W itself sums over them.
"""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.read.tree import Fraction, Node
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import below
from chainrule.sheet.syntax.names import Ref, letter_of, reference, walk


def is_alias(world: World, lhs: Node, rhs: Node) -> bool:
    """`W^{(t)} = W`: every copy has the value of the one weight."""
    left, right = reference(lhs, world.glossary), reference(rhs, world.glossary)
    if left is None or right is None or not right.bare or left.base != right.base:
        return False
    return len(left.labels) == 1 and letter_of(left.labels[0]) is not None and not (left.subs or left.postfix)


def find_copies(world: World, equations: Iterable[Equation]) -> None:
    """Note the weights that stand without a label in the steps and are derived by with one."""
    by = {ref.base for e in equations for side in (e.lhs, e.rhs) for ref in _variables(world, side) if ref.labels}
    steps = [s for sites in world.sites.values() for s in sites if s.ref.labels]
    used = [ref for s in steps for ref in references(s.body, world)]
    plain = {r.base for r in used if not r.labels} - {r.base for r in used if r.labels}
    world.copies |= {base for base in by & plain if not world.defined(base)}


def _variables(world: World, node: Node) -> Iterable[Ref]:
    """What a formula differentiates by."""
    for part in walk(node):
        bottom = below(part.denominator) if isinstance(part, Fraction) else None
        for variable in () if bottom is None else bottom[1]:
            ref = reference(variable, world.glossary)
            if ref is not None:
                yield ref
