"""Whether the lines of a world are about one entry of what it declares as vectors (`sheet.inference.one_entry`).

Nothing but a contradiction in the sheet asks for that, and it counts only where lines hold then that do not hold
otherwise, and no line is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from chainrule.check.comparison.lines import EQUALITIES
from chainrule.check.judge import Judge
from chainrule.check.no_claims import defines
from chainrule.sheet.inference.one_entry import disputed
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.statements import Equation

Change = TypeVar("Change", str, int)

LEAST = 2
"""How many lines must hold by it that do not hold otherwise."""


def of_one_entry(judge: Judge, struck: Callable[[str], Judge]) -> Judge:
    """The judge of a world with a dimension struck from its declarations, where the lines bear it out."""
    lines = lines_of(judge.world, [e for e in judge.equations if e.op in EQUALITIES])
    dims = list(disputed(judge.world, sorted({name for line in lines for name in line.names})))
    return borne_out(judge, dims, struck, Judge.agree)


def borne_out(
    judge: Judge,
    changes: Sequence[Change],
    changed: Callable[[Change], Judge],
    holds: Callable[[Judge, Equation], bool],
    least: int = LEAST,
) -> Judge:
    """The judge of the first changed world in which more claims hold and none is lost; the judge itself without one."""

    def holding(of: Judge) -> set[int]:
        claims = (e for e in of.equations if e.op in EQUALITIES and e.source == "formula" and not defines(of, e))
        return {e.position for e in claims if holds(of, e)}

    before = holding(judge) if changes else set()
    for change in changes:
        other = changed(change)
        after = holding(other)
        if before <= after and len(after - before) >= least:
            return other
    return judge
