"""Lines that solve a condition: where Newton's method finds no solutions, what a line gives is put into the condition.

The line alone is solved for an unknown of the condition, `N \\Sigma = S` for Sigma. It follows where the condition then
vanishes at every sample point, with slopes of full rank, so that no other solution is near, and where the condition has
one solution only: where it is linear in the unknown, or is so once an inverse of the unknown beside it is multiplied
away, `-N \\Sigma^{-1} + \\Sigma^{-1} S \\Sigma^{-1}`. Of several solutions nothing says that the line gives the one
that is meant. Where it does not vanish, Newton's method goes on from there to a solution that is `Near`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from chainrule.check.comparison.compare import LEAST, Comparer
from chainrule.check.comparison.points import MODES, dims_of, free_symbols, needy_symbols
from chainrule.check.comparison.sizes import SIZES, sizes_for
from chainrule.check.conditions.held import Follows, Held, Sides
from chainrule.check.conditions.solve import Solution, System, full_rank, restricting, solve
from chainrule.expr import Definitions, Dim, Model, Symbol
from chainrule.expr.model import Array
from chainrule.sheet.records.universe import Universe

ZERO = 1e-9
BETWEEN = (0.5, -0.25)
SCALES = (1.0, 0.5, 0.25, -1.0, -0.5)


@dataclass(frozen=True)
class Near:
    """A solution of some conditions near to what a line gives, which is none."""

    system: System
    held: list[Held]
    solution: Solution
    sizes: dict[str, int]


def substituted(
    comparer: Comparer,
    definitions: Definitions,
    held: list[Held],
    sides: Sides,
    systems: dict[Symbol, System],
    far: bool,
) -> Follows | Near | None:
    """Whether what a line gives for an unknown solves the conditions that this is an unknown of, `systems`; `far`: else
    a solution near to it is looked for."""
    universe = comparer.settled.universe
    near: Near | None = None
    for unknown, asked in systems.items():
        about = [h for h in held if h.residual in asked.residuals]
        given = System([sides.difference], [unknown], definitions)
        points, shown = 0, dict[str, int]()
        for sizes, model in models(comparer, universe, definitions, [given, asked]):
            found = solve(given, model)
            solved = None if found is None else solved_at(found, asked, model)
            if found is None or solved is None:
                continue
            shown = {universe.dims.shown(d.name): n for d, n in sizes.items()}
            if not solved.all():
                near = near or (_near(asked, about, found.model, shown) if far else None)
                break
            if not _has_one_root(asked, unknown, found.model):
                break
            points += len(solved)
        else:
            if points >= LEAST:
                return Follows(points, shown, tuple(h.equation for h in about))
    return near


def _near(asked: System, about: list[Held], model: Model, sizes: dict[str, int]) -> Near | None:
    """A solution to which Newton's method goes on from what the line gives, or from what a slip would make of it."""
    for scale in SCALES:
        there = solve(asked, asked.put(model, scale * asked.flat(model)))
        if there is not None and there.valid.any():
            return Near(asked, about, there, sizes)
    return None


def models(
    comparer: Comparer, universe: Universe, definitions: Definitions, systems: list[System]
) -> Iterator[tuple[dict[Dim, int], Model]]:
    """Sample points for all that systems are about, in every mode and size."""
    terms = [r.term for s in systems for r in s.residuals]
    symbols, needy = free_symbols(terms, definitions), needy_symbols(terms, definitions)
    dims = dims_of(terms, definitions) | {i.dim for s in systems for r in s.residuals for i in r.axes}
    for mode in MODES:
        if mode.endswith("needed") and not needy:
            continue
        for variant in range(len(SIZES)):
            sizes = sizes_for(universe, dims, variant)
            yield sizes, comparer.model(symbols, sizes, mode, needy, 6)


def solved_at(found: Solution, asked: System, model: Model) -> Array | None:
    """Where the solution of the line solves the conditions, over the points that tell; None where none does."""
    if not found.valid.any() or found.equations != asked.flat(model).shape[1]:
        return None
    at = found.model
    left = asked.quotients(at)
    slopes = asked.jacobian(at)
    live = restricting(left, slopes)
    if len(live) < slopes.shape[2]:
        return None
    telling = found.valid & ~found.trivial & np.isfinite(left).all(axis=1) & full_rank(np.swapaxes(slopes, 1, 2))
    if not telling.any():
        return None
    scale = 1 + np.abs(slopes).max(axis=(1, 2))
    return np.asarray((np.abs(left).max(axis=1) <= ZERO * scale)[telling])


def _has_one_root(asked: System, unknown: Symbol, model: Model) -> bool:
    """Whether conditions are linear in what they are solved for, or would be without its inverse on their sides."""
    if asked.linear:
        return True
    here = asked.flat(model)
    there = np.roll(here, 1, axis=0)
    points = [(1 - t) * here + t * there for t in (0.0, 1.0, *BETWEEN)]
    values = [_without_inverses(asked, unknown, asked.put(model, x)) for x in points]
    ends, between = values[:2], values[2:]
    return any(
        all(_alike((1 - t) * start + t * end, value[n]) for t, value in zip(BETWEEN, between, strict=True))
        for n, (start, end) in enumerate(zip(*ends, strict=True))
    )


def _without_inverses(asked: System, unknown: Symbol, model: Model) -> list[Array]:
    """What vanishes, multiplied by the unknown from the left, from the right and from both sides; over the points. The
    numbers or the matrices of several components are each multiplied by their own; a point at which they are singular
    tells nothing."""
    telling = full_rank(np.swapaxes(asked.jacobian(model), 1, 2))
    left = np.where(telling[:, None], asked.quotients(model), np.nan)
    value = np.asarray(model.values[unknown], dtype=float)
    order = _order(asked, unknown)
    if order is None or left[0].size != value[0].size:
        return []
    sizes = [model.size(i.dim) for i in asked.residuals[0].axes]
    shaped = left.reshape(-1, *sizes).transpose(0, *(n + 1 for n in order))
    if value.ndim < 3:
        return [value**n * shaped for n in (1, 2)]
    if value.shape[-1] != value.shape[-2]:
        return []
    return [value @ shaped, shaped @ value, value @ shaped @ value]


def _order(asked: System, unknown: Symbol) -> list[int] | None:
    """The axes of the one condition in the order of those of its unknown; None where they are others."""
    rest = [i.dim for i in asked.residuals[0].axes]
    places = list(range(len(rest)))
    if len(asked.residuals) > 1 or len(rest) != len(unknown.axes):
        return None
    order = []
    for dim in unknown.axes:
        place = next((n for n in places if rest[n] == dim), None)
        if place is None:
            return None
        places.remove(place)
        order.append(place)
    return order


def _alike(a: Array, b: Array) -> bool:
    """Whether numbers agree at all points at which they are finite, and there are such."""
    finite = np.isfinite(a) & np.isfinite(b)
    return bool(finite.any() and (np.abs(a - b)[finite] <= ZERO * (1 + np.abs(a) + np.abs(b))[finite]).all())
