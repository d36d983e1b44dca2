"""The numbers behind the names: what an evaluation starts from, and what its parts share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.expr.definitions import Definitions
from chainrule.expr.errors import MissingValue, TooLarge
from chainrule.expr.index import Dim, Index, Symbol
from chainrule.expr.nodes import Expr

Array = NDArray[Any]


class Arithmetic(Enum):
    """How numbers are computed: float64, or `flint.arb` balls in object arrays."""

    FLOAT = "float"
    BALL = "ball"


FLOAT, BALL = Arithmetic.FLOAT, Arithmetic.BALL


def _no_deadline() -> None:
    """Never raises."""


@dataclass
class Model:
    """Numbers for the names: sizes of dimensions, values of symbols (points, *axes), definitions of the others.

    `deadline` is called before every node and may raise. `seen` collects, for every condition that depends on a
    symbol (indicators, cases, sides of kinks), which truth values occurred. `limit` bounds the elements of any array.
    Functions without a definition are drawn from `seed`, or from their own of `seeds`.
    """

    sizes: Mapping[Dim, int] = field(default_factory=dict)
    values: Mapping[Symbol, Array] = field(default_factory=dict)
    definitions: Definitions = field(default_factory=Definitions)
    points: int = 1
    arithmetic: Arithmetic = FLOAT
    seed: int = 0
    seeds: Mapping[str, int] = field(default_factory=dict)
    deadline: Callable[[], None] = _no_deadline
    precision: int = 128
    limit: int = 2**23
    seen: dict[Expr, set[bool]] = field(default_factory=dict)
    memo: dict[Expr, Array] = field(default_factory=dict, repr=False)
    troubles: set[type[Exception]] = field(default_factory=set, repr=False)

    def again(self, **changes: Any) -> Model:
        """The same numbers, except for the changes, with nothing evaluated yet."""
        return replace(self, **{"memo": {}, "seen": {}, "troubles": set(), **changes})

    @property
    def exact(self) -> bool:
        """Whether numbers are balls."""
        return self.arithmetic is BALL

    def size(self, dim: Dim) -> int:
        """The number of values of a dimension."""
        if dim.fixed is not None:
            return dim.fixed
        if dim not in self.sizes:
            raise MissingValue(f"the dimension {dim.name} has no size")
        return self.sizes[dim]

    def bounded(self, points: int, indices: Sequence[Index]) -> tuple[int, ...]:
        """The shape over these indices, if it is not too large."""
        shape = (points, *(self.size(i.dim) for i in indices))
        self.check(shape, indices)
        return shape

    def check(self, shape: Sequence[int], indices: Sequence[Index] = ()) -> None:
        """Raise when an array of this shape would be too large."""
        bound = self.limit // 16 if self.exact else self.limit
        if prod(shape) > bound:
            names = f" ({', '.join(f'{i.dim.name}={self.size(i.dim)}' for i in indices)})" if indices else ""
            raise TooLarge(f"an array of {' x '.join(map(str, shape))} numbers{names} exceeds the bound of {bound}")

    def number(self, x: Fraction) -> Any:
        """An exact number in this arithmetic."""
        if not self.exact:
            return _as_float(x)
        from flint import arb, fmpq

        return arb(fmpq(x.numerator, x.denominator))

    def array(self, x: Array) -> Array:
        """Given data in this arithmetic."""
        if not self.exact:
            return np.asarray(x, dtype=float)
        return x if x.dtype == object else lift(x)

    def working(self) -> AbstractContextManager[Any]:
        """The arithmetic's context: quiet floats, or the working precision of balls."""
        if not self.exact:
            return np.errstate(all="ignore")
        import flint

        return flint.ctx.workprec(self.precision)  # type: ignore[no-any-return]


def _as_float(x: Fraction) -> float:
    try:
        return float(x)
    except OverflowError:
        return float("inf") if x > 0 else float("-inf")


def lift(x: Array) -> Array:
    """Floats or integers as exact balls."""
    from flint import arb

    return np.asarray(np.frompyfunc(lambda v: arb(v.item() if hasattr(v, "item") else v), 1, 1)(x), dtype=object)


def aligned(node_axes: Sequence[Index], term: Expr, model: Model) -> Array:
    """The value of a term with an axis of length one for each index it lacks (axes are sorted alike everywhere)."""
    found = model.memo[term]
    if len(term.axes) == len(node_axes):
        return found
    sizes = iter(found.shape[1:])
    return found.reshape(found.shape[0], *(next(sizes) if i in term.free else 1 for i in node_axes))


def each(function: Callable[..., Any], *arrays: Array) -> Array:
    """A function of balls over object arrays."""
    return np.asarray(np.frompyfunc(function, len(arrays), 1)(*arrays), dtype=object)


def nan(model: Model) -> Any:
    if not model.exact:
        return np.nan
    from flint import arb

    return arb("nan")


def positions(term: Array, dim: Dim, n: int, model: Model) -> tuple[Array, Array]:
    """Array positions of an index term, and where they lie on the axis (elsewhere position 0)."""
    at = each(lambda v: float(v) if v.is_integer() else float("nan"), term).astype(float) if model.exact else term
    at = at - dim.low
    inside = (at >= 0) & (at < n) & (at == np.rint(at))
    return np.where(inside, at, 0).astype(np.int64), inside
