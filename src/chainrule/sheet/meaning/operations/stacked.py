"""Vectors put together: rows one below the other and columns one beside the other are the rows and columns of a matrix;
columns one below the other are one long column."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chainrule.expr import Expr, IndexValue, add, const, indicator, mul, piecewise, size, substitute
from chainrule.sheet.records.frame import Frame, Term
from chainrule.sheet.records.linear import Linear
from chainrule.sheet.records.shapes import Measure, Untyped, Val


def chosen(i: Expr, ats: Sequence[Callable[..., Expr]]) -> Expr:
    """The item at a place, counted from 1."""
    if len(ats) == 1:
        return ats[0]()
    cases = [(indicator("==", i, const(n + 1)), at()) for n, at in enumerate(ats[:-1])]
    return piecewise(cases, ats[-1]())


def counted(frame: Frame, dim: str, place: Expr) -> Expr:
    """The place of an item, counted from 1, at an index of its axis: w_0 is the first entry where w is counted from
    0."""
    low = frame.dims.dim(dim).low
    return place if low == 1 else add(place, const(1 - low))


def put(term: Expr, slot: Expr, place: Expr) -> Expr:
    """The general item at a place."""
    assert isinstance(slot, IndexValue)
    return substitute(term, {slot.index: place})


def beside(frame: Frame, vals: Sequence[Val]) -> Val:
    """Columns one beside the other are a matrix, matrices a wider one, rows one long row."""
    return stacked(frame, [v.transposed() for v in vals]).transposed()


def stacked(frame: Frame, vals: Sequence[Val]) -> Val:
    """Rows one below the other are a matrix, matrices a higher one, columns (and numbers) one long column."""
    across = [v.shape[1] for v in vals if v.kind != "tensor"]
    wide = [d for d in across if d is not None]
    if len(across) < len(vals) or 0 < len(wide) < len(vals):
        raise Untyped("the parts of a block matrix do not fit", "shape")
    for d in wide[1:]:
        frame.dims.unify(wide[0], d)
    whole = frame.new_dim("stack")
    lengths = [v.shape[0] for v in vals]
    if any(d is not None for d in lengths):
        sizes = Linear.of((d, 1) for d in lengths if d is not None)
        frame.dims.measure(Measure(whole, Linear(sizes.parts, lengths.count(None))))
    else:
        frame.dims.fix(whole, len(vals))
    return Val((whole, wide[0] if wide else None), lambda i, *j: _part(frame, whole, vals, i, j))


def _part(frame: Frame, whole: str, vals: Sequence[Val], i: Expr, rest: tuple[Expr, ...]) -> Expr:
    """The entry of parts that lie one below the other."""
    dims, cases = frame.dims, []
    before: Expr = const(dims.dim(whole).low - 1)
    for v in vals:
        length = v.shape[0]
        end = add(before, const(1) if length is None else size(dims.dim(length)))
        own = () if length is None else (add(i, mul(const(-1), before), const(dims.dim(length).low - 1)),)
        cases.append((mul(indicator("<", before, i), indicator("<=", i, end)), v.at(*own, *rest)))
        before = end
    return piecewise(cases, const(0))


def repeated(val: Val, dim: str, slot: Term, down: bool) -> Val:
    """A list with dots whose general item is a vector: rows one below the other, or columns one beside the other."""
    if val.kind != ("row" if down else "column"):
        raise Untyped("a list of vectors is no vector", "untyped")
    (axis,) = val.dims
    if down:
        return Val((dim, axis), lambda i, j: put(val.at(j), slot(), i))
    return Val((axis, dim), lambda i, j: put(val.at(i), slot(), j))
