"""Numbers for a term: in double precision, or in ball arithmetic that encloses the true value.

`evaluate(expr, indices, model)` has one leading axis of sample points and one axis per index asked for. Inside, the
value of a node is an array with the axes (points or 1, *sizes of node.axes); nodes are evaluated once each, children
first, with an explicit stack. Sums of products are contracted (`chainrule.expr.contraction`) without ever writing out
the product. A symbol with a definition is evaluated once over all its indices and then read like given data.

What has no value (an index out of range, the logarithm of a negative number, in ball arithmetic a comparison that
the precision does not settle) is NaN inside. A branch of a `Piecewise` that is not taken does not count. In ball
arithmetic a NaN that reaches the result raises `OutOfRange` or `Undecided` when one of them occurred on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from chainrule.expr.errors import MissingValue, OutOfRange, Undecided
from chainrule.expr.functions import BY_NAME
from chainrule.expr.gather import gather
from chainrule.expr.index import Index
from chainrule.expr.matrices import determinants, inverses
from chainrule.expr.model import Array, Model, aligned, each, nan
from chainrule.expr.nodes import (
    Add,
    Apply,
    Component,
    Const,
    Determinant,
    Expr,
    IndexValue,
    Indicator,
    Inverse,
    Mul,
    Piecewise,
    Power,
    Reduce,
    Unknown,
)
from chainrule.expr.reduction import reduction, summands
from chainrule.expr.smooth import smooth
from chainrule.expr.terms import ZERO, indicator


def evaluate(expr: Expr, indices: Sequence[Index], model: Model) -> Array:
    """The values of `expr`, an array over (points, *indices).

    >>> from chainrule.expr import Symbol, component
    >>> x = Symbol("x")
    >>> evaluate(component(x) ** 2, (), Model(values={x: np.array([3.0, 4.0])}, points=2)).tolist()
    [9.0, 16.0]
    """
    if missing := expr.free - set(indices):
        raise MissingValue(f"the indices {sorted(i.name for i in missing)} are free in the term but not asked for")
    shape = model.bounded(model.points, indices)
    with model.working():
        found = _evaluate(expr, model)
        order = [0, *(1 + expr.axes.index(i) for i in indices if i in expr.free)]
        found = found.transpose(order)
        spread = [n if i in expr.free else 1 for i, n in zip(indices, shape[1:], strict=True)]
        result = np.broadcast_to(found.reshape(found.shape[0], *spread), shape).copy()
    if model.exact:
        _raise_troubles(result, model)
    return result


def _raise_troubles(result: Array, model: Model) -> None:
    if not any(v.is_nan() for v in result.flat):
        return
    if Undecided in model.troubles:
        raise Undecided(f"a comparison is not settled at {model.precision} binary digits")
    if OutOfRange in model.troubles:
        raise OutOfRange("an index is out of the range of its axis")


def _evaluate(root: Expr, model: Model) -> Array:
    memo, stack = model.memo, [root]
    while stack:
        node = stack[-1]
        if node in memo:
            stack.pop()
            continue
        if waiting := [n for n in needs(node, model) if n not in memo]:
            stack += reversed(waiting)
            continue
        model.deadline()
        memo[node] = _compute(node, model)
        stack.pop()
    return memo[root]


def needs(node: Expr, model: Model) -> tuple[Expr, ...]:
    """What must be evaluated first."""
    if isinstance(node, Reduce) and node.op == "sum":
        return summands(node)[1]
    if isinstance(node, Component) and node.symbol not in model.values and node.symbol in model.definitions:
        return (*node.indices, model.definitions[node.symbol].body)
    return node.children


def _compute(node: Expr, model: Model) -> Array:
    rule = _RULES.get(type(node))
    if rule is None:
        raise MissingValue(f"a {type(node).__name__} has no value before it is resolved")
    return rule(node, model)


def _operands(node: Expr, model: Model) -> list[Array]:
    model.bounded(max((model.memo[c].shape[0] for c in node.children), default=1), node.axes)
    return [aligned(node.axes, child, model) for child in node.children]


def _const(node: Const, model: Model) -> Array:
    found = np.empty(1, dtype=object if model.exact else float)
    found[0] = model.number(node.value)
    return found


def _index_value(node: IndexValue, model: Model) -> Array:
    low = node.index.dim.low
    return model.array(np.arange(low, low + model.size(node.index.dim))[None])


def _add(node: Add, model: Model) -> Array:
    first, *rest = _operands(node, model)
    for term in rest:
        first = first + term
    return first


def _mul(node: Mul, model: Model) -> Array:
    first, *rest = _operands(node, model)
    for factor in rest:
        first = first * factor
    return first


def _power(node: Power, model: Model) -> Array:
    base, exponent = _operands(node, model)
    if not isinstance(node.exponent, Const):
        return np.asarray(base**exponent)
    number = node.exponent.value
    if number == Fraction(1, 2):
        return each(lambda x: x.sqrt(), base) if model.exact else np.sqrt(base)
    if number.denominator == 1 and model.exact:
        return each(lambda x: x ** int(number), base)
    return np.asarray(base ** (exponent if model.exact else float(number)))


def _apply(node: Apply, model: Model) -> Array:
    record = BY_NAME.get(node.name)
    if record is None:
        raise MissingValue(f"no function is named {node.name}")
    args = _operands(node, model)
    for kink in record.kinks:
        _see_side(kink, node, args, model)
    if not model.exact:
        return np.asarray(record.value(*args), dtype=float)
    found = each(record.ball, *args)
    if node.name in ("sign", "heaviside"):
        _note_undecided(found, args, model)
    return found


def _note_undecided(found: Array, args: Sequence[Array], model: Model) -> None:
    given = each(lambda *xs: any(x.is_nan() for x in xs), *args)
    if any(v.is_nan() and not g for v, g in zip(found.flat, given.flat, strict=True)):
        model.troubles.add(Undecided)


def _see_side(kink: Callable[..., Any], node: Apply, args: Sequence[Array], model: Model) -> None:
    """Record on which sides of a kink the sample points lie."""
    level = kink(*node.args)
    if level.symbols:
        side = kink(*args)
        seen = model.seen.setdefault(indicator(">", level, ZERO), set())
        seen.update(truth for truth, there in ((True, side > 0), (False, side < 0)) if np.any(there))


def _see(condition: Expr, found: Array, model: Model) -> None:
    if condition.symbols:
        seen = model.seen.setdefault(condition, set())
        seen.update(truth for truth in (True, False) if np.any(found == int(truth)))


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
}  # fmt: skip
_OPPOSITE: dict[str, Callable[[Any, Any], Any]] = {
    "==": lambda a, b: a != b, "!=": lambda a, b: a == b, "<": lambda a, b: a >= b, "<=": lambda a, b: a > b,
}  # fmt: skip


def _indicator(node: Indicator, model: Model) -> Array:
    a, b = _operands(node, model)
    if model.exact:
        found = _ball_compare(node.rel, a, b, model)
    else:
        found = np.where(np.isnan(a) | np.isnan(b), np.nan, _COMPARE[node.rel](a, b))
    _see(node, found, model)
    return found


def _ball_compare(rel: str, a: Array, b: Array, model: Model) -> Array:
    from flint import arb

    yes, no, unsettled = arb(1), arb(0), arb("nan")

    def one(x: Any, y: Any) -> Any:
        if x.is_nan() or y.is_nan():
            return unsettled
        if _COMPARE[rel](x, y):
            return yes
        if _OPPOSITE[rel](x, y):
            return no
        model.troubles.add(Undecided)
        return unsettled

    return each(one, a, b)


def _piecewise(node: Piecewise, model: Model) -> Array:
    *pairs, found = _operands(node, model)
    nothing = nan(model)
    for (condition, _), taken, item in reversed(list(zip(node.cases, pairs[::2], pairs[1::2], strict=True))):
        _see(condition, taken, model)
        known = (taken == 1) | (taken == 0)
        found = np.where(taken == 1, item, np.where(known, found, nothing))
    return found


_RULES: dict[type[Expr], Callable[[Any, Model], Array]] = {
    Const: _const,
    IndexValue: _index_value,
    Component: gather,
    Add: _add,
    Mul: _mul,
    Power: _power,
    Apply: _apply,
    Reduce: reduction,
    Indicator: _indicator,
    Piecewise: _piecewise,
    Inverse: inverses,
    Determinant: determinants,
    Unknown: smooth,
}
