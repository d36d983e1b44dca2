"""How a node comes about: the one object with its fields, and what is known of it.

What every node is asked for (its free indices, its symbols, the kinds inside) is found from the terms in it when it is
made, the rest (its sort key and digest) when it is first asked for.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b
from typing import Any, TypeVar

from chainrule.expr.index import Index, Symbol
from chainrule.expr.interning import Table
from chainrule.expr.nodes import LATER, NOTHING, Component, Const, Expr, IndexValue, Mul

K = TypeVar("K", bound=Expr)
_TABLE: Table[Expr] = Table()
_KNOWN = _TABLE.held


def make(kind: type[K], *values: Any) -> K:
    """The one node of this kind with these fields."""
    key = kind, values
    held = _KNOWN.get(key)
    found = None if held is None else held()
    return _TABLE.put(key, kind.created(kind, *values)) if found is None else found  # type: ignore[return-value]


def number_node(known: Fraction) -> Const:
    """The node of a number, found by its two parts: a fraction is slow to hash and to compare."""
    key = Const, known.numerator, known.denominator
    held = _KNOWN.get(key)
    found = None if held is None else held()
    return _TABLE.put(key, _created(Const, known)) if found is None else found  # type: ignore[return-value]


def value(index: Index) -> IndexValue:
    """The integer an index stands for."""
    key = IndexValue, index
    held = _KNOWN.get(key)
    found = None if held is None else held()
    return _TABLE.put(key, _place(IndexValue, index)) if found is None else found  # type: ignore[return-value]


def _place(kind: type[Expr], index: Index) -> Expr:
    """The node of an index."""
    node = _new(IndexValue.draft)
    node.index, node.children, node.free, node.symbols = index, (), frozenset((index,)), NOTHING
    node.kinds, node.bound, node.flat, node.settled = _INDEX, 0, True, False
    node.rough, node.__class__ = (IndexValue.RANK, index.name), IndexValue
    return node  # type: ignore[no-any-return]


def _entry(kind: type[Expr], symbol: Symbol, indices: tuple[Expr, ...]) -> Expr:
    """The node of a component, mostly at plain indices."""
    names = [t.index for t in indices if type(t) is IndexValue]
    if len(names) < len(indices):
        return _created(kind, symbol, indices)
    node = _new(Component.draft)
    node.symbol, node.indices, node.children = symbol, indices, indices
    node.free = NOTHING if not names else indices[0].free if len(names) == 1 else frozenset(names)
    node.symbols, node.kinds = frozenset((symbol,)), _AT_INDICES if names else _ENTRY
    node.bound, node.flat, node.settled = 0, True, False
    node.rough, node.__class__ = (Component.RANK, symbol.name), Component
    return node  # type: ignore[no-any-return]


def _created(kind: type[Expr], *values: Any) -> Expr:
    """A node with what every node is asked for."""
    node = _new(kind.draft)
    kind.fill(node, *values)
    free, symbols, kinds, largest = NOTHING, NOTHING, 0, 0
    for child in node.children:
        if (more := child.free) and more is not free:
            free = _joined(free, more) if free else more
        if (others := child.symbols) and others is not symbols:
            symbols = _joined(symbols, others) if symbols else others
        kinds |= child.kinds
        if child.bound > largest:
            largest = child.bound
    rank, flat = kind.RANK, False
    if kind.BINDS:
        free = NOTHING
        for bound, body in node.scopes:
            inner = body.free.difference(bound) if bound else body.free
            free = _joined(free, inner) if free else inner
            for index in bound:
                if index.number > largest:
                    largest = index.number
    elif rank <= Component.RANK:
        flat = not kinds & ~_INDEX
        if kind is Component:
            symbols = _joined(frozenset((values[0],)), symbols)
    children, label = node.children, kind.label
    if label is not None:
        name = label(node)
    elif kind is Mul:
        name = children[type(children[0]) is Const].rough[1]
    else:
        name = children[0].rough[1] if children else ""
    node.free, node.symbols, node.kinds, node.bound = free, symbols, kinds | 1 << rank, largest
    node.flat, node.settled, node.rough, node.__class__ = flat, False, (rank, name), kind
    return node  # type: ignore[no-any-return]


Expr.created = staticmethod(_created)
IndexValue.created = staticmethod(_place)
Component.created = staticmethod(_entry)
_new: Any = object.__new__
_INDEX, _ENTRY = 1 << IndexValue.RANK, 1 << Component.RANK
_AT_INDICES = _INDEX | _ENTRY


def _has(node: Expr, name: str) -> bool:
    """Whether something has been found of a node."""
    try:
        object.__getattribute__(node, name)
    except AttributeError:
        return False
    return True


def _digest(node: Expr) -> bytes:
    """A number of the structure, the same in every process; found without recursion."""
    stack = [node]
    while True:
        top = stack[-1]
        if waiting := [c for c in top.children if not (c.flat or _has(c, "digest"))]:
            stack += waiting
            continue
        marks = tuple([bound for bound, _ in top.scopes if bound]) if top.BINDS else ()
        head = _head(top.RANK, top.atoms(), marks)
        found = blake2b(b"".join([head, *[c.digest for c in top.children]]), digest_size=16).digest()
        if top is node:
            return found
        object.__setattr__(top, "digest", found)
        stack.pop()


LATER.update(
    {
        "axes": lambda node: tuple(sorted(node.free)) if len(node.free) > 1 else tuple(node.free),
        "digest": _digest,
        "key": lambda node: (*node.rough, node.digest),
        "scopes": lambda node: node.own_scopes(),
    }
)


def _joined(a: frozenset[Any], b: frozenset[Any]) -> frozenset[Any]:
    """The union; the larger set itself when it holds both, so that long chains share one set."""
    return a if b <= a else b if a <= b else a | b


@lru_cache(maxsize=4096)
def _head(rank: int, atoms: object, marks: tuple[tuple[Index, ...], ...]) -> bytes:
    """What a digest begins with: everything of a node but the terms in it."""
    return repr((rank, atoms, list(marks))).encode()


def settle(node: Expr) -> None:
    """Keep that contraction leaves a term as it is."""
    object.__setattr__(node, "settled", True)
