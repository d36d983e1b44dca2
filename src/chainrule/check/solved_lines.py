r"""Formulas that are said to solve the equation before them: `x = A^{-1} b` behind `A x = b` is a claim that it does.

The name stands for what is written all the same. Where the equation holds by the formula, and not for any value of the
name, the formula solves it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Same
from chainrule.check.readings.redefinitions import without
from chainrule.check.records.finding import Finding
from chainrule.check.records.report import Note
from chainrule.sheet.conditions.said_to_solve import said_to_solve
from chainrule.sheet.records.statements import Equation

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def solves(judge: Judge, e: Equation) -> Finding | None:
    """The verdict on a formula that solves the equation before it; None where it does not, or nothing says that it is
    to."""
    before = said_to_solve(judge.world, e)
    if before is None or before.position not in judge.holding:
        return None
    free = replace(judge, world=without(judge.world, {e.position}), variants={})
    if free.agree(before):
        return None
    variant = judge.usual(before)
    outcome = judge.outcome(before, variant)
    if not isinstance(outcome, Same):
        return None
    found = judge.verified(before, variant, outcome)
    line = before.line
    return replace(found, notes=(*found.notes, Note("condition", f"it solves line {line}")))
