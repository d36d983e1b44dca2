"""Lines that solve a condition: where Newton's method finds no solutions, what a line gives is put into the condition.

The line alone is solved for an unknown of the condition, `N \\Sigma = S` for Sigma. It follows where the condition then
vanishes at every sample point, with slopes of full rank, so that no other solution is near. Other solutions far away
are not looked for. Where it does not vanish, Newton's method goes on from there to a solution that is `Near`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from chainrule.check.compare import LEAST, Comparer
from chainrule.check.held import Follows, Held, Sides
from chainrule.check.points import MODES, dims_of, free_symbols, needy_symbols
from chainrule.check.sizes import SIZES, sizes_for
from chainrule.check.solve import Solution, System, full_rank, restricting, solve
from chainrule.expr import Definitions, Dim, Model, Symbol
from chainrule.expr.model import Array
from chainrule.sheet.world import Universe

ZERO = 1e-9
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
        for sizes, model in _models(comparer, universe, definitions, [given, asked]):
            found = solve(given, model)
            solved = None if found is None else _solved(found, asked, model)
            if found is None or solved is None:
                continue
            shown = {universe.dims.shown(d.name): n for d, n in sizes.items()}
            if not solved.all():
                near = near or (_near(asked, about, found.model, shown) if far else None)
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


def _models(
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


def _solved(found: Solution, asked: System, model: Model) -> Array | None:
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
