r"""Several names that one line gives their values: `A, B = 1, 2`, `(x, t) = (4, 8)`, `[z_1, z_2] = [2, 1]`."""

from __future__ import annotations

from chainrule.read.tree import Comma, Fenced, Matrix, Name, Node, Script
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.script_words import is_transpose


def one_by_one(side: Node) -> tuple[Node, ...]:
    """The names of `A, B = 1, 2` and `(x, t) = (4, 8)`, or their values, each for itself."""
    side = side.body if isinstance(side, Fenced) and side.open == "(" else side
    return side.items if isinstance(side, Comma) else ()


def each_by_itself(lhs: Node, rhs: Node) -> tuple[tuple[Node, Node], ...]:
    """The names of a line with their values; those of an array, in brackets or as a matrix, only with numbers."""
    names, values = one_by_one(lhs), one_by_one(rhs)
    if not names or len(names) != len(values):
        names, values = (), ()
        left, right = entries(lhs), entries(rhs)
        if len(left) == len(right) > 0 and [len(row) for row in left] == [len(row) for row in right]:
            names, values = (tuple(x for row in rows for x in row) for rows in (left, right))
            if not all(isinstance(x, (Name, Script)) for x in names) or None in map(literal_number, values):
                return ()
    return tuple(zip(names, values, strict=True))


def entries(side: Node) -> tuple[tuple[Node, ...], ...]:
    r"""The rows of `[a, b]`, of `[a, b]^T` and of a matrix; of a list in parentheses too."""
    upright = False
    if isinstance(side, Script) and side.sub is None and side.sup is not None and is_transpose(side.sup):
        side, upright = side.base, True
    match side:
        case Fenced(open="[" | "(", body=Comma(items=items)):
            rows: tuple[tuple[Node, ...], ...] = (items,)
        case Matrix(rows=rows) if rows and len({len(row) for row in rows}) == 1:
            pass
        case _:
            return ()
    return tuple(zip(*rows, strict=True)) if upright else rows
