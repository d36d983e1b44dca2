"""Formulas for what a density has a formula for by its name: `\\log \\mathcal{N}(x; m, v) = ...` is a claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainrule.check.records.finding import Finding
from chainrule.sheet.definitions.sites import call_form
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import DEFAULT_ROLES, NORMAL

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def known_density(judge: Judge, e: Equation) -> Finding | None:
    """The verdict on the formula for a function of a known density, where it is right; what a document says of the
    density itself, or says otherwise, is its own definition."""
    named = any(DEFAULT_ROLES.get(r.base) == NORMAL for r in references(e.lhs, judge.world))
    if not named or call_form(e.lhs, judge.world) is not None:
        return None
    found = judge.claim_without(e)
    return found if found.verdict == "verified" else None
