"""Derivatives by what is no name: `\\partial \\ln e^u / \\partial e^u`, `\\partial \\ell / \\partial \\sigma^2`.

Where the expression stands in what is differentiated, as it is written, it is a variable of its own, and so are its
entries. A function of a single name is a change of variable: d/d(ln σ) is σ d/dσ, whether ln σ is written out or not.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.calculus import derivative as differentiate
from chainrule.calculus import resolve
from chainrule.expr import (
    Component,
    Definitions,
    Expr,
    Symbol,
    component,
    derivative,
    div,
    rebuilt,
    substitute,
    walk,
)
from chainrule.expr.folding import only_base
from chainrule.read.tree import Fenced, Name, Node, Product, Script
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Jacobian, Untyped, Val
from chainrule.sheet.syntax.replacing import with_place

STAND_IN = Symbol("variable")
PLACE = "·variable"
MOST_STEPS = 8
HELD = "what the derivative by this expression holds fixed is not clear"


def bare(node: Node) -> Node:
    """A node without parentheses around it."""
    while isinstance(node, Fenced) and node.open in "([":
        node = node.body
    return node


def is_exponential(node: Node) -> bool:
    """`e^u`."""
    return isinstance(node, Script) and isinstance(node.base, Name) and node.base.text == "e" and node.sup is not None


def by_written(frame: Frame, body: Node, variable: Node) -> Val | None:
    """The derivative by an expression that stands in the body as it is written, or by an entry of it; None when it
    does not stand there."""
    whole, entry = _whole(bare(variable))
    name = Name(whole.span, PLACE)
    put = with_place(body, whole, name)
    if put is body:
        return None
    of = frame.value(whole)
    symbol = Symbol("variable", tuple(map(frame.dims.dim, of.dims)))
    inner = frame.child(args={**frame.args, PLACE: Val(of.shape, lambda *terms: component(symbol, *terms))})
    val, by = inner.value(put), inner.value(name if entry is None else replace(entry, base=name))
    definitions, n = frame.universe.definitions, len(val.dims)

    def full(*terms: Expr) -> Expr:
        top, bottom = val.at(*terms[:n]), by.at(*terms[n:])
        assert isinstance(bottom, Component)
        if _stands_beside(top, symbol, of.at(*bottom.indices), definitions):
            raise Untyped(HELD, "ambiguous")
        return substitute(resolve(differentiate(top, bottom, definitions), definitions), {symbol: of.at})

    if val.dims or by.dims:
        frame.universe.laid_out.add(frame.owner)
    return Jacobian(None, None, val.dims, by.dims, full, by.kind == "row").laid_out(frame.world.layout)


def _whole(variable: Node) -> tuple[Node, Script | None]:
    r"""What a variable is an entry of, with its subscript: `(Az)_k`, `\operatorname{softmax}(z)_k`."""
    if isinstance(variable, Script) and isinstance(variable.base, Fenced) and variable.sub and not variable.sup:
        return bare(variable.base), variable
    last = variable.factors[-1] if isinstance(variable, Product) else None
    if last is None or not isinstance(variable, Product):
        return variable, None
    inner, entry = _whole(last.node)
    factors = (*variable.factors[:-1], replace(last, node=Fenced(inner.span, "(", inner, ")")))
    return (variable, None) if entry is None else (replace(variable, factors=factors), entry)


def by_term(body: Expr, variable: Expr, definitions: Definitions) -> Expr:
    """d body / d (a term): by a term that stands in the body or in what it is defined by, or by a function of a single
    component: d/d(σ²) is (1/2σ) d/dσ."""
    found = {t for t in walk(variable) if isinstance(t, Component)}
    bases = found if all(t.free <= variable.free for t in found) else set()  # entries that a sum runs over are many
    put = _unfolded(body, variable, definitions)
    stand_in = component(STAND_IN)
    assert isinstance(stand_in, Component)
    replaced = None if put is None else _replaced(put, variable, stand_in)
    if len(bases) == 1 and (replaced is None or _stands_beside(replaced, STAND_IN, variable, definitions)):
        (base,) = bases
        return div(derivative(body, base), derivative(variable, base))
    if replaced is None:
        raise Untyped("a derivative by an expression that does not stand in what is differentiated", "untyped")
    if variable.free:
        raise Untyped("a derivative by an expression with free indices", "untyped")
    if _stands_beside(replaced, STAND_IN, variable, definitions):
        raise Untyped(HELD, "ambiguous")
    result = resolve(differentiate(replaced, stand_in, definitions), definitions)
    return substitute(result, {STAND_IN: lambda *_: variable})


def by_change(body: Expr, variable: Component, definitions: Definitions) -> Expr | None:
    r"""d body / ds for `s = \log v`, where the body is written in v and nowhere in s: a change of variable."""
    own = definitions.get(variable.symbol)
    base = None if own is None else only_base(own)
    if base is None or _rests_on(body, variable.symbol, definitions) or not _rests_on(body, base, definitions):
        return None
    by = component(base)
    return div(derivative(body, by), derivative(variable, by))


def _rests_on(body: Expr, symbol: Symbol, definitions: Definitions) -> bool:
    return any(s == symbol or definitions.depends(s, symbol) for s in body.symbols)


def _unfolded(body: Expr, variable: Expr, definitions: Definitions) -> Expr | None:
    """A body with its names written out, step by step, until the variable stands in it; None where it never does."""
    for _ in range(MOST_STEPS):
        if variable in set(walk(body)):
            return body
        names = {s: definitions[s].at for s in body.symbols if s in definitions and s not in variable.symbols}
        if not names:
            return None
        body = substitute(body, names)
    return None


def _stands_beside(rest: Expr, stand_in: Symbol, variable: Expr, definitions: Definitions) -> bool:
    """Whether what an expression rests on stands in a body beside it too: what is held fixed is not clear then."""
    own = {t.symbol for t in walk(variable) if isinstance(t, Component)}
    others = {t.symbol for t in walk(rest) if isinstance(t, Component)} - {stand_in}
    return any(any(s == o or definitions.depends(s, o) for s in others) for o in own)


def _replaced(body: Expr, old: Expr, new: Expr) -> Expr:
    """The body with every occurrence of a closed subterm replaced."""
    return rebuilt(body, lambda term, found: new if term is old else found)
