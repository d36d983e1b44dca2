r"""Conditions with several solutions: a line that differs from those that were found may give another one.

Newton's method comes to one root of `(4 - \lambda)^2 = 9` from most numbers, and `\lambda = 7` is as good as
`\lambda = 1`. Roots that are told apart by numbers, `(\lambda_1, \lambda_2) = (1, 7)`, are not one unknown.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice

import numpy as np

from chainrule.check.comparison.compare import Comparer, relative_gaps
from chainrule.check.comparison.points import free_symbols, needy_symbols
from chainrule.check.conditions.held import Another, Sides
from chainrule.check.conditions.solve import Solution, System, solve
from chainrule.check.conditions.substituted import models, solved_at
from chainrule.expr import Component, Const, Definitions, Expr, ExprError, Model, Symbol, evaluate, walk

DIFFER = 1e-4
SCALES = (1.0, -1.0, 0.25, -0.25, 3.0, -3.0)
MOST_MODELS = 3  # sample points at which common solutions are looked for


def another_root(
    comparer: Comparer, definitions: Definitions, system: System, sides: Sides, determined: bool
) -> Another | None:
    """What is known of a line, where what it gives solves conditions that have more than one solution."""
    if system.linear:
        return None
    closed = _is_closed(system, definitions)
    most = MOST_MODELS if closed else 1
    points = _together(comparer, definitions, system, sides, most) if determined else 0
    if points and closed and gives_a_number(sides, system) and not _bounded(comparer, sides):
        return Another(points)
    if points or any(n > 1 for n in _entries(sides, system).values()):
        return Another()
    roots = (_is_a_root(comparer, definitions, system, sides, unknown) for unknown in sorted(system.unknowns))
    return Another() if any(roots) else None


def fails_at_another(comparer: Comparer, definitions: Definitions, system: System, sides: Sides) -> bool:
    """Whether a line that holds at the solutions found fails at one that is further away: `x = x^6` holds where `x^9 =
    x` for 0 and for 1, and not for -1. Only numbers that conditions without other names determine are looked for."""
    about = not free_symbols(_both(sides), definitions) - {*system.unknowns}
    if system.linear or not about or not _is_closed(system, definitions) or gives_a_number(sides, system):
        return False
    for _, model in islice(models(comparer, comparer.settled.universe, definitions, [system]), MOST_MODELS):
        found = all_roots(system, model)
        if found is None or not found.determines(system):
            return False
        a, b = (evaluate(t, sides.axes, found.model) for t in _both(sides))
        mask = np.broadcast_to(found.valid.reshape(-1, *[1] * (a.ndim - 1)), a.shape)
        if (relative_gaps(a, b, mask) >= DIFFER).any():
            return True
    return False


def gives_a_number(sides: Sides, system: System) -> bool:
    """Whether a line is a number for one unknown: one solution of several, and no claim about all."""
    left = sides.left
    return isinstance(left, Component) and left.symbol in system.unknowns and isinstance(sides.right, Const)


def _bounded(comparer: Comparer, sides: Sides) -> bool:
    """Whether the document says of an unknown that a line gives in which domain it lies."""
    universe = comparer.settled.universe
    bases = {universe.instances[s].base for s in sides.left.symbols if s in universe.instances}
    return any(universe.world.family(base).domain_kind is not None for base in bases)


def _both(sides: Sides) -> tuple[Expr, Expr]:
    return sides.left, sides.right


def _is_closed(system: System, definitions: Definitions) -> bool:
    """Whether conditions are about their unknowns alone, which may be any number."""
    terms = [r.term for r in system.residuals]
    bodies = [d.body for d in definitions.values()]
    return free_symbols(terms, definitions) <= {*system.unknowns} - needy_symbols([*terms, *bodies], definitions)


def _entries(sides: Sides, system: System) -> Counter[Symbol]:
    """How many single entries of each unknown a line names by their numbers."""
    parts = {t for side in (sides.left, sides.right) for t in walk(side) if isinstance(t, Component) and t.indices}
    named = (t for t in parts if t.symbol in system.unknowns and all(isinstance(i, Const) for i in t.indices))
    return Counter(t.symbol for t in named)


def _is_a_root(comparer: Comparer, definitions: Definitions, system: System, sides: Sides, unknown: Symbol) -> bool:
    about = [r for r in system.residuals if unknown in r.term.symbols]
    try:
        given, asked = System([sides.difference], [unknown], definitions), System(about, [unknown], definitions)
        for _, model in models(comparer, comparer.settled.universe, definitions, [given, asked]) if about else ():
            found = solve(given, model)
            solved = None if found is None else solved_at(found, asked, model)
            if solved is not None:
                return bool(solved.all())
    except (ExprError, RecursionError, ValueError, np.linalg.LinAlgError):
        return False
    return False


def _together(comparer: Comparer, definitions: Definitions, system: System, sides: Sides, most: int) -> int:
    """At how many points the conditions and a line are found to have a solution in common: `x = 0` and `y = 0` solve
    `x^2 = y, y^2 = x`, and neither does so alone. Where all is zero many lines hold by chance; what gives a number for
    an unknown does not."""
    given = free_symbols([sides.difference.term], definitions) & {*system.unknowns}
    if not given:
        return 0
    try:
        both = System([*system.residuals, sides.difference], system.unknowns, definitions)
        for _, model in islice(models(comparer, comparer.settled.universe, definitions, [both]), most):
            found = all_roots(both, model)
            count = 0 if found is None else int((found.valid & (~found.trivial | (len(given) == 1))).sum())
            if count:
                return count
    except (ExprError, RecursionError, ValueError, np.linalg.LinAlgError):
        return 0
    return 0


def all_roots(system: System, model: Model) -> Solution | None:
    """The solutions to which Newton's method comes from numbers of every size and sign, all at once."""
    start = system.flat(model)
    signs = np.where(np.arange(start.size).reshape(start.shape) % 3 == 0, -1.0, 1.0)
    starts = [scale * pattern * start for scale in SCALES for pattern in (1.0, signs)]
    values = {s: np.concatenate([np.asarray(v)] * len(starts)) for s, v in model.values.items()}
    many = model.again(values=values, points=model.points * len(starts))
    return solve(system, system.put(many, np.concatenate(starts)), too_many=True)
