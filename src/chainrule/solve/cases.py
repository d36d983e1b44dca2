r"""Derivatives in a case, `\frac{\partial L}{\partial o_k}` for `k \neq y`: what an indicator then is, and no other."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.calculus import contract
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.expr import Expr, Index, IndexValue, Indicator, const, indicator, substitute, value, walk
from chainrule.sheet.records.statements import Equation


def case_of(variant: Variant, line: Equation) -> Indicator | None:
    """The condition of a line as a term; None where it has none that compares two of its indices or an index to a
    label."""
    if not line.conditions or line.position in variant.failed:
        return None
    val = Lines.restriction(line, variant.typed[line.position][0])
    term = None if val is None else val.at()
    return term if isinstance(term, Indicator) and term.rel in ("==", "!=") else None


def in_case(term: Expr, case: Indicator | None, letters: Mapping[str, Index] | None = None) -> Expr:
    """A term where the case holds; `letters` are its indices for those of the case by their names."""
    if case is None:
        return term
    put = {i: value((letters or {})[i.name]) for i in case.axes if i.name in (letters or {})}
    a, b = (substitute(x, put) for x in (case.a, case.b))
    equal = {indicator("==", a, b), indicator("==", b, a)}
    apart = {indicator("!=", a, b), indicator("!=", b, a)}
    done: dict[Expr, Expr] = {}
    for node in walk(term):
        new = node.with_scopes([(bound, done[inner]) for bound, inner in node.scopes]) if node.scopes else node
        if new in equal or new in apart:
            new = const(1 if (new in equal) == (case.rel == "==") else 0)
        done[node] = new
    found = done[term]
    if case.rel == "==":
        index, other = (a, b) if isinstance(a, IndexValue) else (b, a)
        found = substitute(found, {index.index: other}) if isinstance(index, IndexValue) else found
    return contract(found)
