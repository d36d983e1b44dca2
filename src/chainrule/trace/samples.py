r"""A sheet without its data: where it gives numbers for `x_1`, `x_2` and speaks of `x_i`, a derivation is made for any
samples, `\sum_i (p_i - y_i) x_i`, and not for these term by term."""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Name, Node, Number
from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import Ref, reference, walk


def without_samples(sheet: Sheet) -> Sheet | None:
    """The sheet without the numbers of its samples; None where it gives none."""
    refs = [ref for e in sheet.equations for side in (e.lhs, e.rhs) for n in walk(side) if (ref := _ref(sheet, n))]
    lettered = {ref.base for ref in refs if any(isinstance(x, Name) for x in _marks(ref))}
    kept = [e for e in sheet.equations if not _is_sample(sheet, e, lettered)]
    return replace(sheet, equations=kept) if len(kept) < len(sheet.equations) else None


def _is_sample(sheet: Sheet, e: Equation, lettered: set[str]) -> bool:
    ref = _ref(sheet, e.lhs)
    if ref is None or ref.base not in lettered or ref.primes or not is_literal(e.rhs):
        return False
    marks = _marks(ref)
    return len(marks) == 1 and isinstance(marks[0], Number) and marks[0].text != "0"


def _ref(sheet: Sheet, node: Node) -> Ref | None:
    return reference(node, sheet.glossary)


def _marks(ref: Ref) -> tuple[Node, ...]:
    return (*ref.subs, *ref.labels)
