r"""Verified lines that rest on a row, or on a capital that is a vector, which nothing else in the document bears out.

`\frac{\partial v a}{\partial x} = \frac{\partial v}{\partial x} a` is right if a is a row, and
`\nabla_w L = (X w - y) X^T` if X is one. The shapes that make lines fit are looked for over a whole document, so that a
line with a lost transpose finds the row that it needs where no other line speaks against it. Where the other vectors
are columns by what other lines do with them, so is this one, and what every other line can take for a matrix is one;
the line is judged once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Same
from chainrule.check.comparison.firm import fits
from chainrule.check.conditions import given
from chainrule.check.diagnosis.diagnose import Bench
from chainrule.check.diagnosis.edits.order import transposes
from chainrule.check.diagnosis.edits.table import RULES, edits
from chainrule.check.records.budget import Spent
from chainrule.check.records.finding import Finding, is_laid_out_oddly
from chainrule.sheet.infer import infer
from chainrule.sheet.inference.typed_lines import type_line
from chainrule.sheet.records.configurations import Config
from chainrule.sheet.records.families import Reading
from chainrule.sheet.records.lines import Line, lines_of, names_in
from chainrule.sheet.records.references import references
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import letter_of, reference
from chainrule.sheet.syntax.spelling import look, spelled_out

if TYPE_CHECKING:
    from chainrule.check.comparison.lines import Variant
    from chainrule.check.judge import Judge

TRANSPOSES = tuple(rule for rule in RULES if rule.edits is transposes)
MATRIX = Reading(2)


def of_a_lone_row(judge: Judge, e: Equation, found: Finding) -> Finding:
    """The verdict on a line once a row that only this line asks for is the column that other vectors are, and a capital
    the matrix that it is elsewhere."""
    world = judge.world
    if found.verdict == "refuted" and found.code.startswith("shape"):
        return _of_open_sizes(world, e) or _of_a_loss(judge, e, found)
    if found.verdict != "verified" or world.rowwise:
        return found
    if (square := _made_square(judge, e)) is not None:
        text = f"right if {spelled_out(square)} is square, which no other line bears out; a transpose may be missing"
        return Finding("unsupported", "ambiguous", text)
    direct = sorted(b for b in names_in(world, e.lhs, e.rhs) if _is_guessed(world, b))
    unusual = [b for b in direct if world.readings[b].row or _is_capital(world, b)]
    if any(world.readings[b].row for b in unusual):  # what makes rows of vectors is a matrix behind them
        unusual += sorted(b for b in names_in(world, e.lhs, e.rhs) if _is_number(world, b))
    lines = [x for x in lines_of(world, judge.equations) if x.equation.chain != e.chain] if unusual else []
    lone = [b for b in unusual if _is_capital(world, b) and not _borne_out(world, b, MATRIX, lines)]
    if lone:
        return _again(judge, e, _with_matrix(judge, lone[0]), lone[0])
    lone = [b for b in unusual if world.readings[b].row and not _borne_out(world, b, _turned(world, b), lines)]
    if not lone or not any(_borne_out(world, b, _turned(world, b), lines) for b in _columns(world)):
        return found
    turned = {base: _turned(world, base) for base in lone}
    return _again(judge, e, replace(world, readings={**world.readings, **turned}, derived={}), lone[0])


def _made_square(judge: Judge, e: Equation) -> str | None:
    """A matrix that is square only because a line is written as it is: with a transpose more or less the line holds
    without."""
    world, usual = judge.world, judge.usual(e)
    direct = names_in(world, e.lhs, e.rhs)
    guessed = [b for b in sorted(direct) if _is_square(usual, b, e) is True and not world.defined(b)]
    guessed = [b for b in guessed if world.family(b).domain_kind is None and not any(world.family(b).declared_dims)]
    if not guessed or not e.own:
        return None
    without = judge.without(e.chain, usual)
    guessed = [b for b in guessed if _is_square(without, b, e) is False]
    if not guessed:
        return None
    others = [x for x in judge.equations if x.chain != e.chain]
    alone = replace(judge, equations=[*others, e], variants={}).like(usual)  # not what is behind it in its chain
    base = next((b for b in guessed if _is_square(alone, b, e) is True), None)
    try:
        return base if base is not None and _fits_by_a_transpose(judge, e, usual, base) else None
    except Spent:
        return None


def _fits_by_a_transpose(judge: Judge, e: Equation, usual: Variant, base: str) -> bool:
    """Whether a transpose makes a line true and leaves a matrix with sizes of its own; raises `Spent`."""
    others = [x for x in judge.equations if x.chain != e.chain]
    bench = Bench(judge, judge.budget, e, usual, TRANSPOSES)
    judge.budget.start()
    for which in ("lhs", "rhs"):
        for _, edit in edits(bench.side(which), rules=TRANSPOSES):
            candidate = bench.candidate(which, edit)
            if candidate is None:
                continue
            apart = replace(judge, equations=[*others, candidate], variants={})
            trial = apart.like(usual)
            if e.position in trial.failed or _is_square(trial, base, e) is not False:
                continue
            if isinstance(apart.outcome(candidate, trial), Same) or judge.conditions.follows(candidate):
                return True
    return False


def _is_square(variant: Variant, base: str, e: Equation) -> bool | None:
    """Whether the matrices of a name have as many rows as columns, where a line stands; None where there are none."""
    universe = variant.universe
    here = universe.world.epoch(e.position)
    found = [axes for (x, when), axes in universe.shapes.items() if (x.base, when) == (base, here) and len(axes) == 2]
    return all(universe.dims.find(a) == universe.dims.find(b) for a, b in found) if found else None


def _of_open_sizes(world: World, e: Equation) -> Finding | None:
    """A line with a matrix whose declared sizes other lines do not have: they may be those that it has here."""
    if world.opened not in names_in(world, e.lhs, e.rhs):
        return None
    text = f"the declared sizes of {spelled_out(world.opened)} fit only some lines, and which it has here is not said"
    return Finding("unsupported", "shape", text)


def _of_a_loss(judge: Judge, e: Equation, found: Finding) -> Finding:
    """A line refuted by its shapes alone, in which a vector is a row only so that a loss is a number, as in
    `-y \\log \\hat y`: such a loss may be about one entry, or be meant entry by entry."""
    world = judge.world
    direct = sorted(names_in(world, e.lhs, e.rhs))
    rows = [b for b in direct if _is_guessed(world, b) and world.readings[b].row]
    turned = {base: _turned(world, base) for base in rows}
    others = [
        x for x in lines_of(world, judge.equations) if x.equation.chain != e.chain and not _is_loss(world, x.equation)
    ]
    if not rows or any(_asks_for(world, b, x) for b in rows for x in others if b in _written(world, x.equation)):
        return found
    trial = replace(judge, world=replace(world, readings={**world.readings, **turned}, derived={}), variants={})
    trial.conditions = given.over(trial, judge.conditions)
    if trial.claim(e).verdict == "refuted":
        return found
    text = (
        f"the shapes may fit if {spelled_out(rows[0])} is a column; only a loss that is to be a number makes it a row"
    )
    return Finding("unsupported", "ambiguous", text)


def _written(world: World, e: Equation) -> set[str]:
    return names_in(world, e.lhs, e.rhs)


def _asks_for(world: World, base: str, line: Line) -> bool:
    """Whether a line fits with a row and no longer without it."""
    other = replace(world, readings={**world.readings, base: _turned(world, base)}, derived={})
    return fits(world, line) and not fits(other, line)


def _again(judge: Judge, e: Equation, other: World, base: str) -> Finding:
    """The verdict on a line in a world in which one name is read otherwise."""
    trial = replace(judge, world=other, variants={})
    trial.conditions = given.over(trial, judge.conditions)
    again = trial.claim(e)
    right = again.verdict == "verified" and not is_laid_out_oddly(again)
    if right or (again.verdict == "refuted" and again.suggestion is not None):
        return again
    what = "a row" if judge.world.readings[base].row else "a vector"
    return Finding("unsupported", "ambiguous", f"right if {spelled_out(base)} is {what}, which no other line bears out")


def _with_matrix(judge: Judge, base: str) -> World:
    """The world in which a name is declared a matrix, and the others are what all lines make of them then."""
    world = judge.world
    families = {**world.families, base: replace(world.family(base), declared_rank="matrix")}
    other = replace(
        world, families=families, sites=dict(world.sites), functions=dict(world.functions), hidden=dict(world.hidden),
        readings={}, conventions={}, derived={}, runs_over={}, bodies={}, first_steps={},
    )  # fmt: skip
    infer(other, Config(), judge.equations, judge.deadline)
    return other


def _is_guessed(world: World, base: str) -> bool:
    """Whether nothing says of a vector whether it is a row."""
    reading = world.readings.get(base)
    return reading is not None and reading.axes == 1 and world.family(base).declared_rank in (None, "vector")


def _is_capital(world: World, base: str) -> bool:
    """Whether a vector has a letter of matrices, and nothing says that it is one, or what it is."""
    declared = world.family(base).declared_rank is not None or world.defined(base)
    return look(base) in ("upper", "bold upper") and not declared


def _is_number(world: World, base: str) -> bool:
    """Whether a letter of matrices is read as a number, and nothing says that it is one."""
    reading = world.readings.get(base)
    return reading is not None and reading.axes == 0 and _is_capital(world, base)


def _columns(world: World) -> Iterator[str]:
    """The vectors that are read as columns."""
    yield from (b for b, r in sorted(world.readings.items()) if r.axes == 1 and not r.row)


def _turned(world: World, base: str) -> Reading:
    """A row in the place of a column, or the other way round."""
    reading = world.readings[base]
    return replace(reading, row=not reading.row)


def _borne_out(world: World, base: str, reading: Reading, lines: list[Line]) -> bool:
    """Whether some line no longer fits once a name is read in another way, or gives a loss that is no number."""
    other = replace(world, readings={**world.readings, base: reading}, derived={})
    mine = [x for x in lines if base in x.names]
    if any(_beside_an_entry(world, base, x.equation) for x in mine):
        return True
    return any(fits(world, x) and not fits(other, x) for x in mine) or any(
        _is_loss(world, x.equation) and _is_scalar(world, x.equation) and not _is_scalar(other, x.equation)
        for x in mine
    )


def _beside_an_entry(world: World, base: str, e: Equation) -> bool:
    """Whether entries of a capital stand beside those of another with a formula, `Y_i \\log A_i`: it lies as that."""
    found: dict[str, set[str]] = {}
    for ref in (r for side in (e.lhs, e.rhs) for r in references(side, world)):
        letter = letter_of(ref.subs[0]) if len(ref.subs) == 1 else None
        if letter is not None:
            found.setdefault(ref.base, set()).add(letter)
    others = (b for b in found if b != base and world.defined(b) and look(b) in ("upper", "bold upper"))
    return any(found.get(base, set()) & found[b] for b in others)


def _is_loss(world: World, e: Equation) -> bool:
    ref = reference(e.lhs, world.glossary)
    return ref is not None and not ref.subs and look(ref.base) == "loss"


def _is_scalar(world: World, e: Equation) -> bool:
    try:
        return type_line(Universe(world, Config()), e)[2].scalar
    except Untyped:
        return False
