"""Gradients by reverse accumulation: one sweep for all targets, linear in the number of definitions.

The cotangent of a symbol s is the derivative of the scalar by s, with the graph cut at s:

    s̄[i] = (direct derivative of the scalar by s[i]) + sum over users q, over their indices k, of q̄[k] dq[k]/ds[i]

where dq/ds holds all other symbols fixed. Each cotangent becomes a definition, so sharing costs nothing.

Inside a formula the same is done with its terms (`Sweep`), so that no Kronecker delta is made only to be summed away:
the cotangent of a sum is that of its body at every place, and at s[e] the place is read off e.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import count

from chainrule.calculus.derivative import numbered, partial, resolve
from chainrule.calculus.rules import rule_for
from chainrule.calculus.simplify import contract
from chainrule.expr.definitions import Definition, Definitions
from chainrule.expr.index import Index, Symbol, bound_at
from chainrule.expr.making import value
from chainrule.expr.nodes import Apply, Component, Const, Expr, IndexValue, Mul, Power
from chainrule.expr.substitution import substitute
from chainrule.expr.terms import MINUS_ONE, ONE, ZERO, add, component, delta, mul, power, total

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
    changing: set[Symbol] = set()
    for t in targets:
        if t not in changing:  # what depends on it is there already, too
            changing |= {t} | definitions.dependants(t)
    roots = sorted(changing.intersection(expr.symbols).union(targets))  # on what else there is, none of these rests
    order = [s for s in definitions.ordered(roots) if s in changing]
    parts = Parts(order, definitions)
    Sweep(parts).back([(expr, ONE)])
    found: dict[Symbol, Definition] = {}
    name = expr.digest.hex() if name is None else name
    for symbol in reversed(order):
        body = contract(add(*parts.of[symbol]))
        bar = Definition(cotangent_symbol(symbol, expr, name), parts.slots(symbol), body)
        found[symbol] = bar
        definition = definitions.get(symbol)
        definitions.add(bar, derived=True)
        if body is not ZERO and definition is not None and not definition.body.symbols.isdisjoint(changing):
            places = numbered("κ", symbol.axes)
            formula = definition.at(*map(value, places))
            own: Expr = component(bar.symbol, *places)
            if isinstance(formula, Mul) and symbol in values and all(map(_never_zero, formula.factors)):
                ends = _by_factors(formula, mul(own, component(symbol, *places)))
            else:
                ends = [(formula, own)]
            Sweep(parts).back(ends, places)
    return {t: found[t] for t in targets}


def _by_factors(body: Expr, bar: Expr) -> list[tuple[Expr, Expr]]:
    """The cotangents of the factors of p = f g, from p̄ p: dp = p (df / f + dg / g)."""
    return [(f, mul(bar, power(f, MINUS_ONE))) for f in body.children]


def _never_zero(factor: Expr) -> bool:
    """Whether a factor is different from 0 wherever it is defined."""
    if isinstance(factor, Power):
        return isinstance(factor.exponent, Const) and factor.exponent.value < 0
    return isinstance(factor, Apply) and factor.name == "exp"


class Parts:
    """The parts of the cotangents of some symbols, over the same indices for each."""

    def __init__(self, symbols: Sequence[Symbol], definitions: Definitions) -> None:
        self.symbols, self.definitions = frozenset(symbols), definitions
        self.of: dict[Symbol, list[Expr]] = {s: [] for s in symbols}
        self._slots: dict[Symbol, tuple[Index, ...]] = {}

    def slots(self, symbol: Symbol) -> tuple[Index, ...]:
        """The indices that the parts are over: those of the first component met, where that saves renaming them."""
        known = self._slots.get(symbol)
        if known is None:
            known = self._slots[symbol] = numbered("λ", symbol.axes)
        return known

    def meets(self, node: Component, over: frozenset[Index]) -> None:
        """Take the indices of a component, if they are different ones over whole axes."""
        if node.symbol in self._slots:
            return
        own = tuple([t.index for t in node.indices if type(t) is IndexValue and t.index in over])
        if tuple([i.dim for i in own]) == node.symbol.axes and len(set(own)) == len(own):
            self._slots[node.symbol] = own


class Sweep:
    """The cotangents of the terms of one formula, handed from each to those in it; those of symbols go into `parts`.

    The cotangent of a term is over its free indices: what an index runs over is summed as soon as it is handed to a
    term without the index. At a component the sums wait until its places are known.
    """

    def __init__(self, parts: Parts) -> None:
        self.parts, self.symbols = parts, parts.symbols
        self.bars: dict[Expr, list[Factors]] = {}

    def changes(self, term: Expr) -> bool:
        """Whether a term has a cotangent."""
        return not term.symbols.isdisjoint(self.symbols)

    def back(self, ends: list[tuple[Expr, Expr]], places: Iterable[Index] = ()) -> None:
        """From terms with their cotangents, entry by entry at some places, to those of the symbols in them."""
        for term, bar in ends:
            if self.changes(term):
                self.give(term, (bar,), frozenset(places))
        for node in self.from_above([*self.bars]):
            bars = self.bars.pop(node, ())
            if len(bars) > MOST_APART:
                bars = [(add(*[mul(*factors) for factors in bars]),)]
            for factors in bars:
                self.hand_on(node, factors)

    def from_above(self, roots: list[Expr]) -> list[Expr]:
        """The terms that have a cotangent, each after all that it stands in."""
        done: dict[Expr, None] = {}
        stack, symbols = roots, self.symbols
        while stack:
            node = stack[-1]
            if node not in done:
                before = len(stack)
                for child in node.children:
                    if type(child) is not Component and child not in done and not child.symbols.isdisjoint(symbols):
                        stack.append(child)
                if len(stack) > before:
                    continue
            done[node] = None
            stack.pop()
        return [*reversed(done)]

    def hand_on(self, node: Expr, bar: Factors) -> None:
        """The cotangents of what is in a term."""
        rule = rule_for(node, self.changes)
        if rule.passes is None:
            self.forward(node, bar)
            return
        over = node.free.union(node.scopes[0][0]) if node.BINDS else node.free
        for child, factors in rule.passes(node, self.changes):
            self.give(child, bar + factors if factors else bar, over)

    def give(self, term: Expr, factors: Factors, over: frozenset[Index]) -> None:
        """A part of the cotangent of a term: the sum of the product over the indices that the term lacks."""
        if type(term) is Component:
            self.parts.of[term.symbol].append(self.at_places(term, factors, over))
            return
        if over and (loose := over.difference(term.free)):
            factors = (_summed(mul(*factors), loose),)
        bars = self.bars.get(term)
        if bars is None:
            self.bars[term] = [factors]
        else:
            bars.append(factors)

    def at_places(self, node: Component, bar: Factors, over: frozenset[Index]) -> Expr:
        """The sum of bar [e = λ] over the indices, for a component s[e]."""
        if not node.indices and not over:
            return mul(*bar)
        self.parts.meets(node, over)
        slots = self.parts.slots(node.symbol)
        places: dict[Index, Expr] = {}
        deltas: list[Expr] = []
        for term, slot in zip(node.indices, slots, strict=True):
            index = term.index if type(term) is IndexValue else None
            if index in over and index not in places and index.dim is slot.dim:
                places[index] = value(slot)
            else:
                deltas.append(delta(term, value(slot)))
        found = mul(*bar, *deltas)
        gone: list[Index] = []
        if rest := over.difference(places):
            taken, depth = {slot.number for slot in slots}, found.bound
            for index in sorted(rest):
                depth = next(k for k in count(depth + 1) if k not in taken)
                gone.append(bound_at(depth, index.dim))
                places[index] = value(gone[-1])
        found = substitute(found, places)
        for index in gone:
            found = total(index, found)
        return contract(found) if deltas else found

    def forward(self, node: Expr, bar: Factors) -> None:
        """The same by derivatives of the whole term."""
        for symbol in sorted(node.symbols & self.parts.symbols):
            change, slots = partial(node, symbol, self.parts.definitions)
            names = map(value, self.parts.slots(symbol))
            found = contract(_summed(mul(*bar, change), node.free))
            self.parts.of[symbol].append(substitute(found, dict(zip(slots, names, strict=True))))


def _summed(bar: Expr, over: Iterable[Index]) -> Expr:
    for index in sorted(over):
        bar = total(index, bar)
    return bar


def cotangent_symbol(symbol: Symbol, expr: Expr, name: str) -> Symbol:
    """The symbol of d expr / d symbol; its kind tells the cotangents of different scalars apart."""
    scalar = expr.symbol.name if isinstance(expr, Component) else ""
    return Symbol(rf"\nabla_{{{symbol.name}}} {scalar}".strip(), symbol.axes, f"cotangent {name}")
