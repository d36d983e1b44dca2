"""The kinds of terms: interned, immutable nodes that know their free indices, symbols and sort key.

Nodes are made by the smart constructors of `chainrule.expr.terms`, never directly.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from chainrule.expr.index import Index, Symbol

Scope = tuple[tuple[Index, ...], "Expr"]
Number = int | Fraction
BOUND = "\N{BULLET}"

BUILD: dict[str, Callable[..., Any]] = {}
"""The smart constructors by name. `chainrule.expr.terms` fills it, so that kinds and constructors can live apart."""


class Expr:
    """A scalar term. `free` are its free indices (`axes`: the same in order), `symbols` the tensor symbols in it."""

    __slots__ = ("__weakref__", "axes", "bound", "digest", "free", "key", "resolved", "scopes", "symbols")
    RANK: ClassVar[int] = 0
    fields: ClassVar[tuple[str, ...]] = ()

    scopes: tuple[Scope, ...]
    free: frozenset[Index]
    axes: tuple[Index, ...]
    symbols: frozenset[Symbol]
    bound: int
    """The largest k of a bound index `•k` inside."""
    resolved: bool
    """Whether no `Derivative` is inside."""
    digest: bytes
    key: tuple[int, str, bytes]
    """Structural sort key: kind, first name, digest."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("terms are immutable")

    def __copy__(self) -> Expr:
        return self

    def __deepcopy__(self, memo: object) -> Expr:
        return self

    def __reduce__(self) -> Any:
        raise TypeError("terms are interned and do not leave the process")

    @property
    def children(self) -> tuple[Expr, ...]:
        """The bodies of the scopes."""
        return tuple(body for _, body in self.scopes)

    def own_scopes(self) -> tuple[Scope, ...]:
        """The children, each with the indices bound in it."""
        return ()

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        """The same kind of term over other children, through its smart constructor."""
        return self

    def label(self) -> str:
        """A name to sort by, before the digest decides."""
        return next((child.key[1] for child in self.children), "")

    def __add__(self, other: Expr | Number) -> Expr:
        return BUILD["add"](self, as_term(other))  # type: ignore[no-any-return]

    def __sub__(self, other: Expr | Number) -> Expr:
        return BUILD["sub"](self, as_term(other))  # type: ignore[no-any-return]

    def __mul__(self, other: Expr | Number) -> Expr:
        return BUILD["mul"](self, as_term(other))  # type: ignore[no-any-return]

    def __truediv__(self, other: Expr | Number) -> Expr:
        return BUILD["div"](self, as_term(other))  # type: ignore[no-any-return]

    def __pow__(self, other: Expr | Number) -> Expr:
        return BUILD["power"](self, as_term(other))  # type: ignore[no-any-return]

    def __radd__(self, other: Number) -> Expr:
        return BUILD["add"](as_term(other), self)  # type: ignore[no-any-return]

    def __rsub__(self, other: Number) -> Expr:
        return BUILD["sub"](as_term(other), self)  # type: ignore[no-any-return]

    def __rmul__(self, other: Number) -> Expr:
        return BUILD["mul"](as_term(other), self)  # type: ignore[no-any-return]

    def __rtruediv__(self, other: Number) -> Expr:
        return BUILD["div"](as_term(other), self)  # type: ignore[no-any-return]

    def __neg__(self) -> Expr:
        return BUILD["neg"](self)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return show(self)


class Const(Expr):
    """An exact rational number."""

    __slots__ = fields = ("value",)
    RANK = 0
    value: Fraction


class IndexValue(Expr):
    """The integer an index stands for."""

    __slots__ = fields = ("index",)
    RANK = 1
    index: Index

    def label(self) -> str:
        return self.index.name


class Component(Expr):
    """`symbol[indices]`; each index term is an integer-valued term: `i`, `3`, `i + m`, `y[i]`."""

    __slots__ = fields = ("symbol", "indices")
    RANK = 2
    symbol: Symbol
    indices: tuple[Expr, ...]

    def label(self) -> str:
        return self.symbol.name

    def own_scopes(self) -> tuple[Scope, ...]:
        return _plain(self.indices)

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        return BUILD["component"](self.symbol, *_bodies(scopes))  # type: ignore[no-any-return]


