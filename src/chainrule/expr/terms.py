"""The typed expression: interned, immutable scalar terms with free named indices.

A tensor is a term plus an order of its free indices. Equal terms are the same object: `a + b is b + a`, and the
names of bound indices do not matter. Build terms with the lower-case functions; they flatten sums and products,
fold exact constants, collect equal terms and equal bases, and sort.

Validity. Collecting equal bases makes `x / x` one and `0 * x` zero; both hold where the original is defined, and the
sampler only judges points where it is.

Bound indices. A node that binds indices keeps its children in `scopes`, pairs (bound indices, body). When it is
built each bound index is renamed to `•k`, with k one above every number bound inside its body and not free in it. So
alpha-equivalent terms are the same object, and opening a node (using its bound index as if it were free) is safe
as long as no other opened node stands beside it; else rename with `fresh`.

Kinds: Const, IndexValue, Component, Add, Mul, Power, Apply, Reduce, Indicator, Piecewise, Inverse, Determinant,
Unknown, Derivative. The sort key and the digest are structural, so the order never depends on memory addresses.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from hashlib import blake2b
from math import isqrt
from typing import Any, ClassVar, cast
from weakref import WeakValueDictionary

from chainrule.expr.errors import TooLarge
from chainrule.expr.index import Dim, Index, Symbol

MAX_BITS = 4096
"""Exact constants have at most this many binary digits in numerator and denominator."""

REDUCTIONS = ("sum", "prod", "max", "min", "argmax", "argmin")
RELATIONS = ("==", "!=", "<", "<=", ">", ">=")

Scope = tuple[tuple[Index, ...], "Expr"]
Number = int | Fraction
_BOUND = "\N{BULLET}"


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
        return add(self, _term(other))

    def __sub__(self, other: Expr | Number) -> Expr:
        return sub(self, _term(other))

    def __mul__(self, other: Expr | Number) -> Expr:
        return mul(self, _term(other))

    def __truediv__(self, other: Expr | Number) -> Expr:
        return div(self, _term(other))

    def __pow__(self, other: Expr | Number) -> Expr:
        return power(self, _term(other))

    def __radd__(self, other: Number) -> Expr:
        return add(_term(other), self)

    def __rsub__(self, other: Number) -> Expr:
        return sub(_term(other), self)

    def __rmul__(self, other: Number) -> Expr:
        return mul(_term(other), self)

    def __rtruediv__(self, other: Number) -> Expr:
        return div(_term(other), self)

    def __neg__(self) -> Expr:
        return neg(self)

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
        return component(self.symbol, *_bodies(scopes))


class Power(Expr):
    """`base ** exponent`."""

    __slots__ = fields = ("base", "exponent")
    RANK = 3
    base: Expr
    exponent: Expr

    def own_scopes(self) -> tuple[Scope, ...]:
        return _plain((self.base, self.exponent))

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        return power(*_bodies(scopes))


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
        return apply(self.name, *_bodies(scopes))


class Mul(Expr):
    """A product of two or more factors; a constant comes first."""

    __slots__ = fields = ("factors",)
    RANK = 5
    factors: tuple[Expr, ...]

    def own_scopes(self) -> tuple[Scope, ...]:
        return _plain(self.factors)

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        return mul(*_bodies(scopes))

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
        return add(*_bodies(scopes))


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
        return reduce(self.op, bound[0], body)


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
        return indicator(self.rel, a, b)


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
        return piecewise(tuple(zip(pairs[::2], pairs[1::2], strict=True)), otherwise)


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
        return inverse(body, row, col, i, j)


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
        return determinant(body, row, col)


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
        return unknown(self.name, args, tuple((k, tuple(next(terms) for _ in old)) for k, old in self.slots))


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
        return derivative(body, target)


# ---------------------------------------------------------------------------------------------------- interning

_TABLE: WeakValueDictionary[tuple[object, ...], Expr] = WeakValueDictionary()
_LOCK = threading.RLock()


def _make(kind: type[Expr], *values: object) -> Any:
    """The one node of this kind with these fields."""
    key = (kind, *values)
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
    free = frozenset((values[0],)) if kind is IndexValue else _union(b.free.difference(bound) for bound, b in scopes)
    put(node, "free", free)
    put(node, "axes", tuple(sorted(free)))
    symbols = _union(body.symbols for _, body in scopes)
    put(node, "symbols", symbols | {values[0]} if kind is Component else symbols)
    put(node, "resolved", kind is not Derivative and all(body.resolved for _, body in scopes))
    put(node, "bound", max((max(body.bound, *map(_number, bound), 0) for bound, body in scopes), default=0))
    head = repr((kind.RANK, _atoms(values), [bound for bound, _ in scopes if bound])).encode()
    put(node, "digest", blake2b(b"".join([head, *(body.digest for _, body in scopes)]), digest_size=16).digest())
    put(node, "key", (kind.RANK, node.label(), node.digest))
    return node


def _union(sets: Iterable[frozenset[Any]]) -> frozenset[Any]:
    """The union; the largest set itself when it holds all, so that long chains share one set."""
    given = list(sets)
    largest = max(given, key=len, default=frozenset())
    return largest if all(s <= largest for s in given) else largest.union(*given)


def _atoms(item: object) -> object:
    """The fields without the terms in them, which the digest of the scopes covers."""
    if isinstance(item, tuple):
        return tuple(_atoms(x) for x in item)
    return None if isinstance(item, Expr) else item


def _plain(bodies: Iterable[Expr]) -> tuple[Scope, ...]:
    return tuple(((), body) for body in bodies)


def _bodies(scopes: Iterable[Scope]) -> list[Any]:
    return [body for _, body in scopes]


def _term(x: Expr | Number) -> Expr:
    return x if isinstance(x, Expr) else const(x)


# ------------------------------------------------------------------------------------------------ bound indices


def _number(index: Index) -> int:
    """k of `•k`, else 0."""
    return int(index.name[1:]) if index.name[0:1] == _BOUND and index.name[1:].isdigit() else 0


def _close(bound: tuple[Index, ...], body: Expr) -> Scope:
    """The scope with its bound indices in canonical names."""
    if not bound:
        return (), body
    names = _canonical(bound, body)
    if names == bound:
        return bound, body
    if any(_number(i) for i in bound):
        held = _held(bound, body)
        body = substitute(body, {i: value(j) for i, j in zip(bound, held, strict=True)})
        bound, names = held, _canonical(held, body)
    return names, substitute(body, {i: value(j) for i, j in zip(bound, names, strict=True)})


def _held(bound: tuple[Index, ...], body: Expr) -> tuple[Index, ...]:
    """Names for the time of renaming, free nowhere in the body; terms under construction may hold others of the kind."""
    taken = {i.name for i in body.free}
    names = (name for k in range(len(taken) + len(bound)) if (name := f"{_BOUND}held{k}") not in taken)
    return tuple(Index(name, i.dim) for name, i in zip(names, bound, strict=False))


def _canonical(bound: tuple[Index, ...], body: Expr) -> tuple[Index, ...]:
    taken = {_number(i) for i in body.free.difference(bound)}
    names, k = [], body.bound
    for index in bound:
        k += 1
        while k in taken:
            k += 1
        names.append(Index(f"{_BOUND}{k}", index.dim))
    return tuple(names)


def fresh(dim: Dim, *avoid: Expr) -> Index:
    """An index over `dim` that is free in none of the terms."""
    taken = {i.name for e in avoid for i in e.free}
    return Index(next(name for k in range(len(taken) + 1) if (name := f"ι{k}") not in taken), dim)


# -------------------------------------------------------------------------------------------- smart constructors


def const(number: Number) -> Const:
    """An exact number of bounded length."""
    number = Fraction(number)
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > MAX_BITS:
        raise TooLarge(f"an exact constant would need more than {MAX_BITS} binary digits")
    return cast(Const, _make(Const, number))


ZERO, ONE, MINUS_ONE = const(0), const(1), const(-1)
_UNIT = Fraction(1)


def value(index: Index) -> IndexValue:
    """The integer an index stands for."""
    return cast(IndexValue, _make(IndexValue, index))


def component(symbol: Symbol, *indices: Expr | Index | int) -> Component:
    """`symbol[indices]`."""
    if len(indices) != len(symbol.axes):
        raise ValueError(f"{symbol.name} has {len(symbol.axes)} axes, got {len(indices)} indices")
    return cast(Component, _make(Component, symbol, tuple(_index_term(i) for i in indices)))


def _index_term(term: Expr | Index | int) -> Expr:
    if isinstance(term, Index):
        return value(term)
    return const(term) if isinstance(term, int) else term


def add(*terms: Expr) -> Expr:
    """The sum, flat, with equal terms collected."""
    found: dict[Expr, Fraction] = {}
    for term in terms:
        for coefficient, rest in _summands(term):
            found[rest] = found[rest] + coefficient if rest in found else coefficient
    parts = sorted((_scaled(c, rest) for rest, c in found.items() if c), key=lambda e: e.key)
    if len(parts) < 2:
        return parts[0] if parts else ZERO
    return cast(Expr, _make(Add, tuple(parts)))


def _summands(term: Expr) -> list[tuple[Fraction, Expr]]:
    return [_split(t) for t in term.terms] if isinstance(term, Add) else [_split(term)]


def _split(term: Expr) -> tuple[Fraction, Expr]:
    """Coefficient and rest."""
    if isinstance(term, Const):
        return term.value, ONE
    if isinstance(term, Mul) and isinstance(term.factors[0], Const):
        rest = term.factors[1:]
        return term.factors[0].value, rest[0] if len(rest) == 1 else _make(Mul, rest)
    return _UNIT, term


def _scaled(coefficient: Fraction, rest: Expr) -> Expr:
    """The product of a number and a term that has no coefficient of its own; a number spreads over a sum."""
    if rest is ONE:
        return const(coefficient)
    if coefficient == 1:
        return rest
    if isinstance(rest, Add):
        return cast(Expr, _make(Add, tuple(sorted((_scaled_term(coefficient, t) for t in rest.terms), key=_key))))
    return cast(Expr, _make(Mul, (const(coefficient), *(rest.factors if isinstance(rest, Mul) else (rest,)))))


def _scaled_term(coefficient: Fraction, term: Expr) -> Expr:
    own, rest = _split(term)
    return _scaled(coefficient * own, rest)


def _key(term: Expr) -> tuple[int, str, bytes]:
    return term.key


def mul(*factors: Expr) -> Expr:
    """The product, flat, with equal bases collected (valid where defined) and a number spread over a lone sum."""
    coefficient, equal = _UNIT, dict[Expr, list[Expr]]()
    for factor in _flat(factors):
        if isinstance(factor, Const):
            coefficient *= factor.value
        else:
            equal.setdefault(factor.base if isinstance(factor, Power) else factor, []).append(factor)
    parts = [same[0] if len(same) == 1 else _collected(base, same) for base, same in equal.items()]
    if any(isinstance(p, Const | Mul) for p in parts):
        return mul(const(coefficient), *parts)
    if coefficient == 0 and not any(map(_undefined, parts)):
        return ZERO
    if not parts:
        return const(coefficient)
    parts.sort(key=_key)
    rest = parts[0] if len(parts) == 1 else _make(Mul, tuple(parts))
    return _scaled(coefficient, rest) if coefficient else _make(Mul, (ZERO, *parts))


def _collected(base: Expr, factors: list[Expr]) -> Expr:
    return power(base, add(*(f.exponent if isinstance(f, Power) else ONE for f in factors)))


def _flat(factors: Iterable[Expr]) -> Iterable[Expr]:
    for factor in factors:
        yield from factor.factors if isinstance(factor, Mul) else (factor,)


def _undefined(factor: Expr) -> bool:
    """Whether this is a division by the number zero, which no simplification may hide."""
    return isinstance(factor, Power) and factor.base is ZERO


def power(base: Expr, exponent: Expr) -> Expr:
    """`base ** exponent`; integer exponents go into products and powers, numbers are folded exactly."""
    if exponent is ONE or base is ONE:
        return base
    if not isinstance(exponent, Const):
        return cast(Expr, _make(Power, base, exponent))
    if exponent is ZERO:
        return ONE
    if isinstance(base, Const):
        return _number_power(base.value, exponent.value)
    if isinstance(base, Indicator) and exponent.value > 0:
        return base
    if exponent.value.denominator == 1:
        if isinstance(base, Power):
            return power(base.base, mul(base.exponent, exponent))
        if isinstance(base, Mul):
            return mul(*(power(f, exponent) for f in base.factors))
    return cast(Expr, _make(Power, base, exponent))


def _number_power(base: Fraction, exponent: Fraction) -> Expr:
    if base == 0 and exponent > 0:
        return ZERO
    root = _exact_root(base, exponent.denominator)
    if root is None or root == 0:
        return cast(Expr, _make(Power, const(base), const(exponent)))
    size = max(root.numerator.bit_length(), root.denominator.bit_length())
    if abs(root) != 1 and abs(exponent.numerator) * size > MAX_BITS + size:
        raise TooLarge(f"({root}) to the power {exponent.numerator} has too many digits to write out")
    sign = 1 if root != -1 or exponent.numerator % 2 == 0 else -1
    return const(Fraction(sign) if abs(root) == 1 else root**exponent.numerator)


def _exact_root(base: Fraction, degree: int) -> Fraction | None:
    """The rational root if there is one (first and second degree)."""
    if degree == 1:
        return base
    if degree != 2 or base < 0:
        return None
    top, bottom = isqrt(base.numerator), isqrt(base.denominator)
    return Fraction(top, bottom) if (top * top, bottom * bottom) == (base.numerator, base.denominator) else None


_AT_NUMBERS: dict[tuple[str, int], int] = {
    ("exp", 0): 1, ("log", 1): 0, ("log2", 1): 0, ("log10", 1): 0, ("sin", 0): 0, ("cos", 0): 1, ("tan", 0): 0,
    ("arcsin", 0): 0, ("arctan", 0): 0, ("sinh", 0): 0, ("cosh", 0): 1, ("tanh", 0): 0, ("erf", 0): 0,
    ("relu", 0): 0, ("elu", 0): 0, ("gelu", 0): 0, ("silu", 0): 0, ("gammaln", 1): 0, ("gammaln", 2): 0,
}  # fmt: skip
_OF_A_NUMBER: dict[str, Callable[[Fraction], Number]] = {
    "abs": abs,
    "sign": lambda x: (x > 0) - (x < 0),
    "relu": lambda x: max(x, Fraction(0)),
    "heaviside": lambda x: int(x > 0),
    "floor": lambda x: x.numerator // x.denominator,
}
_UNDONE = {("log", "exp"), ("exp", "log")}


def apply(name: str, *args: Expr) -> Expr:
    """A function of the table; exact at a few numbers. `max` and `min` sort their two arguments, numbers first."""
    if name == "sqrt":
        return power(args[0], const(Fraction(1, 2)))
    first = args[0]
    if len(args) == 1 and isinstance(first, Const):
        if name in _OF_A_NUMBER:
            return const(_OF_A_NUMBER[name](first.value))
        exact = _AT_NUMBERS.get((name, int(first.value)))
        if exact is not None and first.value.denominator == 1:
            return const(exact)
    if isinstance(first, Apply) and (name, first.name) in _UNDONE:
        return first.args[0]
    if name in ("max", "min"):
        return _extreme(name, args)
    return cast(Expr, _make(Apply, name, tuple(args)))


def _extreme(name: str, args: tuple[Expr, ...]) -> Expr:
    pick = max if name == "max" else min
    different = sorted(set(args), key=_key)
    if len(different) == 1:
        return different[0]
    if len(different) > 2:
        return _extreme(name, (_extreme(name, tuple(different[:-1])), different[-1]))
    if all(isinstance(a, Const) for a in different):
        return pick(cast("list[Const]", different), key=lambda a: a.value)
    return cast(Expr, _make(Apply, name, tuple(different)))


def reduce(op: str, index: Index, body: Expr) -> Expr:
    """A reduction over an index; factors of a sum that do not depend on the index go in front."""
    if op not in REDUCTIONS:
        raise ValueError(f"no reduction {op!r}; there are {', '.join(REDUCTIONS)}")
    if op == "sum":
        return total(index, body)
    if index not in body.free and op in ("max", "min"):
        return body
    (index,), body = _close((index,), body)
    return cast(Expr, _make(Reduce, op, index, body))


def total(index: Index, body: Expr) -> Expr:
    """The sum over an index."""
    if body is ZERO:
        return ZERO
    factors = body.factors if isinstance(body, Mul) else (body,)
    inside = tuple(f for f in factors if index in f.free)
    outside = tuple(f for f in factors if index not in f.free)
    if not inside:
        return mul(*outside, size(index.dim))
    (index,), rest = _close((index,), inside[0] if len(inside) == 1 else mul(*inside))
    return mul(*outside, cast(Expr, _make(Reduce, "sum", index, rest)))


def size(dim: Dim) -> Expr:
    """The number of values of a dimension: its digits, or the sum of ones over it."""
    if dim.fixed is not None:
        return const(dim.fixed)
    return cast(Expr, _make(Reduce, "sum", Index(f"{_BOUND}1", dim), ONE))


_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
}  # fmt: skip


def indicator(rel: str, a: Expr, b: Expr) -> Expr:
    """1 where `a rel b` holds, else 0."""
    if rel not in RELATIONS:
        raise ValueError(f"no relation {rel!r}; there are {' '.join(RELATIONS)}")
    if rel in (">", ">="):
        return indicator("<" if rel == ">" else "<=", b, a)
    if rel in ("==", "!="):
        a, b = sorted((a, b), key=_key)
    difference = sub(a, b)
    if isinstance(difference, Const):
        return const(int(_HOLDS[rel](difference.value, 0)))
    return cast(Expr, _make(Indicator, rel, a, b))


def delta(a: Expr, b: Expr) -> Expr:
    """The Kronecker delta."""
    return indicator("==", a, b)


def piecewise(cases: Sequence[tuple[Expr, Expr]], otherwise: Expr) -> Expr:
    """The value of the first case whose condition is 1, else `otherwise`."""
    kept: list[tuple[Expr, Expr]] = []
    for condition, item in cases:
        if condition is ZERO:
            continue
        if isinstance(condition, Const):
            otherwise = item
            break
        kept.append((condition, item))
    while kept and kept[-1][1] is otherwise:
        kept.pop()
    return cast(Expr, _make(Piecewise, tuple(kept), otherwise)) if kept else otherwise


def inverse(body: Expr, row: Index, col: Index, i: Expr, j: Expr) -> Expr:
    """`[M^-1][i, j]` of the matrix `body` over row and col."""
    (row, col), body = _close((row, col), body)
    return cast(Expr, _make(Inverse, body, row, col, i, j))


def determinant(body: Expr, row: Index, col: Index) -> Expr:
    """The determinant of the matrix `body` over row and col."""
    (row, col), body = _close((row, col), body)
    return cast(Expr, _make(Determinant, body, row, col))


def unknown(name: str, args: Sequence[Scope], slots: Sequence[tuple[int, tuple[Expr, ...]]] = ()) -> Expr:
    """An unknown smooth function of its arguments, after the partial derivatives `slots`."""
    ordered = sorted(slots, key=lambda s: (s[0], [t.key for t in s[1]]))
    closed = tuple(_close(tuple(bound), body) for bound, body in args)
    return cast(Expr, _make(Unknown, name, closed, tuple((k, tuple(terms)) for k, terms in ordered)))


def derivative(body: Expr, target: Component) -> Expr:
    """The derivative of the body by a component, not yet carried out."""
    if not isinstance(target, Component):
        raise TypeError(f"a derivative is taken by a component of a symbol, not by {target!r}")
    return cast(Expr, _make(Derivative, body, target))


def neg(a: Expr) -> Expr:
    """-a."""
    return mul(MINUS_ONE, a)


def sub(a: Expr, b: Expr) -> Expr:
    """a - b."""
    return add(a, neg(b))


def div(a: Expr, b: Expr) -> Expr:
    """a / b."""
    return mul(a, power(b, MINUS_ONE))


# -------------------------------------------------------------------------------------------------- substitution

Image = Expr | Symbol | Callable[..., Expr]


class _Env:
    """A mapping during substitution; entering a scope derives another one, remembered so that memos are shared."""

    def __init__(self, indices: dict[Index, Expr], symbols: Mapping[Symbol, Image]) -> None:
        self.indices, self.symbols = indices, symbols
        self.captures = _union(e.free for e in indices.values())
        self._inner: dict[tuple[Index, ...], tuple[tuple[Index, ...], _Env]] = {}

    def touches(self, node: Expr) -> bool:
        return not node.free.isdisjoint(self.indices) or not node.symbols.isdisjoint(self.symbols)

    def enter(self, bound: tuple[Index, ...]) -> tuple[tuple[Index, ...], _Env]:
        """The bound indices, renamed where an image would be captured, and the mapping inside."""
        if not bound or (self.captures.isdisjoint(bound) and not any(i in self.indices for i in bound)):
            return bound, self
        if bound not in self._inner:
            kept = {i: e for i, e in self.indices.items() if i not in bound}
            taken = {i.name for i in _union(e.free for e in kept.values())}
            names = tuple(self._rename(i, taken) for i in bound)
            kept |= {i: value(j) for i, j in zip(bound, names, strict=True) if i != j}
            self._inner[bound] = names, _Env(kept, self.symbols)
        return self._inner[bound]

    @staticmethod
    def _rename(index: Index, taken: set[str]) -> Index:
        if index.name not in taken:
            return index
        names = (f"{_BOUND}'{k}" for k in range(len(taken) + 1))
        name = next(n for n in names if n not in taken)
        taken.add(name)
        return Index(name, index.dim)


def substitute(expr: Expr, mapping: Mapping[Index, Expr] | Mapping[Symbol, Image] | Mapping[Any, Any]) -> Expr:
    """Replace indices by terms and symbols by symbols or by functions of their index terms, without capture.

    A function given for a symbol must not bring in free indices named like bound ones (`•k`).

    >>> n = Dim("n"); i, j = Index("i", n), Index("j", n); x = Symbol("x", (n,))
    >>> substitute(component(x, i) + 1, {i: value(j)})
    1 + x[j]
    """
    indices = {k: cast(Expr, v) for k, v in mapping.items() if isinstance(k, Index) and v is not value(k)}
    symbols = {k: v for k, v in mapping.items() if isinstance(k, Symbol)}
    root = (expr, _Env(indices, symbols))
    done: dict[tuple[Expr, _Env], Expr] = {}
    stack = [root]
    while stack:
        node, env = stack[-1]
        if (node, env) in done or not env.touches(node):
            done.setdefault((node, env), node)
            stack.pop()
            continue
        inner = [(names, (body, inside)) for bound, body in node.scopes for names, inside in [env.enter(bound)]]
        if waiting := [item for _, item in inner if item not in done]:
            stack += reversed(waiting)
            continue
        done[node, env] = _replaced(node, env, tuple((names, done[item]) for names, item in inner))
        stack.pop()
    return done[root]


def _replaced(node: Expr, env: _Env, scopes: tuple[Scope, ...]) -> Expr:
    if isinstance(node, IndexValue):
        return env.indices.get(node.index, node)
    if isinstance(node, Derivative) and node.target.symbol in env.symbols:
        raise ValueError(f"carry out the derivative by {node.target.symbol.name} before replacing it")
    if isinstance(node, Component) and node.symbol in env.symbols:
        image = env.symbols[node.symbol]
        if isinstance(image, Symbol):
            return component(image, *_bodies(scopes))
        return image if isinstance(image, Expr) else image(*_bodies(scopes))
    return node if scopes == node.scopes else node.with_scopes(scopes)


# --------------------------------------------------------------------------------------------------------- walks


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
