r"""Kronecker products and vec: `A \otimes B`, `\operatorname{vec}(AXB) = (B^\top \otimes A) \operatorname{vec}(X)`.

An axis put together of two has as many places as both have pairs; a place k is the pair of what k is divided by the
length of the second, and what is left. vec puts the columns of a matrix one below the other, or the rows where the
text says so.
"""

from __future__ import annotations

from chainrule.expr import Expr, add, apply, const, mul, power, size
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Dims, Jacobian, Untyped, Val


def kronecker(dims: Dims, a: Val, b: Val) -> Val:
    """The block matrix of all a_ij B; of two columns the long column, of two rows the long row."""
    if "tensor" in (a.kind, b.kind):
        raise Untyped("the Kronecker product of a tensor", "shape")
    if a.scalar or b.scalar:
        raise Untyped("the Kronecker product of a number", "shape")
    sides = [_Side(dims, x, y) for x, y in zip(a.shape, b.shape, strict=True)]

    def at(*places: Expr) -> Expr:
        rest = list(places)
        pairs = [side.pair(rest.pop(0)) if side.dim is not None else ((), ()) for side in sides]
        first = [x for one, _ in pairs for x in one]
        second = [x for _, other in pairs for x in other]
        return mul(a.at(*first), b.at(*second))

    return Val((sides[0].dim, sides[1].dim), at, None, a.derived or b.derived)


def vec(dims: Dims, a: Val, rows: bool = False) -> Val:
    """The entries of a matrix as one long column."""
    if a.kind in ("tensor", "scalar"):
        raise Untyped(f"vec of a {a.kind}", "shape")
    if a.kind != "matrix":
        dims.stretched += 1
        return a.transposed() if a.kind == "row" else a
    outer, inner = (a.dims[0], a.dims[1]) if rows else (a.dims[1], a.dims[0])
    side = _Side(dims, outer, inner)

    def at(k: Expr) -> Expr:
        (first,), (second,) = side.pair(k)
        return a.at(first, second) if rows else a.at(second, first)

    return Val((side.dim, None), at, None, a.derived)


def by_vec(frame: Frame, slopes: Jacobian, flat: bool) -> Val:
    """A derivative by the long column of a matrix, from that by the matrix; by a row where that is transposed."""
    above, below = slopes.above_dims, slopes.below_dims
    if len(below) != 2 or len(above) > 1:
        raise Untyped("a derivative by what is no matrix, or of one, as a long column", "shape")
    rows = frame.world.rows_first
    side = _Side(frame.dims, *(below if rows else below[::-1]))

    def full(*places: Expr) -> Expr:
        (first,), (second,) = side.pair(places[-1])
        return slopes.full(*places[:-1], *((first, second) if rows else (second, first)))

    assert side.dim is not None
    if flat:
        return Val((above[0] if above else None, side.dim), full, derived=True)
    return Jacobian(None, None, above, (side.dim,), full).laid_out(frame.world.layout)


class _Side:
    """An axis put together of two, where both are there."""

    def __init__(self, dims: Dims, first: str | None, second: str | None) -> None:
        self.dims, self.first, self.second = dims, first, second
        self.dim = dims.pairs(first, second) if first is not None and second is not None else first or second

    def pair(self, place: Expr) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
        """The places in both axes that a place is."""
        if self.first is None or self.second is None:
            return ((place,), ()) if self.second is None else ((), (place,))
        whole, one, other = (self.dims.dim(d) for d in (str(self.dim), self.first, self.second))
        length = size(other)
        from_zero = add(place, const(-whole.low))
        # half a place more keeps the quotient off the whole numbers, where an interval would hold two of them
        block = apply("floor", mul(add(mul(const(2), from_zero), const(1)), power(mul(const(2), length), const(-1))))
        left = add(from_zero, mul(const(-1), length, block), const(other.low))
        return (add(block, const(one.low)),), (left,)
