r"""The update rules of a sheet, and the sheet with all versions of its quantities written as primes.

`w' = w - \eta g`, `w_{new} = ...`, `w^{(t+1)} = w^{(t)} - ...`, `w \leftarrow ...` and `w := w - ...` say one thing.
What is updated is written with a prime where it is meant after the update; the rest of the reading knows nothing of
steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chainrule.read.tree import Sum
from chainrule.sheet.records.statements import Equation, Scope, Sheet
from chainrule.sheet.syntax.names import reference
from chainrule.trace.counted import with_counts
from chainrule.trace.gradients import with_gradients_named
from chainrule.trace.implied import with_each, with_implied
from chainrule.trace.rules import Rule, Updates, descends, has_term, speaks_of_updates, unprimed
from chainrule.trace.versions import with_assignments, with_words


def with_updates(sheet: Sheet, parameters: Sequence[str] = ()) -> tuple[Sheet, Updates]:
    """The sheet with versions as primes, and its update rules; `parameters` in TeX are known to be asked for."""
    updates = Updates()
    with_words(sheet, updates)
    with_counts(sheet, updates)
    assigned = with_assignments(sheet, updates)
    for e in sheet.equations:
        ref = reference(e.lhs, sheet.glossary)
        if ref is not None and ref.primes == 1 and (e.position in assigned or _is_rule(sheet, e)):
            updates.rules.append(Rule(unprimed(e.lhs), ref.base, e))
    with_each(sheet, updates, parameters)
    if not updates.rules:
        with_implied(sheet, updates, parameters)
    if updates.rules:
        updates.style = updates.style or "prime"
    with_gradients_named(sheet, updates)
    return sheet, updates


def of_scope(sheet: Sheet, scope: Scope) -> Sheet:
    """What is seen in an exercise: its own and all that stands before the exercises."""
    return replace(
        sheet,
        equations=[e for e in sheet.equations if scope.sees(e.scope)],
        sentences=[s for s in sheet.sentences if scope.sees(s.scope)],
        expressions=[x for x in sheet.expressions if scope.sees(x[0])],
        titles=sheet.titles if len({e.scope.number for e in sheet.equations}) < 2 else [],
    )


def _is_rule(sheet: Sheet, e: Equation) -> bool:
    """Whether `w' = ...` speaks of w: a value of the next step made from this one."""
    if e.link or e.op not in ("=", ":=", "←", "≡"):
        return False
    terms = e.rhs.terms if isinstance(e.rhs, Sum) else ()
    if not any(has_term(t.node, unprimed(e.lhs)) for t in terms):
        return False
    return descends(sheet, e) or speaks_of_updates(sheet)
