"""The losses of torch, each as what it is of its two arguments, entry by entry, and how its entries are put together.

`reduction="mean"` is torch's own; a cross-entropy is a sum over classes, the last axis, and a mean over samples.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from chainrule.derive.operations import Build, Operation, Rank, along, lift, reduced
from chainrule.derive.tensor import Tensor
from chainrule.expr import tensors
from chainrule.expr.nodes import Expr
from chainrule.expr.terms import ONE, add, apply, const, div, indicator, mul, neg, piecewise, power, size, sub, total
from chainrule.read.python import Formula, FormulaError

REDUCTIONS = ("mean", "sum", "none")


def reduction_of(node: Formula) -> str:
    """The option reduction; "mean" where it is not given."""
    found = node.options.get("reduction", "mean")
    if found not in REDUCTIONS:
        raise FormulaError(f"reduction of {node.op} is 'mean', 'sum' or 'none', found {found!r}")
    return str(found)


def _rank(classes: int) -> Rank:
    """Two arrays of one rank become a number, or, without a reduction, one entry for each or for each sample."""

    def rank(node: Formula, args: list[int]) -> tuple[int | None, int]:
        if len(args) != 2 or args[0] != args[1] or not args[0]:
            return None, 0
        return (args[0] - classes if reduction_of(node) == "none" else 0), 0

    return rank


def _of_entries(entry: Callable[[Expr, Expr], Expr]) -> Build:
    """A loss of every entry."""
    return lambda node, args: _put_together(node, lift(entry)(node, args))


def _cross_entropy(node: Formula, args: list[Tensor]) -> Tensor:
    """Of scores and of probabilities of classes; the last axis is that of the classes."""
    logs = along(tensors.log_softmax)(node, args[:1])
    products = lift(mul)(node, [args[1], logs])
    last = Formula("sum", options={"axis": -1})
    return _put_together(node, lift(neg)(node, [reduced(last, products, _sum)]))


def _put_together(node: Formula, t: Tensor) -> Tensor:
    how, whole = reduction_of(node), Formula("sum")
    if how == "none" or not t.dims:
        return t
    found = reduced(whole, t, _sum)
    if how == "sum":
        return found
    count = mul(*(size(d) for d in t.dims))
    return Tensor(div(found.term, count))


def _sum(body: Expr, *gone: object) -> Expr:
    for index in gone:
        body = total(index, body)  # type: ignore[arg-type]
    return body


def _entropy(p: Expr, y: Expr) -> Expr:
    """Of the probability p of the label 1."""
    logs = mul(y, apply("log", p)), mul(sub(ONE, y), apply("log", sub(ONE, p)))
    return neg(add(*logs))


def _huber(a: Expr, b: Expr) -> Expr:
    """Half the square up to a distance of 1, and the distance less a half from there."""
    distance = apply("abs", sub(a, b))
    half = const(Fraction(1, 2))
    return piecewise([(indicator("<", distance, ONE), mul(half, power(sub(a, b), const(2))))], sub(distance, half))


ENTRIES: dict[str, Callable[[Expr, Expr], Expr]] = {
    "mse_loss": lambda a, b: power(sub(a, b), const(2)),
    "l1_loss": lambda a, b: apply("abs", sub(a, b)),
    "binary_cross_entropy": _entropy,
    "binary_cross_entropy_with_logits": lambda z, y: sub(apply("softplus", z), mul(y, z)),
    "huber_loss": _huber,
    "smooth_l1_loss": _huber,
    "soft_margin_loss": lambda z, y: apply("softplus", neg(mul(y, z))),
}
"""Losses of every entry, prediction first."""

LOSSES: dict[str, Operation] = {
    **{name: Operation(_rank(0), "loss", _of_entries(entry)) for name, entry in ENTRIES.items()},
    "cross_entropy": Operation(_rank(1), "loss over classes", _cross_entropy),
}
