"""Reading tensors: the component of a symbol that has data or a definition."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.expr.errors import MissingValue, OutOfRange
from chainrule.expr.index import Index, Symbol
from chainrule.expr.model import Array, Model, aligned, nan, positions
from chainrule.expr.nodes import Component, Expr, IndexValue


def gather(node: Component, model: Model) -> Array:
    data, axes = _data(node.symbol, model)
    if _reads_straight(node, axes, model):
        order = [node.indices.index(_value_of(i, node)) for i in node.axes]
        return data.transpose([0, *(1 + k for k in order)])
    return _pick(node, data, model)


def _data(symbol: Symbol, model: Model) -> tuple[Array, tuple[int, ...]]:
    """The tensor of a symbol, its axes in the symbol's order."""
    shape = tuple(model.size(dim) for dim in symbol.axes)
    if symbol in model.values:
        data = model.array(np.asarray(model.values[symbol]))
        if data.ndim != 1 + len(shape) or data.shape[1:] != shape or data.shape[0] not in (1, model.points):
            raise ValueError(f"{symbol.name} has values of shape {data.shape}, expected ({model.points}, *{shape})")
        return data, shape
    if symbol not in model.definitions:
        raise MissingValue(f"{symbol.name} has neither a value nor a definition")
    definition = model.definitions[symbol]
    found, body = model.memo[definition.body], definition.body
    order = [1 + body.axes.index(i) for i in definition.indices if i in body.free]
    spread = [n if i in body.free else 1 for i, n in zip(definition.indices, shape, strict=True)]
    model.bounded(found.shape[0], definition.indices)
    data = found.transpose([0, *order]).reshape(found.shape[0], *spread)
    return np.broadcast_to(data, (found.shape[0], *shape)), shape


def _value_of(index: Index, node: Component) -> Expr:
    return next(t for t in node.indices if isinstance(t, IndexValue) and t.index == index)


def _reads_straight(node: Component, shape: tuple[int, ...], model: Model) -> bool:
    """Whether the index terms are different indices over just the ranges of the axes."""
    terms = node.indices
    return len(set(terms)) == len(terms) and all(
        isinstance(t, IndexValue) and t.index.dim.low == dim.low and model.size(t.index.dim) == n
        for t, dim, n in zip(terms, node.symbol.axes, shape, strict=True)
    )


def _pick(node: Component, data: Array, model: Model) -> Array:
    terms = [aligned(node.axes, t, model) for t in node.indices]
    points = max(data.shape[0], *(t.shape[0] for t in terms))
    model.bounded(points, node.axes)
    inside: Any = True
    places: list[Array] = []
    for term, dim, n in zip(terms, node.symbol.axes, data.shape[1:], strict=True):
        place, there = positions(term, dim, n, model)
        places.append(place)
        inside = inside & there
    first = np.arange(data.shape[0]).reshape(-1, *(1 for _ in node.axes))
    if 0 in data.shape[1:]:
        found = np.full(np.broadcast_shapes(*(p.shape for p in places)), nan(model))
    else:
        found = data[(first, *places)]
    if np.all(inside):
        return found
    model.troubles.add(OutOfRange)
    return np.where(inside, found, nan(model))