class Power(Expr):
    """`base ** exponent`."""

    __slots__ = fields = ("base", "exponent")
    RANK = 3
    base: Expr
    exponent: Expr

    def own_scopes(self) -> tuple[Scope, ...]:
        return _plain((self.base, self.exponent))

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        return BUILD["power"](*_bodies(scopes))  # type: ignore[no-any-return]


class Apply(Expr):
    """A scalar function of the table `chainrule.expr.functions`, by name."""

    __slots__ = fields = ("name", "args")
    RANK = 4
    name: str
    args: tuple[Expr, ...]

    def label(self) -> str:
        return self.name

    def own_scopes(self) -> tuple[Scope, ...]:
        return _plain(self.args)

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        return BUILD["apply"](self.name, *_bodies(scopes))  # type: ignore[no-any-return]


class Mul(Expr):
    """A product of two or more factors; a constant comes first."""

    __slots__ = fields = ("factors",)
    RANK = 5
    factors: tuple[Expr, ...]

    def own_scopes(self) -> tuple[Scope, ...]:
        return _plain(self.factors)

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        return BUILD["mul"](*_bodies(scopes))  # type: ignore[no-any-return]

    def label(self) -> str:
        return next((f.key[1] for f in self.factors if not isinstance(f, Const)), "")


class Add(Expr):
    """A sum of two or more terms; a constant comes first."""

    __slots__ = fields = ("terms",)
    RANK = 6
    terms: tuple[Expr, ...]

    def own_scopes(self) -> tuple[Scope, ...]:
        return _plain(self.terms)

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        return BUILD["add"](*_bodies(scopes))  # type: ignore[no-any-return]


class Reduce(Expr):
    """A reduction over an index: sum, prod, max, min; argmax and argmin give the value of the index (the first one)."""

    __slots__ = fields = ("op", "index", "body")
    RANK = 7
    op: str
    index: Index
    body: Expr

    def own_scopes(self) -> tuple[Scope, ...]:
        return (((self.index,), self.body),)

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        ((bound, body),) = scopes
        return BUILD["reduce"](self.op, bound[0], body)  # type: ignore[no-any-return]


class Indicator(Expr):
    """1 where the relation holds, else 0. Only == != < <= are built: `a > b` is `b < a`. A product is a conjunction."""

    __slots__ = fields = ("rel", "a", "b")
    RANK = 8
    rel: str
    a: Expr
    b: Expr

    def own_scopes(self) -> tuple[Scope, ...]:
        return _plain((self.a, self.b))

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        a, b = _bodies(scopes)
        return BUILD["indicator"](self.rel, a, b)  # type: ignore[no-any-return]


class Piecewise(Expr):
    """The value of the first case whose condition is 1, else `otherwise`. What is not taken is never looked at."""

    __slots__ = fields = ("cases", "otherwise")
    RANK = 9
    cases: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr

    def own_scopes(self) -> tuple[Scope, ...]:
        return _plain((*(e for case in self.cases for e in case), self.otherwise))

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        *pairs, otherwise = _bodies(scopes)
        return BUILD["piecewise"](tuple(zip(pairs[::2], pairs[1::2], strict=True)), otherwise)  # type: ignore[no-any-return]


class Inverse(Expr):
    """`[M^-1][i, j]` where M has the entries `body` over the bound row and col; i runs like col, j like row."""

    __slots__ = fields = ("body", "row", "col", "i", "j")
    RANK = 10
    body: Expr
    row: Index
    col: Index
    i: Expr
    j: Expr

    def own_scopes(self) -> tuple[Scope, ...]:
        return (((self.row, self.col), self.body), ((), self.i), ((), self.j))

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        ((row, col), body), (_, i), (_, j) = scopes
        return BUILD["inverse"](body, row, col, i, j)  # type: ignore[no-any-return]


