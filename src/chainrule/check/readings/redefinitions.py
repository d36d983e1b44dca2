r"""Second formulas for a name, decided by mathematics: one that equals the first is a claim and no new definition.

The sheet tells by its words and sections where a name is defined anew, before any formula has a meaning. Here the
formulas are compared. `C = \frac12 (\sigma(wx + b) - y)^2` after `C = \frac12 (a - y)^2` with `a = \sigma(z)` is the
same C, wherever it stands. And a formula that contradicts the first one, where the text may have moved on, is the new
meaning if lines behind it hold by it that did not hold by the first, and none is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.check.comparison.forms import updates
from chainrule.check.comparison.lines import EQUALITIES, Lines
from chainrule.check.conditions.branches import branch
from chainrule.check.doubts.anew import claimed, may_define_anew
from chainrule.sheet.definitions.sites import defining_anew
from chainrule.sheet.records.definable import site_key
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.sites import Seconds, Site
from chainrule.sheet.records.statements import Equation, standing_at
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_numeric

MOST = 6
"""How many formulas are tried, as each costs that all lines are read again."""


def with_second_formulas(lines: Lines) -> World:
    """The world of some lines in which second formulas for a name are what they turn out to be."""
    idle, equal = _restated(lines)
    world = without(lines.world, idle) if idle else lines.world
    others = lines if world is lines.world else replace(lines, world=world, variants={})
    anew = {e.position for e in list(_contradicting(others))[:MOST] if _borne_out(others, e)}
    for e in (e for e in lines.equations if e.position in anew):
        world = defining_anew(world, e)
    if not (idle or equal or anew):
        return lines.world
    return replace(world, seconds=Seconds(frozenset(idle), frozenset(equal), frozenset(anew)))


def _restated(lines: Lines) -> tuple[set[int], set[int]]:
    """The positions of definitions that only repeat, in other words, the one that they would replace; the second ones
    stay in force: later lines differentiate by a name that only the second formula has."""
    idle: set[int] = set()
    equal: set[int] = set()
    for site in list(_replacing(lines.world))[:MOST]:
        e = standing_at(lines.equations, site.position)
        if e is None or e.source != "formula" or is_numeric(site.body):
            continue
        trial = replace(lines, world=without(lines.world, idle | {site.position}), variants={})
        if trial.agree(e):
            (equal if _loses(lines, trial, site, e) else idle).add(site.position)
    return idle, equal


def _loses(lines: Lines, trial: Lines, site: Site, e: Equation) -> bool:
    """Whether a line that rests on a definition holds with it alone."""
    return any(lines.agree(x) and not trial.agree(x) for x in _resting(lines, site.base, e))


def _resting(lines: Lines, base: str, e: Equation) -> Iterator[Equation]:
    """The lines behind an equation that rest on a name."""
    for x in lines.equations:
        behind = x.position > e.position and x.op in EQUALITIES and x.source == "formula"
        if behind and base in lines_of(lines.world, [x])[0].names:
            yield x


def _replacing(world: World) -> Iterator[Site]:
    """The definitions that take the place of an earlier one of the same name, each equation once."""
    seen: set[int] = set()
    for table in (world.sites, world.functions):
        for sites in table.values():
            for n, site in enumerate(sites):
                before = [s for s in sites[:n] if site_key(world, s.ref) == site_key(world, site.ref)]
                if before and site.position not in seen and site.assumed is None and before[-1].own == site.own:
                    seen.add(site.position)
                    yield site


def without(world: World, positions: set[int]) -> World:
    """The world in which some equations define nothing."""
    sites, functions = (
        {base: kept for base, found in table.items() if (kept := [s for s in found if s.position not in positions])}
        for table in (world.sites, world.functions)
    )
    epochs = [p for p in world.epochs if p not in positions]
    return replace(world, sites=sites, functions=functions, epochs=epochs, derived={}, bodies={})


def _contradicting(lines: Lines) -> Iterator[Equation]:
    """The lines that may define anew a name which has another definition before them."""
    world = lines.world
    positions = {s.position for t in (world.sites, world.functions) for sites in t.values() for s in sites}
    for e in lines.equations:
        if e.link or e.op not in EQUALITIES or e.source != "formula" or e.position in positions or is_numeric(e.rhs):
            continue
        name = claimed(lines, e)
        if name is None or not world.defined(name[0].base) or updates(world, e):
            continue
        variant = lines.usual(e)
        if e.position in variant.typed and may_define_anew(lines, e, variant):
            yield e


def _borne_out(lines: Lines, e: Equation) -> bool:
    """Whether some line behind a formula holds only if it defines its name anew, and none only if it does not."""
    name = claimed(lines, e)
    anew = replace(lines, world=defining_anew(lines.world, e), variants={})
    gained = False
    for x in _resting(lines, name[0].base, e) if name is not None else ():
        before, after = (found.agree(x) or branch(found, x) is not None for found in (lines, anew))
        if before and not after:
            return False
        gained |= after and not before
    return gained
