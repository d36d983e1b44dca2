"""Derivatives by what is no name: `\\partial \\ln e^u / \\partial e^u`, `\\partial \\ell / \\partial \\sigma^2`.

Where the expression stands in what is differentiated, as it is written, it is a variable of its own. A power of a name
is a change of variable: d/d(σ²) is (1/2σ) d/dσ, whether σ² is written out or not.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

from chainrule.calculus import derivative as differentiate
from chainrule.calculus import resolve
from chainrule.expr import (
    Component,
    Const,
    Definitions,
    Expr,
    Power,
    Symbol,
    component,
    derivative,
    div,
    rebuilt,
    substitute,
    walk,
)
from chainrule.read.tree import Fenced, Name, Node, Product, Script
from chainrule.sheet.frame import Frame
from chainrule.sheet.names import node_key
from chainrule.sheet.shapes import Untyped, Val, scalar

STAND_IN = Symbol("variable")
PLACE = "·variable"


def bare(node: Node) -> Node:
    """A node without parentheses around it."""
    while isinstance(node, Fenced) and node.open in "([":
        node = node.body
    return node


def is_exponential(node: Node) -> bool:
    """`e^u`."""
    return isinstance(node, Script) and isinstance(node.base, Name) and node.base.text == "e" and node.sup is not None


def by_written(frame: Frame, body: Node, variable: Node, by: Val) -> Val | None:
    """The derivative by an expression that stands in the body as it is written; None when it does not."""
    variable = bare(variable)
    place = Name(variable.span, PLACE)
    put = with_place(body, variable, place)
    if put is body:
        return None
    stand_in = component(STAND_IN)
    val = frame.child(args={**frame.args, PLACE: scalar(stand_in)}).value(put)
    definitions = frame.universe.definitions

    def at(*terms: Expr) -> Expr:
        assert isinstance(stand_in, Component)
        variables = _symbols(by.at())
        if variables and variables <= _below(_symbols(val.at(*terms)), variables, definitions):
            raise Untyped("what the derivative by this expression holds fixed is not clear", "ambiguous")
        result = resolve(differentiate(val.at(*terms), stand_in, definitions), definitions)
        return substitute(result, {STAND_IN: lambda *_: by.at()})

    return Val(val.shape, at, None, True)


def _symbols(term: Expr) -> set[Symbol]:
    return {t.symbol for t in walk(term) if isinstance(t, Component)}


def _below(symbols: set[Symbol], others: set[Symbol], definitions: Definitions) -> set[Symbol]:
    """Those of the others that some symbols are or depend on."""
    return {o for o in others if any(s == o or definitions.depends(s, o) for s in symbols)}


def with_place(node: Node, variable: Node, place: Node) -> Node:
    """A formula with every occurrence of an expression replaced; the very same object when there is none."""
    key = node_key(variable)
    run = tuple(node_key(f) for f in variable.factors) if isinstance(variable, Product) else ()

    def inside(value: object) -> object:
        if isinstance(value, Node) and node_key(value) == key:
            return place
        if isinstance(value, tuple):
            items = tuple(inside(x) for x in value)
            return value if all(a is b for a, b in zip(items, value, strict=True)) else items
        if not is_dataclass(value) or isinstance(value, type):
            return value
        if isinstance(value, Product) and run:
            value = _without_run(value, run, place)
        changes = {}
        for f in fields(value):
            old = getattr(value, f.name)
            if f.name != "span" and (new := inside(old)) is not old:
                changes[f.name] = new
        return replace(value, **changes) if changes else value

    result = inside(node)
    assert isinstance(result, Node)
    return result


def _without_run(product: Product, run: tuple[object, ...], place: Node) -> Product:
    """A product with the factors of the expression, where they stand next to each other, replaced."""
    keys = [node_key(f) for f in product.factors]
    for n in range(len(keys) - len(run) + 1):
        if keys[n + 1 : n + len(run)] == list(run[1:]) and keys[n][-1] == run[0][-1]:  # type: ignore[index]
            first = replace(product.factors[n], node=place)
            return replace(product, factors=(*product.factors[:n], first, *product.factors[n + len(run) :]))
    return product


def by_term(body: Expr, variable: Expr, definitions: Definitions) -> Expr:
    """d body / d (a term): by a power of a name, or by a term that stands in the body."""
    if isinstance(variable, Power):
        base, exponent = variable.children
        if isinstance(base, Component) and isinstance(exponent, Const):
            return div(derivative(body, base), derivative(variable, base))
    if variable not in set(walk(body)):
        raise Untyped("a derivative by an expression that does not stand in what is differentiated", "untyped")
    if variable.free:
        raise Untyped("a derivative by an expression with free indices", "untyped")
    stand_in = component(STAND_IN)
    assert isinstance(stand_in, Component)
    replaced = _replaced(body, variable, stand_in)
    result = resolve(differentiate(replaced, stand_in, definitions), definitions)
    return substitute(result, {STAND_IN: lambda *_: variable})


def _replaced(body: Expr, old: Expr, new: Expr) -> Expr:
    """The body with every occurrence of a closed subterm replaced."""
    return rebuilt(body, lambda term, found: new if term is old else found)