class Determinant(Expr):
    """The determinant of the matrix with the entries `body` over the bound row and col."""

    __slots__ = fields = ("body", "row", "col")
    RANK = 11
    body: Expr
    row: Index
    col: Index

    def own_scopes(self) -> tuple[Scope, ...]:
        return (((self.row, self.col), self.body),)

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        (((row, col), body),) = scopes
        return BUILD["determinant"](body, row, col)  # type: ignore[no-any-return]


class Unknown(Expr):
    """An unknown smooth function of tensor arguments, and the partial derivatives taken of it.

    An argument is (bound indices, body); a scalar one binds nothing. A slot (k, index terms) is the partial
    derivative by that component of argument k; slots are sorted, as partial derivatives commute.
    """

    __slots__ = fields = ("name", "args", "slots")
    RANK = 12
    name: str
    args: tuple[Scope, ...]
    slots: tuple[tuple[int, tuple[Expr, ...]], ...]

    def label(self) -> str:
        return self.name

    def own_scopes(self) -> tuple[Scope, ...]:
        return (*self.args, *_plain(term for _, terms in self.slots for term in terms))

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        args, terms = tuple(scopes[: len(self.args)]), iter(_bodies(scopes[len(self.args) :]))
        return BUILD["unknown"](self.name, args, tuple((k, tuple(next(terms) for _ in old)) for k, old in self.slots))  # type: ignore[no-any-return]


class Derivative(Expr):
    """A derivative not yet carried out; `chainrule.calculus.resolve` carries it out."""

    __slots__ = fields = ("body", "target")
    RANK = 13
    body: Expr
    target: Component

    def own_scopes(self) -> tuple[Scope, ...]:
        return _plain((self.body, self.target))

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        body, target = _bodies(scopes)
        return BUILD["derivative"](body, target)  # type: ignore[no-any-return]


NOTHING: frozenset[Any] = frozenset()
_TABLE: WeakValueDictionary[tuple[object, ...], Expr] = WeakValueDictionary()
_LOCK = threading.RLock()


def make(kind: type[Expr], *values: object) -> Any:
    """The one node of this kind with these fields."""
    key = (kind, *values)
    node = _TABLE.get(key)
    if node is not None:
        return node
    with _LOCK:
        node = _TABLE.get(key)
        if node is None:
            node = _TABLE[key] = _create(kind, values)
        return node


def _create(kind: type[Expr], values: tuple[object, ...]) -> Expr:
    node = kind.__new__(kind)
    put = object.__setattr__
    for name, item in zip(kind.fields, values, strict=True):
        put(node, name, item)
    scopes = node.own_scopes()
    put(node, "scopes", scopes)
    free: frozenset[Index] = frozenset((values[0],)) if kind is IndexValue else NOTHING  # type: ignore[arg-type]
    symbols: frozenset[Symbol] = frozenset((values[0],)) if kind is Component else NOTHING  # type: ignore[arg-type]
    resolved, largest = kind is not Derivative, 0
    parts, marks = [b""], list[tuple[Index, ...]]()
    for bound, body in scopes:
        free = _joined(free, body.free.difference(bound) if bound else body.free)
        symbols = _joined(symbols, body.symbols)
        resolved = resolved and body.resolved
        largest = max(largest, body.bound, *map(bound_number, bound))
        parts.append(body.digest)
        marks += [bound] if bound else []
    put(node, "free", free)
    put(node, "axes", tuple(sorted(free)) if len(free) > 1 else tuple(free))
    put(node, "symbols", symbols)
    put(node, "resolved", resolved)
    put(node, "bound", largest)
    parts[0] = _head(kind.RANK, _atoms(values), tuple(marks))
    put(node, "digest", blake2b(b"".join(parts), digest_size=16).digest())
    put(node, "key", (kind.RANK, node.label(), node.digest))
    return node


def _joined(a: frozenset[Any], b: frozenset[Any]) -> frozenset[Any]:
    """The union; the larger set itself when it holds both, so that long chains share one set."""
    if a is b or b <= a:
        return a
    return b if a <= b else a | b


@lru_cache(maxsize=4096)
def _head(rank: int, atoms: object, marks: tuple[tuple[Index, ...], ...]) -> bytes:
    """What a digest begins with: everything of a node but the terms in it."""
    return repr((rank, atoms, list(marks))).encode()


