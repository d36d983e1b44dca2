r"""Derivatives by the inverse of a matrix: `\partial \ln |\Sigma| / \partial \Sigma^{-1} = -\Sigma^T`.

With $P = X^{-1}$ it is $dX = -X\,dP\,X$, so that the gradient by P is $-X^T G X^T$ where G is the one by X.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.expr import Expr, Index, const, mul, total, value
from chainrule.read.tree import Node, Script, Sum
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Jacobian, Untyped, Val
from chainrule.sheet.syntax.literals import is_one


def inverted(frame: Frame, variable: Node) -> tuple[Node, Val] | None:
    """The matrix that a variable is written as the inverse of, and its value."""
    match variable:
        case Script(sup=Sum(terms=(term,)), primes=0) if term.sign == "-" and is_one(term.node):
            inner = variable.base if variable.sub is None else replace(variable, sup=None)
            val = frame.value(inner)
            return (inner, val) if val.kind == "matrix" else None
    return None


def by_inverse(frame: Frame, slopes: Jacobian | None, matrix: Val) -> Val:
    """The derivative by the inverse of a matrix, from that by the matrix."""
    if slopes is None or len(slopes.below_dims) != 2:
        raise Untyped("a derivative by the inverse of what is no variable", "untyped")
    rows, columns = slopes.below_dims

    def full(*terms: Expr) -> Expr:
        *above, i, j = terms
        a, b = Index("·a", frame.dims.dim(rows)), Index("·b", frame.dims.dim(columns))
        slope = slopes.full(*above, value(a), value(b))
        inside = mul(matrix.at(value(a), i), slope, matrix.at(j, value(b)))
        return mul(const(-1), total(a, total(b, inside)))

    return Jacobian(None, None, slopes.above_dims, (columns, rows), full).laid_out(frame.world.layout)
