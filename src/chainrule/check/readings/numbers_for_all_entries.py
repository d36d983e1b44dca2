r"""Verified lines that rest on the number of a bare name, `\gamma = 1`, as that of each \gamma_i.

The two may be one thing, "at first $\gamma = 1$", or two with one letter: a rate \alpha and the multipliers \alpha_i.
What is right only where they are one is `assumed`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Same
from chainrule.check.records.finding import Finding, assumed
from chainrule.sheet.arrays.tensors import of_all_entries
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.literals import is_zero

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def with_numbers_apart(judge: Judge, e: Equation, found: Finding) -> Finding:
    """The verdict on a line that holds with the number of a bare name for all entries."""
    if found.verdict != "verified":
        return found
    world = judge.world
    sites = [s for base in lines_of(world, [e])[0].names for s in world.sites.get(base, ())]
    numbers = sorted({s.base for s in sites if of_all_entries(world, s) and not is_zero(s.body)})
    if not numbers:
        return found
    world.numbers_apart = True
    try:
        trial = judge.with_line(e)
        holds = isinstance(trial.outcome(e, trial.usual(e)), Same)
    finally:
        world.numbers_apart = False
    return found if holds else assumed("condition", f"holds if the number of {numbers[0]} is that of all its entries")
