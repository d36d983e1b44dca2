"""Matrices of entries and of vectors, and families of entries: `[w_{ij}]_{i=1,\\dots,d, j=1,\\dots,h}`."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.expr import Expr
from chainrule.read.tree import Comma, Dots, Fenced, Matrix, Missing, Name, Node, Product, Relation
from chainrule.sheet.arrays import algebra
from chainrule.sheet.meaning.operations.grids import grid
from chainrule.sheet.meaning.operations.lists import limit_length
from chainrule.sheet.meaning.operations.stacked import beside, chosen, counted, put, stacked
from chainrule.sheet.records.frame import MEANINGS, Frame
from chainrule.sheet.records.shapes import Untyped, Val, scalar


def matrix(frame: Frame, node: Matrix) -> Val:
    """A matrix of scalar entries; a single column or row is a vector; dots in a column or row are understood."""
    rows = _without_rules(node.rows)
    if any(isinstance(cell, Dots) for row in rows for cell in row):
        return grid(frame, rows)
    if not rows or len({len(r) for r in rows}) != 1:
        raise Untyped("the rows of this matrix have different lengths", "shape")
    cells = [[frame.value(cell) for cell in row] for row in rows]
    if not all(v.scalar for row in cells for v in row):
        return beside(frame, cells[0]) if len(rows) == 1 else stacked(frame, [_only(row) for row in cells])
    val = _entries(frame, [[v.at for v in row] for row in cells])
    if node.env == "vmatrix":
        return algebra.determinant(frame.dims, val)
    return val


def _without_rules(rows: tuple[tuple[Node, ...], ...]) -> tuple[tuple[Node, ...], ...]:
    """The rows without the bars that show columns or rows as whole vectors: dots all around the names."""

    def bare(lines: list[tuple[Node, ...]]) -> list[tuple[Node, ...]]:
        around = (*lines[0], *lines[-1])
        ruled = len(lines) == 3 and all(isinstance(c, (Dots, Missing)) for c in around)
        return lines[1:2] if ruled else lines

    if not rows or len({len(r) for r in rows}) != 1:
        return rows
    upright = bare(list(rows))
    return tuple(zip(*bare(list(zip(*upright, strict=True))), strict=True))


def _only(row: list[Val]) -> Val:
    if len(row) > 1:
        raise Untyped("a matrix of blocks", "untyped")
    return row[0]


def sized(frame: Frame, node: Matrix, sub: Product) -> Val:
    """`[...]_{n \\times p}`: the size of a matrix is written below it."""
    val = frame.value(node)
    sizes = [f.node for f in sub.factors]
    shape = val.shape if len(val.shape) == len(sizes) else (None,) * len(sizes)
    for dim, size in zip(shape, sizes, strict=True):
        if dim is not None:
            limit_length(frame, dim, size)
    return val


def is_size(node: Node) -> bool:
    """`n \\times p`."""
    return isinstance(node, Product) and len(node.factors) == 2 and node.factors[1].op == "times"


def _entries(frame: Frame, ats: list[list[Callable[..., Expr]]]) -> Val:
    rows, cols = len(ats), len(ats[0])
    down, across = frame.new_dim("rows"), frame.new_dim("cols")
    if rows > 1:
        frame.dims.fix(down, rows)
    if cols > 1:
        frame.dims.fix(across, cols)
    if rows == 1 and cols == 1:
        return scalar(ats[0][0])
    if cols == 1:
        return Val((down, None), lambda i: chosen(counted(frame, down, i), [row[0] for row in ats]), literal=True)
    if rows == 1:
        return Val((None, across), lambda j: chosen(counted(frame, across, j), ats[0]), literal=True)

    def at(i: Expr, j: Expr) -> Expr:
        column = counted(frame, across, j)
        lines: list[Callable[..., Expr]] = [lambda row=row: chosen(column, row) for row in ats]
        return chosen(counted(frame, down, i), lines)

    return Val((down, across), at, literal=True)


def has_ranges(sub: Node) -> bool:
    sub = sub.body if isinstance(sub, Fenced) and sub.open == "{" else sub
    items = sub.items if isinstance(sub, Comma) else (sub,)
    return any(isinstance(i, Relation) and i.links[0].op == "=" for i in items)


def ranged(frame: Frame, body: Node, sub: Node) -> Val:
    """`[w_{ij}]_{i=1,\\dots,d, j=1,\\dots,h}`: the first letter runs down, the second across; with one letter
    vectors stand side by side. A set of ranges has no order."""
    if isinstance(sub, Fenced):
        raise Untyped("over what the letters of the entry in brackets run is not clear", "ambiguous")
    items = sub.items if isinstance(sub, Comma) else (sub,)
    inner, dims = frame, []
    for n, item in enumerate(items):
        if not isinstance(item, Relation) or not isinstance(item.first, Name):
            continue
        letter = item.first.text
        dim = frame.new_dim(letter)
        dims.append((letter, dim))
        following = list(items[n + 1 :])
        ends = [i for i in following[: _until_relation(following)] if not isinstance(i, Dots)]
        if isinstance(item.links[0].node, Comma):
            ends = [i for i in item.links[0].node.items if not isinstance(i, Dots)]
        if ends:
            limit_length(frame, dim, ends[-1])
        inner = inner.bind(letter, dim)
    if not 1 <= len(dims) <= 2:
        raise Untyped("a family of entries needs one or two ranges", "untyped")
    val = inner.value(body)
    if not val.scalar and not (len(dims) == 1 and len(val.dims) == 1):
        raise Untyped("the entries of a matrix are scalars", "untyped")
    slots = [inner.letters[letter][1] for letter, _ in dims]

    def at(*places: Expr) -> Expr:
        term = val.at(*places[: len(val.dims)])
        for slot, place in zip(slots, places[len(val.dims) :], strict=True):
            term = put(term, slot(), place)
        return term

    shape = (*val.dims, dims[0][1]) if val.dims else (dims[0][1], dims[1][1] if len(dims) == 2 else None)
    return Val(shape, at)


def _until_relation(items: list[Node]) -> int:
    return next((n for n, i in enumerate(items) if isinstance(i, Relation)), len(items))


MEANINGS[Matrix] = matrix
