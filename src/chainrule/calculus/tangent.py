"""The differential of an expression: the derivative along a change of every symbol that it rests on."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.calculus.derivative import derivative, resolve
from chainrule.calculus.simplify import contract
from chainrule.expr.bound_names import fresh
from chainrule.expr.definitions import Definitions
from chainrule.expr.index import Index, Symbol
from chainrule.expr.making import value
from chainrule.expr.nodes import Component, Expr
from chainrule.expr.terms import add, component, mul, total

Changes = Callable[[Symbol], Symbol | None]
"""The symbol of the change of a symbol, with the same axes; None for what does not change."""


def tangent(expr: Expr, changes: Changes, definitions: Definitions) -> Expr:
    """sum over the undefined symbols s behind the expression and over their entries e: d expr / d s[e] times ds[e].

    >>> x, dx = Symbol("x"), Symbol("dx")
    >>> tangent(component(x) ** 2, {x: dx}.get, Definitions())
    2 * dx * x
    """
    expr = resolve(expr, definitions)
    terms = []
    for symbol in definitions.ordered(sorted(expr.symbols)):
        change = None if symbol in definitions else changes(symbol)
        if change is not None:
            terms.append(_along(expr, symbol, change, definitions))
    return add(*terms)


def _along(expr: Expr, symbol: Symbol, change: Symbol, definitions: Definitions) -> Expr:
    """The derivative along the change of one symbol."""
    entries: list[Index] = []
    for dim in symbol.axes:
        entries.append(fresh(dim, expr, *map(value, entries)))
    entry = component(symbol, *entries)
    assert isinstance(entry, Component)
    term = mul(derivative(expr, entry, definitions), component(change, *entries))
    for index in entries:
        term = total(index, term)
    return contract(term)
