"""Denominators cleared from terms that vanish: `n_1 / p - n_0 / (1 - p)` is zero where `n_1 (1 - p) - n_0 p` is.

Newton's method runs away from quotients towards infinity, where they vanish too; it finds the roots of what stands
above the common denominator. A root counts only where no denominator vanishes.
"""

from __future__ import annotations

from itertools import product
from math import prod

from chainrule.calculus import resolve
from chainrule.expr import Component, Const, Definitions, Expr, Power, Reduce, add, const, mul, power, total
from chainrule.expr.walks import factors_in, terms_in

DEEPEST = 4  # so many names are opened one inside the other
MOST = 32  # so many summands a product of sums may have


def cleared(term: Expr, definitions: Definitions) -> Expr:
    """A term times the least power of each denominator that leaves none in its summands."""
    summands = terms_in(resolve(term, definitions))
    for _ in range(DEEPEST):
        opened = add(*(_taken_apart(_opened(s, definitions)) for s in summands))
        if terms_in(opened) == summands:
            break
        summands = terms_in(opened)
    highest: dict[Expr, int] = {}
    for summand in summands:
        for base, exponent in _denominators(summand):
            highest[base] = max(highest.get(base, 0), exponent)
    factors = [power(base, const(n)) for base, n in highest.items()]
    return add(*(mul(summand, *factors) for summand in summands))


def _opened(summand: Expr, definitions: Definitions) -> Expr:
    """A summand with what its names stand for in their place."""
    factors = factors_in(summand)
    named = (isinstance(f, Component) and f.symbol in definitions for f in factors)
    return mul(
        *(
            definitions[f.symbol].at(*f.indices) if isinstance(f, Component) and known else f
            for f, known in zip(factors, named, strict=True)
        )
    )


def _taken_apart(summand: Expr) -> Expr:
    """`\\sum_n r_n (x_n / m - (1 - x_n) / (1 - m))` as one sum for each quotient, with what does not run with n before
    it; a term without such a denominator as it is."""
    factors = factors_in(summand)
    for place, factor in enumerate(factors):
        if not isinstance(factor, Reduce) or factor.op != "sum":
            continue
        parts = [_before(factor, p) for p in _products(factor.body)]
        if any(_denominators(mul(*before)) for before, _ in parts):
            rest = (*factors[:place], *factors[place + 1 :])
            return add(*(mul(*rest, *before, within) for before, within in parts))
    return summand


def _before(whole: Reduce, factors: tuple[Expr, ...]) -> tuple[list[Expr], Expr]:
    """The factors of one summand of a sum that do not run with its index, and the sum of the others."""
    before = [f for f in factors if whole.index not in f.free]
    return before, total(whole.index, mul(*(f for f in factors if whole.index in f.free)))


def _products(body: Expr) -> list[tuple[Expr, ...]]:
    """A product of sums as the factors of each of its summands; as it is where these are too many."""
    factors = factors_in(body)
    choices = [terms_in(f) for f in factors]
    found = list(product(*choices)) if prod(map(len, choices)) <= MOST else [factors]
    return [tuple(f for part in p for f in factors_in(part)) for p in found]


def _denominators(summand: Expr) -> list[tuple[Expr, int]]:
    """The bases below the line of a product, each with its exponent there."""
    factors = factors_in(summand)
    found = []
    for f in factors:
        exponent = f.exponent.value if isinstance(f, Power) and isinstance(f.exponent, Const) else 0
        if isinstance(f, Power) and exponent < 0 and exponent.denominator == 1:
            found.append((f.base, -int(exponent)))
    return found
