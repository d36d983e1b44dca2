r"""A loss for each sample whose gradient is that of their sum: `L = \frac12 (Xw - y)^2`, `\partial L / \partial w = X^T
(Xw - y)`.

The shapes of such a line do not fit as it is written; where the sum over the samples makes it true, it is `assumed`.
"""

from __future__ import annotations

from functools import partial

from chainrule.check.comparison.compare import Same, guard
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import differentiated
from chainrule.expr import Expr, Index, total, value
from chainrule.sheet.records.shapes import Val
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.spelling import names_loss, spelled_out


def samplewise(lines: Lines, e: Equation, variant: Variant) -> Finding | None:
    """A line that holds if the loss that is differentiated in it is summed over its entries."""
    _, lhs, rhs = variant.typed[e.position]
    losses = [b for b in differentiated(lines.world, e.lhs) if names_loss(b)]
    if len(losses) != 1 or len(lhs.dims) != len(rhs.dims) + 1:
        return None
    find = variant.universe.dims.find
    for k in range(len(lhs.dims)):
        rest = (*lhs.dims[:k], *lhs.dims[k + 1 :])
        if [find(d) for d in rest] != [find(d) for d in rhs.dims]:
            continue
        if isinstance(guard(partial(variant.comparer.compare, _summed(variant, lhs, rhs, k), rhs)), Same):
            name = spelled_out(losses[0])
            return assumed("condition", f"holds if {name} is summed over its entries, which the document does not say")
    return None


def _summed(variant: Variant, side: Val, like: Val, axis: int) -> Val:
    index = Index("·s", variant.universe.dims.dim(side.dims[axis]))

    def at(*places: Expr) -> Expr:
        return total(index, side.at(*places[:axis], value(index), *places[axis:]))

    return Val(like.shape, at)
