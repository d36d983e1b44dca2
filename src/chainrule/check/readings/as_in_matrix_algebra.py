r"""Verified lines of differentials that hold because a letter of matrices or of columns is read as something less.

`dy = x \, dW + W \, dx` is right for a number x, and `df = A^T r \, dx` is right where A is a vector. Numbers cost
nothing where all other lines hold for them too, as most rules do. Where the other lines fit as well with capitals as
matrices and small letters as columns, the line is judged so: the order of a product shows only there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.conditions import given
from chainrule.check.diagnosis.diagnose import suggest
from chainrule.check.diagnosis.edits.order import order, transposes
from chainrule.check.diagnosis.edits.table import RULES
from chainrule.check.records.finding import Finding, is_laid_out_oddly
from chainrule.sheet.derivatives.differentials import has_signs
from chainrule.sheet.inference.candidates import candidates
from chainrule.sheet.inference.search import as_in_matrix_algebra, line_cost
from chainrule.sheet.records.lines import Line, lines_of
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import Config, Reading, World
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.spelling import COUNTS, spelled_out

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

ORDERS = tuple(rule for rule in RULES if rule.edits in (transposes, order))
RANKS = ("number", "vector", "matrix")


def in_matrix_algebra(judge: Judge, e: Equation, found: Finding) -> Finding:
    """The verdict on a line once its names are the matrices and columns, or rows, that their letters suggest. A line of
    differentials that is wrong for them is wrong; of any other nobody knows whether it was meant for numbers."""
    world = judge.world
    if found.verdict != "verified" or is_numeric(e.rhs):
        return found
    mine = lines_of(world, [e])[0].names
    lines = lines_of(world, [x for x in judge.equations if x.chain != e.chain and not has_signs(x)])
    others = [x for x in lines if not x.names.isdisjoint(mine)]
    for row in (False, True):
        more = _suggested(world, mine.union(*(x.names for x in others)), row)
        direct = [b for b in sorted(mine) if b in more]
        if not direct or not others or not {1, 2} <= {r.axes for r in (world.readings | more).values()}:
            return found  # nothing is turned where no matrix stands beside a column
        other = replace(world, readings=world.readings | more, derived={})
        trial = replace(judge, world=other, variants={})
        trial.conditions = given.over(trial, judge.conditions)
        against = (x.equation for x in others if _cost(other, x) > _cost(world, x))
        if all(_is_misordered(trial, x) for x in against):
            return _turned(trial, e) or _unlike(world, more, direct[0])
    return found


def _turned(trial: Judge, e: Equation) -> Finding | None:
    """The verdict on a line for matrices and columns, if it is one."""
    again = trial.claim(e)
    if again.verdict == "verified" and (has_signs(e) or not is_laid_out_oddly(again)):
        return again
    return again if again.verdict == "refuted" and again.suggestion is not None and has_signs(e) else None


def _unlike(world: World, more: dict[str, Reading], base: str) -> Finding:
    what = (RANKS[r.axes] for r in (world.readings[base], more[base]))
    text = "right if {} is a {}, and as a {} it fits the other lines".format(spelled_out(base), *what)
    return Finding("unsupported", "ambiguous", text)


def _is_misordered(trial: Judge, e: Equation) -> bool:
    """Whether a line is a claim that is right for matrices but for a transpose or the order of a product: it may be as
    wrong as the line in question, and bears no numbers out."""
    if trial.world.defines(e.position) or has_signs(e):
        return False
    return suggest(trial, trial.budget, e, trial.usual(e), rules=ORDERS) is not None


def _suggested(world: World, names: frozenset[str], row: bool) -> dict[str, Reading]:
    """What the letters suggest of names that nothing is said of, where they are read as less."""
    bound = world.size_names | world.glossary.bound
    usual = {
        base: as_in_matrix_algebra(base, candidates(world.family(base)), row, looks="upper" * _is_no_count(world, base))
        for base in names & world.readings.keys()
        if world.family(base).declared_rank is None and not world.defined(base) and base not in bound
    }
    return {base: reading for base, reading in usual.items() if reading.axes > world.readings[base].axes}


def _is_no_count(world: World, base: str) -> bool:
    """Whether a letter of counts is differentiated by, as no count is."""
    return base in COUNTS and world.family(base).by > 0


def _cost(world: World, line: Line) -> float:
    universe = Universe(world, Config())
    return line_cost(universe, line) + bool(universe.squared)
