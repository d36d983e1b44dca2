"""Gradients by reverse accumulation: one sweep for all targets, linear in the number of definitions.

The cotangent of a symbol s is the derivative of the scalar by s, with the graph cut at s:

    s̄[i] = (direct derivative of the scalar by s[i]) + sum over users q, over their indices k, of q̄[k] dq[k]/ds[i]

where dq/ds holds all other symbols fixed. Each cotangent becomes a definition, so sharing costs nothing.

Inside a formula the same is done with its terms (`Sweep`), so that no Kronecker delta is made only to be summed away:
the cotangent of a sum is that of its body at every place, and at s[e] the place is read off e.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from chainrule.calculus.derivative import numbered, partial, resolve
from chainrule.calculus.rules import opened, rule_for
from chainrule.calculus.simplify import contract
from chainrule.expr.definitions import Definition, Definitions
from chainrule.expr.index import BOUND, Index, Symbol
from chainrule.expr.terms import (
    MINUS_ONE,
    ONE,
    Apply,
    Component,
    Const,
    Expr,
    IndexValue,
    Mul,
    Power,
    add,
    component,
    delta,
    mul,
    power,
    substitute,
    total,
    value,
)

MOST_APART = 4
"""Up to so many parts of a cotangent are handed on one by one, which leaves each a plain product."""

Factors = tuple[Expr, ...]
"""A product that is not carried out yet: most of those on the way are needed only inside a longer one."""


def gradients(
    expr: Expr,
    targets: Sequence[Symbol],
    definitions: Definitions,
    name: str | None = None,
    values: Collection[Symbol] = (),
) -> dict[Symbol, Definition]:
    """The definition of d expr / d target for each target; cotangents on the way are added to the definitions. The
    `name` of the scalar tells them from those of other scalars; derivatives of `values` are written through them.

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
    parts: dict[Symbol, list[Expr]] = {s: [] for s in order}
    Sweep(parts, definitions, ()).back([(expr, ONE)])
    found: dict[Symbol, Definition] = {}
    name = expr.digest.hex() if name is None else name
    for symbol in reversed(order):
        indices = numbered("λ", symbol.axes)
        bar = Definition(cotangent_symbol(symbol, expr, name), indices, contract(add(*parts[symbol])))
        found[symbol] = bar
        definition = definitions.get(symbol)
        definitions.add(bar, derived=True)
        if definition is not None and not definition.body.symbols.isdisjoint(changing):
            places = numbered("κ", symbol.axes)
            body = definition.at(*map(value, places))
            own: Expr = component(bar.symbol, *places)
            if isinstance(body, Mul) and symbol in values and all(map(_never_zero, body.factors)):
                ends = _by_factors(body, mul(own, component(symbol, *places)))
            else:
                ends = [(body, own)]
            Sweep(parts, definitions, places).back(ends)
    return {t: found[t] for t in targets}


def _by_factors(body: Expr, bar: Expr) -> list[tuple[Expr, Expr]]:
    """The cotangents of the factors of p = f g, from p̄ p: dp = p (df / f + dg / g)."""
    return [(f, mul(bar, power(f, MINUS_ONE))) for f in body.children]


def _never_zero(factor: Expr) -> bool:
    """Whether a factor is different from 0 wherever it is defined."""
    if isinstance(factor, Power):
        return isinstance(factor.exponent, Const) and factor.exponent.value < 0
    return isinstance(factor, Apply) and factor.name == "exp"


