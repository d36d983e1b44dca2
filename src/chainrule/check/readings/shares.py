r"""Tables of data that may be shares: `\lambda = -N` for `N_k = \sum_n r_{nk}`, where the r_{nk} of each n sum to one.

What a mixture gives to its components is called responsibilities, and that they sum to one is often left unsaid. A line
that is true of such a table alone is no mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.readings.meant import Meant, within
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.spelling import spelled_out

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

TABLES = ("simplex", "simplex down")


def shares(judge: Judge, e: Equation) -> Iterator[Meant]:
    """A line that contradicts conditions on the sums of a table, true where each row or each column sums to one."""
    world = judge.world
    held = [h.equation for h in judge.conditions.held] if judge.conditions.concern(e) else []
    behind = set[str]().union(*(x.names for x in lines_of(world, held)))
    for base in sorted(b for b in behind if _may_be_shares(world, b)):
        for kind in TABLES:
            families = {**world.families, base: replace(world.family(base), domain_kind=kind)}
            other = within(judge, replace(world, families=families, derived={}))
            text = f"right if {spelled_out(base)} sums to one, which the document does not say here"
            yield Meant(text, e, other, outright=True)


def _may_be_shares(world: World, base: str) -> bool:
    """Whether a table is data that nothing is said of but how many indices it has."""
    family = world.family(base)
    free = not (family.by or world.defined(base) or family.domain_kind or family.declared_rank)
    return free and max(family.sub_counts, default=0) == 2
