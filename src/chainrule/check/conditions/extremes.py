r"""Equations between extremes, `\arg\min_w f(w) = \arg\min_w g(w)`, whose functions are not equal.

The places of extremes agree where one function rises and falls with the other: their slopes point the same way
everywhere. They differ where the slopes point opposite ways, or where one function is stationary and the other is not
and an edit of the line makes the functions equal. That two values of extremes differ is not decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chainrule.calculus import derivative
from chainrule.check.comparison.compare import LEAST, Different
from chainrule.check.comparison.points import MODES, dims_of, free_symbols, needy_symbols
from chainrule.check.comparison.sizes import SIZES, sizes_for
from chainrule.check.conditions import given
from chainrule.check.conditions.held import Follows
from chainrule.check.conditions.solve import Residual, System, solve, values_of
from chainrule.check.diagnosis.diagnose import suggest
from chainrule.check.doubts.corroborate import corroborated
from chainrule.check.doubts.doubts import doubt
from chainrule.check.records.finding import Finding
from chainrule.check.records.report import Counterexample, Evidence, Note
from chainrule.expr import Component, Expr, ExprError, Index, Model, Symbol, component, evaluate, value
from chainrule.expr.model import Array
from chainrule.sheet.conditions.extremes import PLACES, Extreme
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import Equation

if TYPE_CHECKING:
    from chainrule.check.comparison.lines import Variant
    from chainrule.check.judge import Judge

PARALLEL, STATIONARY, MOVING = 1e-8, 1e-7, 1e-4
UNDECIDED = "the functions differ; whether their extremes do is not decided"


@dataclass(frozen=True)
class Places:
    """What sample points say: whether the slopes point the same way (1), opposite ways (-1) or neither (0), whether
    what is stationary for the left function is so for the right one (None: not found), and at how many points."""

    way: int
    together: bool | None
    points: int
    sizes: dict[str, int]


def of_extremes(
    judge: Judge, e: Equation, variant: Variant, different: Different, operators: tuple[Extreme, ...]
) -> Finding:
    """The verdict on a line about extremes of functions that differ."""
    judged = judge.conditions.judge(e)
    found = given.following(judge.conditions, e, judged) if isinstance(judged, Follows) else None
    if found is not None:
        return found
    inner = operators[-1]
    places = None if inner.kind not in PLACES else _places(judge, variant, different, inner)
    if places is None:
        return Finding("unsupported", "undecided", UNDECIDED)
    evidence = Evidence("sampled", places.points, places.sizes, judge.options.seed)
    if places.way == 1 and places.together is not False:
        note = Note(
            "extreme", "the functions differ, but they rise and fall together, so their extremes are in one place"
        )
        return Finding("verified", "sampled", "the extremes are in the same place", evidence=evidence, notes=(note,))
    doubtful = doubt(judge, e, variant, different)
    if doubtful is not None:
        return doubtful
    apart = places.way != 1 and places.together is False
    repair = suggest(judge, judge.budget, e, variant) if apart else None
    if places.way == -1 or repair is not None or (apart and corroborated(judge, e, variant, different)):
        message = "one function is largest where the other is smallest"
        message = message if places.way == -1 else "where one function is stationary the other is not"
        numbers = Counterexample(different.values, different.lhs, different.rhs, different.where)
        suggestion = None if repair is None else repair.suggestion
        return Finding("refuted", "unequal", message, evidence=evidence, counterexample=numbers, suggestion=suggestion)
    return Finding("unsupported", "undecided", UNDECIDED)


def _places(judge: Judge, variant: Variant, different: Different, inner: Extreme) -> Places | None:
    """The slopes of both functions by the variables, at sample points."""
    aliases = judge.world.aliases
    over = {aliases.get(b, b) for b in inner.over}
    instances = variant.universe.instances
    symbols = free_symbols(different.terms, variant.universe.definitions)
    unknowns = sorted(s for s in symbols if s in instances and instances[s].base in over)
    if not unknowns or any(t.free for t in different.terms):
        return None
    try:
        return _compared(variant, different.terms, unknowns)
    except (ExprError, Untyped, RecursionError, ValueError, np.linalg.LinAlgError):
        return None


def _compared(variant: Variant, terms: tuple[Expr, Expr], unknowns: list[Symbol]) -> Places | None:
    definitions = variant.universe.definitions
    slopes = [[_slope(t, u, variant) for u in unknowns] for t in terms]
    every = [*terms, *(r.term for side in slopes for r in side)]
    symbols, needy = free_symbols(every, definitions), needy_symbols(every, definitions)
    dims = dims_of(every, definitions)
    systems = [System(side, unknowns, definitions) for side in slopes]
    ways: set[int] = set()
    points, stationary, one_number = 0, [], False
    shown: dict[str, int] = {}
    for mode in MODES:
        if mode.endswith("needed") and not needy:
            continue
        for choice in range(len(SIZES)):
            sizes = sizes_for(variant.universe, dims, choice)
            model = variant.comparer.model(symbols, sizes, mode, needy, 6)
            left, right = (values_of(side, model) for side in slopes)
            one_number |= left.shape[1] == 1
            signs = _ways(left, right)
            points += len(signs)
            ways |= set(signs)
            for system, term, other in zip(systems, reversed(terms), reversed(slopes), strict=True):
                stationary += _there(system, term, other, model)
            shown = {variant.universe.dims.shown(d.name): n for d, n in sizes.items()}
        if points >= LEAST:
            break
    if points < LEAST:
        return None
    together = None
    if len(stationary) >= LEAST:
        together = True if max(stationary) < STATIONARY else False if min(stationary) > MOVING else None
    way = next(iter(ways)) if len(ways) == 1 else 0
    if way and one_number and together is None:
        return None  # two slopes that are numbers are always parallel: where they vanish must tell
    return Places(way, together, points, shown)


def _there(system: System, term: Expr, slopes: list[Residual], model: Model) -> list[float]:
    """How steep one function is where the other is stationary, relative to its value."""
    solution = solve(system, model)
    if solution is None:
        return []
    steep = np.linalg.norm(values_of(slopes, solution.model), axis=1)
    height = np.abs(evaluate(term, (), solution.model).reshape(model.points))
    steep = steep / np.where(height > 1e-12, height, 1.0)
    return [float(x) for x in steep[solution.valid & np.isfinite(steep)]]


def _slope(term: Expr, u: Symbol, variant: Variant) -> Residual:
    slots = tuple(Index(f"·g{k}", d) for k, d in enumerate(u.axes))
    target = component(u, *map(value, slots))
    assert isinstance(target, Component)
    return Residual(derivative(term, target, variant.universe.definitions), slots)


def _ways(left: Array, right: Array) -> list[int]:
    """At each point where neither vanishes: 1 where two slopes point the same way, -1 opposite ways, 0 elsewhere."""
    found = []
    for a, b in zip(left, right, strict=True):
        size = float(np.linalg.norm(a) * np.linalg.norm(b))
        if not np.isfinite(size) or size < 1e-12:
            continue
        along = float(a @ b)
        found.append(int(np.sign(along)) if abs(abs(along) / size - 1) < PARALLEL else 0)
    return found
