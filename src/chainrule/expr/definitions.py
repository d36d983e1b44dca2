"""What the symbols stand for: `p[i] := exp(o[i]) / sum_n exp(o[n])`."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, ValuesView
from dataclasses import dataclass
from typing import Any

from chainrule.expr.errors import CyclicDefinition
from chainrule.expr.index import Index, Symbol
from chainrule.expr.nodes import Expr
from chainrule.expr.substitution import substitute


@dataclass(slots=True, unsafe_hash=True, init=False)
class Definition:
    """`symbol[indices] := body`; the free indices of the body are among `indices`.

    It is never changed; that nothing guards it makes it cheaper to make.
    """

    symbol: Symbol
    indices: tuple[Index, ...]
    body: Expr

    def __init__(self, symbol: Symbol, indices: tuple[Index, ...], body: Expr) -> None:
        self.symbol, self.indices, self.body = symbol, indices, body
        if tuple([i.dim for i in indices]) != symbol.axes:
            raise ValueError(f"{symbol.name} has axes {symbol.axes}, defined over {indices}")
        if len(indices) > 1 and len(set(indices)) != len(indices):
            raise ValueError(f"an index is repeated in the definition of {symbol.name}")
        if loose := body.free.difference(indices):
            raise ValueError(f"{sorted(i.name for i in loose)} have no meaning in the definition of {symbol.name}")

    def at(self, *terms: Expr) -> Expr:
        """The body with the index terms in place of the indices."""
        return substitute(self.body, dict(zip(self.indices, terms, strict=True)))


class Definitions(Mapping[Symbol, Definition]):
    """A growing mapping from symbols to definitions without cycles.

    >>> from chainrule.expr.terms import component
    >>> x, y = Symbol("x"), Symbol("y")
    >>> table = Definitions([Definition(y, (), component(x) ** 2)])
    >>> table.depends(y, x), table.depends(x, y)
    (True, False)
    """

    def __init__(self, definitions: Iterable[Definition] = ()) -> None:
        self._table: dict[Symbol, Definition] = {}
        self._users: dict[Symbol, set[Symbol]] = {}
        self._dependants: dict[Symbol, frozenset[Symbol]] = {}
        self.derived: dict[tuple[Symbol, Symbol], Symbol] = {}
        """`derived[p, t]` is the symbol of the derivative of a defined p by t (kept by `chainrule.calculus`)."""
        for definition in definitions:
            self.add(definition)

    def __getitem__(self, symbol: Symbol) -> Definition:
        return self._table[symbol]

    def __iter__(self) -> Iterator[Symbol]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def get(self, symbol: Symbol, default: Any = None) -> Any:
        """What defines a symbol, if something does."""
        return self._table.get(symbol, default)

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._table

    def values(self) -> ValuesView[Definition]:
        """The definitions."""
        return self._table.values()

    def items(self) -> ItemsView[Symbol, Definition]:
        """The symbols with their definitions."""
        return self._table.items()

    def add(self, definition: Definition, derived: bool = False) -> None:
        """Add or replace a definition. A plain one makes the derivatives taken so far stale, so they are forgotten."""
        symbol, uses = definition.symbol, definition.body.symbols
        known = self._table.get(symbol)
        if known is not None and known == definition:
            return
        users = self._users
        if symbol in uses or (symbol in users and not uses.isdisjoint(self.dependants(symbol))):
            raise CyclicDefinition(self._cycle(definition))
        if known is not None:
            for old in self._uses(symbol):
                users[old].discard(symbol)
        for new in uses:
            if new in users:
                users[new].add(symbol)
            else:
                users[new] = {symbol}
        self._table[symbol] = definition
        self._dependants.clear()
        if not derived:
            self.derived.clear()

    def copy(self) -> Definitions:
        """The same definitions in a mapping that can grow on its own."""
        other = Definitions()
        if self._table:
            other._table, other.derived = dict(self._table), dict(self.derived)
            other._users = {s: set(users) for s, users in self._users.items()}
        return other

    def dependants(self, on: Symbol) -> frozenset[Symbol]:
        """The defined symbols whose values are computed from `on`, directly or through others."""
        if on not in self._users:
            return frozenset()
        if on not in self._dependants:
            self._dependants[on] = frozenset(_closure(self._users[on], lambda s: self._users.get(s, ())))
        return self._dependants[on]

    def depends(self, symbol: Symbol, on: Symbol) -> bool:
        """Whether the value of `symbol` is computed from `on`, directly or through others."""
        return symbol in self.dependants(on)

    def reach(self, symbol: Symbol) -> frozenset[Symbol]:
        """Every symbol that the definition of `symbol` uses, directly or through others."""
        return frozenset(_closure(self._uses(symbol), self._uses))

    def ordered(self, roots: Iterable[Symbol]) -> list[Symbol]:
        """The roots and all they use, each symbol after those it uses."""
        if not self._table:
            return list(dict.fromkeys(roots))
        done: dict[Symbol, None] = {}
        stack = [(s, False) for s in reversed(list(roots))]
        while stack:
            symbol, ready = stack.pop()
            if ready:
                done[symbol] = None
            elif symbol not in done:
                stack.append((symbol, True))
                stack += [(s, False) for s in sorted(self._uses(symbol), reverse=True) if s not in done]
        return list(done)

    def _uses(self, symbol: Symbol) -> frozenset[Symbol]:
        definition = self._table.get(symbol)
        return definition.body.symbols if definition else frozenset()

    def _cycle(self, definition: Definition) -> list[str]:
        """The names along the shortest way from the symbol back to itself."""
        goal, came = definition.symbol, dict[Symbol, Symbol]()
        front = [(s, definition.symbol) for s in sorted(definition.body.symbols)]
        for symbol, before in front:
            if symbol in came:
                continue
            came[symbol] = before
            if symbol == goal:
                break
            front += [(s, symbol) for s in sorted(self._uses(symbol))]
        names, at = [], came[goal]
        while at != goal:
            names.append(at.name)
            at = came[at]
        return [goal.name, *reversed(names)]


def _closure(start: Iterable[Symbol], step: Callable[[Symbol], Iterable[Symbol]]) -> set[Symbol]:
    seen: set[Symbol] = set()
    stack = list(start)
    while stack:
        symbol = stack.pop()
        if symbol not in seen:
            seen.add(symbol)
            stack.extend(step(symbol))
    return seen
