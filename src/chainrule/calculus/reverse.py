"""Gradients by reverse accumulation: one sweep for all targets, linear in the number of definitions.

The cotangent of a symbol s is the derivative of the scalar by s, with the graph cut at s:

    s̄[i] = (direct derivative of the scalar by s[i]) + sum over users q, over their indices k, of q̄[k] dq[k]/ds[i]

where dq/ds holds all other symbols fixed. Each cotangent becomes a definition, so sharing costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.calculus.derivative import numbered, partial, renamed, resolve
from chainrule.calculus.simplify import contract
from chainrule.expr.definitions import Definition, Definitions
from chainrule.expr.index import Index, Symbol
from chainrule.expr.terms import Component, Expr, add, component, mul, substitute, total, value


def gradients(expr: Expr, targets: Sequence[Symbol], definitions: Definitions) -> dict[Symbol, Definition]:
    """The definition of d expr / d target for each target; cotangents on the way are added to the definitions.

    >>> from chainrule.expr.terms import component
    >>> x, y = Symbol("x"), Symbol("y")
    >>> table = Definitions([Definition(y, (), component(x) ** 2)])
    >>> gradients(3 * component(y), [y, x], table)[y].body
    3
    """
    if expr.free:
        raise ValueError("reverse accumulation starts from a scalar")
    expr = resolve(expr, definitions)
    changing = set[Symbol]()
    for t in targets:
        if t not in changing:  # what depends on it is there already, too
            changing |= {t} | definitions.dependants(t)
    order = [s for s in definitions.ordered(sorted(expr.symbols | set(targets))) if s in changing]
    users = _users(order, definitions)
    found: dict[Symbol, Definition] = {}
    for symbol in reversed(order):
        found[symbol] = _cotangent(symbol, expr, [found[q] for q in users[symbol]], users[symbol], definitions)
        definitions.add(found[symbol], derived=True)
    return {t: found[t] for t in targets}


def _users(order: list[Symbol], definitions: Definitions) -> dict[Symbol, list[Symbol]]:
    """For each symbol those that use it directly."""
    users: dict[Symbol, list[Symbol]] = {s: [] for s in order}
    for q in order:
        for s in definitions[q].body.symbols if q in definitions else ():
            if s in users:
                users[s].append(q)
    return users


def _cotangent(
    symbol: Symbol, expr: Expr, cotangents: list[Definition], users: list[Symbol], definitions: Definitions
) -> Definition:
    direct, slots = partial(expr, symbol, definitions)
    terms = [_passed_back(bar, q, symbol, definitions) for bar, q in zip(cotangents, users, strict=True)]
    indices = numbered("λ", symbol.axes)
    body = substitute(contract(add(direct, *terms)), {s: value(i) for s, i in zip(slots, indices, strict=True)})
    return Definition(cotangent_symbol(symbol, expr), indices, body)


def _passed_back(bar: Definition, q: Symbol, symbol: Symbol, definitions: Definitions) -> Expr:
    """sum_k q̄[k] dq[k]/ds[∂], over the indices λ of q."""
    definition = renamed(definitions[q])
    change, _ = partial(definition.body, symbol, definitions)
    summand = mul(component(bar.symbol, *definition.indices), change)
    return _totals(definition.indices, summand)


def _totals(indices: tuple[Index, ...], summand: Expr) -> Expr:
    for index in indices:
        summand = total(index, summand)
    return summand


def cotangent_symbol(symbol: Symbol, expr: Expr) -> Symbol:
    """The symbol of d expr / d symbol; its kind tells the cotangents of different scalars apart."""
    scalar = expr.symbol.name if isinstance(expr, Component) else ""
    return Symbol(rf"\nabla_{{{symbol.name}}} {scalar}".strip(), symbol.axes, f"cotangent {expr.digest.hex()}")
