"""Unknown numbers from printed ones: x with v(x) = p for every printed p, to within half a unit in its last place.

The fit is a least squares one whose weights fall with the residual, so that a few wrong digits do not move it. How far
x may be off follows from as many printed numbers as there are unknowns, chosen so that they determine x well: with
their Jacobian J and half units h, |dx| <= |J^-1| h to first order. Inputs are most often short decimals; where decimals
lie within these bounds that are far shorter than chance would have them, x is that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from chainrule.expr.model import Array

Values = Callable[[Array], Array]
"""The numbers that would be printed, over (points, numbers), from the unknowns over (points, unknowns)."""

STEPS, HALVINGS = 40, 8
DEPENDENT = 1e-7
BY_CHANCE = 1e-3
MOST_DECIMALS = 12


def slopes(values: Values, x: Array) -> tuple[Array, Array]:
    """The numbers at x and their derivatives, over (numbers, unknowns)."""
    n, step = len(x), 1e-6 * (1 + np.abs(x))
    moved = np.diag(step)
    found = values(np.concatenate([x[None], x + moved, x - moved]))
    return found[0], ((found[1 : n + 1] - found[n + 1 :]) / (2 * step)[:, None]).T


def solved(values: Values, printed: Array, half: Array, start: Array) -> Array | None:
    """Robust least squares by Gauss-Newton steps; None when it leaves the numbers."""
    x: Array = start.astype(float)
    least = _cost(values(start[None].astype(float))[0], printed, half)
    for _ in range(STEPS):
        at, jacobian = slopes(values, x)
        if not (np.isfinite(at).all() and np.isfinite(jacobian).all()):
            return None
        gaps = printed - at
        weight = 1 / np.sqrt(half * np.maximum(half, np.abs(gaps)))
        step = np.linalg.lstsq(jacobian * weight[:, None], gaps * weight, rcond=1e-13)[0]
        for _ in range(HALVINGS):
            cost = _cost(values((x + step)[None])[0], printed, half)
            if cost < least:
                break
            step = step / 2
        else:
            return x
        done = np.all(np.abs(step) <= 1e-14 * (1 + np.abs(x)))
        x, least = x + step, cost
        if done:
            return x
    return x


def _cost(at: Array, printed: Array, half: Array) -> float:
    gaps = np.abs(at - printed) / half
    return float(np.sum(np.where(gaps < 1, gaps * gaps / 2, gaps - 0.5))) if np.isfinite(gaps).all() else np.inf


def basis(jacobian: Array, half: Array, rows: Iterable[int]) -> list[int]:
    """Rows that are independent and determine the unknowns well, as many as there are."""
    rows = list(rows)
    full = jacobian[rows]
    rest, chosen = full.copy(), list[int]()
    lengths = np.sqrt((full * full).sum(axis=1))
    for _ in range(min(rest.shape)):
        left = np.sqrt((rest * rest).sum(axis=1))
        weight = np.where(left > DEPENDENT * lengths, left / half[rows], -1.0)
        weight[chosen] = -1.0
        k = int(np.argmax(weight))
        if weight[k] <= 0:
            break
        chosen.append(k)
        rest = rest - np.outer(rest @ rest[k], rest[k]) / left[k] ** 2
    return [rows[k] for k in chosen]


@dataclass(frozen=True)
class Told:
    """What some independent rows say: the unknowns, which of them are only known to bounds, and how these follow from
    the half units of the rows. `known` is False where the rows are too few."""

    x: Array
    numbers: list[Fraction | None]
    rows: list[int]
    inverse: Array
    known: bool

    @property
    def exact(self) -> Array:
        """The unknowns, each the short decimal that it is taken for."""
        return np.array([v if n is None else float(n) for n, v in zip(self.numbers, self.x, strict=True)])

    def off(self, wanted: Array, half: Array) -> Array:
        """How far numbers with the slopes `wanted` may be off; infinite where the rows do not determine them."""
        loose = np.array([n is None for n in self.numbers])
        bound = np.abs(wanted[:, loose] @ self.inverse[loose]) @ half[self.rows]
        if self.known:
            return np.asarray(bound)
        seen = self.inverse @ np.linalg.pinv(self.inverse)
        missed = np.abs(wanted @ seen - wanted).max(axis=1)
        return np.where(missed <= 1e-6 * np.abs(wanted).max(axis=1), bound, np.inf)


def told(x: Array, jacobian: Array, gaps: Array, half: Array, rows: Iterable[int], sizes: list[int]) -> Told:
    """What rows say of the unknowns near x, where `gaps` are the printed numbers less those at x; the unknowns are the
    entries of inputs of these sizes."""
    chosen = basis(jacobian, half, rows)
    known = len(chosen) == len(x)
    inverse = np.linalg.inv(jacobian[chosen]) if known else np.linalg.pinv(jacobian[chosen])
    numbers: list[Fraction | None] = [None] * len(x)
    if known:
        x, off = x + inverse @ gaps[chosen], np.abs(inverse) @ half[chosen]
        for start, end in pairwise(np.cumsum([0, *sizes]).tolist()):
            found = short(x[start:end], off[start:end])
            numbers[start:end] = numbers[start:end] if found is None else found
    return Told(x, numbers, chosen, inverse, known)


def short(x: Array, off: Array) -> list[Fraction] | None:
    """The decimals within the bounds of an input's entries, so short together that they do not lie there by chance."""
    for places in range(MOST_DECIMALS):
        near = [Fraction(round(float(v) * 10**places), 10**places) for v in x]
        misses = np.abs(np.array([float(v) for v in near]) - x)
        if np.all(misses <= off + 1e-12 * (1 + np.abs(x))):
            return near if np.prod(np.minimum(1.0, 2 * off * 10**places)) <= BY_CHANCE else None
    return None
