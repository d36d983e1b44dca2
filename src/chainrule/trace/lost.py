r"""Why a quantity is no number any more: which operation, at which step, of what. "L is inf: the logarithm of 0"."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from chainrule.check.comparison.lines import Variant
from chainrule.check.comparison.writing import name_of
from chainrule.expr import Apply, Component, Expr, IndexValue, Inverse, Model, Mul, Power
from chainrule.expr.evaluate import needs
from chainrule.expr.model import Array, aligned

WORDS = {"log": "the logarithm", "exp": "the exponential", "sqrt": "the square root"}


def why_lost(term: Expr, model: Model, variant: Variant) -> str:
    """What happened first in a term whose value is infinite or not a number; "" where its value is one."""
    if _is_finite(model, term):
        return ""
    node, within = term, ""
    while (inner := next((n for n in needs(node, model) if not _is_finite(model, n)), None)) is not None:
        if isinstance(node, Component) and node.symbol in variant.universe.instances:
            within = f" in the formula of ${name_of(variant.universe, node.symbol)}$"
        node = inner
    return _what(node, model) + within


def _is_finite(model: Model, node: Expr) -> bool:
    return node not in model.memo or bool(np.isfinite(np.asarray(model.memo[node], dtype=float)).all())


def _what(node: Expr, model: Model) -> str:
    """The operation and the numbers that went into it, at the first place where it fails."""
    values = list(_inputs(node, model))
    shown = [f"{v:.8g}" for v in values]
    match node:
        case Apply(name=name):
            of = f"{WORDS.get(name, name)} of {', '.join(shown)}"
            return of if _is_outside(node, model) else f"{of} is beyond the largest number"
        case Power() if values[0] == 0 and values[1] < 0:
            return "a division by zero"
        case Power() if values[0] < 0 and values[1] != int(values[1]):
            return f"the power {shown[1]} of the negative number {shown[0]}"
        case Power():
            return f"the power {shown[1]} of {shown[0]} is beyond the largest number"
        case Mul():
            return f"the product of {' and '.join(shown)} is beyond the largest number"
        case Inverse():
            return "a matrix that has no inverse"
        case Component():
            return "an index that is out of range"
    return "a sum that is beyond the largest number"


def _is_outside(node: Apply, model: Model) -> bool:
    """Whether a function has no finite value there, as the logarithm of zero, and does not only overflow."""
    return node.name != "exp" and not (node.name in ("cosh", "sinh") or np.isfinite(model.memo[node]).all())


def _inputs(node: Expr, model: Model) -> Iterator[float]:
    """The numbers that an operation is of, where it first fails."""
    if isinstance(node, Component | IndexValue):
        return
    out: Array = np.asarray(model.memo[node], dtype=float)
    at = tuple(int(k[0]) for k in np.nonzero(~np.isfinite(out)))
    for child in node.children if not node.scopes or isinstance(node, Apply | Power | Mul) else ():
        yield float(np.broadcast_to(np.asarray(aligned(node.axes, child, model), dtype=float), out.shape)[at])
