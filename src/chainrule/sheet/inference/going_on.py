"""Readings that go on: what the lines of a document up to one place were read as holds for those behind it too.

The worlds of two parts of a document share most of their lines. Where names are what they were, and lines that fitted
fit, only what is new is looked for; the search begins anew where a line fits no longer, or a new one does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.sheet.inference.search import CLOSE, UNUSUAL_ROUNDS, Options, Search
from chainrule.sheet.records.lines import Line, names_in
from chainrule.sheet.records.world import World


@dataclass(frozen=True)
class Earlier:
    """A world of the same document, up to an earlier place, or up to the same with other definitions: then what did not
    fit in it is looked for `anew`."""

    world: World
    anew: bool = False


def goes_on(search: Search, options: Options, signs: list[str], earlier: Earlier) -> bool:
    """Whether the lines fit as they did before, with readings changed of names alone whose lines do not."""
    before, lines = earlier.world, {x.equation.position for x in search.lines}
    if not before.fitted.keys() <= lines or len(lines) > 2 * len(before.fitted):
        return False  # of another exercise, or mostly new
    kept = {b: before.readings[b] for b, found in options.items() if before.readings.get(b) in dict(found)}
    search.world.readings = {base: found[0][0] for base, found in options.items()} | kept
    search.world.conventions = search.usual_signs() | before.conventions
    _descend(search, {base: found for base, found in options.items() if base not in kept}, [])
    unfit = [x for x in search.lines if _worse(search, x, before) or (earlier.anew and search.cost([x]) > CLOSE)]
    sides = [side for x in unfit for side in (x.equation.lhs, x.equation.rhs)]
    names = {name for side in sides for name in names_in(search.world, side)}
    _descend(search, {base: found for base, found in options.items() if base in names}, signs if unfit else [])
    return earlier.anew or not any(
        x.equation.position in before.fitted and _worse(search, x, before) for x in search.lines
    )


def _descend(search: Search, options: Options, signs: list[str]) -> None:
    search.descend(options, signs, UNUSUAL_ROUNDS)


def _worse(search: Search, line: Line, before: World) -> bool:
    """Whether a line fits worse than it did before, or does not fit where it is new."""
    return search.cost([line]) > before.fitted.get(line.equation.position, 0.0) + CLOSE
