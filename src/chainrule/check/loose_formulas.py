r"""Formulas for a whole that leave open how its parts fit: `y = g x + b`, and later `y_{ij} = g_j x_{ij} + b_j`.

What has fewer indices than the whole is spread over the others, which no product or sum of arrays says; or the formula
is about one sample and the indexed one about all. The indexed formula says what is meant. It is the definition where
the two cannot be read together, and lines hold by it that do not hold otherwise, and no line is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from chainrule.check.comparison.compare import Same
from chainrule.check.doubts.customs import customs
from chainrule.check.judge import Judge
from chainrule.check.one_entry import borne_out
from chainrule.expr import ExprError
from chainrule.sheet.arrays.spread import is_spread
from chainrule.sheet.records.references import references
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.syntax.names import reference

MOST = 2
"""How many formulas are tried, as each costs that all lines are read again."""


def of_loose_formulas(judge: Judge, without: Callable[[int], Judge]) -> Judge:
    """The judge of a world in which such a formula defines nothing, where the lines bear it out."""
    return borne_out(judge, list(islice(_loose(judge), MOST)), without, _holds, least=1)


def _holds(judge: Judge, e: Equation) -> bool:
    """Whether a line holds as it is read first, or by a reading that custom allows."""
    try:
        return judge.agree(e) or any(isinstance(judge.outcome(e, read()), Same) for _, read in customs(judge, e))
    except (Untyped, ExprError, RecursionError):
        return False


def _loose(judge: Judge) -> Iterator[int]:
    """The positions of the formulas for a whole that a later formula for its entries does not fit."""
    wholes: dict[str, Equation] = {}
    for e in judge.equations:
        ref = reference(e.lhs, judge.world.glossary)
        if ref is None or e.op not in DEFINING or e.link or ref.labels or ref.postfix:
            continue
        whole = wholes.get(ref.base)
        if not ref.subs:
            wholes.setdefault(ref.base, e)
        elif whole is not None and is_spread(judge.world, whole.rhs, ref, e.rhs) and _misfit(judge, whole, e):
            del wholes[ref.base]
            yield whole.position


def _misfit(judge: Judge, whole: Equation, entry: Equation) -> bool:
    """Whether one of the two has no reading, or only one in which a letter with an index is another than the letter, or
    the entries are not those of the whole as it is read."""
    bases = {r.base for side in (entry.lhs, entry.rhs) for r in references(side, judge.world)}
    split = any(judge.world.readings[base].split for base in bases & judge.world.readings.keys())
    return split or any(e.position in judge.usual(e).failed for e in (whole, entry)) or not _holds(judge, entry)
