r"""Values that hold for a while: "Try $\lambda = 4$" before $g'(\lambda) = 0$ is solved, a heading "When $y = 1$".

A value in a heading holds until the next heading of its rank, and says nothing of what stands before it; a value that
begins an item of a list, where another item has another, holds in its item. A value that a name was tried with is over
where a slope by the name is set to zero: from there on it is looked for; and where the name is said to be about
another number that is no rounding of it, `a \\approx 1.4` after `a = 2`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from math import inf

from chainrule.read.document import Heading
from chainrule.read.tree import Fenced, Number, Product, Sum
from chainrule.sheet.conditions.cases_in_items import end_of_item, leads_an_item
from chainrule.sheet.definitions.numbers_anew import is_no_rounding
from chainrule.sheet.definitions.put_in import is_arithmetic
from chainrule.sheet.definitions.redefine import heading_of
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Imposed, Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import node_key

# Words right before a condition that impose it, or before the line that solves it.
SETTING = re.compile(r"\b(?:let|set\w*|put\w*|solv\w*|equat\w*|requir\w*)\b|令|使|设|設|解|求", re.IGNORECASE)


def end_values(world: World, equations: Sequence[Equation]) -> None:
    """Note until where the values in headings and the values that were only tried hold."""
    by_position = {e.position: e for e in equations}
    for base, sites in world.sites.items():
        world.sites[base] = [_with_end(world, s, by_position.get(s.position), equations) for s in sites]
    everywhere = [s for sites in world.sites.values() for s in sites]
    starts, ends = {s.position for s in everywhere if s.onward}, {int(s.until) for s in everywhere if s.until < inf}
    world.epochs = sorted({*world.epochs, *starts, *ends})


def _with_end(world: World, site: Site, origin: Equation | None, equations: Sequence[Equation]) -> Site:
    if origin is not None and _is_an_update(world, site, equations):
        return replace(site, onward=True)
    if not is_literal(site.body):
        return site
    heading = None if origin is None else heading_of(origin)
    if origin is not None and heading is not None:
        return replace(site, until=_behind(origin, heading, equations), onward=True)
    if origin is not None and _is_a_case(world, site, origin, equations):
        return replace(site, until=_behind_item(origin, equations), onward=True)
    over = {c.equation.position for c in world.imposed if _looks_for(world, c, site.base)}
    over |= {e.position for e in equations if is_no_rounding(world, e, site)}
    return replace(site, until=min((p for p in over if p > site.position), default=inf))


def _is_an_update(world: World, site: Site, equations: Sequence[Equation]) -> bool:
    """`w = 0.5 - 0.1 \\cdot 2` for a name that stood in lines before it: what it has from there on, after a step from
    the number that comes first."""
    terms = site.body.terms if isinstance(site.body, Sum) else ()
    if len(terms) != 2 or not isinstance(terms[0].node, Number) or not isinstance(terms[1].node, (Product, Fenced)):
        return False
    if not is_arithmetic(world, site.body) or min(s.position for s in world.sites[site.base]) < site.position:
        return False
    before = (e for e in equations if e.own and e.position < site.position and not e.link)
    return any(r.key == site.ref.key for e in before for r in references(e.rhs, world))


def _behind(origin: Equation, heading: Heading, equations: Sequence[Equation]) -> float:
    """The first equation behind the next heading of the same rank or a higher one."""
    headings = (p for p in origin.document.pieces if isinstance(p, Heading) and p.span.start > heading.span.start)
    end = next((p.span.start for p in headings if p.level <= heading.level), None)
    later = (e.position for e in equations if e.document is origin.document and end is not None and e.span.start > end)
    return min(later, default=inf)


def _is_a_case(world: World, site: Site, origin: Equation, equations: Sequence[Equation]) -> bool:
    """Whether an item of a list begins with a value, and another item with another value of the same name."""
    same = [s for s in world.sites.get(site.base, ()) if s.ref.key == site.ref.key]  # w_1 is no other case of w_2
    others = {s.position for s in same if node_key(s.body) != node_key(site.body)}
    beside = (e for e in equations if e.position in others and e.document is origin.document)
    return _leads(origin) and any(e.scope.section != origin.scope.section and _leads(e) for e in beside)


def _leads(e: Equation) -> bool:
    return not e.display and leads_an_item(e.document, e.span)


def _behind_item(origin: Equation, equations: Sequence[Equation]) -> float:
    """The first equation behind an item of a list."""
    end = end_of_item(origin.document, origin.span)
    later = (e.position for e in equations if e.document is origin.document and end and e.span.start >= end)
    return min(later, default=inf)


def _looks_for(world: World, condition: Imposed, base: str) -> bool:
    """Whether a condition is to be solved for a name, as words say: those before it, or before a line that gives it."""
    if base not in condition.unknowns or condition.supposed:
        return False
    told = (e for e in world.equations if e.position in world.solutions and e.position > condition.position)
    near = [condition.equation, *(e for e in told if e.scope.section == condition.section)]
    return condition.said or any(SETTING.search(f"{e.cue} {e.lead}") for e in near)
