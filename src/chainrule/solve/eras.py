r"""The parts of an exercise in which every name has one meaning: `f(x) = a^\top x` in one item, `f(x) = \|x\|` in the
next. Where a question stands between two formulas for a name, the second is a new meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chainrule.read.tree import Product
from chainrule.sheet.definitions.redefine import to_be_shown
from chainrule.sheet.records.statements import DEFINING, Equation, Scope, Sheet
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import letter_of, reference
from chainrule.solve.question import Question
from chainrule.trace.rules import callee_base


@dataclass(frozen=True)
class Era:
    """A part of an exercise: where it starts in the text, the position of the equation that ends it (None for the last
    part), and the positions of the equations whose meanings are over."""

    start: int
    end: int | None
    over: frozenset[int]

    def of(self, sheet: Sheet) -> Sheet:
        """The sheet as it is to be read in this part: of the old meanings only the right sides, which tell shapes."""
        old = [replace(e, lhs=e.rhs, op="=") if e.position in self.over else e for e in sheet.equations]
        return replace(sheet, equations=old)


def eras(sheet: Sheet, scope: Scope, asked: Sequence[Question]) -> list[Era]:
    """The parts of an exercise, in order."""
    known: dict[str, Equation] = {}
    over = set[int]()
    found = [Era(0, None, frozenset())]
    for e in sheet.equations:
        base = _defined(sheet, e) if scope.sees(e.scope) else None
        if base is None:
            continue
        before = known.get(base)
        if before is None or _differs(before, e):
            known[base] = e
        if before is not None and known[base] is e and _asked_between(before, e, asked):
            over.add(before.position)
            last = found[-1]
            if last.start < e.span.start:
                found[-1] = replace(last, end=e.position)
                found.append(Era(e.span.start, None, frozenset()))
            found[-1] = replace(found[-1], over=frozenset(over))
    return found


def _defined(sheet: Sheet, e: Equation) -> str | None:
    """The name that an equation of the sheet gives a meaning to."""
    if not e.own or e.link or e.op not in DEFINING or e.spelled is not None or e.source != "formula" or to_be_shown(e):
        return None
    called = isinstance(e.lhs, Product) and callee_base(sheet, e.lhs) is not None
    ref = reference(e.lhs.factors[0].node if called and isinstance(e.lhs, Product) else e.lhs, sheet.glossary)
    if ref is None:
        return None
    places = tuple(x for x in (*ref.subs, *ref.labels) if letter_of(x) is None)
    return str(replace(ref, subs=places, labels=()).key)  # the y_i of one item are the y of the next


def _differs(before: Equation, e: Equation) -> bool:
    """Whether a second formula may be another meaning: elsewhere, another text, no value of the first."""
    texts = [x.text(x.rhs).split() for x in (before, e)]
    value = is_numeric(e.rhs) and not is_numeric(before.rhs)
    return before.scope != e.scope and texts[0] != texts[1] and not value


def _asked_between(before: Equation, e: Equation, asked: Sequence[Question]) -> bool:
    return any(before.span.start < q.end <= e.span.start for q in asked)
