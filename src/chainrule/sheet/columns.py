r"""Vectors that are the columns of a matrix: the q_j of `p_i^T q_j = \sum_k p_{ik} q_{kj}`.

A name that carries one letter in some formulas and two in others is a matrix and its vectors. By custom the one letter
picks a row; it picks a column where it more often stands last among the two than first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from chainrule.sheet.names import letter_of
from chainrule.sheet.scan import references
from chainrule.sheet.statements import Equation
from chainrule.sheet.world import World


def note_columns(world: World, equations: Iterable[Equation]) -> None:
    """Mark the names whose one subscript picks a column of their matrix."""
    uses: dict[str, Counter[tuple[str | None, ...]]] = {}
    for ref in (r for e in equations for side in (e.lhs, e.rhs) for r in references(side, world)):
        uses.setdefault(ref.base, Counter())[tuple(letter_of(s) for s in ref.subs)] += 1
    for base, found in uses.items():
        alone = {u[0] for u in found if len(u) == 1} - {None}
        pairs = [(u, times) for u, times in found.items() if len(u) == 2]
        first, last = (sum(times for u, times in pairs if u[n] in alone) for n in (0, 1))
        family = world.families.get(base)
        if family is not None:
            family.column = last > first and not family.declared_subs
