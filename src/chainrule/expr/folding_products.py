r"""Folding a quotient that stands among the factors of a product or of a sum: `\frac{\sum_k V_k e^{z_k}}{\sum_k
e^{z_k}}` is `\sum_k V_k p_k` with the p of a softmax."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from chainrule.expr.bound_names import fresh
from chainrule.expr.definitions import Definition
from chainrule.expr.making import value
from chainrule.expr.nodes import Add, Component, Const, Expr, IndexValue, Mul, Power, Reduce
from chainrule.expr.substitution import substitute
from chainrule.expr.terms import add, component, const, mul, power, total
from chainrule.expr.walks import factors_in, rebuilt, walk


def in_products(body: Expr, definition: Definition) -> Expr:
    """The term with the name in the place of the factors of its formula, where these are among those of a product.

    >>> from chainrule.expr import Symbol, component
    >>> x, y, p = Symbol("x"), Symbol("y"), Symbol("p")
    >>> quotient = component(x) / component(y)
    >>> in_products(3 * quotient, Definition(p, (), quotient))
    3 * p
    """
    if not isinstance(definition.body, Mul):
        return body
    below = [f.base for f in definition.body.factors if _exponent(f) < 0 and isinstance(f, Power)]

    def change(_: Expr, found: Expr) -> Expr:
        while isinstance(found, Mul) and _divided(found, below) and (shorter := _shorter(found, definition)):
            found = shorter
        return found

    return rebuilt(body, change, definition.body.kinds, definition.body.symbols)


def _divided(node: Mul, below: list[Expr]) -> bool:
    """Whether a product is divided by what may be the same as each of some terms, over other indices."""
    mine = [f.base for f in node.factors if isinstance(f, Power) and _exponent(f) < 0]
    return all(any(b.rough == m.rough and b.symbols == m.symbols for m in mine) for b in below)


def _shorter(node: Mul, definition: Definition) -> Expr | None:
    return _taken_out(node, definition) or _pushed(node, definition) or _spread(node, definition)


def _spread(node: Mul, definition: Definition) -> Expr | None:
    """The same where the copies stand in the terms of a sum, and what they share, `1 / \\sum_k e^{z_k}`, before it."""
    for whole in (f for f in node.factors if isinstance(f, Add)):
        for factor in node.factors:
            if not (isinstance(factor, Power) and _exponent(factor) < 0):
                continue
            one = power(factor.base, const(-1))
            parts = [mul(term, one) for term in whole.terms]
            shorter = [_shorter(p, definition) if isinstance(p, Mul) else None for p in parts]
            if all(p is not None and one not in factors_in(p) for p in shorter):
                rest = [f for f in node.factors if f is not whole and f is not factor]
                left = power(factor.base, const(_exponent(factor) + 1))
                return mul(*rest, left, add(*(p for p in shorter if p is not None)))
    return None


def _taken_out(node: Mul, definition: Definition) -> Expr | None:
    """The product with the name for one copy of the formula."""
    for places in _places(node, definition):
        factors = {_base(f): _exponent(f) for f in node.factors}
        wanted = definition.at(*places)
        parts = factors_in(wanted)
        if all(_within(_exponent(p), factors.get(_base(p))) for p in parts):
            for p in parts:
                factors[_base(p)] = factors[_base(p)] - _exponent(p)
            rest = [power(base, const(e)) for base, e in factors.items() if e]
            return mul(component(definition.symbol, *places), *rest)
    return None


def _pushed(node: Mul, definition: Definition) -> Expr | None:
    """The same where a part of the formula stands under a sum, and its factors without the index in front of it."""
    for inner in node.factors:
        if not (isinstance(inner, Reduce) and inner.op == "sum"):
            continue
        index = fresh(inner.index.dim, node)
        body = substitute(inner.body, {inner.index: value(index)})
        for factor in node.factors:
            if not (isinstance(factor, Power) and _exponent(factor) < 0):
                continue
            one = power(factor.base, const(-1))
            moved = mul(body, one)
            shorter = _taken_out(moved, definition) if isinstance(moved, Mul) else None
            if shorter is not None and one not in factors_in(shorter):
                rest = [f for f in node.factors if f is not inner and f is not factor]
                return mul(*rest, power(factor.base, const(_exponent(factor) + 1)), total(index, shorter))
    return None


def _places(node: Mul, definition: Definition) -> Iterator[tuple[Expr, ...]]:
    """Where the value may be read: at free indices and at labels that the product holds."""
    labels = {t for f in walk(node) if isinstance(f, Component) for t in f.indices if isinstance(t, Component)}
    terms = [*map(value, node.axes), *sorted((t for t in labels if t.symbol.kind == "integer"), key=lambda t: t.key)]
    options = [[t for t in terms if not isinstance(t, IndexValue) or t.index.dim == i.dim] for i in definition.indices]
    return (places for places in product(*options) if len(set(places)) == len(places))


def _base(factor: Expr) -> Expr:
    return factor.base if isinstance(factor, Power) and isinstance(factor.exponent, Const) else factor


def _exponent(factor: Expr) -> int:
    if isinstance(factor, Power) and isinstance(factor.exponent, Const) and factor.exponent.value.denominator == 1:
        return int(factor.exponent.value)
    return 1


def _within(wanted: int, have: int | None) -> bool:
    """Whether a factor to the power `have` holds the wanted one."""
    return have is not None and (0 < wanted <= have or have <= wanted < 0)
