r"""Derivatives by cases, `k \neq y` and `k = y`: what an indicator then is, and no other."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.calculus import contract
from chainrule.expr import (
    Add,
    Component,
    Const,
    Expr,
    Index,
    IndexValue,
    Indicator,
    Mul,
    const,
    indicator,
    piecewise,
    substitute,
    value,
    walk,
)

EQUALITIES = ("==", "!=")


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


def by_cases(term: Expr, axes: tuple[Index, ...]) -> Expr:
    """A sum in which an index is compared with one label, and not only to add or take a number there, by its cases:
    first where the index is another, then where it is the label."""
    tests = {t for t in walk(term) if isinstance(t, Indicator) and _compares(t, axes)}
    pairs = {frozenset((t.a, t.b)) for t in tests}
    if len(pairs) != 1 or not isinstance(term, Add) or not any(_weighs(t, tests) for t in walk(term)):
        return term
    test = next(iter(tests))
    apart, same = indicator("!=", test.a, test.b), indicator("==", test.a, test.b)
    assert isinstance(apart, Indicator) and isinstance(same, Indicator)
    return piecewise([(apart, in_case(term, apart))], in_case(term, same))


def _compares(test: Indicator, axes: tuple[Index, ...]) -> bool:
    """Whether an indicator compares one of the axes with a label."""
    sides = (test.a, test.b)
    label = any(isinstance(x, Component) and x.symbol.kind == "integer" for x in sides)
    return test.rel in EQUALITIES and label and any(isinstance(x, IndexValue) and x.index in axes for x in sides)


def _weighs(node: Expr, tests: set[Indicator]) -> bool:
    """Whether something other than a number stands beside a test."""
    factors = node.factors if isinstance(node, Mul) else ()
    return any(f in tests for f in factors) and any(not isinstance(f, Const) and f not in tests for f in factors)
