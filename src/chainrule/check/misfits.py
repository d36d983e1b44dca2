"""Lines whose shapes do not fit: wrong where one edit makes them right, or enough bears out how they were read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Different, Outcome, Unclear
from chainrule.check.comparison.firm import firm
from chainrule.check.comparison.forms import has_derivative_as_factor, lists_itself
from chainrule.check.comparison.lines import Variant
from chainrule.check.conditions import given
from chainrule.check.conditions.slips import slip
from chainrule.check.diagnosis.diagnose import suggest
from chainrule.check.diagnosis.edits.table import MISPLACED, MISTAKEN, RULES, SLIPS
from chainrule.check.doubts.anew import of_another_rank, on_what_is_redefined
from chainrule.check.doubts.customs import fitting
from chainrule.check.doubts.doubts import doubt
from chainrule.check.records.finding import Finding
from chainrule.check.records.report import Counterexample
from chainrule.check.suppositions.undecided import grounded, undecided
from chainrule.sheet.records.statements import Equation

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def fitting_by_custom(judge: Judge, e: Equation, outcome: Outcome) -> Finding | None:
    """A line that only fits by custom, as a slope entry by entry or with squares of vectors as norms, and is wrong
    there, when one edit makes it right."""
    if not isinstance(outcome, Unclear):
        return None
    for variant in fitting(judge, e):
        different = judge.outcome(e, variant)
        if not isinstance(different, Different) or doubt(judge, e, variant, different) is not None:
            continue
        if suggest(judge, judge.budget, e, variant) is not None:
            return judge.refuted(e, variant, different)
    return None


def misfitting_solution(judge: Judge, e: Equation, outcome: Outcome) -> Finding | None:
    """`w = (X^T X)^{-1} X y`, which gives what solves a condition and does not fit: wrong as any other line is, and
    no definition."""
    if e.position not in judge.world.solutions or not isinstance(outcome, Unclear) or given.of_its_own(e):
        return None
    found = misfitting(judge, e, outcome) if outcome.code == "shape-of-sides" else _misfit(judge, e, outcome)
    return found if found is not None and found.verdict == "refuted" else None


def misfitting(judge: Judge, e: Equation, outcome: Outcome) -> Finding:
    """The verdict on a line that cannot be decided as it is typed. What only lists the components of a vector claims
    nothing of its shape."""
    listed = lists_itself(e, judge.world.glossary)
    found = (None if listed else _misfit(judge, e, outcome)) or undecided(judge, e, outcome)
    if listed and found.verdict == "refuted":
        return Finding("unsupported", "ambiguous", f"{found.message}; the list says what the components are")
    return _by_shapes(judge, e, found)


def _misfit(judge: Judge, e: Equation, outcome: Outcome) -> Finding | None:
    """Known shapes that no product of the line can join: wrong, when one edit makes the line true."""
    if not isinstance(outcome, Unclear) or not outcome.code.startswith("shape") or judge.world.einstein:
        return None
    usual = judge.usual(e)
    known = outcome.code == "shape" and grounded(judge, e, witnesses=True)
    rules = RULES if known else SLIPS
    repair = suggest(judge, judge.budget, e, usual, rules=rules)
    judge.conditions.catch_up(e.position)
    if repair is None and judge.conditions.held:
        repair = slip(judge.conditions, judge.budget, e, RULES if known else MISPLACED)
    sure = known or ((repair is not None or outcome.code == "shape-of-sides") and _firm(judge, e, usual))
    if repair is None and sure and not known and of_another_rank(judge, e, usual) is None:
        repair = suggest(judge, judge.budget, e, usual, rules=MISTAKEN)
    if repair is None or not sure:
        return None
    message = f"the shapes do not fit: {outcome.message}"
    shapes = Counterexample({}, e.text(e.lhs), e.text(e.rhs), outcome.message)
    return Finding("refuted", "shape", message, counterexample=shapes, suggestion=repair.suggestion)


def _firm(judge: Judge, e: Equation, usual: Variant) -> bool:
    """Whether no reading saves a line that does not fit; a derivative between factors has too many of them."""
    laid_out = f"@{e.position}" in usual.universe.laid_out and has_derivative_as_factor(e)
    return not laid_out and firm(judge, e)


def _by_shapes(judge: Judge, e: Equation, found: Finding) -> Finding:
    """A refutation by shape alone, with the edit that makes the line true if there is one, unless what the line
    is about may have been defined anew."""
    if found.verdict != "refuted":
        return found
    usual = judge.usual(e)
    anew = of_another_rank(judge, e, usual) or on_what_is_redefined(judge, e, usual)
    if anew is not None or found.suggestion is not None:
        return anew or found
    repair = suggest(judge, judge.budget, e, usual)
    return found if repair is None else replace(found, suggestion=repair.suggestion)
