"""Tensor functions as component terms. A tensor is a term plus an order of its free indices; a transpose is that order.

Where a function acts along an axis, the axis is named by its free index in the body.
"""

from __future__ import annotations

from fractions import Fraction

from chainrule.expr.index import Index
from chainrule.expr.making import value
from chainrule.expr.nodes import Expr
from chainrule.expr.substitution import substitute
from chainrule.expr.terms import apply, const, delta, determinant, div, mul, power, reduce, size, sub, total


def softmax(body: Expr, index: Index) -> Expr:
    """exp(b[i]) / sum_k exp(b[k])."""
    weight = apply("exp", body)
    return div(weight, total(index, weight))


def logsumexp(body: Expr, index: Index) -> Expr:
    """log sum_i exp(b[i])."""
    return apply("log", total(index, apply("exp", body)))


def log_softmax(body: Expr, index: Index) -> Expr:
    """b[i] - log sum_k exp(b[k])."""
    return sub(body, logsumexp(body, index))


def mean(body: Expr, index: Index) -> Expr:
    """(1 / n) sum_i b[i]."""
    return div(total(index, body), size(index.dim))


def norm(body: Expr, *indices: Index, p: int | Fraction | str = 2) -> Expr:
    """(sum |b|^p)^(1/p) over all the indices; p = "inf" is the largest |b|. Over two indices p = 2 is Frobenius.

    >>> from chainrule.expr import Dim, Symbol, component
    >>> i = Index("i", Dim("n")); x = component(Symbol("x", (i.dim,)), i)
    >>> norm(x, i)
    (sum[•1:n]((x[•1])^(2)))^(1/2)
    """
    if p == "inf":
        return _over("max", apply("abs", body), indices)
    order = Fraction(p)
    even = order.denominator == 1 and order % 2 == 0
    powers = power(body if even else apply("abs", body), const(order))
    return power(_over("sum", powers, indices), const(1 / order))


def _over(op: str, body: Expr, indices: tuple[Index, ...]) -> Expr:
    for index in indices:
        body = reduce(op, index, body)
    return body


def inner(a: Expr, b: Expr, *indices: Index) -> Expr:
    """sum a b over the indices: an inner product, a matrix product, a Frobenius product."""
    return _over("sum", mul(a, b), indices)


def diagonal(body: Expr, row: Index, col: Index) -> Expr:
    """The diagonal of a matrix, a vector over `row`."""
    return substitute(body, {col: value(row)})


def diagonal_matrix(body: Expr, row: Index, col: Index) -> Expr:
    """The matrix with the vector `body` over `row` on its diagonal."""
    return mul(delta(value(row), value(col)), body)


def swapped(body: Expr, i: Index, j: Index) -> Expr:
    """The entries of the transpose, for two indices over the same dimension."""
    return substitute(body, {i: value(j), j: value(i)})


def log_determinant(body: Expr, row: Index, col: Index) -> Expr:
    """log |det b|."""
    return apply("log", apply("abs", determinant(body, row, col)))
