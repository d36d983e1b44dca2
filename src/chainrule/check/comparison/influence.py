"""Whether a side of a line depends on what stands in it: `e^{a + c} / e^c` depends on no c.

What a name stands for cannot matter where it cancels: nothing that could be said of it would make the line true.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from chainrule.check.comparison.compare import APART, POINTS, relative_gaps
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.points import MODES, Sampler, dims_of, free_symbols, needy_symbols
from chainrule.check.comparison.sizes import sizes_for
from chainrule.expr import Expr, ExprError, Model, Symbol, evaluate


def cancels(lines: Lines, variant: Variant, term: Expr, symbol: Symbol) -> bool:
    """Whether a term keeps its value at sample points when one of its real symbols is drawn anew."""
    seed = lines.options.seed + 1

    def redrawn(model: Model, mode: str, needy: set[Symbol]) -> Model:
        drawn = Sampler(variant.universe, seed).draw([symbol], dict(model.sizes), POINTS, mode, needy)
        return model.again(values={**model.values, **drawn})

    return symbol.kind == "real" and _unmoved(variant, term, redrawn)


def function_cancels(variant: Variant, term: Expr, name: str) -> bool:
    """Whether a term keeps its value at sample points when a function that nobody defines is another one."""
    return _unmoved(variant, term, lambda model, _mode, _needy: model.again(seeds={name: model.seed + 1}))


def _unmoved(variant: Variant, term: Expr, change: Callable[[Model, str, set[Symbol]], Model]) -> bool:
    universe, definitions = variant.universe, variant.universe.definitions
    symbols, needy = free_symbols([term], definitions), needy_symbols([term], definitions)
    mode = MODES[1] if needy else MODES[0]
    try:
        sizes = sizes_for(universe, dims_of([term], definitions), 0)
        model = variant.comparer.model(symbols, sizes, mode, needy, POINTS)
        before, after = (evaluate(term, sorted(term.free), m) for m in (model, change(model, mode, needy)))
    except (ExprError, ValueError):
        return False
    finite = np.isfinite(before) & np.isfinite(after)
    everywhere = bool(finite.reshape(POINTS, -1).any(axis=1).all())
    return everywhere and not bool((relative_gaps(before, after, finite) > APART).any())
