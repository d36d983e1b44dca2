"""Denominators cleared from terms that vanish: `n_1 / p - n_0 / (1 - p)` is zero where `n_1 (1 - p) - n_0 p` is.

Newton's method runs away from quotients towards infinity, where they vanish too; it finds the roots of what stands
above the common denominator. A root counts only where no denominator vanishes.
"""

from __future__ import annotations

from chainrule.calculus import resolve
from chainrule.expr import Add, Component, Const, Definitions, Expr, Mul, Power, add, const, mul, power

DEEPEST = 4  # so many names are opened one inside the other


def cleared(term: Expr, definitions: Definitions) -> Expr:
    """A term times the least power of each denominator that leaves none in its summands."""
    summands = _summands(resolve(term, definitions))
    for _ in range(DEEPEST):
        opened = add(*(_opened(s, definitions) for s in summands))
        if _summands(opened) == summands:
            break
        summands = _summands(opened)
    highest: dict[Expr, int] = {}
    for summand in summands:
        for base, exponent in _denominators(summand):
            highest[base] = max(highest.get(base, 0), exponent)
    factors = [power(base, const(n)) for base, n in highest.items()]
    return add(*(mul(summand, *factors) for summand in summands))


def _summands(term: Expr) -> tuple[Expr, ...]:
    return term.terms if isinstance(term, Add) else (term,)


def _opened(summand: Expr, definitions: Definitions) -> Expr:
    """A summand with what its names stand for in their place."""
    factors = summand.factors if isinstance(summand, Mul) else (summand,)
    named = (isinstance(f, Component) and f.symbol in definitions for f in factors)
    return mul(
        *(
            definitions[f.symbol].at(*f.indices) if isinstance(f, Component) and known else f
            for f, known in zip(factors, named, strict=True)
        )
    )


def _denominators(summand: Expr) -> list[tuple[Expr, int]]:
    """The bases below the line of a product, each with its exponent there."""
    factors = summand.factors if isinstance(summand, Mul) else (summand,)
    found = []
    for f in factors:
        exponent = f.exponent.value if isinstance(f, Power) and isinstance(f.exponent, Const) else 0
        if isinstance(f, Power) and exponent < 0 and exponent.denominator == 1:
            found.append((f.base, -int(exponent)))
    return found