class Sweep:
    """The cotangents of the terms of one formula, handed from each to those in it; those of symbols go into `parts`,
    over the indices λ of the symbol."""

    def __init__(self, parts: Mapping[Symbol, list[Expr]], definitions: Definitions, places: tuple[Index, ...]) -> None:
        self.parts, self.definitions = parts, definitions
        self.running = set(places)
        """The indices that are summed over as soon as a term no longer depends on them."""
        self.bars: dict[Expr, list[Factors]] = {}

    def changes(self, term: Expr) -> bool:
        """Whether a term has a cotangent."""
        return not term.symbols.isdisjoint(self.parts)

    def back(self, ends: list[tuple[Expr, Expr]]) -> None:
        """From terms with their cotangents, entry by entry, to those of the symbols in them."""
        for term, bar in ends:
            if self.changes(term):
                self.give(term, (bar,))
        for node in self.from_above([*self.bars]):
            bars = self.bars.pop(node, [])
            for factors in bars if len(bars) <= MOST_APART else [(add(*[mul(*factors) for factors in bars]),)]:
                self.hand_on(node, factors)

    def from_above(self, roots: list[Expr]) -> list[Expr]:
        """The terms that have a cotangent, each after all that it stands in."""
        done: dict[Expr, None] = {}
        stack = [(root, False) for root in roots]
        while stack:
            node, ready = stack.pop()
            if ready:
                done[node] = None
            elif node not in done:
                stack.append((node, True))
                inner = () if type(node) is Component else node.children
                stack += [(child, False) for child in inner if child not in done and self.changes(child)]
        return [*reversed(done)]

    def give(self, term: Expr, factors: Factors) -> None:
        """A part of the cotangent of a term; at a component the sums wait until its places are known."""
        if self.running and type(term) is not Component and any(f.free and self.gone(f, term.free) for f in factors):
            factors = (self.summed(mul(*factors), term.free),)
        self.bars.setdefault(term, []).append(factors)

    def gone(self, bar: Expr, kept: frozenset[Index]) -> list[Index]:
        """The running indices that are not kept."""
        return [i for i in bar.free if i in self.running and i not in kept]

    def summed(self, bar: Expr, kept: frozenset[Index]) -> Expr:
        """The sum over the running indices that are not kept."""
        for index in sorted(self.gone(bar, kept)):
            bar = total(index, bar)
        return bar

    def hand_on(self, node: Expr, bar: Factors) -> None:
        """The cotangents of what is in a term."""
        if type(node) is Component:
            self.parts[node.symbol].append(self.at_places(node, bar))
            return
        rule = rule_for(node, self.changes)
        if rule.passes is None:
            self.forward(node, bar)
            return
        self.running.update(opened(node))
        for child, factors in rule.passes(node, self.changes):
            self.give(child, (*bar, *factors))

    def at_places(self, node: Component, bar: Factors) -> Expr:
        """The sum of bar [e = λ] over the running indices, for a component s[e]."""
        if not node.indices and not self.running:
            return mul(*bar)
        places: dict[Index, Expr] = {}
        deltas = list[Expr]()
        for term, slot in zip(node.indices, numbered("λ", node.symbol.axes), strict=True):
            if (
                type(term) is IndexValue
                and term.index in self.running
                and term.index not in places
                and term.index.dim is slot.dim
            ):
                places[term.index] = value(slot)
            else:
                deltas.append(delta(term, value(slot)))
        found, gone = mul(*bar, *deltas), list[Index]()
        for depth, index in enumerate(sorted(self.gone(found, frozenset(places))), found.bound + 1):
            gone.append(Index(f"{BOUND}{depth}", index.dim))
            places[index] = value(gone[-1])
        found = substitute(found, places)
        for index in gone:
            found = total(index, found)
        return contract(found) if deltas else found

    def forward(self, node: Expr, bar: Factors) -> None:
        """The same by derivatives of the whole term."""
        for symbol in sorted(s for s in node.symbols if s in self.parts):
            change, slots = partial(node, symbol, self.definitions)
            names = map(value, numbered("λ", symbol.axes))
            found = contract(self.summed(mul(*bar, change), frozenset()))
            self.parts[symbol].append(substitute(found, dict(zip(slots, names, strict=True))))


def cotangent_symbol(symbol: Symbol, expr: Expr, name: str) -> Symbol:
    """The symbol of d expr / d symbol; its kind tells the cotangents of different scalars apart."""
    scalar = expr.symbol.name if isinstance(expr, Component) else ""
    return Symbol(rf"\nabla_{{{symbol.name}}} {scalar}".strip(), symbol.axes, f"cotangent {name}")
