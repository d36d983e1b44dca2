"""The judge of all derivative tests: central differences in ball arithmetic, with a step of 2^-60 at 400 digits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chainrule.calculus import derivative
from chainrule.expr import BALL, Component, Definitions, Expr, Index, Model, Symbol, component, evaluate
from chainrule.expr.model import lift

STEP = 2.0**-60


def slots(target: Symbol) -> tuple[Index, ...]:
    """Indices for the axes of the target that no test uses."""
    return tuple(Index(f"slot{k}", dim) for k, dim in enumerate(target.axes))


def differences(expr: Expr, indices: Sequence[Index], target: Symbol, model: Model) -> np.ndarray:
    """d expr[indices] / d target over (points, *indices, *target axes), cutting the graph at the target."""
    own = slots(target)
    exact = model.again(arithmetic=BALL, precision=400)
    with exact.working():
        at = lift(np.asarray(evaluate(component(target, *own), own, model)))
        columns = []
        for place in np.ndindex(*at.shape[1:]):
            ends = []
            for sign in (1, -1):
                moved = at.copy()
                moved[(slice(None), *place)] = moved[(slice(None), *place)] + sign * lift(np.array(STEP))[()]
                ends.append(evaluate(expr, indices, exact.again(values={**model.values, target: moved})))
            columns.append(((ends[0] - ends[1]) / (2 * STEP)).astype(float))
        return np.stack(columns, axis=-1).reshape(*columns[0].shape, *at.shape[1:])


def error(found: np.ndarray, judge: np.ndarray) -> float:
    """The largest deviation, relative to the size of the numbers; NaN counts as infinite."""
    if found.shape != judge.shape:
        return float("inf")
    gap = np.abs(found - judge) / (1 + np.abs(judge))
    return float(np.where(np.isnan(gap), np.inf, gap).max(initial=0))


def derivative_error(expr: Expr, indices: Sequence[Index], target: Symbol, model: Model) -> float:
    """How far `derivative` is from the differences."""
    own = slots(target)
    at = component(target, *own)
    assert isinstance(at, Component)
    definitions: Definitions = model.definitions
    found = evaluate(derivative(expr, at, definitions), (*indices, *own), model.again())
    return error(found, differences(expr, indices, target, model))
