"""Lines about the targets of cross-entropies, which are distributions: what repairs one that is wrong even of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainrule.check.comparison.lines import Variant
from chainrule.check.diagnosis.diagnose import Repair, suggest
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.statements import Equation

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def repaired_for_distributions(judge: Judge, e: Equation, variant: Variant) -> Repair | None:
    """The edit that makes a line true of all distributions, where it speaks of the targets of a cross-entropy."""
    families = [judge.world.family(b) for b in judge.world.targets & lines_of(judge.world, [e])[0].names]
    families = [f for f in families if f.domain_kind is None]
    if not families:
        return None
    for family in families:
        family.domain_kind = "simplex"
    try:
        return suggest(judge, judge.budget, e, variant)
    finally:
        for family in families:
            family.domain_kind = None
