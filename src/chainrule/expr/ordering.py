"""The order of the terms of a sum and the factors of a product: by their structure, never by memory addresses."""

from __future__ import annotations

from functools import cmp_to_key
from operator import attrgetter

from chainrule.expr.nodes import Expr

_rough = attrgetter("rough")


def in_order(terms: list[Expr]) -> tuple[Expr, ...]:
    """The terms sorted by their structure."""
    if len(terms) < 3:
        if len(terms) < 2:
            return tuple(terms)
        a, b = terms
        mine, other = a.rough, b.rough
        return (a, b) if mine < other or (mine == other and _before(a, b)) else (b, a)
    terms.sort(key=_rough)
    last = None
    for term in terms:
        if term.rough == last:
            terms.sort(key=_structure)
            break
        last = term.rough
    return tuple(terms)


def _before(a: Expr, b: Expr) -> bool:
    """Whether a comes before b; where kind and first name leave it open, by what is first different inside."""
    while a.rough == b.rough and a is not b:
        mine, other = a.atoms(), b.atoms()
        if mine != other:
            return mine < other
        a, b = next((x, y) for x, y in zip(a.children, b.children, strict=True) if x is not y)
    return a.rough < b.rough


def _compared(a: Expr, b: Expr) -> int:
    return 0 if a is b else -1 if _before(a, b) else 1


_structure = cmp_to_key(_compared)
