"""Algebra of shapes: sums, matrix, inner, outer and elementwise products, powers, transposes of `Val`s.

Every operation unifies the dimensions it needs equal and raises `Untyped` when they cannot be. Shapes follow matrix
algebra with columns, rows and scalars kept apart: a column times a row is an outer product, a row times a column an
inner product, a scalar multiplies everything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

from chainrule.expr import Expr, Index, add, const, delta, inverse, mul, power, total, value
from chainrule.expr import determinant as determinant_term
from chainrule.sheet.records.shapes import Dims, Jacobian, Layout, Untyped, Val, describe, scalar

_fresh = count()


def fresh(dims: Dims, dim: str) -> Index:
    """A new index over a dimension; bound at once by the operation that asks for it."""
    return Index(f"·{next(_fresh)}", dims.dim(dim))


def same_shape(dims: Dims, a: Val, b: Val) -> bool:
    """Whether both have the same sides present; unifies them when they do."""
    if len(a.shape) != len(b.shape) or any((x is None) != (y is None) for x, y in zip(a.shape, b.shape, strict=True)):
        return False
    for x, y in zip(a.dims, b.dims, strict=True):
        dims.unify(x, y)
    return True


def elementwise(dims: Dims, f: Callable[..., Expr], *vals: Val, what: str = "these") -> Val:
    """f applied entry by entry; scalars are repeated, a row (or column) bias is repeated over the rows of a matrix."""
    big = max(vals, key=lambda v: len(v.dims))
    ats = [_spread(dims, v, big, what) for v in vals]
    derived = any(v.derived for v in vals)
    literal = not big.scalar and all(v.literal for v in vals if not v.scalar)
    return Val(big.shape, lambda *t: f(*(at(*t) for at in ats)), None, derived, literal)


def _spread(dims: Dims, v: Val, big: Val, what: str) -> Callable[..., Expr]:
    if v.scalar:
        return lambda *_: v.at()
    if same_shape(dims, v, big):
        return v.at
    if big.kind == "matrix" and v.kind == "row":
        dims.unify(str(v.shape[1]), str(big.shape[1]))
        return lambda _i, j: v.at(j)
    if big.kind == "matrix" and v.kind == "column" and dims.find(str(v.shape[0])) != dims.find(str(big.shape[0])):
        # a bias: one entry per column, added to every row
        dims.unify(str(v.shape[0]), str(big.shape[1]))
        return lambda _i, j: v.at(j)
    raise Untyped(f"{what} do not fit: {describe(v, dims)} and {describe(big, dims)}", "shape")


def plus(dims: Dims, a: Val, b: Val) -> Val:
    """a + b. A scalar beside a vector is repeated, as in `1 - a`."""
    if (a.kind == "column" and b.kind == "row") or (a.kind == "row" and b.kind == "column"):
        raise Untyped(f"the terms do not fit: {describe(a, dims)} and {describe(b, dims)}", "shape")
    if a.kind == "matrix" and b.kind == "column" and _is_per_row(dims, b, a):
        b = _for_each_column(b, a)
    elif a.kind == "column" and b.kind == "matrix" and _is_per_row(dims, a, b):
        a = _for_each_column(a, b)
    return elementwise(dims, lambda x, y: add(x, y), a, b, what="the terms")


def _is_per_row(dims: Dims, v: Val, matrix: Val) -> bool:
    """Whether a column beside a matrix that is not square has one entry for each of its rows: the bias of `W X + b` is
    added to every sample where the samples are columns."""
    own, rows, cols = (dims.find(str(d)) for d in (v.shape[0], *matrix.shape))
    if rows == cols:
        return False
    return own == rows or (dims.unlike(own, cols) and not dims.unlike(own, rows))


def _for_each_column(v: Val, matrix: Val) -> Val:
    return Val((v.shape[0], matrix.shape[1]), lambda i, _j: v.at(i), None, v.derived)


def negated(a: Val) -> Val:
    """-a."""
    return scaled_by(lambda: const(-1), a, a.derived)


def scaled(s: Val, a: Val) -> Val:
    """A scalar times anything."""
    return scaled_by(s.at, a, s.derived or a.derived)


def scaled_by(factor: Callable[[], Expr], a: Val, derived: bool) -> Val:
    """A term times anything; a derivative stays one, with its factor."""
    at, jacobian = a.at, a.jacobian
    if jacobian is not None:
        full = jacobian.full
        jacobian = replace(jacobian, full=lambda *t: mul(factor(), full(*t)))
    return Val(a.shape, lambda *t: mul(factor(), at(*t)), jacobian, derived, a.literal and not a.scalar)


def hadamard(dims: Dims, a: Val, b: Val) -> Val:
    """The elementwise product."""
    if "tensor" in (a.kind, b.kind) and not same_shape(dims, a, b):
        raise Untyped("an elementwise product needs equal shapes", "shape")
    dims.stretched += a.scalar != b.scalar
    return elementwise(dims, lambda x, y: mul(x, y), a, b, what="the factors of an elementwise product")


def matmul(dims: Dims, a: Val, b: Val) -> Val:
    """The matrix product, with rows and columns as thin matrices and scalars as numbers."""
    if a.scalar:
        return scaled(a, b)
    if b.scalar:
        dims.stretched += 0.0 if b.literal else 0.4
        return scaled(b, a)
    if a.kind == "tensor" or b.kind == "tensor":
        raise Untyped("a tensor with more than two axes in a matrix product", "shape")
    (ar, ac), (br, bc) = a.shape, b.shape
    derived = a.derived or b.derived
    if ac is None and br is None:
        # (n,1)(1,m): outer product; (n,1)(1,1) was handled above
        if ar is None or bc is None:
            raise Untyped(f"{describe(a, dims)} times {describe(b, dims)}", "shape")
        return Val((ar, bc), lambda i, j: mul(a.at(i), b.at(j)), None, derived, outer=True)
    if ac is None or br is None:
        raise Untyped(f"{describe(a, dims)} times {describe(b, dims)} does not fit", "shape")
    dims.unify(ac, br)
    present_left, present_right = ar is not None, bc is not None

    def at(*terms: Expr) -> Expr:
        k = fresh(dims, ac)
        rest = list(terms)
        left = [rest.pop(0)] if present_left else []
        right = [rest.pop(0)] if present_right else []
        return total(k, mul(a.at(*left, value(k)), b.at(value(k), *right)))

    return Val((ar, bc), at, None, derived)


def inner(dims: Dims, a: Val, b: Val) -> Val:
    """The inner product: the sum of all products of entries (Frobenius for matrices)."""
    if a.kind != b.kind and {a.kind, b.kind} == {"row", "column"}:
        b = b.transposed()
    if not same_shape(dims, a, b):
        raise Untyped(f"an inner product of {describe(a, dims)} and {describe(b, dims)}", "shape")
    return summed(dims, hadamard(dims, a, b))


def summed(dims: Dims, a: Val) -> Val:
    """The sum of all entries."""

    def at() -> Expr:
        indices = [fresh(dims, d) for d in a.dims]
        term = a.at(*(value(i) for i in indices))
        for i in reversed(indices):
            term = total(i, term)
        return term

    return scalar(at, a.derived)


def raised(dims: Dims, a: Val, exponent: Val) -> Val:
    """a to a power: elementwise, for a scalar or elementwise base."""
    return elementwise(dims, lambda x, y: power(x, y), a, exponent, what="base and exponent")


def mapped(f: Callable[[Expr], Expr], a: Val) -> Val:
    """A scalar function on every entry."""
    at = a.at
    return Val(a.shape, lambda *t: f(at(*t)), None, a.derived, a.literal and not a.scalar)


def inverted(dims: Dims, a: Val) -> Val:
    """The inverse of a square matrix, the reciprocal of a scalar."""
    if a.scalar:
        return mapped(lambda x: power(x, const(-1)), a)
    if a.kind != "matrix" or a.outer:
        raise Untyped(f"{'a product of two vectors' if a.outer else describe(a, dims)} has no inverse", "shape")
    rows, cols = str(a.shape[0]), str(a.shape[1])
    dims.unify(rows, cols)

    def at(i: Expr, j: Expr) -> Expr:
        r, c = fresh(dims, rows), fresh(dims, cols)
        return inverse(a.at(value(r), value(c)), r, c, i, j)

    return Val(a.shape, at, None, a.derived)


def determinant(dims: Dims, a: Val) -> Val:
    """The determinant of a square matrix."""
    if a.kind != "matrix":
        raise Untyped(f"{describe(a, dims)} has no determinant", "shape")
    rows, cols = str(a.shape[0]), str(a.shape[1])
    dims.unify(rows, cols)

    def at() -> Expr:
        r, c = fresh(dims, rows), fresh(dims, cols)
        return determinant_term(a.at(value(r), value(c)), r, c)

    return scalar(at, a.derived)


def traced(dims: Dims, a: Val) -> Val:
    """The trace of a square matrix."""
    if a.scalar:
        dims.stretched += 1
        return a
    if a.kind != "matrix":
        raise Untyped(f"{describe(a, dims)} has no trace", "shape")
    dims.unify(str(a.shape[0]), str(a.shape[1]))

    def at() -> Expr:
        k = fresh(dims, str(a.shape[0]))
        return total(k, a.at(value(k), value(k)))

    return scalar(at, a.derived)


def identity(dim: str) -> Val:
    """The identity matrix over one dimension."""
    return Val((dim, dim), lambda i, j: delta(i, j))


def diagonal(dims: Dims, a: Val) -> Val:
    """diag: a vector onto the diagonal of a matrix, a matrix to its diagonal as a column."""
    if a.kind in ("column", "row"):
        dim = a.dims[0]
        return Val((dim, dim), lambda i, j: mul(a.at(i), delta(i, j)), None, a.derived)
    if a.kind == "matrix":
        dims.unify(*a.dims)
        return Val((a.dims[0], None), lambda i: a.at(i, i), None, a.derived)
    raise Untyped(f"diag of {describe(a, dims)}", "shape")


def contract_chain(dims: Dims, a: Val, b: Val, layout: Layout) -> Val | None:
    """The product of two derivative fractions that share a symbol: `∂y/∂z ∂z/∂x`, summed over all components of z.

    In either order: numerator layout writes it left to right, denominator layout right to left. None: they share none.
    """
    left, right = a.jacobian, b.jacobian
    if left is None or right is None:
        return None
    if left.below is None or left.below != right.above:
        left, right = right, left
    if left.below is None or left.below != right.above or len(left.below_dims) != len(right.above_dims):
        return None
    for x, y in zip(left.below_dims, right.above_dims, strict=True):
        dims.unify(x, y)
    shared, above = left.below_dims, len(left.above_dims)
    left_full, right_full = left.full, right.full

    def full(*terms: Expr) -> Expr:
        indices = [fresh(dims, d) for d in shared]
        inside = [value(k) for k in indices]
        term = mul(left_full(*terms[:above], *inside), right_full(*inside, *terms[above:]))
        for k in reversed(indices):
            term = total(k, term)
        return term

    joint = Jacobian(left.above, right.below, left.above_dims, right.below_dims, full, right.row)
    return joint.laid_out(layout)
