r"""A line of a list of identities, read by itself: `\nabla_x x^T A x = (A + A^T) x` beside `A \in R^{m \times n}`.

In a list of rules every line has letters of its own. One that takes a derivative, that has no name with a definition
and that does not fit the shapes which other lines give its names, is read without them. What the words call a vector
or a matrix stays one, and no name becomes a number or a vector that was a vector or a matrix: most rules hold for
numbers. A rule for traces and determinants, `tr(AB) = tr(BA)`, speaks of any matrices that it fits; where other lines
say of other sizes, it is true or nothing is said of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Outcome, Unclear
from chainrule.check.comparison.forms import has_derivative
from chainrule.check.comparison.lines import EQUALITIES
from chainrule.check.conditions import given
from chainrule.check.diagnosis.edits.table import RULES
from chainrule.check.doubts.customs import SHAPES
from chainrule.check.records.finding import Finding
from chainrule.check.records.report import Note
from chainrule.read.tree import Name
from chainrule.sheet.infer import infer
from chainrule.sheet.inference.candidates import candidates
from chainrule.sheet.records.configurations import Config
from chainrule.sheet.records.families import Family, Reading
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.function_words import OF_SQUARE
from chainrule.sheet.syntax.names import KRONECKER, walk

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

USUAL = 1.0
"""What a reading must cost less than: a capital that is a number costs as much."""
SYMMETRY = next(rule.differ for rule in RULES if rule.name == "matrix taken as symmetric")
"""What a list of rules may leave unsaid of a matrix."""
NOTE = Note("by-itself", "read by itself: the shapes that other lines give its names do not fit here")


def by_itself(judge: Judge, e: Equation, outcome: Outcome) -> Finding | None:
    """The verdict on an identity whose names have other shapes than elsewhere; None where it is none, or stays open."""
    if not isinstance(outcome, Unclear) or outcome.code not in SHAPES or e.conditions:
        return None
    trial = apart(judge, e)
    if trial is None:
        return None
    found = trial.claim(e)
    slopes = any(map(has_derivative, _chain(judge, e)))
    slipped = slopes and found.verdict == "refuted" and found.suggestion is not None and SYMMETRY not in found.message
    settled = found.verdict == "verified" or slipped
    return replace(found, notes=(*found.notes, NOTE)) if settled else None


def apart(judge: Judge, e: Equation) -> Judge | None:
    """The judge of an identity that knows only what the words call its names; None where it is none."""
    chain = _chain(judge, e)
    slopes, of_squares = any(map(has_derivative, chain)), any(map(_of_squares, chain))
    if len(judge.equations) == 1 or not (slopes or of_squares):
        return None  # it stands alone already, or is no rule
    names = {b for x in chain for side in (x.lhs, x.rhs) for b in names_in(judge.world, side)}
    if any(_has_meaning(judge.world, b, e) for b in names):
        return None
    if slopes and all(judge.world.family(b).declared_dims for b in names):
        return None  # all of it has shapes that the document says
    world = _without_shapes(judge.world, names)
    infer(world, Config(), chain, judge.deadline)
    if not all(_is_usual(judge.world, world, b) for b in names):
        return None
    if not slopes:  # with a number for C, `tr(ABC) = tr(BAC)` would be a rule
        world.readings |= {b: Reading(2) for b in names if b[-1:].isupper() and b in world.readings}
    trial = judge.alone(e, world)
    trial.conditions = given.over(trial, judge.conditions)
    return trial


def _chain(judge: Judge, e: Equation) -> list[Equation]:
    return [x for x in judge.chain(e) if x.op in EQUALITIES and x.source == "formula"]


def _of_squares(e: Equation) -> bool:
    """Whether both sides have a trace, a determinant or an inverse."""
    return all(any(isinstance(n, Name) and n.text in OF_SQUARE for n in walk(side)) for side in (e.lhs, e.rhs))


def _has_meaning(world: World, base: str, e: Equation) -> bool:
    """Whether a line says what a name is, or what it is a function of: one before it or in its own section."""
    sites = [*world.sites.get(base, ()), *world.functions.get(base, ())]
    here = e.section
    if base == KRONECKER or (sites and all(s.position > e.position and s.section != here for s in sites)):
        return False
    return world.defined(base) or base in world.functions or base in world.hidden


def _without_shapes(world: World, names: set[str]) -> World:
    """The world of a line that knows of its names what the words call them, and not how large they are."""
    own = {b: replace(f, declared_dims=_open(f)) for b, f in world.families.items() if b in names}
    return replace(
        world, families={**world.families, **own}, sites={}, functions={}, readings={}, conventions={}, derived={},
        runs_over={}, bodies={}, first_steps={}, dropped=None,
    )  # fmt: skip


def _open(family: Family) -> tuple[str | None, ...]:
    return tuple(d if d is not None and d.isdigit() else None for d in family.declared_dims)


def _is_usual(before: World, world: World, base: str) -> bool:
    """Whether a name is read as its look and its declaration suggest, with no fewer axes than before; a vector that is
    a column elsewhere is no row here."""
    reading, others = world.readings.get(base), before.readings.get(base)
    if reading is None:
        return others is None
    if others is not None and reading.axes == others.axes == 1 and reading.row != others.row:
        return False
    cost = dict(candidates(world.family(base))).get(reading, USUAL)
    return cost < USUAL and (others is None or reading.axes >= others.axes)
