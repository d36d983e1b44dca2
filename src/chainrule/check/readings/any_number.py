r"""Identities of a function alone: `\sigma'(x) = \sigma(x) (1 - \sigma(x))` beside samples x_i.

The letter that a function is defined with stands for any number, whatever else has that letter. A line that has nothing
but functions and this letter is read so, where it is wrong of the vector or the matrix that the letter is elsewhere. A
letter that the document says is a vector refutes no line by the shapes that it has as a number.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Different, Outcome, Unclear
from chainrule.check.doubts.customs import SHAPES
from chainrule.check.records.finding import Finding
from chainrule.check.records.need import CONSTANTS
from chainrule.check.records.report import Note
from chainrule.sheet.records.families import Reading
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import DEFAULT_ROLES, World
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import reference

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

NUMBER = Reading(axes=0)


def of_any_number(judge: Judge, e: Equation, outcome: Outcome) -> Finding | None:
    """The verdict on a line about a function of any number; None where it is about more, or stays open."""
    wrong = isinstance(outcome, Different) or (isinstance(outcome, Unclear) and outcome.code in SHAPES)
    letter = _letter(judge.world, e) if wrong else None
    if letter is None:
        return None
    world = replace(judge.world, readings={**judge.world.readings, letter: NUMBER}, derived={})
    found = judge.alone(e, world).claim(e)
    note = Note("any-number", f"read of any number {letter}, as the letter of a function")
    misread = found.code == "shape" and judge.world.family(letter).declared_rank not in (None, "scalar")
    decided = found.verdict in ("verified", "refuted") and not misread
    return replace(found, notes=(*found.notes, note)) if decided else None


def _letter(world: World, e: Equation) -> str | None:
    """The only name of a line that is no function, where a function is defined with it and it is read as an array."""
    names = {n for side in (e.lhs, e.rhs) for n in names_in(world, side)}
    loose = {n for n in names if not _is_function(world, n)}
    if len(loose) != 1 or len(names) == 1:
        return None
    (letter,) = loose
    reading = world.readings.get(letter)
    params = [
        p for sites in world.functions.values() for s in sites if len(s.params or ()) == 1 for p in s.params or ()
    ]
    own = any((r := reference(p, world.glossary)) is not None and r.base == letter for p in params)
    uses = [r for side in (e.lhs, e.rhs) for r in references(side, world) if r.base == letter]
    plain = all(not (r.subs or r.labels or r.postfix) for r in uses)
    return letter if own and plain and not world.defined(letter) and reading is not None and reading.axes else None


def _is_function(world: World, base: str) -> bool:
    known = base in world.functions or base in world.roles or base in DEFAULT_ROLES or base in CONSTANTS
    return known or is_function_word(base) or base in world.glossary.bound
