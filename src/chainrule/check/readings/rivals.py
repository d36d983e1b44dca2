"""Whether a refuted line holds under another reading of an undeclared name that is hardly less usual.

What nobody declares is read as its look and its uses suggest, at the least cost (`sheet.infer`). Where two readings of
a name cost nearly the same and a line is wrong under the one and right under the other, the line refutes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.comparison.lines import Lines
from chainrule.check.readings.meant import Meant
from chainrule.sheet.inference.candidates import candidates
from chainrule.sheet.inference.search import line_cost
from chainrule.sheet.records.configurations import Config
from chainrule.sheet.records.families import Reading
from chainrule.sheet.records.lines import Line, lines_of, names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.script_words import INDEX_LETTERS
from chainrule.sheet.syntax.spelling import spelled_out

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

NEARLY = 0.8  # how much more a reading may cost; a capital that is no matrix costs 1
RANKS = {0: "a scalar", 1: "a vector", 2: "a matrix"}


def other_ranks(judge: Judge, e: Equation) -> Iterator[Meant]:
    """A line in which one name is read otherwise, where as many lines fit as do now."""
    (line,) = lines_of(judge.world, [e])
    for base, reading, other in _others(judge.world, line):
        if _no_worse(judge, other, base):
            text = f"right if {spelled_out(base)} is {RANKS[reading.axes]}, and nothing says what it is"
            yield Meant(text, e, judge.alone(e, other), outright=True)


def _others(world: World, line: Line) -> Iterator[tuple[str, Reading, World]]:
    """The world with one name of a line read with more or fewer axes."""
    direct = names_in(world, line.equation.lhs, line.equation.rhs)
    for base in sorted(b for b in direct if not (b in INDEX_LETTERS and not world.family(b).operand)):
        own, family = world.readings.get(base), world.family(base)
        found = dict(candidates(family))
        if own not in found or family.declared_rank is not None or family.sub_counts > {0}:
            continue
        for reading, cost in found.items():
            if reading.axes != own.axes and reading.axes in RANKS and cost <= found[own] + NEARLY:
                yield base, reading, replace(world, readings={**world.readings, base: reading}, derived={})


def _no_worse(lines: Lines, other: World, base: str) -> bool:
    """Whether as many lines fit as do now."""
    beside = [x for x in lines_of(lines.world, lines.equations) if base in x.names]
    before, after = (sum(line_cost(Universe(w, Config()), x) for x in beside) for w in (lines.world, other))
    return after <= before