def union(sets: Iterable[frozenset[Any]]) -> frozenset[Any]:
    """The union; the largest set itself when it holds all, so that long chains share one set."""
    given = list(sets)
    largest = max(given, key=len, default=frozenset())
    return largest if all(s <= largest for s in given) else largest.union(*given)


def _atoms(item: object) -> object:
    """The fields without the terms in them, which the digest of the scopes covers."""
    if isinstance(item, tuple):
        return tuple([_atoms(x) for x in item])
    return None if isinstance(item, Expr) else item


def _plain(bodies: Iterable[Expr]) -> tuple[Scope, ...]:
    return tuple(((), body) for body in bodies)


def _bodies(scopes: Iterable[Scope]) -> list[Any]:
    return [body for _, body in scopes]


def as_term(x: Expr | Number) -> Expr:
    return x if isinstance(x, Expr) else BUILD["const"](x)


def bound_number(index: Index) -> int:
    """k of `•k`, else 0."""
    return int(index.name[1:]) if index.name[0:1] == BOUND and index.name[1:].isdigit() else 0


def walk(*roots: Expr) -> list[Expr]:
    """Every node under the roots once, children before parents."""
    done: dict[Expr, None] = {}
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, ready = stack.pop()
        if ready:
            done[node] = None
        elif node not in done:
            stack.append((node, True))
            stack += [(child, False) for child in reversed(node.children) if child not in done]
    return list(done)


def rebuilt(expr: Expr, change: Callable[[Expr, Expr], Expr]) -> Expr:
    """A term rebuilt from below: `change(old, new)` is what stands for a node `old`, which is `new` with its parts
    changed, and the very same node where none of them was.

    >>> from chainrule.expr import Symbol, component, const
    >>> x = component(Symbol("x"))
    >>> rebuilt(2 * x + 1, lambda old, new: const(3) if old is x else new)
    7
    """
    done: dict[Expr, Expr] = {}
    for node in walk(expr):
        scopes = [(bound, done[inner]) for bound, inner in node.scopes]
        same = all(a is b for (_, a), (_, b) in zip(scopes, node.scopes, strict=True))
        done[node] = change(node, node if same else node.with_scopes(scopes))
    return done[expr]


def is_integer(expr: Expr) -> bool:
    """Whether the term is integer-valued by its form."""
    whole = dict[Expr, bool]()
    for node in walk(expr):
        match node:
            case Const(value=number):
                whole[node] = number.denominator == 1
            case IndexValue() | Indicator():
                whole[node] = True
            case Component(symbol=symbol):
                whole[node] = symbol.kind == "integer"
            case Add() | Mul():
                whole[node] = all(whole[c] for c in node.children)
            case Reduce(op=op):
                whole[node] = op in ("argmax", "argmin") or whole[node.body]
            case _:
                whole[node] = False
    return whole[expr]


SHOWN_DEPTH = 12


def show(expr: Expr, depth: int = SHOWN_DEPTH) -> str:
    """A plain text form for messages of this package and for tests; deep parts are an ellipsis."""
    if depth == 0:
        return "…"
    kids = [show(child, depth - 1) for child in expr.children]
    match expr:
        case Const():
            return str(expr.value)
        case IndexValue():
            return expr.index.name
        case Component():
            return expr.symbol.name + (f"[{', '.join(kids)}]" if kids else "")
        case Add():
            return " + ".join(kids)
        case Mul():
            return " * ".join(f"({k})" if isinstance(f, Add) else k for k, f in zip(kids, expr.factors, strict=True))
        case Power():
            return f"({kids[0]})^({kids[1]})"
        case Reduce():
            return f"{expr.op}[{expr.index.name}:{expr.index.dim.name}]({kids[0]})"
        case Indicator():
            return f"[{kids[0]} {expr.rel} {kids[1]}]"
        case Apply():
            return f"{expr.name}({', '.join(kids)})"
        case Unknown():
            return f"{expr.name}{expr.slots or ''}({', '.join(kids[: len(expr.args)])})"
    return f"{type(expr).__name__}({', '.join(kids)})"
