r"""Conditions in force where a line is judged in a world in which other names are defined."""

from __future__ import annotations

from chainrule.check.engine import judge_for, read_sheet
from chainrule.check.judge import Judge
from chainrule.check.records.clock import Clock
from chainrule.check.records.options import DEFAULTS
from chainrule.read.load import from_text

SHEET = r"""
$$ f(w) = w^2 - 2 a w $$

$$ \frac{df}{dw} = 0 $$

and so

$$ w = a $$
"""


def judge() -> Judge:
    """A judge of the lines of the sheet, before any of them was judged."""
    clock = Clock(60.0)
    sheet = read_sheet(from_text(SHEET, "sheet.md", "markdown"), (), clock)
    found = judge_for(sheet, sheet.equations[0].scope, sheet.equations[-1].position, DEFAULTS, clock)
    found.conditions.since = sheet.equations[0].position
    return found


def test_what_was_imposed_holds_in_a_trial() -> None:
    one = judge()
    *before, last = one.equations
    assert [one.judge(e).verdict for e in before] == ["definition", "definition"]
    assert one.claim_without(last).verdict == "verified"


def test_what_a_trial_imposes_holds_after_it() -> None:
    one = judge()
    _, condition, last = one.equations
    assert one.claim_without(condition).code == "condition"
    assert one.judge(last).verdict == "verified"
