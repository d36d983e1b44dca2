"""Means of polynomials under a normal law, exactly: half a Hessian times the covariance, and so on.

A polynomial of at most the fifth degree is its Taylor series about the mean, of which the odd terms vanish and the
fourth one has three equal pairings. Logarithms of densities are polynomials once the exponentials are taken out.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from chainrule.calculus.derivative import derivative
from chainrule.calculus.simplify import contract
from chainrule.expr import (
    Add,
    Apply,
    Component,
    Const,
    Definitions,
    Expr,
    Index,
    Mul,
    Power,
    Reduce,
    Symbol,
    add,
    apply,
    component,
    const,
    mul,
    power,
    rebuilt,
    reduce,
    substitute,
    total,
    value,
    walk,
)
from chainrule.expr.walks import factors_in

HIGHEST = 5
HALF, EIGHTH = const(Fraction(1, 2)), const(Fraction(1, 8))


def mean_of(
    term: Expr,
    x: Symbol,
    mean: Callable[..., Expr],
    covariance: Callable[..., Expr],
    definitions: Definitions,
    highest: int = HIGHEST,
) -> Expr | None:
    """The mean of a term over x with a mean and a covariance, each a function of its index terms; None where the term
    is not seen to be a polynomial in x of at most the highest degree. The term is written out: nothing in it is defined
    by x."""
    term = without_exponentials(term, x)
    degree = degree_in(term, x)
    if degree is None or degree > highest:
        return None
    found, spread = [substitute(term, {x: mean})], term
    factor: Expr = const(1)
    for order, weight in ((2, HALF), (4, EIGHTH)):
        if degree < order:
            break
        i, j = (tuple(Index(f"·m{order}{k}{n}", d) for n, d in enumerate(x.axes)) for k in "ab")
        spread = derivative(derivative(spread, component(x, *i), definitions), component(x, *j), definitions)
        factor = mul(factor, covariance(*map(value, (*i, *j))))
        whole = mul(weight, factor, substitute(spread, {x: mean}))
        for index in _indices(order, x):
            whole = total(index, whole)
        found.append(contract(whole))
    return add(*found)


def _indices(order: int, x: Symbol) -> list[Index]:
    """All indices of the derivatives up to an order."""
    return [Index(f"·m{m}{k}{n}", d) for m in range(2, order + 1, 2) for k in "ab" for n, d in enumerate(x.axes)]


def degree_in(term: Expr, x: Symbol) -> int | None:
    """The degree of a term as a polynomial in the entries of a symbol; None where that is not seen."""
    degrees: dict[Expr, int | None] = {}
    for node in walk(term):  # parts come before what is made of them
        below = [degrees[c] for c in node.children]
        if x not in node.symbols:
            degrees[node] = 0
        elif isinstance(node, Component) and node.symbol is x:
            degrees[node] = None if any(x in i.symbols for i in node.indices) else 1
        elif None in below:
            degrees[node] = None
        elif isinstance(node, (Add, Mul, Power)) or (isinstance(node, Reduce) and node.op == "sum"):
            degrees[node] = _combined(node, [d for d in below if d is not None])
        else:
            degrees[node] = None
    return degrees[term]


def _combined(node: Expr, below: list[int]) -> int | None:
    if isinstance(node, Mul):
        return sum(below)
    if isinstance(node, Power):
        times = node.exponent.value if isinstance(node.exponent, Const) else Fraction(-1)
        return int(below[0] * times) if times >= 0 and times.denominator == 1 else None
    return max(below)


def without_exponentials(term: Expr, x: Symbol) -> Expr:
    """A term with `log(c exp(u))` written as `u + log c` where u has a symbol, which holds for all numbers."""
    return rebuilt(term, lambda _, new: _lowered(new, x), symbols=frozenset({x}))


def _lowered(node: Expr, x: Symbol) -> Expr:
    if isinstance(node, Power) and isinstance(node.base, Apply) and node.base.name == "exp":
        return apply("exp", mul(node.base.args[0], node.exponent))
    if isinstance(node, Power) and isinstance(node.base, Mul) and x not in node.exponent.symbols:
        u, rest = _split(node.base, x)
        return node if u is None else mul(apply("exp", mul(node.exponent, u)), power(rest, node.exponent))
    if isinstance(node, Reduce) and node.op == "prod":
        u, rest = _split(node.body, x)
        return node if u is None else mul(apply("exp", total(node.index, u)), reduce("prod", node.index, rest))
    if isinstance(node, Apply) and node.name == "log":
        u, rest = _split(node.args[0], x)
        return node if u is None else add(u, apply("log", rest))
    return node


def _split(node: Expr, x: Symbol) -> tuple[Expr | None, Expr]:
    """What stands in the exponentials of a product that have a symbol, added up, and the other factors."""
    factors = factors_in(node)
    raised = [f for f in factors if isinstance(f, Apply) and f.name == "exp" and x in f.symbols]
    if not raised:
        return None, node
    return add(*(f.args[0] for f in raised)), mul(*(f for f in factors if f not in raised))
