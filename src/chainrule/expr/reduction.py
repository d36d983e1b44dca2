"""Reductions over an index: sums by contraction, products, extremes and their places."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from chainrule.expr.contraction import contract
from chainrule.expr.errors import Undecided
from chainrule.expr.index import Index
from chainrule.expr.model import Array, Model, each
from chainrule.expr.nodes import Expr, Mul, Reduce


def summands(node: Reduce) -> tuple[tuple[Index, ...], tuple[Expr, ...]]:
    """Nested sums of a product as their indices and the factors of the product."""
    indices, body = [node.index], node.body
    while isinstance(body, Reduce) and body.op == "sum" and body.index not in indices:
        indices.append(body.index)
        body = body.body
    return tuple(indices), body.factors if isinstance(body, Mul) else (body,)


def reduction(node: Reduce, model: Model) -> Array:
    if node.op == "sum":
        return _sum(node, model)
    body = node.body
    if node.index not in body.free:
        found = model.memo[body][..., None]
        found = np.broadcast_to(found, (*found.shape[:-1], model.size(node.index.dim)))
    else:
        found = np.moveaxis(model.memo[body], 1 + body.axes.index(node.index), -1)
    return _BALL_REDUCE[node.op](found, node.index, model) if model.exact else _FLOAT_REDUCE[node.op](found, node.index)


def _sum(node: Reduce, model: Model) -> Array:
    indices, factors = summands(node)
    operands = [(model.memo[f], f.axes) for f in factors]
    points = max(a.shape[0] for a, _ in operands)
    held = {i for f in factors for i in f.free}
    found = contract(operands, node.axes, points, model)
    times = prod(model.size(i.dim) for i in indices if i not in held)
    return found if times == 1 else found * times


def _first_place(a: Array, index: Index, pick: Callable[..., Any]) -> Array:
    if a.shape[-1] == 0:
        return np.full(a.shape[:-1], np.nan)
    return np.where(np.isnan(a).any(axis=-1), np.nan, pick(a, axis=-1) + index.dim.low)


_FLOAT_REDUCE: dict[str, Callable[[Array, Index], Array]] = {
    "prod": lambda a, _: np.prod(a, axis=-1),
    "max": lambda a, _: np.max(a, axis=-1, initial=-np.inf),
    "min": lambda a, _: np.min(a, axis=-1, initial=np.inf),
    "argmax": lambda a, i: _first_place(a, i, np.argmax),
    "argmin": lambda a, i: _first_place(a, i, np.argmin),
}


def _ball_fold(step: Callable[[Any, Any], Any], start: str) -> Callable[[Array, Index, Model], Array]:
    def run(a: Array, index: Index, model: Model) -> Array:
        from flint import arb

        found = np.full(a.shape[:-1], arb(start), dtype=object)
        for k in range(a.shape[-1]):
            found = each(step, found, a[..., k])
        return found

    return run


def _ball_place(sign: int) -> Callable[[Array, Index, Model], Array]:
    def run(a: Array, index: Index, model: Model) -> Array:
        from flint import arb

        found = np.empty(a.shape[:-1], dtype=object)
        for at in np.ndindex(*found.shape):
            place = _certain_place([sign * x for x in a[at]])
            if place is None:
                model.troubles.add(Undecided)
            found[at] = arb("nan") if place is None else arb(place + index.dim.low)
        return found

    return run


def _certain_place(row: list[Any]) -> int | None:
    """The first place of the largest, if the balls settle it."""
    for k, x in enumerate(row):
        if all(x > y for y in row[:k]) and all(x >= y for y in row[k + 1 :]):
            return k
    return None


_BALL_REDUCE: dict[str, Callable[[Array, Index, Model], Array]] = {
    "prod": _ball_fold(lambda a, b: a * b, "1"),
    "max": _ball_fold(lambda a, b: a.max(b), "-inf"),
    "min": _ball_fold(lambda a, b: a.min(b), "inf"),
    "argmax": _ball_place(1),
    "argmin": _ball_place(-1),
}
