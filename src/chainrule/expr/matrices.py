"""Inverses and determinants of matrices given by their entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from chainrule.expr.errors import OutOfRange
from chainrule.expr.index import Index
from chainrule.expr.model import Array, Model, aligned, nan, positions
from chainrule.expr.nodes import Determinant, Expr, Inverse

SINGULAR = 1e-13  # the least singular value of a matrix that has an inverse, beside the greatest


def matrices(body: Expr, row: Index, col: Index, outer: Sequence[Index], model: Model) -> Array:
    """The matrices over (points, *outer, row, col)."""
    points = model.memo[body].shape[0]
    shape = model.bounded(points, (*outer, row, col))
    if shape[-1] != shape[-2]:
        raise ValueError(f"a matrix of {shape[-2]} rows and {shape[-1]} columns has neither inverse nor determinant")
    found = model.memo[body]
    order = [1 + body.axes.index(i) for i in (*outer, row, col) if i in body.free]
    spread = [n if i in body.free else 1 for i, n in zip((*outer, row, col), shape[1:], strict=True)]
    return np.broadcast_to(found.transpose([0, *order]).reshape(points, *spread), shape)


def determinants(node: Determinant, model: Model) -> Array:
    given = matrices(node.body, node.row, node.col, node.axes, model)
    if not model.exact:
        return np.asarray(np.linalg.det(given))
    return _over_matrices(given, lambda m: m.det(), ())


def inverses(node: Inverse, model: Model) -> Array:
    outer = tuple(i for i in node.body.axes if i not in (node.row, node.col))
    given = matrices(node.body, node.row, node.col, outer, model)
    inverted = _over_matrices(given, _ball_inverse, given.shape[-2:]) if model.exact else _float_inverse(given)
    aligned_outer = inverted.reshape(inverted.shape[0], *_spread(node.axes, outer, model), *inverted.shape[-2:])
    i, i_there = positions(aligned(node.axes, node.i, model), node.col.dim, inverted.shape[-2], model)
    j, j_there = positions(aligned(node.axes, node.j, model), node.row.dim, inverted.shape[-1], model)
    points = max(inverted.shape[0], i.shape[0], j.shape[0])
    model.bounded(points, node.axes)
    grid = np.ogrid[tuple(slice(n) for n in aligned_outer.shape[:-2])]
    found = aligned_outer[(*grid, i, j)]
    inside = i_there & j_there
    if np.all(inside):
        return np.asarray(found)
    model.troubles.add(OutOfRange)
    return np.asarray(np.where(inside, found, nan(model)))


def _spread(axes: Sequence[Index], held: Sequence[Index], model: Model) -> list[int]:
    return [model.size(i.dim) if i in held else 1 for i in axes]


def _float_inverse(given: Array) -> Array:
    """The inverses; none where rounding is all that keeps a matrix from being singular."""
    finite = np.asarray(np.isfinite(given).all(axis=(-2, -1)))
    sizes = np.asarray(np.linalg.svd(np.where(finite[..., None, None], given, 0.0), compute_uv=False))
    regular = np.asarray(finite & (sizes[..., -1] > SINGULAR * sizes[..., 0]))
    found = np.full(given.shape, np.nan)
    found[regular] = np.linalg.inv(given[regular])
    return found


def _ball_inverse(matrix: Any) -> Any:
    from flint import arb

    n = matrix.nrows()
    try:
        inverted = matrix.inv()
    except ZeroDivisionError:
        return np.full((n, n), arb("nan"))
    return np.array([[inverted[r, c] for c in range(n)] for r in range(n)], dtype=object)


def _over_matrices(given: Array, function: Callable[[Any], Any], tail: tuple[int, ...]) -> Array:
    from flint import arb_mat

    found = np.empty((*given.shape[:-2], *tail), dtype=object)
    for at in np.ndindex(*given.shape[:-2]):
        found[at] = function(arb_mat([list(line) for line in given[at]]))
    return found
