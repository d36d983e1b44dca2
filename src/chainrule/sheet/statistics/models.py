r"""Models of data: `y = Xw + \epsilon` says what y is thought to be like, not what it is in `\|y - Xw\|^2`.

Read as a definition, a model makes the loss that compares data with it nothing at all, or nothing that its parameters
could change. Which equation is one is found in `check.suppositions.models`; here it is taken for what it says: where it
ends in an error that nothing else defines, what the error is, else nothing to compute with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from chainrule.read.tree import Sum, Term
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import reference

# What stands in the place of an equation when the names of a world get their definitions; None for nothing.
Models = Mapping[int, Equation | None]


@dataclass(frozen=True)
class Otherwise:
    """The positions of equations that look like definitions and are none: models, what solves slopes that no words set
    to zero, with how surely that is `supposed`, and `loose` formulas for a whole whose entries have formulas too."""

    models: Models = field(default_factory=dict)
    solved: Mapping[int, str] = field(default_factory=dict)
    loose: frozenset[int] = frozenset()


DEFINING = Otherwise()
OPPOSITE = {"+": "-", "-": "+"}


def as_models(world: World, equations: list[Equation], models: Models) -> list[Equation]:
    """The equations that define the names of a world, models in the place of what they were read as."""
    for e in equations:
        if e.position in models:
            world.declaring[e.position] = f"says what {e.text(e.lhs)} is modelled by; the data need not obey it"
            data = reference(e.lhs, world.glossary)
            if data is not None:
                world.modelled.add(data.base)
            if data is not None and not data.subs and max(world.family(data.base).sub_counts, default=0) > 0:
                world.of_any_sample.add(e.position)
    taken = (models.get(e.position, e) for e in equations)
    return [e for e in taken if e is not None]


def without_loose(world: World, equations: list[Equation], loose: frozenset[int]) -> list[Equation]:
    """The equations but the `loose` ones, which say nothing of shapes either."""
    for e in equations:
        if e.position in loose:
            world.declaring[e.position] = f"says what {e.text(e.lhs)} is as a whole; its entries are defined later"
            world.of_any_sample.add(e.position)
    return [e for e in equations if e.position not in loose]


def readings_of_model(world: World, e: Equation) -> Iterator[Equation | None]:
    r"""The ways to read a model: as what its error is, `\epsilon = y - Xw` for each name that may be it, the last term
    first, and as nothing to compute with."""
    yield from (_of_error(e, n) for n, _ in errors(world, e))
    yield None


def errors(world: World, e: Equation) -> Iterator[tuple[int, str]]:
    """The terms of a model that may be its error, with their names: names without a meaning, by which nobody
    differentiates and which no other formula has beside the data, as it has the b of `y - wx - b`."""
    data = reference(e.lhs, world.glossary)
    others = [side for x in world.equations if x.position != e.position for side in (x.lhs, x.rhs)]
    beside = [{r.base for r in references(side, world)} for side in others]
    for n, term in reversed(list(enumerate(e.rhs.terms if isinstance(e.rhs, Sum) else ()))):
        ref = reference(term.node, world.glossary)
        if data is None or ref is None or ref.postfix or ref.primes or term.sign not in OPPOSITE:
            continue
        known = world.defined(ref.base) or world.family(ref.base).by
        if not known and not any({ref.base, data.base} <= names for names in beside):
            yield n, ref.base


def _of_error(e: Equation, n: int) -> Equation:
    """A model solved for one of its terms."""
    assert isinstance(e.rhs, Sum)
    terms = e.rhs.terms
    error = terms[n]
    rest = terms[:n] + terms[n + 1 :]
    data = Term("+", e.lhs)
    if error.sign == "+":
        solved = (data, *(Term(OPPOSITE.get(t.sign, t.sign), t.node) for t in rest))
    else:
        solved = (*rest, Term("-", e.lhs))
    return replace(e, lhs=error.node, rhs=Sum(e.rhs.span, solved))
