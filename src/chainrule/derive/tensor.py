"""Tensors of a formula: a term and the order of its indices, built once it is known over which indices it is wanted."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.expr.index import Dim, Index, bound_at
from chainrule.expr.making import value
from chainrule.expr.nodes import Expr
from chainrule.expr.substitution import substitute

Axes = tuple[Index, ...]


class Tensor:
    """A term over axes, or how to build it over any.

    `depth` is the number that the outermost index bound inside will have, so that an index which is bound next can get
    its canonical name right away (see `chainrule.expr.terms`); what is named otherwise is renamed, which costs time.

    >>> from chainrule.expr.terms import Symbol, component
    >>> n = Dim("n"); i, j = Index("i", n), Index("j", n)
    >>> Tensor(component(Symbol("x", (n,)), i), (i,)).at((j,))
    x[j]
    """

    __slots__ = ("_axes", "_build", "_term", "depth", "dims")
    _axes: Axes | None
    _build: Callable[[Axes], Expr]
    _term: Expr | None
    depth: int
    dims: tuple[Dim, ...]

    def __init__(self, term: Expr, axes: Axes = ()) -> None:
        self._term, self._axes = term, axes
        self.dims, self.depth = tuple([i.dim for i in axes]), term.bound

    @classmethod
    def later(cls, dims: tuple[Dim, ...], depth: int, build: Callable[[Axes], Expr]) -> Tensor:
        """The tensor whose term over some axes `build` makes."""
        self = cls.__new__(cls)
        self._term, self._axes, self._build, self.dims, self.depth = None, None, build, dims, depth
        return self

    @property
    def axes(self) -> Axes:
        """The indices of the term."""
        if self._axes is None:
            self.at(tuple([Index(f"i{k}", dim) for k, dim in enumerate(self.dims)]))
        assert self._axes is not None
        return self._axes

    @property
    def term(self) -> Expr:
        """The entry at the axes."""
        return self.at(self.axes)

    def at(self, axes: Axes) -> Expr:
        """The entry at some indices."""
        if self._term is None:
            if len(axes) > 1 and len(set(axes)) < len(axes):
                return self._build(axes)  # an entry of the diagonal, from which no other follows
            self._axes, self._term = axes, self._build(axes)
        if axes != self._axes:
            return substitute(self._term, {i: value(j) for i, j in zip(self.axes, axes, strict=True)})
        return self._term


def bound(depth: int, dim: Dim) -> Index:
    """The index over a dimension that is bound at a depth."""
    return bound_at(depth, dim)
