"""Whether the lines of a world are about one entry of what it declares as vectors (`sheet.inference.one_entry`).

Nothing but a contradiction in the sheet asks for that, and it counts only where lines hold then that do not hold
otherwise, and no line is lost.
"""

from __future__ import annotations

from collections.abc import Callable

from chainrule.check.comparison.lines import EQUALITIES
from chainrule.check.judge import Judge
from chainrule.check.no_claims import defines
from chainrule.sheet.inference.one_entry import disputed
from chainrule.sheet.records.lines import lines_of

LEAST = 2
"""How many lines must hold by it that do not hold otherwise."""


def of_one_entry(judge: Judge, struck: Callable[[str], Judge]) -> Judge:
    """The judge of a world with a dimension struck from its declarations, where the lines bear it out."""
    lines = lines_of(judge.world, [e for e in judge.equations if e.op in EQUALITIES])
    dims = list(disputed(judge.world, sorted({name for line in lines for name in line.names})))
    before = _holding(judge) if dims else set()
    for dim in dims:
        other = struck(dim)
        after = _holding(other)
        if before <= after and len(after - before) >= LEAST:
            return other
    return judge


def _holding(judge: Judge) -> set[int]:
    """The positions of the claims that hold."""
    claims = (e for e in judge.equations if e.op in EQUALITIES and e.source == "formula" and not defines(judge, e))
    return {e.position for e in claims if judge.agree(e)}
