r"""A chain that goes on past a side which cannot be read: `\partial E/\partial a_j = 0 + \ldots + 1 = y_j - t_j`.

What stands behind such a side is said to equal what stands before it, too. Where it does, it holds; where it does not,
either of the two may be wrong, and nothing is said.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.comparison.lines import EQUALITIES
from chainrule.check.records.finding import Finding
from chainrule.check.records.report import Note
from chainrule.sheet.records.statements import Equation

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

UNREAD = frozenset({"untyped", "index-scope"})
"""The codes of lines that a side may be to blame for."""


def past_unread(judge: Judge, e: Equation) -> Finding | None:
    """The verdict on a line whose left side cannot be read, by the nearest side of its chain that can, if it holds."""
    before = sorted((x for x in judge.chain(e) if x.position < e.position), key=lambda x: -x.position)
    if any(s.body is e.rhs for x in before for s in judge.world.given_at(x.position)):
        return None  # it is where the name before the chain has its meaning from
    if not before or e.op not in EQUALITIES or any(x.op not in EQUALITIES for x in before):
        return None
    for x in before:
        direct = replace(e, lhs=x.lhs)
        trial = judge.with_line(direct)
        if trial.agree(direct):
            found = trial.claim(direct)
            if found.verdict != "verified":
                return None
            said = f"the side before it could not be read; it is equal to {x.text(x.lhs)}"
            return replace(found, notes=(*found.notes, Note("past-unread", said)))
    return None
