r"""Names that only a later line makes depend on what is differentiated by: `a = \bar y - b \bar x` behind dL/db.

A derivative taken while a is free holds a fixed. Where it is right so, the formula that comes later says nothing
against it. What is said in the same breath, "where a = ...", is no later line.
"""

from __future__ import annotations

import re
from dataclasses import replace

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.forms import has_derivative
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.sheet.conditions.said_to_solve import solved_later
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.spelling import spelled_out

SAME_BREATH = re.compile(
    r"\b(?:where|with|here|in which|whereby|wobei|où|donde|где)\b[^.]*\Z|其中[^。]*\Z", re.IGNORECASE
)


def defined_later(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """A derivative that is right while what later lines define is free; an equation that the next line is to solve."""
    world = lines.world
    if not has_derivative(e):
        solution = solved_later(world, e)
        if solution is None:
            return None
        line = solution.line
        return Finding("unsupported", "condition", f"what line {line} gives as its solution does not solve it")
    origins = {x.position: x for x in lines.equations}
    names = lines_of(world, [e])[0].names
    formulas = {n: sites for n in names if (sites := world.sites.get(n))}
    first = {n: origins.get(min(s.position for s in sites)) for n, sites in formulas.items()}
    later = {n: x for n, x in first.items() if x is not None and x.position > e.position and x.own}
    later = {n: x for n, x in later.items() if not SAME_BREATH.search(x.cue or x.lead)}
    for name, origin in sorted(later.items()):
        kept = {base: found for base, found in world.sites.items() if base != name}
        other = replace(lines, world=replace(world, sites=kept, derived={}, bodies={}), variants={})
        if other.agree(e):
            line = origin.line
            text = f"holds with {spelled_out(name)} held fixed; what line {line} says of it comes later"
            return assumed("condition", text)
    return None
