"""Numbers of a matrix expression, in NumPy's double precision: the judge of what `matrix_form` gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.calculus.arrays.notation import Array, walk
from chainrule.expr.functions import BY_NAME
from chainrule.expr.index import Dim, Index, Symbol

Values = NDArray[Any]


def values(array: Array, data: Mapping[Symbol, Values], sizes: Mapping[Dim, int]) -> Values:
    """The values of the array.

    >>> x = Symbol("x", (Dim("n"),)); a = Array("symbol", (), (Index("i", Dim("n")),), x)
    >>> float(values(Array("inner", (a, a)), {x: np.array([3.0, 4.0])}, {Dim("n"): 2}))
    25.0
    """
    done: dict[Array, Values] = {}
    for node in walk(array):
        done[node] = np.asarray(_RULES[node.op](node, [done[a] for a in node.args], _Numbers(data, sizes)))
    return done[array]


class _Numbers:
    def __init__(self, data: Mapping[Symbol, Values], sizes: Mapping[Dim, int]) -> None:
        self.data, self.sizes = data, sizes

    def size(self, dim: Dim) -> int:
        return dim.fixed if dim.fixed is not None else self.sizes[dim]

    def shape(self, axes: tuple[Index, ...]) -> tuple[int, ...]:
        return tuple(self.size(i.dim) for i in axes)


def _matmul(node: Array, args: list[Values], n: _Numbers) -> Values:
    found = args[-1]
    for factor in reversed(args[:-1]):
        found = factor @ found
    return found


def _product(node: Array, args: list[Values], n: _Numbers) -> Values:
    found: Any = float(node.data) if isinstance(node.data, Fraction) else 1.0
    for factor in args:
        found = found * factor
    return np.asarray(found)


def _sum(node: Array, args: list[Values], n: _Numbers) -> Values:
    found = args[0]
    for term in args[1:]:
        found = found + term
    return found


def _power(node: Array, args: list[Values], n: _Numbers) -> Values:
    return np.asarray(args[0] ** (float(node.data) if isinstance(node.data, Fraction) else args[1]))


def _softmax(node: Array, args: list[Values], n: _Numbers) -> Values:
    weights = np.exp(args[0] - args[0].max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def _unit(node: Array, args: list[Values], n: _Numbers) -> Values:
    dim = node.axes[0].dim
    return np.asarray(np.arange(dim.low, dim.low + n.size(dim)) == args[0], dtype=float)


def _onehot(node: Array, args: list[Values], n: _Numbers) -> Values:
    dim = node.axes[-1].dim
    places = np.arange(dim.low, dim.low + n.size(dim))
    return np.asarray(places[None, :] == args[0][:, None], dtype=float)


def _entry(node: Array, args: list[Values], n: _Numbers) -> Values:
    places = np.asarray(args[1], dtype=int) - node.args[0].axes[-1].dim.low
    return np.asarray(args[0][places] if args[0].ndim == 1 else args[0][np.arange(len(places)), places])


def _inverse(matrix: Values) -> Values:
    """NaN where there is none."""
    try:
        return np.asarray(np.linalg.inv(matrix))
    except np.linalg.LinAlgError:
        return np.full(matrix.shape, np.nan)


def _spread(node: Array, args: list[Values], n: _Numbers) -> Values:
    held = node.args[0].axes
    shown = [n.size(i.dim) if i in held else 1 for i in node.axes]
    return np.broadcast_to(args[0].reshape(shown), n.shape(node.axes))


_COMPARE: dict[Any, Callable[[Values, Values], Values]] = {
    "==": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal,
}  # fmt: skip

_RULES: dict[str, Callable[[Array, list[Values], _Numbers], Any]] = {
    "symbol": lambda a, args, n: n.data[a.data],  # type: ignore[index]
    "number": lambda a, args, n: float(a.data),  # type: ignore[arg-type]
    "size": lambda a, args, n: float(n.size(a.data)),  # type: ignore[arg-type]
    "constant": lambda a, args, n: math.pi,
    "prod": lambda a, args, n: np.prod(args[0], axis=-1),
    "argmax": lambda a, args, n: np.argmax(args[0], axis=-1) + a.args[0].axes[-1].dim.low,
    "argmin": lambda a, args, n: np.argmin(args[0], axis=-1) + a.args[0].axes[-1].dim.low,
    "onehot": _onehot,
    "entry": _entry,
    "ones": lambda a, args, n: np.ones(n.shape(a.axes)),
    "identity": lambda a, args, n: np.eye(n.size(a.axes[0].dim)),
    "unit": _unit,
    "row": lambda a, args, n: args[0],
    "transpose": lambda a, args, n: args[0].T,
    "matmul": _matmul,
    "inner": lambda a, args, n: args[0] @ args[1],
    "outer": lambda a, args, n: np.outer(args[0], args[1]),
    "trace": lambda a, args, n: np.trace(args[0]),
    "frobenius": lambda a, args, n: np.sum(args[0] * args[1]),
    "sum": lambda a, args, n: np.sum(args[0]),
    "diag": lambda a, args, n: np.diag(args[0]),
    "diagonal": lambda a, args, n: np.diag(args[0]),
    "inverse": lambda a, args, n: _inverse(args[0]),
    "det": lambda a, args, n: np.linalg.det(args[0]),
    "product": _product,
    "add": _sum,
    "power": _power,
    "function": lambda a, args, n: BY_NAME[str(a.data)].value(*args),
    "softmax": _softmax,
    "max": lambda a, args, n: np.max(args[0], axis=-1),
    "min": lambda a, args, n: np.min(args[0], axis=-1),
    "compare": lambda a, args, n: _COMPARE[a.data](args[0], args[1]).astype(float),
    "where": lambda a, args, n: np.where(args[0] == 1, args[1], args[2]),
    "spread": _spread,
}
