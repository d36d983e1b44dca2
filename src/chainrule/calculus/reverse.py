"""Gradients by reverse accumulation: one sweep for all targets, linear in the number of definitions.

The cotangent of a symbol s is the derivative of the scalar by s, with the graph cut at s:

    s̄[i] = (direct derivative of the scalar by s[i]) + sum over users q, over their indices k, of q̄[k] dq[k]/ds[i]

where dq/ds holds all other symbols fixed. Each cotangent becomes a definition, so sharing costs nothing.

Inside a formula the same is done with its terms (`Sweep`), so that no Kronecker delta is made only to be summed away:
the cotangent of a sum is that of its body at every place, and at s[e] the place is read off e.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chainrule.calculus.derivative import numbered, partial, resolve
from chainrule.calculus.rules import rule_for
from chainrule.calculus.simplify import contract
from chainrule.expr.definitions import Definition, Definitions
from chainrule.expr.index import Index, Symbol
from chainrule.expr.terms import (
    ONE,
    Component,
    Expr,
    IndexValue,
    Reduce,
    add,
    component,
    delta,
    mul,
    substitute,
    total,
    value,
)

MOST_APART = 4
"""Up to so many parts of a cotangent are handed on one by one, which leaves each a plain product."""


def gradients(
    expr: Expr, targets: Sequence[Symbol], definitions: Definitions, name: str | None = None
) -> dict[Symbol, Definition]:
    """The definition of d expr / d target for each target; cotangents on the way are added to the definitions. The
    `name` of the scalar tells them from those of other scalars.

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
    Sweep(parts, definitions).back(expr, ONE, ())
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
            Sweep(parts, definitions).back(body, component(bar.symbol, *places), places)
    return {t: found[t] for t in targets}


class Sweep:
    """The cotangents of the terms of one formula, handed from each to those in it; those of symbols go into `parts`,
    over the indices λ of the symbol."""

    def __init__(self, parts: Mapping[Symbol, list[Expr]], definitions: Definitions) -> None:
        self.parts, self.definitions = parts, definitions
        self.running = set[Index]()
        """The indices that are summed over as soon as a term no longer depends on them."""
        self.bars: dict[Expr, list[Expr]] = {}

    def changes(self, term: Expr) -> bool:
        """Whether a term has a cotangent."""
        return not term.symbols.isdisjoint(self.parts)

    def back(self, body: Expr, bar: Expr, places: tuple[Index, ...]) -> None:
        """From the cotangent of a formula, entry by entry, to those of the symbols in it."""
        self.running.update(places)
        self.give(body, bar)
        for node in self.from_above(body):
            bars = self.bars.pop(node, [])
            for bar in bars if len(bars) <= MOST_APART else [add(*bars)]:
                self.hand_on(node, bar)

    def from_above(self, root: Expr) -> list[Expr]:
        """The terms that have a cotangent, each after all that it stands in."""
        done: dict[Expr, None] = {}
        stack = [(root, False)] if self.changes(root) else []
        while stack:
            node, ready = stack.pop()
            if ready:
                done[node] = None
            elif node not in done:
                stack.append((node, True))
                inner = () if type(node) is Component else node.children
                stack += [(child, False) for child in inner if child not in done and self.changes(child)]
        return [*reversed(done)]

    def give(self, term: Expr, bar: Expr) -> None:
        """A part of the cotangent of a term."""
        self.bars.setdefault(term, []).append(self.summed(bar, term.free))

    def summed(self, bar: Expr, kept: frozenset[Index]) -> Expr:
        """The sum over the running indices that are not kept."""
        if gone := [i for i in bar.free if i in self.running and i not in kept]:
            for index in sorted(gone):
                bar = total(index, bar)
        return bar

    def hand_on(self, node: Expr, bar: Expr) -> None:
        """The cotangents of what is in a term."""
        if type(node) is Component:
            self.parts[node.symbol].append(self.at_places(node, bar))
            return
        rule = rule_for(node, self.changes)
        if rule.passes is None:
            self.forward(node, bar)
            return
        if type(node) is Reduce:
            self.running.add(node.index)
        for child, factors in rule.passes(node, self.changes):
            self.give(child, mul(bar, *factors))

    def at_places(self, node: Component, bar: Expr) -> Expr:
        """The sum of bar [e = λ] over the running indices, for a component s[e]."""
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
        found = substitute(mul(bar, *deltas), places)
        return contract(self.summed(found, frozenset())) if deltas else found

    def forward(self, node: Expr, bar: Expr) -> None:
        """The same by derivatives of the whole term."""
        for symbol in sorted(s for s in node.symbols if s in self.parts):
            change, slots = partial(node, symbol, self.definitions)
            names = map(value, numbered("λ", symbol.axes))
            found = contract(self.summed(mul(bar, change), frozenset()))
            self.parts[symbol].append(substitute(found, dict(zip(slots, names, strict=True))))


def cotangent_symbol(symbol: Symbol, expr: Expr, name: str) -> Symbol:
    """The symbol of d expr / d symbol; its kind tells the cotangents of different scalars apart."""
    scalar = expr.symbol.name if isinstance(expr, Component) else ""
    return Symbol(rf"\nabla_{{{symbol.name}}} {scalar}".strip(), symbol.axes, f"cotangent {name}")
