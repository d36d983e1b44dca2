r"""Derivatives in a case, `\frac{\partial L}{\partial o_k}` for `k \neq y`: what an indicator then is, and no other."""

from __future__ import annotations

from chainrule.check.comparison.lines import Lines, Variant
from chainrule.expr import Indicator
from chainrule.sheet.records.statements import Equation


def case_of(variant: Variant, line: Equation) -> Indicator | None:
    """The condition of a line as a term; None where it has none that compares two of its indices or an index to a
    label."""
    if not line.conditions or line.position in variant.failed:
        return None
    val = Lines.restriction(line, variant.typed[line.position][0])
    term = None if val is None else val.at()
    return term if isinstance(term, Indicator) and term.rel in ("==", "!=") else None
