r"""Verified lines that hold for a symmetric matrix, where only another section supposes that it is one.

`If $A$ is symmetric, $\nabla x^T A x = 2 A x$` says nothing of the A in the next item of a list of rules.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.readings.meant import within
from chainrule.check.records.finding import Finding
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.spelling import spelled_out
from chainrule.sheet.words.supposed_symmetric import place

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def where_symmetric(judge: Judge, e: Equation, found: Finding) -> Finding:
    """The verdict on a line whose matrices are any, unless they are supposed to be symmetric where it stands."""
    elsewhere = _symmetric_elsewhere(judge.world, e) if found.verdict == "verified" else []
    if not elsewhere:
        return found
    again = of_any_matrix(judge, e).claim(e)
    if again.verdict == "verified":
        return again
    text = f"right if {spelled_out(elsewhere[0])} is symmetric, which is only supposed elsewhere"
    return Finding("unsupported", "ambiguous", text)


def of_any_matrix(judge: Judge, e: Equation) -> Judge:
    """The judge of a line to which no matrix is symmetric that is only supposed to be so elsewhere."""
    world, elsewhere = judge.world, _symmetric_elsewhere(judge.world, e)
    families = {b: replace(world.family(b), domain_kind=None, declared_rank="matrix") for b in elsewhere}
    return within(judge, replace(world, families=world.families | families, derived={})) if elsewhere else judge


def _symmetric_elsewhere(world: World, e: Equation) -> list[str]:
    """The matrices of a line that are supposed to be symmetric in other sections only."""
    here, places = place(e.scope), world.supposed_symmetric
    names = names_in(world, e.lhs) | names_in(world, e.rhs) if places else set()
    return [b for b in sorted(names) if here not in places.get(b, (here,))]
