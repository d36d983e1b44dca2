"""Dimensions under other names, in symbols, indices and terms."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.expr.index import Dim, Index, Symbol
from chainrule.expr.making import value
from chainrule.expr.nodes import Component, Expr, IndexValue
from chainrule.expr.terms import component
from chainrule.expr.walks import walk


class Renaming:
    """Other dimensions for some.

    >>> n, d = Dim("n"), Dim("d")
    >>> Renaming({n: d}).symbol(Symbol("x", (n,))).axes
    (Dim(name='d', low=1),)
    """

    def __init__(self, dims: Mapping[Dim, Dim]) -> None:
        self.dims = dims

    def index(self, index: Index) -> Index:
        """The index over the other dimension."""
        return Index(index.name, self.dims.get(index.dim, index.dim))

    def symbol(self, symbol: Symbol) -> Symbol:
        """The symbol with the other dimensions as axes."""
        return Symbol(symbol.name, tuple(self.dims.get(d, d) for d in symbol.axes), symbol.kind)

    def term(self, term: Expr) -> Expr:
        """The term with the other dimensions everywhere, under bound indices too."""
        done: dict[Expr, Expr] = {}
        for node in walk(term):
            if isinstance(node, IndexValue):
                done[node] = value(self.index(node.index))
            elif isinstance(node, Component):
                done[node] = component(self.symbol(node.symbol), *(done[i] for i in node.indices))
            else:
                scopes = [(tuple(map(self.index, bound)), done[inner]) for bound, inner in node.scopes]
                done[node] = node.with_scopes(scopes) if scopes else node
        return done[term]
