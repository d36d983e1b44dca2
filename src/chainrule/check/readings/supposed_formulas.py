r"""Formulas for a name that a sentence only supposes: "When \\gamma = \\sqrt{v}, the layer changes nothing."

The name was used before, as something free. Whether the text goes on with what it supposed is decided by mathematics:
if lines behind the sentence hold without it that do not hold with it, and none is lost, it holds in its sentence alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from chainrule.check.comparison.lines import EQUALITIES, Lines
from chainrule.check.readings.redefinitions import without
from chainrule.sheet.conditions.restrictions import IFS
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_numeric

SUPPOSING = re.compile(rf"(?<![^\W\d_])(?:{IFS}|suppose|supposing|imagine)(?![^\W\d_])[^.:;。；：]*\Z", re.IGNORECASE)
END = re.compile(r"[.!?;](?=[\s$]|\Z)|[。；！？]|\n\s*\n")
MOST = 4
"""How many sentences are tried, as each costs that all lines are read again."""


def with_supposed_formulas(lines: Lines) -> World:
    """The world of some lines in which what a sentence only supposes holds there alone."""
    sentences: dict[int, list[Site]] = {}
    for e, site in _supposed(lines):
        sentences.setdefault(_end_of_sentence(lines, e), []).append(site)
    ends = {s.position: end for end, sites in list(sentences.items())[:MOST] if _left(lines, sites, end) for s in sites}
    return _restricted(lines.world, ends) if ends else lines.world


def _left(lines: Lines, sites: list[Site], end: int) -> bool:
    """Whether the text has left what a sentence supposed: lines behind it hold without that, and none with it alone."""
    trial = replace(lines, world=without(lines.world, {s.position for s in sites}), variants={})
    gained = False
    for x in _resting(lines, {s.base for s in sites}, end):
        before, after = lines.agree(x), trial.agree(x)
        if before and not after:
            return False
        gained |= after and not before
    return gained


def _supposed(lines: Lines) -> Iterator[tuple[Equation, Site]]:
    """The only definitions of names that formulas had before, told behind an "if"."""
    equations = {e.position: e for e in lines.equations}
    for sites in lines.world.sites.values():
        e = equations.get(sites[0].position) if len(sites) == 1 and sites[0].assumed is None else None
        if e is None or e.display or e.link or is_numeric(e.rhs) or not SUPPOSING.search(e.cue):
            continue
        if any(
            sites[0].base in x.names for x in lines_of(lines.world, lines.equations) if _stands_before(x.equation, e)
        ):
            yield e, sites[0]


def _stands_before(x: Equation, e: Equation) -> bool:
    return x.position < e.position and x.source == "formula" and x.op in EQUALITIES


def _end_of_sentence(lines: Lines, e: Equation) -> int:
    """The position of the last formula of the sentence that a formula stands in."""
    last = e
    for x in lines.equations:
        if x.position > last.position:
            if x.document is not e.document or END.search(x.document.text[last.span.end : x.span.start]):
                break
            last = x
    return last.position


def _resting(lines: Lines, bases: set[str], end: int) -> Iterator[Equation]:
    """The lines behind a sentence that rest on some names."""
    for x in lines.equations:
        behind = x.position > end and x.op in EQUALITIES and x.source == "formula"
        if behind and bases & set(lines_of(lines.world, [x])[0].names):
            yield x


def _restricted(world: World, ends: dict[int, int]) -> World:
    sites = {
        base: [replace(s, until=ends[s.position] + 1, onward=True) if s.position in ends else s for s in found]
        for base, found in world.sites.items()
    }
    epochs = sorted({*world.epochs, *ends, *(end + 1 for end in ends.values())})
    return replace(world, sites=sites, epochs=epochs, derived={}, bodies={})
