"""The value of a formula at a point: `\\left. \\frac{dy}{dx} \\right|_{x = 3}`, also where y is defined elsewhere."""

from __future__ import annotations

from chainrule.calculus import resolve
from chainrule.expr import Component, Definitions, Expr, Symbol, substitute, value
from chainrule.read.tree import Comma, Fenced, Node, Relation, Script
from chainrule.sheet import algebra
from chainrule.sheet.algebra import same_shape
from chainrule.sheet.frame import Frame
from chainrule.sheet.shapes import Untyped, Val


def point_of(node: Script) -> tuple[Node, tuple[Relation, ...]] | None:
    """The formula and the equations under the bar of `f|_{x = 3, y = 1}`; None when the script is no such bar."""
    bar = node.base
    if not isinstance(bar, Fenced) or (bar.open, bar.close) != ("", "|") or node.sup is not None:
        return None
    items = node.sub.items if isinstance(node.sub, Comma) else (node.sub,)
    point = tuple(i for i in items if isinstance(i, Relation) and len(i.links) == 1 and i.links[0].op == "=")
    return (bar.body, point) if len(point) == len(items) else None


def at_point(frame: Frame, body: Node, point: tuple[Relation, ...]) -> Val:
    """The body with its variables, also those inside the definitions it uses, replaced by their values at the point."""
    val = frame.value(body)
    pairs = []
    for relation in point:
        variable, place = frame.value(relation.first), frame.value(relation.links[0].node)
        if not same_shape(frame.dims, variable, place):
            raise Untyped("the point of evaluation has another shape than the variable", "shape")
        pairs.append((variable, place))
    universe = frame.universe

    def at(*terms: Expr) -> Expr:
        moved = {_symbol(frame, variable): place.at for variable, place in pairs}
        term = resolve(val.at(*terms), universe.definitions)
        for variable in moved:
            term = _written_out(term, variable, universe.definitions)
        return substitute(term, moved)

    return Val(val.shape, at, None, val.derived)


def _symbol(frame: Frame, variable: Val) -> Symbol:
    """The symbol of a variable; only a name that nothing defines can take another value."""
    whole = variable.at(*(value(algebra.fresh(frame.dims, d)) for d in variable.dims))
    if not isinstance(whole, Component) or len(whole.indices) != len(variable.dims):
        raise Untyped("what is set to a value at the point is no variable", "untyped")
    if whole.symbol in frame.universe.definitions:
        raise Untyped("the point of evaluation gives a value to what is defined otherwise", "untyped")
    return whole.symbol


def _written_out(term: Expr, variable: Symbol, definitions: Definitions) -> Expr:
    """The term with every definition that rests on a variable put in the place of its name."""
    resting = definitions.dependants(variable)
    for symbol in reversed(definitions.ordered(sorted(term.symbols & resting))):
        if symbol in resting:
            term = substitute(term, {symbol: definitions[symbol].at})
    return term
