"""Unknown functions as random smooth ones, with their true partial derivatives of any order.

`F(v) = sum_k c_k sin(<a_k, v> + b_k)` over three terms, where v is all arguments' entries. A partial derivative by
entry e multiplies term k by `a_k[e]` and turns the sine by a quarter. The coefficients are dyadic (n / 64), hence
the same function in both arithmetics, and depend only on the seed, the name and the sizes of the arguments.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np

from chainrule.expr.errors import OutOfRange
from chainrule.expr.index import Index
from chainrule.expr.model import Array, Model, aligned, each, nan, positions
from chainrule.expr.nodes import Expr, Unknown

TERMS = 3


def smooth(node: Unknown, model: Model) -> Array:
    """The values of an unknown function, or of its partial derivative by the node's slots."""
    sizes = [tuple(model.size(i.dim) for i in bound) for bound, _ in node.args]
    numbers = _numbers(node.name, sizes, model.seeds.get(node.name, model.seed))
    slopes = [_dyadic(numbers, (TERMS, *shape), 16, 112) for shape in sizes]
    shifts, scales = _dyadic(numbers, (TERMS,), 0, 192), _dyadic(numbers, (TERMS,), 24, 96)
    model.bounded(TERMS * model.points, node.axes)
    found: Any = 0
    for k in range(TERMS):
        phase: Any = model.array(shifts[k : k + 1]).reshape([1] * (1 + len(node.axes)))
        for (bound, body), slope in zip(node.args, slopes, strict=True):
            phase = phase + _inner(slope[k], bound, body, node.axes, model)
        factor = model.array(scales[k : k + 1]).reshape([1] * (1 + len(node.axes)))
        for argument, terms in node.slots:
            factor = factor * _entry(slopes[argument][k], node.args[argument][0], terms, node.axes, model)
        found = found + factor * _turned_sine(phase, len(node.slots), model)
    return np.asarray(found)


def _numbers(name: str, sizes: list[tuple[int, ...]], seed: int) -> np.random.Generator:
    key = blake2b(repr((seed, name, sizes)).encode(), digest_size=8).digest()
    return np.random.default_rng(int.from_bytes(key, "big"))


def _dyadic(numbers: np.random.Generator, shape: tuple[int, ...], low: int, high: int) -> Array:
    """Numbers n / 64 with low <= |n| < high, either sign."""
    return np.asarray(numbers.integers(low, high, shape) * numbers.choice([-1, 1], shape) / 64)


def _inner(slope: Array, bound: tuple[Index, ...], body: Expr, axes: tuple[Index, ...], model: Model) -> Array:
    """The sum over the entries of one argument of slope times entry."""
    given = model.memo[body]
    outer = [i for i in body.axes if i not in bound]
    order = [1 + body.axes.index(i) for i in (*outer, *bound) if i in body.free]
    spread = [model.size(i.dim) if i in body.free else 1 for i in bound]
    moved = given.transpose([0, *order])
    head = moved.shape[: 1 + len(outer)]
    model.check([*head, slope.size])
    weighted = moved.reshape(*head, *spread) * model.array(slope)
    summed = weighted.reshape(*head, -1).sum(axis=-1) if bound else weighted
    sizes = iter(head[1:])
    return np.asarray(summed).reshape(head[0], *(next(sizes) if i in outer else 1 for i in axes))


def _entry(
    slope: Array, bound: tuple[Index, ...], terms: tuple[Expr, ...], axes: tuple[Index, ...], model: Model
) -> Array:
    """The slope at the entry that a slot names."""
    places: list[Array] = []
    inside: Any = np.ones([1] * (1 + len(axes)), dtype=bool)
    for term, index in zip(terms, bound, strict=True):
        place, there = positions(aligned(axes, term, model), index.dim, model.size(index.dim), model)
        places.append(place)
        inside = inside & there
    found = model.array(np.asarray(slope[tuple(places)])).reshape(inside.shape)
    if np.all(inside):
        return found
    model.troubles.add(OutOfRange)
    return np.where(inside, found, nan(model))


def _turned_sine(phase: Array, quarters: int, model: Model) -> Array:
    """The derivative of the sine of that order."""
    sign = -1 if quarters % 4 in (2, 3) else 1
    if not model.exact:
        return np.asarray(sign * (np.cos(phase) if quarters % 2 else np.sin(phase)))
    return sign * each(lambda x: x.cos() if quarters % 2 else x.sin(), phase)
