"""Sums that name their indices, `einsum("ij,jk->ik", A, B)`: the letters of every array, and of the result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from chainrule.derive.tensor import Axes, Tensor, bound
from chainrule.expr.index import Dim
from chainrule.expr.nodes import Expr
from chainrule.expr.terms import mul, total
from chainrule.read.python import Formula, FormulaError

T = TypeVar("T")
MOST_AXES = 2


def letters(node: Formula) -> tuple[list[str], str]:
    """The letters of the arguments and of the result. Raises `FormulaError`.

    >>> letters(Formula("einsum", options={"subscripts": "ij,j"}))
    (['ij', 'j'], 'i')
    """
    text = node.options.get("subscripts")
    if not isinstance(text, str):
        raise FormulaError("einsum: the letters stand first, as in einsum('ij,jk->ik', A, B)")
    left, arrow, right = text.replace(" ", "").partition("->")
    found = left.split(",")
    counted = "".join(found)
    if not all(x.isalpha() for x in [*found, right] if x):
        raise FormulaError(f"einsum: every axis has one letter, as in 'ij,jk->ik'; found {text!r}")
    if not arrow:
        right = "".join(sorted(x for x in set(counted) if counted.count(x) == 1))
    if len(set(right)) < len(right) or not set(right) <= set(counted):
        raise FormulaError(f"einsum: the letters behind the arrow are some of those before it, found {text!r}")
    if len(right) > MOST_AXES:
        raise FormulaError(f"einsum: arrays of at most two axes are read, found {right!r} behind the arrow")
    return found, right


def einsum_rank(node: Formula, args: list[int]) -> tuple[int | None, int]:
    """The number of letters of the result, where every argument has as many axes as letters."""
    found, right = letters(node)
    return (len(right) if [len(x) for x in found] == args else None), 0


def einsum(node: Formula, args: list[Tensor]) -> Tensor:
    """The product of the arguments, summed over the letters that the result lacks."""
    found, right = letters(node)
    dims: dict[str, Dim] = {}
    for x, t in zip(found, args, strict=True):
        dims |= dict(zip(x, t.dims, strict=True))
    depth, gone = max(t.depth for t in args), [x for x in dims if x not in right]
    summed = {x: bound(depth + n, dims[x]) for n, x in enumerate(gone, 1)}

    def over(axes: Axes) -> Expr:
        at = summed | dict(zip(right, axes, strict=True))
        term = mul(*(t.at(tuple(at[x] for x in own)) for own, t in zip(found, args, strict=True)))
        for index in summed.values():
            term = total(index, term)
        return term

    return Tensor.later(tuple(dims[x] for x in right), depth + len(gone), over)


def by_letter(node: Formula, shapes: Sequence[tuple[T, ...]]) -> dict[str, list[T]]:
    """What stands at each letter, over all arguments."""
    found, _ = letters(node)
    at: dict[str, list[T]] = {}
    for own, shape in zip(found, shapes, strict=True):
        for x, size in zip(own, shape, strict=True):
            at.setdefault(x, []).append(size)
    return at
