r"""Derivatives of a product by one of its factors, written as the other factor: `\partial Z/\partial W = X`.

For `Z = X W` the derivative has four axes, \(\partial Z_{ij}/\partial W_{kl} = X_{ik} \delta_{jl}\). People write the
factor and leave the identity out; it is put back along each pair of axes that it may stand for, and the line then says
something of every entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from chainrule.expr import delta, mul
from chainrule.expr.nodes import Expr
from chainrule.sheet.records.shapes import Dims, Val

MOST_WAYS = 4
"""As many ways to lie as are tried: two pairs of axes, each with the factor or its transpose."""

Way = tuple[int, int, tuple[int, ...]]
"""The axes of the identity, and those of the factor, all as places among the axes of the derivative."""


def with_identity(dims: Dims, val: Val, other: Val, nth: int) -> Val:
    """A factor beside a derivative with more axes, times the identity along two of them: the `nth` way in which it
    fits; the value itself where there are fewer ways."""
    ways = list(_ways(dims, val, other))
    if nth >= len(ways):
        return val
    one, two, rest = ways[nth]

    def at(*places: Expr) -> Expr:
        return mul(val.at(*(places[n] for n in rest)), delta(places[one], places[two]))

    return Val(other.shape, at, None, val.derived)


def _ways(dims: Dims, val: Val, other: Val) -> Iterator[Way]:
    jacobian = other.jacobian
    if jacobian is None or not jacobian.above_dims or len(jacobian.below_dims) != 2:
        return
    above, axes = len(jacobian.above_dims), [dims.find(d) for d in other.dims]
    wanted = [dims.find(d) for d in val.dims]
    if len(axes) != len(wanted) + 2 or not wanted:
        return
    for one in range(above):
        for two in range(above, len(axes)):
            if axes[one] == axes[two]:
                left = [n for n in range(len(axes)) if n not in (one, two)]
                yield from ((one, two, rest) for rest in permutations(left) if _along(axes, rest) == wanted)


def _along(axes: Sequence[str], places: Sequence[int]) -> list[str]:
    return [axes[n] for n in places]
