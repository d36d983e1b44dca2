"""A gradient before a matrix that would have to be a row there, in a document whose gradients are columns.

Before a symmetric matrix, as the slope of an elementwise map is one, it is all the same.
"""

from __future__ import annotations

from chainrule.check.comparison.compare import Same, guard
from chainrule.check.comparison.lines import Variant
from chainrule.sheet.records.shapes import Val
from chainrule.sheet.records.statements import Equation


def flips(e: Equation, variant: Variant) -> bool:
    """Whether a line has such a gradient, before a matrix that is not its own transpose."""
    return any(not _symmetric(variant, val) for val in variant.universe.flipped.get(f"@{e.position}", ()))


def _symmetric(variant: Variant, val: Val) -> bool:
    """Whether a matrix is its own transpose."""
    find = variant.universe.dims.find
    if len({find(d) for d in val.dims}) > 1:
        return False
    return isinstance(guard(lambda: variant.comparer.compare(val, val.transposed())), Same)
