"""Folding: a name stands wherever its formula is written out.

With `a := W x + b`, the term `f(W x + b)` is `f(a)`: the value is the same, and a derivative by a sees it.
"""

from __future__ import annotations

from itertools import islice, product

from chainrule.expr.definitions import Definition, Definitions
from chainrule.expr.errors import CyclicDefinition
from chainrule.expr.index import Symbol
from chainrule.expr.terms import Component, Const, Expr, IndexValue, component, value
from chainrule.expr.walks import rebuilt

MOST_PLACES = 24


def folded(expr: Expr, definition: Definition) -> Expr:
    """The term with the defined component in the place of every copy of its body.

    >>> from chainrule.expr import apply
    >>> x, a = Symbol("x"), Symbol("a")
    >>> folded(apply("exp", 2 * component(x)), Definition(a, (), 2 * component(x)))
    exp(a)
    """
    if not _compound(definition):
        return expr
    body = definition.body
    return rebuilt(expr, lambda old, new: _named(old, definition) or new, body.kinds, body.symbols)


def fold(definitions: Definitions, symbol: Symbol) -> None:
    """Fold a name into every definition that is not computed from it already: there the name is used as it is meant."""
    own = definitions[symbol]
    for other in [s for s in definitions if s != symbol and not definitions.depends(s, symbol)]:
        old = definitions[other]
        body = folded(old.body, own)
        if body is not old.body:
            try:
                definitions.add(Definition(other, old.indices, body))
            except CyclicDefinition:
                continue  # the formula of the name is itself computed from this one


def _compound(definition: Definition) -> bool:
    """Whether the body is a formula of its own that says for which indices it stands."""
    body = definition.body
    return not isinstance(body, (Const, IndexValue, Component)) and body.free == frozenset(definition.indices)


def _named(node: Expr, definition: Definition) -> Expr | None:
    """The component that a term is a copy of, if it is one."""
    body = definition.body
    if type(node) is not type(body) or node.symbols != body.symbols or len(node.free) < len(body.free):
        return None
    options = [[value(i) for i in node.axes if i.dim == index.dim] for index in definition.indices]
    places = (terms for terms in islice(product(*options), MOST_PLACES) if definition.at(*terms) is node)
    found = next(places, None)
    return None if found is None else component(definition.symbol, *found)
