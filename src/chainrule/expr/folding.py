"""Folding: a name stands wherever its formula is written out.

With `a := W x + b`, the term `f(W x + b)` is `f(a)`: the value is the same, and a derivative by a sees it.
"""

from __future__ import annotations

from itertools import islice, product

from chainrule.expr.definitions import Definition, Definitions
from chainrule.expr.errors import CyclicDefinition
from chainrule.expr.folding_products import in_products
from chainrule.expr.index import Symbol
from chainrule.expr.making import value
from chainrule.expr.nodes import Add, Apply, Component, Const, Expr, IndexValue, Mul, Power
from chainrule.expr.terms import component, const, neg, power
from chainrule.expr.walks import rebuilt, walk

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
    expr = rebuilt(expr, lambda old, new: _named(old, definition) or new, body.kinds, body.symbols)
    if isinstance(body, Power) and _is_root(body):
        return _with_roots(expr, definition, body)
    if not isinstance(body, Add):
        return expr
    # The minus before a sum is carried into it: `e^{-(wx + b)}` holds a copy too.
    turned = Definition(definition.symbol, definition.indices, neg(body))
    return rebuilt(
        expr,
        lambda old, new: new if (found := _named(old, turned)) is None else neg(found),
        turned.body.kinds,
        body.symbols,
    )


def _is_root(body: Power) -> bool:
    return isinstance(body.exponent, Const) and body.exponent.value.denominator > 1


def _with_roots(expr: Expr, definition: Definition, root: Power) -> Expr:
    r"""The term with powers of a name for other powers of the root that it stands for: `u / s` for `u / \sqrt{v + 1}`.

    Beside whole powers of what stands under the root, which hold no root, nothing says what a derivative by the name
    holds fixed; the term stays then.
    """
    inner = Definition(definition.symbol, definition.indices, root.base)
    assert isinstance(root.exponent, Const)
    own = root.exponent.value

    def powered(old: Expr, new: Expr) -> Expr:
        if not isinstance(old, Power) or not isinstance(old.exponent, Const):
            return new
        times = old.exponent.value / own
        odd = times.denominator == 1 and old.exponent.value.denominator == own.denominator
        found = _named(old.base, inner) if odd else None
        return new if found is None else power(found, const(times))

    found = rebuilt(expr, powered, root.kinds, root.symbols)
    return found if found is expr or not any(_named(node, inner) for node in walk(found)) else expr


def only_base(definition: Definition) -> Symbol | None:
    r"""The number that another is written instead of: the v of `s = \log v`, `p = 1/v`, `v = t^2`.

    Only logarithms, exponentials and powers: `h = \tanh z` is a quantity of its own, beside others made of z.
    """
    symbols = definition.body.symbols
    if definition.symbol.axes or len(symbols) != 1 or not _is_change(definition.body):
        return None
    return next((s for s in symbols if not s.axes), None)


def _is_change(body: Expr) -> bool:
    match body:
        case Mul(factors=factors):
            rest = [f for f in factors if not isinstance(f, Const)]
            return len(rest) == 1 and _is_change(rest[0])
        case Power(base=Component()):
            return True
        case Apply(name="log" | "exp", args=(inner,)):
            return isinstance(inner, Component) or _is_change(inner)
        case _:
            return False


def fold(definitions: Definitions, symbol: Symbol) -> None:
    """Fold a name into every definition that is not computed from it already: there the name is used as it is meant."""
    own = definitions[symbol]
    base = only_base(own)
    for other in [s for s in definitions if s != symbol and not definitions.depends(s, symbol)]:
        old = definitions[other]
        body = folded(old.body, own)
        body = _quotient(old.body, own) if body is old.body else body
        if base is not None and base in body.symbols:
            continue  # `v - \log v` is no function of `s = \log v` alone
        if body is not old.body:
            try:
                definitions.add(Definition(other, old.indices, body))
            except CyclicDefinition:
                continue  # the formula of the name is itself computed from this one


def _quotient(body: Expr, own: Definition) -> Expr:
    """The body with a name for a quotient among its factors, where nothing that the quotient is made of stays beside
    it: `a^2 / b` is no function of `r = a / b` alone."""
    factors = own.body.factors if isinstance(own.body, Mul) else ()
    if not any(isinstance(f, Power) and isinstance(f.exponent, Const) and f.exponent.value < 0 for f in factors):
        return body
    found = in_products(body, own)
    return body if found.symbols & own.body.symbols else found


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
