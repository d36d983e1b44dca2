r"""Conditions with several solutions: a line that differs from those that were found may give another one.

Newton's method comes to one root of `(4 - \lambda)^2 = 9` from most numbers, and `\lambda = 7` is as good as
`\lambda = 1`. Roots that are told apart by numbers, `(\lambda_1, \lambda_2) = (1, 7)`, are not one unknown.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from chainrule.check.comparison.compare import Comparer
from chainrule.check.conditions.held import Sides
from chainrule.check.conditions.solve import System, solve
from chainrule.check.conditions.substituted import models, solved_at
from chainrule.expr import Component, Const, Definitions, ExprError, Symbol, walk


def another_root(comparer: Comparer, definitions: Definitions, system: System, sides: Sides) -> bool:
    """Whether what a line gives for an unknown solves conditions that have more than one solution."""
    if system.linear:
        return False
    if any(n > 1 for n in _entries(sides, system).values()):
        return True
    return any(_is_a_root(comparer, definitions, system, sides, unknown) for unknown in sorted(system.unknowns))


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
