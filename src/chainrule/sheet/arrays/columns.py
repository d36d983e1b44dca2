r"""Vectors that are the columns of a matrix: the q_j of `p_i^T q_j = \sum_k p_{ik} q_{kj}`.

A name that carries one letter in one place of a formula and two in another is a matrix and its vectors. By custom the
one letter picks a row; it picks a column where it stands last among the two there.
"""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import letter_of


def note_columns(world: World, equations: Iterable[Equation]) -> None:
    """Mark the names whose one subscript picks a column of their matrix; the first formula that has both decides."""
    decided: set[str] = set()
    for e in equations:
        uses: dict[str, set[tuple[str | None, ...]]] = {}
        for ref in (r for side in (e.lhs, e.rhs) for r in references(side, world)):
            uses.setdefault(ref.base, set()).add(tuple(letter_of(s) for s in ref.subs))
        for base, found in uses.items():
            alone = {u[0] for u in found if len(u) == 1} - {None}
            first, last = ({u[n] for u in found if len(u) == 2} & alone for n in (0, 1))
            family = world.families.get(base)
            if family is not None and base not in decided and bool(first) != bool(last):
                decided.add(base)
                family.column = bool(last) and not family.declared_subs
