"""Lines of differentials: which names change, and what a line rests on where it lets some of them stand still.

Where nothing says that a name is constant, a line that is true only if it is rests on that. Where a name changes
elsewhere in the document, a line that writes no differential of it may speak of a change of the others alone; not so
where the name stands under a d of the line itself: `d(XY) = dX\\,Y` forgets a term.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from chainrule.check.comparison.compare import Different, Same
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import Need
from chainrule.check.records.report import Note
from chainrule.expr import Symbol
from chainrule.sheet.derivatives.differentials import changing, lone_change, under_signs
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.frame import Choices
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.literals import is_zero
from chainrule.sheet.syntax.spelling import CHANGE, spelled_out

CONSTANT_LETTERS = re.compile(r"(?:bold )?([abcABC])(?:_.*)?")


def resting_on_constants(lines: Lines, e: Equation, found: Finding) -> Finding:
    """A line that holds, with what has to be constant for it."""
    usual = lines.usual(e)
    typed = usual.typed.get(e.position)
    if typed is not None and usual.comparer.vanishes(typed[1]) and not (is_zero(e.lhs) or is_zero(e.rhs)):
        return assumed("constant", "holds as far as is known because nothing in it changes")
    readings = [v for v in lines.variants.values() if v.choices.varying == usual.choices.varying]
    still = {b for v in readings for b in v.universe.unchanging.get(f"@{e.position}", ())}
    still -= {usual.universe.instances[s].base for s in usual.settled.data if s in usual.universe.instances}
    if not still:
        return found
    moving = Choices(varying=lines.world.varying | still)
    if isinstance(lines.outcome(e, lines.variant(choices=moving)), Same):
        return found
    loose = sorted(b for b in still if not _is_constant(lines, e, b))
    if loose:
        return _if_constant(loose)
    return replace(found, notes=(*found.notes, Note("constant", f"read with {_all_of(still)} held fixed")))


def _all_of(bases: Iterable[str]) -> str:
    *names, last = map(spelled_out, sorted(bases))
    return f"{', '.join(names)} and {last}" if names else last


def _if_constant(bases: list[str]) -> Finding:
    verb = "is" if len(bases) == 1 else "are"
    text = f"holds if {_all_of(bases)} {verb} held fixed, which the document does not say here"
    return assumed("constant", text, needs=tuple(Need("condition", Instance(b), "constant") for b in bases))


def _is_constant(lines: Lines, e: Equation, base: str) -> bool:
    """Whether the words, an equation or custom say that a name does not change."""
    world = lines.world
    if base in world.varying or world.family(base).by > 0:
        return base in world.independent
    return any(ask(lines, e, base) for ask in CONSTANTS)


def _said(lines: Lines, e: Equation, base: str) -> bool:
    """What is called a constant, or data, targets, labels."""
    world = lines.world
    return base in world.independent | world.given or world.family(base).domain_kind == "one-hot"


def _counts(lines: Lines, e: Equation, base: str) -> bool:
    """The number of samples, and the small number that keeps a denominator from being zero."""
    reading = lines.world.readings.get(base)
    return base in COUNTS and (reading is None or reading.axes == 0)


def _by_letter(lines: Lines, e: Equation, base: str) -> bool:
    """By custom the first letters of the alphabet are constants where the last ones vary, unless one of them does."""
    return CONSTANT_LETTERS.fullmatch(base) is not None and not any(
        map(CONSTANT_LETTERS.fullmatch, lines.world.varying)
    )


def _no_argument(lines: Lines, e: Equation, base: str) -> bool:
    """What a function is no function of: X and y where `J(\\beta)` is defined and the line is about dJ."""
    world = lines.world
    sides = [side for x in lines.chain(e) for side in (x.lhs, x.rhs)]
    heads = {b for side in sides if lone_change(side) for b in changing(world.glossary, side)}
    sites = [s for b in heads for s in world.functions.get(b, ())]
    params = {r.base for s in sites for p in s.params or () for r in references(p, world)}
    return bool(params) and base not in params


COUNTS = frozenset({"n", "N", "epsilon", "varepsilon"})
CONSTANTS = (_said, _counts, _by_letter, _no_argument)


def of_some_changes(lines: Lines, e: Equation) -> Finding | None:
    """A wrong line that holds where the letters of constants are ones, though they change elsewhere: `d(AXB) = A dX B`
    after `d(AB) = dA B + A dB`; not one in which such a letter changes itself, `d(AB) = dA B`."""
    own = changing(lines.world.glossary, e.lhs, e.rhs)
    others = lines.world.varying - own
    within = {r.base for n in under_signs(e.lhs, e.rhs) for r in references(n, lines.world)}
    if not others & within or any(map(CONSTANT_LETTERS.fullmatch, own)):
        return None
    if not all(map(CONSTANT_LETTERS.fullmatch, others & within)):
        return None
    variant = lines.variant(choices=Choices(varying=lines.world.varying & own))
    return _if_constant(sorted(others & within)) if isinstance(lines.outcome(e, variant), Same) else None


def _changes(variant: Variant, different: Different) -> set[Symbol]:
    """The symbols of differentials that one side only rests on."""
    return (different.left_symbols ^ different.right_symbols) & set(variant.universe.changes.values())


def of_what_is_undefined(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """`df = 2 x^T dx` where nothing says what f is: the line may be what says it."""
    hidden = changing(lines.world.glossary, e.lhs, e.rhs) & lines.world.hidden.keys()
    if hidden:
        text = f"the definition of {_all_of(hidden)} could not be read, so how it changes is not known"
        return assumed("undefined-symbol", text)
    one_sided = {variant.universe.instances[s].base for s in _changes(variant, different)}
    for side in (e.lhs, e.rhs):
        for base in changing(lines.world.glossary, side) if lone_change(side) else ():
            if CHANGE + base not in one_sided:
                continue
            text = f"{spelled_out(base)} is never defined; this line may be what says how it changes"
            return assumed("undefined-symbol", text, needs=(Need("definition", Instance(base)),))
    return None
