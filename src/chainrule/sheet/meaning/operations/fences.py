"""Parentheses, bars and angle brackets: groups, absolute values, norms, determinants, inner products, lists."""

from __future__ import annotations

from fractions import Fraction as Rational

from chainrule.expr import Expr, apply, const, power, reduce, value
from chainrule.read.tree import Brace, Comma, Fenced, Infix, Relation
from chainrule.sheet.arrays import algebra
from chainrule.sheet.meaning.operations.arithmetic import known_square
from chainrule.sheet.meaning.operations.conditions import condition
from chainrule.sheet.meaning.operations.lists import listed
from chainrule.sheet.records.frame import LISTS, MEANINGS, ROWS, Frame
from chainrule.sheet.records.shapes import Dims, Untyped, Val, scalar
from chainrule.sheet.syntax.slices import ROW


def fenced(frame: Frame, node: Fenced) -> Val:
    body = node.body
    if node.open == "|":
        return _bars(frame, known_square(frame, body, frame.value(body)))
    if node.open == "‖":
        return norm(frame, frame.value(body), "2")
    if node.open == "⟨":
        pair = body.items if isinstance(body, Comma) else (body.left, body.right) if isinstance(body, Infix) else ()
        if len(pair) != 2:
            raise Untyped("an inner product has two arguments", "untyped")
        return algebra.inner(frame.dims, frame.value(pair[0]), frame.value(pair[1]))
    if node.open in ("⌊", "⌈"):
        raise Untyped("rounding has no derivative here", "untyped")
    if isinstance(body, Relation):
        return condition(frame, body)
    if node.open == ROW:
        val = frame.value(body)
        return val if frame.world.conventions.get(ROWS) == "column" or val.kind != "column" else val.transposed()
    if isinstance(body, Comma):
        val = listed(frame, body.items)
        lies = node.open == "[" and val.kind == "column" and val.literal
        return val.transposed() if lies and frame.world.conventions.get(LISTS) == "row" else val
    return frame.value(body)


def _bars(frame: Frame, val: Val) -> Val:
    if val.kind == "matrix":
        return algebra.determinant(frame.dims, val)
    if val.scalar:
        return algebra.mapped(lambda x: apply("abs", x), val)
    raise Untyped("the absolute value of a vector", "shape")


def norm(frame: Frame, val: Val, kind: str) -> Val:
    """The norm of a vector, of kind 1, 2 or infinity, or (1, Frobenius) of a matrix."""
    dims = frame.dims
    dims.stretched += val.scalar
    if kind in ("2", "F"):
        squares = algebra.summed(dims, algebra.mapped(lambda x: power(x, const(2)), val))
        return algebra.mapped(lambda x: power(x, const(Rational(1, 2))), squares)
    if kind == "1":
        return algebra.summed(dims, algebra.mapped(lambda x: apply("abs", x), val))
    if kind == "infty" and val.kind in ("column", "row"):
        return scalar(lambda: _largest(dims, val), val.derived)
    raise Untyped(f"a norm of kind {kind}", "untyped")


def _largest(dims: Dims, val: Val) -> Expr:
    """The largest absolute value of the entries of a vector."""
    k = algebra.fresh(dims, val.dims[0])
    return reduce("max", k, apply("abs", val.at(value(k))))


def brace(frame: Frame, node: Brace) -> Val:
    return frame.value(node.body)


MEANINGS[Fenced] = fenced


MEANINGS[Brace] = brace
