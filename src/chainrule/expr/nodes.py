"""The kinds of terms: interned, immutable nodes that know their free indices, symbols and sort key.

Nodes are made by the smart constructors of `chainrule.expr.terms`, never directly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from operator import attrgetter
from types import new_class
from typing import TYPE_CHECKING, Any, ClassVar

from chainrule.expr.index import Index, Symbol

Scope = tuple[tuple[Index, ...], "Expr"]
Number = int | Fraction

BUILD: dict[str, Callable[..., Any]] = {}
"""The smart constructors by name, which `chainrule.expr.terms` fills, and `show`, so that they and the kinds can live
apart."""
LATER: dict[str, Callable[[Expr], Any]] = {}
"""What is found of a node when it is first asked for (`chainrule.expr.making`)."""
NOTHING: frozenset[Any] = frozenset()


class Expr:
    """A scalar term. `free` are its free indices (`axes`: the same in order), `symbols` the tensor symbols in it,
    `children` the terms in it, `scopes` the same with the indices bound in each.

    What every node is asked for is found when it is made, the rest (`LATER`) when it is first asked for.
    """

    __slots__ = (
        "__weakref__", "axes", "bound", "children", "digest", "flat", "free", "key", "kinds", "rough", "scopes",
        "settled", "symbols",
    )  # fmt: skip
    RANK: ClassVar[int] = 0
    BINDS: ClassVar[bool] = False
    """Whether this kind binds indices."""
    fields: ClassVar[tuple[str, ...]] = ()
    draft: ClassVar[type[Expr]]
    """The same kind while a node is made, without the guard against changes, which costs as much as all the rest."""
    created: ClassVar[Callable[..., Expr]]
    """From the kind and its fields to a node with what every node is asked for."""

    children: tuple[Expr, ...]
    scopes: tuple[Scope, ...]
    free: frozenset[Index]
    axes: tuple[Index, ...]
    symbols: frozenset[Symbol]
    kinds: int
    """The kinds of node inside, as bits: see `holds`."""
    flat: bool
    """Whether nothing but indices is inside, as in `i` and `X[i, j]`."""
    bound: int
    """The largest k of a bound index `•k` inside."""
    settled: bool
    """Whether contraction is known to leave the term as it is (kept by `chainrule.calculus.simplify`)."""
    digest: bytes
    rough: tuple[int, str]
    """Kind and first name, by which terms are sorted before their digests decide."""
    key: tuple[int, str, bytes]
    """Structural sort key: kind, first name, digest."""

    if not TYPE_CHECKING:  # else no attribute would be checked

        def __getattr__(self, name):
            later = LATER.get(name)
            if later is None:
                raise AttributeError(f"a {type(self).__name__} has no {name!r}")
            found = later(self)
            object.__setattr__(self, name, found)
            return found

    def __init_subclass__(cls, is_draft: bool = False) -> None:
        if is_draft:
            return
        cls.draft = new_class(cls.__name__, (Expr,), {"is_draft": True}, lambda body: body.update(__slots__=cls.fields))
        cls.__setattr__ = _guard  # type: ignore[assignment]

    def holds(self, kind: type[Expr]) -> bool:
        """Whether a node of this kind is inside, or is this one."""
        return bool(self.kinds >> kind.RANK & 1)

    @property
    def resolved(self) -> bool:
        """Whether no `Derivative` is inside."""
        return not self.kinds >> Derivative.RANK & 1

    def __copy__(self) -> Expr:
        return self

    def __deepcopy__(self, memo: object) -> Expr:
        return self

    def __reduce__(self) -> Any:
        raise TypeError("terms are interned and do not leave the process")

    def own_scopes(self) -> tuple[Scope, ...]:
        """The children, each with the indices bound in it."""
        return tuple([((), child) for child in self.children])

    @staticmethod
    def fill(node: Any, *values: Any) -> None:
        """Set the fields of a draft and the terms in it, with the indices bound in each where the kind binds some."""

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        """The same kind of term over other children, through its smart constructor."""
        return self.with_children(*[body for _, body in scopes])

    def with_children(self, *children: Any) -> Expr:
        """The same for a kind that binds nothing."""
        return self

    def atoms(self) -> tuple[object, ...]:
        """The fields without the terms in them, which the digests of the children cover."""
        return tuple([_atoms(getattr(self, name)) for name in self.fields])

    label: ClassVar[Any] = None
    """From a node to a name to sort it by, before anything else decides; None: the name of the first term in it."""

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
        return BUILD["show"](self)  # type: ignore[no-any-return]


def _guard(node: Expr, name: str, value: object) -> None:
    raise AttributeError("terms are immutable")


class Const(Expr):
    """An exact rational number."""

    __slots__ = fields = ("value",)
    RANK = 0
    value: Fraction

    @staticmethod
    def fill(node: Any, value: Fraction) -> None:
        node.value, node.children = value, ()


class IndexValue(Expr):
    """The integer an index stands for."""

    __slots__ = fields = ("index",)
    RANK = 1
    index: Index

    @staticmethod
    def fill(node: Any, index: Index) -> None:
        node.index, node.children = index, ()

    label = attrgetter("index.name")


class Component(Expr):
    """`symbol[indices]`; each index term is an integer-valued term: `i`, `3`, `i + m`, `y[i]`."""

    __slots__ = fields = ("symbol", "indices")
    RANK = 2
    symbol: Symbol
    indices: tuple[Expr, ...]

    @staticmethod
    def fill(node: Any, symbol: Symbol, indices: tuple[Expr, ...]) -> None:
        node.symbol, node.indices, node.children = symbol, indices, indices

    def atoms(self) -> tuple[object, ...]:
        return self.symbol, (None,) * len(self.indices)

    label = attrgetter("symbol.name")

    def with_children(self, *children: Any) -> Expr:
        return BUILD["component"](self.symbol, *children)  # type: ignore[no-any-return]


class Power(Expr):
    """`base ** exponent`."""

    __slots__ = fields = ("base", "exponent")
    RANK = 3
    base: Expr
    exponent: Expr

    @staticmethod
    def fill(node: Any, base: Expr, exponent: Expr) -> None:
        node.base, node.exponent, node.children = base, exponent, (base, exponent)

    def with_children(self, *children: Any) -> Expr:
        return BUILD["power"](*children)  # type: ignore[no-any-return]


class Apply(Expr):
    """A scalar function of the table `chainrule.expr.functions`, by name."""

    __slots__ = fields = ("name", "args")
    RANK = 4
    name: str
    args: tuple[Expr, ...]

    @staticmethod
    def fill(node: Any, name: str, args: tuple[Expr, ...]) -> None:
        node.name, node.args, node.children = name, args, args

    label = attrgetter("name")

    def with_children(self, *children: Any) -> Expr:
        return BUILD["apply"](self.name, *children)  # type: ignore[no-any-return]


class Mul(Expr):
    """A product of two or more factors; a constant comes first."""

    __slots__ = fields = ("factors",)
    RANK = 5
    factors: tuple[Expr, ...]

    @staticmethod
    def fill(node: Any, factors: tuple[Expr, ...]) -> None:
        node.factors = node.children = factors

    def atoms(self) -> tuple[object, ...]:
        return ((None,) * len(self.factors),)

    def with_children(self, *children: Any) -> Expr:
        return BUILD["mul"](*children)  # type: ignore[no-any-return]


class Add(Expr):
    """A sum of two or more terms; a constant comes first."""

    __slots__ = fields = ("terms",)
    RANK = 6
    terms: tuple[Expr, ...]

    @staticmethod
    def fill(node: Any, terms: tuple[Expr, ...]) -> None:
        node.terms = node.children = terms

    def atoms(self) -> tuple[object, ...]:
        return ((None,) * len(self.terms),)

    def with_children(self, *children: Any) -> Expr:
        return BUILD["add"](*children)  # type: ignore[no-any-return]


class Reduce(Expr):
    """A reduction over an index: sum, prod, max, min; argmax and argmin give the value of the index (the first one)."""

    __slots__ = fields = ("op", "index", "body")
    RANK = 7
    BINDS = True
    op: str
    index: Index
    body: Expr

    @staticmethod
    def fill(node: Any, op: str, index: Index, body: Expr) -> None:
        node.op, node.index, node.body = op, index, body
        node.children, node.scopes = (body,), (((index,), body),)

    def atoms(self) -> tuple[object, ...]:
        return self.op, self.index, None

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

    @staticmethod
    def fill(node: Any, rel: str, a: Expr, b: Expr) -> None:
        node.rel, node.a, node.b, node.children = rel, a, b, (a, b)

    def with_children(self, *children: Any) -> Expr:
        return BUILD["indicator"](self.rel, *children)  # type: ignore[no-any-return]


class Piecewise(Expr):
    """The value of the first case whose condition is 1, else `otherwise`. What is not taken is never looked at."""

    __slots__ = fields = ("cases", "otherwise")
    RANK = 9
    cases: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr

    @staticmethod
    def fill(node: Any, cases: tuple[tuple[Expr, Expr], ...], otherwise: Expr) -> None:
        node.cases, node.otherwise = cases, otherwise
        node.children = (*[e for case in cases for e in case], otherwise)

    def with_children(self, *children: Any) -> Expr:
        *pairs, otherwise = children
        return BUILD["piecewise"](tuple(zip(pairs[::2], pairs[1::2], strict=True)), otherwise)  # type: ignore[no-any-return]


class Inverse(Expr):
    """`[M^-1][i, j]` where M has the entries `body` over the bound row and col; i runs like col, j like row."""

    __slots__ = fields = ("body", "row", "col", "i", "j")
    RANK = 10
    BINDS = True
    body: Expr
    row: Index
    col: Index
    i: Expr
    j: Expr

    @staticmethod
    def fill(node: Any, body: Expr, row: Index, col: Index, i: Expr, j: Expr) -> None:
        node.body, node.row, node.col, node.i, node.j = body, row, col, i, j
        node.children, node.scopes = (body, i, j), (((row, col), body), ((), i), ((), j))

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        ((row, col), body), (_, i), (_, j) = scopes
        return BUILD["inverse"](body, row, col, i, j)  # type: ignore[no-any-return]


class Determinant(Expr):
    """The determinant of the matrix with the entries `body` over the bound row and col."""

    __slots__ = fields = ("body", "row", "col")
    RANK = 11
    BINDS = True
    body: Expr
    row: Index
    col: Index

    @staticmethod
    def fill(node: Any, body: Expr, row: Index, col: Index) -> None:
        node.body, node.row, node.col = body, row, col
        node.children, node.scopes = (body,), (((row, col), body),)

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
    BINDS = True
    name: str
    args: tuple[Scope, ...]
    slots: tuple[tuple[int, tuple[Expr, ...]], ...]

    @staticmethod
    def fill(node: Any, name: str, args: tuple[Scope, ...], slots: tuple[tuple[int, tuple[Expr, ...]], ...]) -> None:
        node.name, node.args, node.slots = name, args, slots
        node.scopes = (*args, *[((), term) for _, terms in slots for term in terms])
        node.children = tuple([body for _, body in node.scopes])

    label = attrgetter("name")

    def with_scopes(self, scopes: Sequence[Scope]) -> Expr:
        args, terms = tuple(scopes[: len(self.args)]), iter([body for _, body in scopes[len(self.args) :]])
        return BUILD["unknown"](self.name, args, tuple((k, tuple(next(terms) for _ in old)) for k, old in self.slots))  # type: ignore[no-any-return]


class Derivative(Expr):
    """A derivative not yet carried out; `chainrule.calculus.resolve` carries it out."""

    __slots__ = fields = ("body", "target")
    RANK = 13
    body: Expr
    target: Component

    @staticmethod
    def fill(node: Any, body: Expr, target: Component) -> None:
        node.body, node.target, node.children = body, target, (body, target)

    def with_children(self, *children: Any) -> Expr:
        return BUILD["derivative"](*children)  # type: ignore[no-any-return]


def _atoms(item: object) -> object:
    if isinstance(item, tuple):
        return tuple([_atoms(x) for x in item])
    return None if isinstance(item, Expr) else item


def as_term(x: Expr | Number) -> Expr:
    return x if isinstance(x, Expr) else BUILD["const"](x)


def union(sets: Iterable[frozenset[Any]]) -> frozenset[Any]:
    """The union; the largest set itself when it holds all, so that long chains share one set."""
    given = list(sets)
    largest = max(given, key=len, default=frozenset())
    return largest if all(s <= largest for s in given) else largest.union(*given)
