r"""Verified lines that rest on a vector being a row, which nothing else in the document bears out.

`\frac{\partial v a}{\partial x} = \frac{\partial v}{\partial x} a` is right if a is a row. The shapes that make lines
fit are looked for over a whole document, so that a line with a lost transpose finds the row that it needs where no
other line speaks of that name. Where the other vectors are columns by what other lines do with them, so is this one,
and the line is judged once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.conditions import given
from chainrule.check.records.finding import Finding
from chainrule.sheet.inference.search import FAILURE, line_cost
from chainrule.sheet.records.lines import Line, lines_of, names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import Config, World
from chainrule.sheet.syntax.spelling import spelled_out

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def of_a_lone_row(judge: Judge, e: Equation, found: Finding) -> Finding:
    """The verdict on a line once a row that only this line asks for is the column that other vectors are."""
    world = judge.world
    if found.verdict != "verified" or world.rowwise:
        return found
    direct = names_in(world, e.lhs) | names_in(world, e.rhs)
    rows = sorted(b for b in direct if _is_guessed(world, b) and world.readings[b].row)
    lines = [x for x in lines_of(world, judge.equations) if x.equation.chain != e.chain] if rows else []
    lone = [b for b in rows if not _borne_out(world, b, lines)]
    if not lone or not any(_borne_out(world, b, lines) for b in _columns(world)):
        return found
    other = world
    for base in lone:
        other = _turned(other, base)
    trial = replace(judge, world=other, variants={})
    trial.conditions = given.over(trial, judge.conditions)
    again = trial.claim(e)
    if again.verdict in ("refuted", "verified"):
        return again
    message = f"right if {spelled_out(lone[0])} is a row; nothing else says so, and other vectors are columns"
    return Finding("unsupported", "ambiguous", message)


def _is_guessed(world: World, base: str) -> bool:
    """Whether nothing says of a vector whether it is a row."""
    reading = world.readings.get(base)
    return reading is not None and reading.axes == 1 and world.family(base).declared_rank in (None, "vector")


def _columns(world: World) -> Iterator[str]:
    """The vectors that are read as columns."""
    yield from (b for b, r in sorted(world.readings.items()) if r.axes == 1 and not r.row)


def _turned(world: World, base: str) -> World:
    """The world with a row in the place of a column, or the other way round."""
    reading = world.readings[base]
    return replace(world, readings={**world.readings, base: replace(reading, row=not reading.row)}, derived={})


def _borne_out(world: World, base: str, lines: list[Line]) -> bool:
    """Whether some line no longer fits once a vector lies the other way."""
    other = _turned(world, base)
    return any(_fits(world, x) and not _fits(other, x) for x in lines if base in x.names)


def _fits(world: World, line: Line) -> bool:
    return line_cost(Universe(world, Config()), line) < FAILURE
