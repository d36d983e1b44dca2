r"""Matrices with dots: what changes between the first row or column and the last one runs from one to the other.

`\begin{bmatrix} x_{11} & \cdots & x_{1p} \\ \vdots & \ddots & \vdots \\ x_{n1} & \cdots & x_{np} \end{bmatrix}` is
the matrix of all $x_{ij}$. A row of dots leaves rows out and a column of dots columns; rows that are written out
between the first and the dots must be what the dots stand for. Where the diagonal has a form of its own, as in a
Hessian or the derivative of a softmax, it has a pattern of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chainrule.expr import Expr, const, indicator, piecewise
from chainrule.read.tree import Comma, Dots, Missing, Name, Node, Number, Product, Script
from chainrule.sheet.meaning.operations.lists import limit_length
from chainrule.sheet.meaning.operations.stacked import chosen, counted, put
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped, Val
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.patterns import generalised
from chainrule.sheet.syntax.rebuilding import rebuilt

DOWN, ACROSS = "•", "∘"
UNCLEAR = "what the dots stand for is not clear from the entries around them"
Row = Sequence[Node]


@dataclass(frozen=True)
class Run:
    """A pattern with a slot in it, and what stands in the slot first and last."""

    pattern: Node
    first: Node
    last: Node


def grid(frame: Frame, rows: Sequence[Row]) -> Val:
    """The value of a matrix in which dots stand for rows, for columns or for both."""
    lines = [row for row in rows if not _left_out(row)]
    if not lines or len({len(row) for row in lines}) != 1:
        raise Untyped("the rows of this matrix have different lengths", "shape")
    whole = [row for row in rows if len(row) == len(lines[0])]
    kept = [n for n, column in enumerate(zip(*whole, strict=True)) if not _left_out(column)]
    down, across = len(lines) < len(rows), len(kept) < len(lines[0])
    cells = [[pairs_apart(row[n]) for n in kept] for row in lines]
    if any(isinstance(x, Dots) for row in cells for x in row) or not _dots_before_last(rows, lines):
        raise Untyped(UNCLEAR, "ambiguous")
    if down and across:
        return _whole(frame, cells)
    return _rows(frame, cells) if down else _rows(frame, list(zip(*cells, strict=True)), "column").transposed()


def _left_out(cells: Row) -> bool:
    """Whether a row or column is nothing but dots, alone or beside empty cells."""
    return any(isinstance(c, Dots) for c in cells) and all(isinstance(c, (Dots, Missing)) for c in cells)


def _dots_before_last(rows: Sequence[Row], lines: list[Row]) -> bool:
    """Whether one row at least stands before the dots that leave out rows, and only the last one after them."""
    return rows[0] is lines[0] and (len(lines) == 1 or rows[-1] is lines[-1])


def pairs_apart(cell: Node) -> Node:
    """`x_{11}` beside `x_{1n}`: two digits below a name are two subscripts here, as two letters are."""

    def choose(node: Node) -> Node | None:
        if not isinstance(node, Script) or node.sub is None:
            return None
        sub = node.sub
        if isinstance(sub, Number) and sub.text.isdigit() and len(sub.text) == 2:
            return replace(node, sub=Comma(sub.span, tuple(Number(sub.span, d) for d in sub.text)))
        if isinstance(sub, Product) and len(sub.factors) == 2 and all(f.op == "" for f in sub.factors):
            parts = tuple(f.node for f in sub.factors)
            if all(isinstance(x, (Name, Number)) for x in parts):
                return replace(node, sub=Comma(sub.span, parts))
        return None

    return rebuilt(cell, choose)


# -------------------------------------------------------------------------------------------------- patterns


def run(items: Row, slot: str) -> Run | None:
    """What changes between the first and the last of some items, if all between are of that form."""
    found = generalised(items[0], items[-1], slot)
    if found is None or not isinstance(found[1], Number) or not found[1].text.isdigit():
        return None
    pattern, first, last = found
    for n, item in enumerate(items[1:-1], start=int(found[1].text) + 1):
        between = generalised(items[0], item, slot)
        if between is None or node_key(between[0]) != node_key(pattern) or getattr(between[2], "text", "") != str(n):
            return None
    return Run(pattern, first, last)


def _constant(items: Row) -> bool:
    return all(node_key(item) == node_key(items[0]) for item in items)


def _bound(frame: Frame, slot: str, found: Run) -> tuple[Frame, str]:
    """The frame in which a slot is an index from what stands in it first to what stands in it last."""
    if not isinstance(found.first, Number) or found.first.text not in ("0", "1"):
        raise Untyped("a matrix with dots starts at 0 or 1", "untyped")
    dim = frame.new_dim("list")
    frame.dims.low(dim, int(found.first.text))
    limit_length(frame, dim, found.last)
    return frame.bind(slot, dim), dim


# -------------------------------------------------------------------------------------------------- rows left out


def _rows(frame: Frame, cells: Sequence[Row], block: str = "row") -> Val:
    """Rows left out: every column runs from its first entry to its last, or stays what it is. A lone column may hold
    whole rows (`block`: or columns, where what is read as rows stands side by side)."""
    columns = list(zip(*cells, strict=True))
    runs = [None if _constant(c) else run(c, DOWN) for c in columns]
    known = [r for r in runs if r is not None]
    if not known or any(r is None and not _constant(c) for r, c in zip(runs, columns, strict=True)):
        raise Untyped(UNCLEAR, "ambiguous")
    inner, dim = _bound(frame, DOWN, known[0])
    slot = inner.letters[DOWN][1]
    vals = [inner.value(c[0] if r is None else r.pattern) for r, c in zip(runs, columns, strict=True)]
    if len(vals) == 1 and vals[0].kind == block:
        return Val((dim, vals[0].dims[0]), lambda i, j: put(vals[0].at(j), slot(), i), literal=True)
    if not all(v.scalar for v in vals):
        raise Untyped("a matrix of blocks", "untyped")
    if len(vals) == 1:
        return Val((dim, None), lambda i: put(vals[0].at(), slot(), i), literal=True)
    across = frame.new_dim("cols")
    frame.dims.fix(across, len(vals))

    def at(i: Expr, j: Expr) -> Expr:
        return chosen(counted(frame, across, j), [lambda v=v: put(v.at(), slot(), i) for v in vals])

    return Val((dim, across), at, literal=True)


# -------------------------------------------------------------------------------------------------- both left out


def _whole(frame: Frame, cells: Sequence[Row]) -> Val:
    """Rows and columns left out: one pattern for all entries, or one for the diagonal and one for the others."""
    columns = [list(c) for c in zip(*cells, strict=True)]
    pattern = _two_slots(columns)
    if pattern is not None:
        return _filled(frame, *pattern)
    behind = _two_slots(columns[1:]) if _constant(columns[0]) else None
    if behind is not None and getattr(behind[1].first, "text", "") == "1":
        return _filled(frame, *behind, lead=columns[0][0])
    return _with_diagonal(frame, cells)


def _filled(frame: Frame, down: Run, across: Run, entry: Node, lead: Node | None = None) -> Val:
    """The matrix of one pattern; with an entry that leads every row, `1, x_{i1}, \\dots, x_{ip}`, as column 0 of it."""
    if lead is not None:
        across = replace(across, first=Number(across.first.span, "0"))
    inner, rows = _bound(frame, DOWN, down)
    inner, cols = _bound(inner, ACROSS, across)
    val, first = _scalar(inner, entry), None if lead is None else _scalar(frame, lead)
    one, two = inner.letters[DOWN][1], inner.letters[ACROSS][1]

    def at(i: Expr, j: Expr) -> Expr:
        here = put(put(val.at(), one(), i), two(), j)
        return here if first is None else piecewise([(indicator("==", j, const(0)), first.at())], here)

    return Val((rows, cols), at, literal=True)


def _two_slots(columns: list[list[Node]]) -> tuple[Run, Run, Node] | None:
    """The pattern of all entries: what runs down each column is the same, and runs across them."""
    runs = [run(c, DOWN) for c in columns]
    found = [r for r in runs if r is not None]
    if len(found) < len(runs) or len(found) < 2 or len({node_key(r.last) for r in found}) != 1:
        return None
    across = run([r.pattern for r in found], ACROSS)
    return None if across is None else (found[0], across, across.pattern)


def _with_diagonal(frame: Frame, cells: Sequence[Row]) -> Val:
    """A diagonal with a form of its own; beside it are zeros, or entries of one form."""
    size = len(cells)
    if size != len(cells[0]):
        raise Untyped(UNCLEAR, "ambiguous")
    diagonal = run([cells[n][n] for n in range(size)], DOWN)
    if diagonal is None:
        raise Untyped(UNCLEAR, "ambiguous")
    inner, dim = _bound(frame, DOWN, diagonal)
    one = inner.letters[DOWN][1]
    val = _scalar(inner, diagonal.pattern)
    others = [cells[i][j] for i in range(size) for j in range(size) if i != j]
    if all(isinstance(x, Missing) or getattr(x, "text", "") == "0" for x in others):
        return Val((dim, dim), lambda i, j: _on_diagonal(i, j, put(val.at(), one(), i), const(0)), literal=True)
    entry = _off_diagonal(cells)
    if entry is None:
        raise Untyped(UNCLEAR, "ambiguous")
    beside = inner.bind(ACROSS, dim)
    other, two = _scalar(beside, entry), beside.letters[ACROSS][1]

    def at(i: Expr, j: Expr) -> Expr:
        return _on_diagonal(i, j, put(val.at(), one(), i), put(put(other.at(), one(), i), two(), j))

    return Val((dim, dim), at, literal=True)


def _off_diagonal(cells: Sequence[Row]) -> Node | None:
    """The pattern of the entries beside the diagonal: from below the first entry of the first column, and from above
    the last entry of the last one. Where only corners are written, the two beside the diagonal show it."""
    if len(cells) < 3:
        return _of_corners(cells)
    low = generalised(cells[1][0], cells[-1][0], DOWN)
    high = generalised(cells[0][-1], cells[1][-1], DOWN)
    both = None if low is None or high is None else generalised(low[0], high[0], ACROSS)
    return None if both is None else both[0]


def _of_corners(cells: Sequence[Row]) -> Node | None:
    r"""The pattern of `-p_1 p_n` above and `-p_n p_1` below, which have the first place and the last one exchanged."""
    ends = generalised(cells[0][0], cells[1][1], DOWN)
    if ends is None:
        return None
    first, last = ends[1:]
    above = _exchanged(cells[0][1], {node_key(first): DOWN, node_key(last): ACROSS})
    below = _exchanged(cells[1][0], {node_key(last): DOWN, node_key(first): ACROSS})
    both = {n.text for n in walk(above) if isinstance(n, Name)} >= {DOWN, ACROSS}
    return above if both and node_key(_sorted(above)) == node_key(_sorted(below)) else None


def _sorted(cell: Node) -> Node:
    """A cell with the factors of its products in one order: `-p_1 p_n` may stand in both corners."""

    def by_key(node: Node) -> Node | None:
        if not isinstance(node, Product) or any(f.op for f in node.factors):
            return None
        return replace(node, factors=tuple(sorted(node.factors, key=lambda f: repr(node_key(f.node)))))

    return rebuilt(cell, by_key)


def _exchanged(cell: Node, slots: dict[object, str]) -> Node:
    """A cell with slots for places: only what stands below a name is one."""

    def place(node: Node) -> Node | None:
        slot = slots.get(node_key(node))
        return None if slot is None else Name(node.span, slot)

    def below(node: Node) -> Node | None:
        if isinstance(node, Script) and node.sub is not None:
            sup = None if node.sup is None else rebuilt(node.sup, below)
            return replace(node, base=rebuilt(node.base, below), sub=rebuilt(node.sub, place), sup=sup)
        return None

    return rebuilt(cell, below)


def _on_diagonal(i: Expr, j: Expr, here: Expr, elsewhere: Expr) -> Expr:
    return piecewise([(indicator("==", i, j), here)], elsewhere)


def _scalar(frame: Frame, node: Node) -> Val:
    val = frame.value(node)
    if not val.scalar:
        raise Untyped("a matrix of blocks", "untyped")
    return val
