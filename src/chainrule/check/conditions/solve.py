"""Points at which imposed conditions hold: the unknowns solved for, everything else drawn at random.

A system is a list of terms that vanish, and symbols to solve them for. Newton's method with the derivatives of the
terms (and the step of least norm when there are more unknowns than equations) goes from the drawn numbers to the
solution set; a point counts when it converged to where the derivatives have full rank, so that the solutions near it
are a smooth piece of the right dimension. For a refutation the solution itself is enclosed: where Krawczyk's operator
maps a box of balls into its inside, the box holds exactly one solution, and whatever differs on the whole box differs
at that solution.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.calculus import derivative
from chainrule.check.comparison.points import free_symbols
from chainrule.check.conditions.denominators import cleared
from chainrule.expr import (
    BALL,
    Component,
    Definitions,
    Expr,
    ExprError,
    Index,
    Model,
    Symbol,
    component,
    evaluate,
    value,
)
from chainrule.expr.model import Array, lift

STEPS = 60
SLOW = 12  # where no point is solved after so many steps, none will be
SMALL, SOLVED, ROOTS = 1e-13, 1e-8, 1e-5
TRIVIAL = 1e-9
LEAST_SINGULAR = 1e-5
RADII = (1e-12, 1e-9, 1e-6)
MOST_UNKNOWNS = 200
MOST_SLOPES = 4000


@dataclass(frozen=True)
class Residual:
    """A term that vanishes over all values of some indices."""

    term: Expr
    axes: tuple[Index, ...]


@dataclass
class Solution:
    """Numbers at which the conditions hold, at the points that are `valid`; `trivial` where an unknown is zero."""

    model: Model
    valid: Array
    trivial: Array
    equations: int

    def determines(self, system: System) -> bool:
        """Whether there are as many equations as unknowns."""
        return bool(self.equations == system.flat(self.model).shape[1])


class System:
    """Residuals with their derivatives by the unknowns; solved for without their denominators."""

    def __init__(self, residuals: Sequence[Residual], unknowns: Iterable[Symbol], definitions: Definitions) -> None:
        self.residuals = tuple(residuals)
        self.cleared = [Residual(cleared(r.term, definitions), r.axes) for r in residuals]
        self.unknowns = tuple(sorted(unknowns))
        self.slots = {u: tuple(Index(f"·s{k}", d) for k, d in enumerate(u.axes)) for u in self.unknowns}
        self.slopes = [[self._slope(r.term, u, definitions) for u in self.unknowns] for r in self.cleared]
        self.linear = not free_symbols((s for row in self.slopes for s in row), definitions) & {*self.unknowns}

    def _slope(self, term: Expr, u: Symbol, definitions: Definitions) -> Expr:
        target = component(u, *map(value, self.slots[u]))
        assert isinstance(target, Component)
        return derivative(term, target, definitions)

    def values(self, model: Model) -> Array:
        """The residuals without their denominators at the numbers of a model, over (points, equations)."""
        return values_of(self.cleared, model)

    def quotients(self, model: Model) -> Array:
        """The residuals as they are."""
        return values_of(self.residuals, model)

    def jacobian(self, model: Model) -> Array:
        """Their derivatives, over (points, equations, unknowns)."""
        rows = []
        for residual, slopes in zip(self.cleared, self.slopes, strict=True):
            blocks = []
            for u, slope in zip(self.unknowns, slopes, strict=True):
                block = evaluate(slope, [*residual.axes, *self.slots[u]], model)
                n = int(np.prod([model.size(d) for d in u.axes], dtype=int))
                blocks.append(block.reshape(model.points, -1, n))
            rows.append(np.concatenate(blocks, axis=2))
        return np.concatenate(rows, axis=1)

    def put(self, model: Model, flat: Array) -> Model:
        """The model with the unknowns replaced by the numbers of `flat`, over (points, unknowns)."""
        values = dict(model.values)
        start = 0
        for u in self.unknowns:
            shape = tuple(model.size(d) for d in u.axes)
            n = int(np.prod(shape, dtype=int))
            values[u] = flat[:, start : start + n].reshape(model.points, *shape)
            start += n
        return model.again(values=values)

    def flat(self, model: Model) -> Array:
        """The numbers of the unknowns, over (points, unknowns)."""
        return np.concatenate(
            [np.asarray(model.values[u], dtype=float).reshape(model.points, -1) for u in self.unknowns], axis=1
        )


def solve(system: System, model: Model, too_many: bool = False) -> Solution | None:
    """Newton's method from the numbers of a model; None when there are more equations than unknowns, unless these may
    be `too_many`, or too many of either."""
    x = system.flat(model)
    if x.shape[1] > MOST_UNKNOWNS:
        return None
    at = system.put(model, x)
    residual = system.values(at)
    live = restricting(residual, system.jacobian(at)) if residual.shape[1] * x.shape[1] <= MOST_SLOPES else []
    m, n = len(live), x.shape[1]
    if not m or (m > n and not too_many):
        return None
    residual = residual[:, live]
    size = _norm(residual)
    step = np.zeros_like(x)
    scale = np.ones(len(x))
    small = np.zeros(len(x), dtype=bool)
    fresh = np.ones(len(x), dtype=bool)
    for n_steps in range(STEPS):
        if fresh.any():
            newton = _steps(system.jacobian(at)[:, live], residual)
            step = np.where(fresh[:, None], newton, step)
            scale = np.where(fresh, 1.0, scale)
        small = _norm(step) <= SMALL * 100 * (1 + _norm(x))
        if (small | ~np.isfinite(size) | (scale < 1e-6)).all() or (n_steps >= SLOW and not small.any()):
            break
        tried = x + scale[:, None] * step
        there = system.put(model, tried)
        found = system.values(there)[:, live]
        better = np.isfinite(found).all(axis=1) & ((_norm(found) < size) | (_norm(found) <= SMALL * (1 + _norm(tried))))
        x = np.where(better[:, None], tried, x)
        residual = np.where(better[:, None], found, residual)
        size = np.where(better, _norm(found), size)
        scale = np.where(better, scale, scale / 2)
        small |= ~better & (scale < 1e-2) & (_norm(step) <= 1e-9 * (1 + _norm(x)))
        fresh = better
        at = system.put(model, x)
    solved = np.isfinite(size) & (size <= SOLVED * (1 + _norm(x)))
    valid = solved & small & full_rank(system.jacobian(at)[:, live])
    quotients = _norm(system.quotients(at))
    valid &= np.isfinite(quotients) & (quotients <= ROOTS)
    return Solution(at, valid, _some_zero(system, at), m)


def restricting(residual: Array, slopes: Array) -> list[int]:
    """The equations that restrict the unknowns: not those off the diagonal of a derivative entry by entry, which are
    zero whatever the numbers are."""
    alive = (residual != 0).any(axis=0) | (slopes != 0).any(axis=(0, 2))
    return [int(k) for k in np.flatnonzero(alive)]


def _norm(a: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(np.sqrt((a * a).sum(axis=1)))


def _steps(slopes: Array, residual: Array) -> Array:
    """The Newton step of least norm at every point; zero where there is none."""
    fine = np.asarray(np.isfinite(slopes).all(axis=(1, 2)) & np.isfinite(residual).all(axis=1))
    with np.errstate(all="ignore"):
        inverse = np.linalg.pinv(np.where(fine[:, None, None], slopes, 0.0), rcond=1e-12)
        return np.asarray(-np.einsum("pnm,pm->pn", inverse, np.where(fine[:, None], residual, 0.0)))


def full_rank(slopes: Array) -> Array:
    fine = np.asarray(np.isfinite(slopes).all(axis=(1, 2)))
    singular = np.linalg.svd(np.where(fine[:, None, None], slopes, 0.0), compute_uv=False)
    return np.asarray(fine & (singular[:, -1] > LEAST_SINGULAR * np.maximum(singular[:, 0], 1e-300)))


def _some_zero(system: System, model: Model) -> Array:
    """Where one of the unknowns is zero altogether."""
    sizes = [np.abs(np.asarray(model.values[u])).reshape(model.points, -1).max(axis=1) for u in system.unknowns]
    return np.asarray((np.array(sizes) < TRIVIAL).any(axis=0))


def enclosed(system: System, model: Model, point: int) -> Model | None:
    """A model of balls at one point that surely holds a solution of the system, if one can be enclosed."""
    from flint import arb, arb_mat

    one = model.again(values={s: np.asarray(v)[point : point + 1] for s, v in model.values.items()}, points=1)
    x = system.flat(one)[0]
    live = restricting(system.values(one), system.jacobian(one))
    slopes = system.jacobian(one)[0, live]
    free = _pivots(slopes)
    exact = one.again(arithmetic=BALL)
    try:
        y = arb_mat([[arb(float(v)) for v in row] for row in np.linalg.inv(slopes[:, free])])
        at = lift(x)[None]
        residual = arb_mat([[v] for v in system.values(system.put(exact, at))[0, live]])
        for radius in RADII:
            box = at.copy()
            for k in free:
                box[0, k] = arb(float(x[k]), radius * (1 + abs(float(x[k]))))
            slopes = system.jacobian(system.put(exact, box))[0][np.ix_(live, free)]
            spread = arb_mat([[box[0, k] - at[0, k]] for k in free])
            eye = arb_mat([[int(i == j) for j in range(len(free))] for i in range(len(free))])
            image = (eye - y * arb_mat(slopes.tolist())) * spread - y * residual
            inside = [at[0, k] + image[n, 0] for n, k in enumerate(free)]
            if all(box[0, k].contains_interior(v) for k, v in zip(free, inside, strict=True)):
                for k, v in zip(free, inside, strict=True):
                    box[0, k] = v
                there = system.put(exact, box)
                vanish = all(v.contains(0) for v in system.values(there).flat)
                return there if vanish and all(v.is_finite() for v in system.quotients(there).flat) else None
    except (ExprError, np.linalg.LinAlgError, ZeroDivisionError):
        return None
    return None


def _pivots(slopes: Array) -> list[int]:
    """As many unknowns as there are equations, chosen so that the equations determine them well."""
    rest = slopes.astype(float).copy()
    chosen: list[int] = []
    for _ in range(slopes.shape[0]):
        sizes = (rest * rest).sum(axis=0)
        sizes[chosen] = -1.0
        k = int(np.argmax(sizes))
        chosen.append(k)
        direction = rest[:, k] / max(np.sqrt(max(sizes[k], 0.0)), 1e-300)
        rest = rest - np.outer(direction, direction @ rest)
    return sorted(chosen)


def values_of(residuals: Sequence[Residual], model: Model) -> Array:
    """All residuals at the numbers of a model, over (points, entries)."""
    found = [evaluate(r.term, r.axes, model).reshape(model.points, -1) for r in residuals]
    return np.concatenate(found, axis=1)
