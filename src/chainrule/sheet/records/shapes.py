"""Dimensions and shapes: unification of named sizes, and values as shapes with a rule for their components.

A `Val` is a scalar, a column, a row, a matrix or a tensor: its dimensions, and a function from index terms to the
scalar term at that place. Typing a line builds `Val`s only; terms are built when somebody asks for a component, after
every dimension of the document has been unified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from chainrule.expr import Dim, Expr
from chainrule.sheet.records.linear import Linear

NOTHING = Linear()
RANKS = {"scalar": 0, "vector": 1, "column": 1, "row": 1, "matrix": 2}
"""How many axes what the words call a name has."""


class Untyped(Exception):
    """No meaning under the shapes as they are: `code` is a reason code, the message one sentence."""

    def __init__(self, message: str, code: str = "untyped") -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Apart(Untyped):
    """Two dimensions that an equation of the document keeps apart: m and n in `m = n - k + 1`."""


@dataclass(frozen=True, slots=True)
class Reach:
    """An axis is indexed by a form of letters and sizes (`i + m`, `K - 1 - m`), both given by their dimensions;
    `claimed`: by a line that is to be judged, not by a definition."""

    axis: str
    letters: Linear
    sizes: Linear = NOTHING
    claimed: bool = False

    @property
    def rising(self) -> bool:
        """Whether every letter makes the index larger."""
        return all(n > 0 for _, n in self.letters.parts)


@dataclass(frozen=True, slots=True)
class Measure:
    """What the size of a dimension is, as a form of the sizes of others; `last`: what its last index is."""

    dim: str
    form: Linear
    last: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """What the sum over a letter in one line or definition runs over; `idle`: nothing in it has the letter."""

    letter: str
    owner: str
    dim: str
    idle: bool


@dataclass
class Dims:
    """A union of dimensions known to be equal, each class with the names and the size that were declared for it.

    `first` is where an index begins that nothing gives a first value; `measures` and `reaches` are looked at when
    sizes are chosen, `products` says of what pairs a dimension consists. `stretched` weighs what fits but is seldom
    meant: a number beside an array in a sum or an elementwise product or behind it, the norm, the trace or the
    transpose of a number. `runs` are what sums run over.
    """

    parent: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    least: dict[str, int] = field(default_factory=dict)
    lows: dict[str, int] = field(default_factory=dict)
    zeros: dict[str, int] = field(default_factory=dict)
    reaches: list[Reach] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    products: dict[str, tuple[str, str]] = field(default_factory=dict)
    first: int = 1
    stretched: float = 0.0
    runs: list[Run] = field(default_factory=list)

    def find(self, name: str) -> str:
        """The representative of a dimension."""
        root = name
        while (up := self.parent.get(root, root)) != root:
            root = up
        while self.parent.get(name, name) != root:
            self.parent[name], name = root, self.parent[name]
        return root

    def unify(self, a: str, b: str) -> None:
        """Make two dimensions one; raises `Untyped` when different sizes or names were declared for them."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return
        for m in self.measures:
            if not m.last and self._kept_apart(m, a, b):
                raise Apart(f"a dimension {self.shown(a)} meets a dimension {self.shown(b)}", "shape")
        if a in self.sizes and b in self.sizes and self.sizes[a] != self.sizes[b]:
            raise Untyped(f"a dimension of size {self.sizes[a]} meets one of size {self.sizes[b]}", "shape")
        if a in self.names and b in self.names and self.names[a] != self.names[b]:
            raise Untyped(f"a dimension {self.names[a]} meets a dimension {self.names[b]}", "shape")
        self.parent[b] = a
        for table in (self.names, self.sizes):
            if b in table and a not in table:
                table[a] = table[b]  # type: ignore[assignment]
        if b in self.least:
            self.least[a] = max(self.least.get(a, 0), self.least[b])
        if b in self.lows:
            self.lows[a] = min(self.lows.get(a, self.lows[b]), self.lows[b])
        if b in self.zeros:
            self.zeros[a] = 0

    def unlike(self, a: str, b: str) -> bool:
        """Whether different sizes or names were declared for two dimensions."""
        a, b = self.find(a), self.find(b)
        tables: tuple[dict[str, Any], ...] = (self.names, self.sizes)
        return any(a in t and b in t and t[a] != t[b] for t in tables)

    def _kept_apart(self, m: Measure, a: str, b: str) -> bool:
        """Whether an equation of sizes keeps two dimensions apart; the parts of what is put together may be alike."""
        whole, parts = self.find(m.dim), {self.find(x): n for x, n in m.form.parts}
        if not {a, b} <= {whole, *parts}:
            return False
        return whole in (a, b) or parts[a] * parts[b] < 0 or m.form.constant != 0

    def lead(self, dim: str) -> None:
        """Make a dimension the representative of those equal to it."""
        root = self.find(dim)
        if root == dim:
            return
        self.parent[dim], self.parent[root] = dim, dim
        tables: tuple[dict[str, Any], ...] = (self.names, self.sizes, self.least, self.lows, self.zeros)
        for table in tables:
            if root in table:
                table[dim] = table.pop(root)

    def apart(self, dims: Iterable[str]) -> bool:
        """Whether some dimensions that represented theirs are still different ones; they represent theirs again."""
        for dim in (found := list(dims)):
            self.lead(dim)
        return all(self.find(dim) == dim for dim in found)

    def name(self, dim: str, declared: str) -> None:
        """Declare the name of a dimension."""
        root = self.find(dim)
        if self.names.get(root, declared) != declared:
            raise Untyped(f"a dimension {self.names[root]} meets a dimension {declared}", "shape")
        self.names[root] = declared

    def fix(self, dim: str, size: int) -> None:
        """Declare the size of a dimension."""
        root = self.find(dim)
        if self.sizes.get(root, size) != size:
            raise Untyped(f"a dimension of size {self.sizes[root]} meets one of size {size}", "shape")
        self.sizes[root] = size

    def at_least(self, dim: str, size: int) -> None:
        """A literal index was used: the dimension is no smaller than it."""
        root = self.find(dim)
        self.least[root] = max(self.least.get(root, 0), size)

    def low(self, dim: str, first: int) -> None:
        """The first value of an index over this dimension, as a sum states it."""
        root = self.find(dim)
        self.lows[root] = min(self.lows.get(root, first), first)

    def zero(self, dim: str) -> None:
        """There is a component 0 beside sums that start at 1 (`w_0`, the bias): the axis begins there all the same."""
        self.zeros[self.find(dim)] = 0

    def usual_first(self, dim: str) -> int:
        """Where a free index begins: at 1 where sums do, though there is a component 0 too."""
        return 1 if self.find(dim) in self.zeros else self.first_of(dim)

    def first_of(self, dim: str, seen: frozenset[str] = frozenset()) -> int:
        """The first index of a dimension: as a sum or a literal index states it, or the least that `i + m` can be."""
        root = self.find(dim)
        if root in self.zeros:
            return 0
        if root in self.lows or root in seen:
            return self.lows.get(root, self.first)
        least = [
            sum(n * self.first_of(x, seen | {root}) for x, n in r.letters.parts) + r.letters.constant
            for r in self.growing()
            if self.find(r.axis) == root and not r.sizes.parts
        ]
        return max(min(least), 0) if least else self.first

    def dim(self, name: str) -> Dim:
        """The dimension as the terms use it."""
        root = self.find(name)
        return Dim(root, self.first_of(root))

    def shown(self, name: str | None) -> str:
        """A dimension for a message: its declared name or size."""
        if name is None:
            return "1"
        return self.known(name) or "n"

    def known(self, name: str) -> str | None:
        """The declared name or the size of a dimension, if it has one."""
        root = self.find(name)
        size = self.sizes.get(root)
        return str(size) if size is not None else self.names.get(root)

    def copy(self) -> Dims:
        """An independent copy, to try something on."""
        return Dims(
            dict(self.parent), dict(self.names), dict(self.sizes), dict(self.least), dict(self.lows), dict(self.zeros),
            list(self.reaches), list(self.measures), dict(self.products), self.first, self.stretched,
            list(self.runs),
        )  # fmt: skip

    def reach(self, reach: Reach) -> None:
        """An axis is as long as a form of letters can get."""
        if reach not in self.reaches:
            self.reaches.append(reach)

    def growing(self) -> list[Reach]:
        """The reaches that make their axes longer: those of definitions first, and none that goes round in a circle
        (`x_t x_{t+1}`, or an output read at input places), which leaves its axis instead."""
        found: list[Reach] = []
        above: dict[str, set[str]] = {}
        for r in sorted(self.reaches, key=lambda r: r.claimed):
            axis, below = self.find(r.axis), {self.find(x) for x, _ in r.letters.parts}
            if axis not in self.sizes and axis not in _closure(below, above):
                found.append(r)
                above.setdefault(axis, set()).update(below)
        return found

    def stays(self, reach: Reach) -> bool:
        """Whether an index expression never leaves its axis, as far as sizes can be chosen so."""
        axis = self.find(reach.axis)
        ruled = axis in {self.find(x) for m in self.measures for x in (m.dim, *dict(m.form.parts))}
        return reach.rising and not (ruled and reach.claimed) and reach in self.growing()

    def pairs(self, first: str, second: str) -> str:
        """The dimension of all pairs of places of two others; the same one for the same two."""
        for dim, (one, other) in self.products.items():
            if self.find(one) == self.find(first) and self.find(other) == self.find(second):
                return dim
        dim = f"{first}⊗{second}"
        self.products[dim] = (first, second)
        return dim

    def measure(self, measure: Measure) -> None:
        """A size is a form of other sizes; said twice it is said once."""
        if measure not in self.measures:
            self.measures.append(measure)


def _closure(start: set[str], step: dict[str, set[str]]) -> set[str]:
    """Everything that some names lead to, themselves included."""
    seen: set[str] = set()
    todo = list(start)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += step.get(name, ())
    return seen


@dataclass(frozen=True)
class Layout:
    """How derivatives are laid out: `gradient` of a scalar (shaped like the variable or transposed), `jacobian`."""

    gradient: str = "denominator"
    jacobian: str = "numerator"


@dataclass(frozen=True)
class Jacobian:
    """A derivative before it is laid out: the axes of what stands above, then of what stands below.

    `above`/`below` identify the whole symbols (None for an expression or a single component); `row` says that the
    variable below is a row vector, so that a gradient shaped like it is a row too.
    """

    above: object | None
    below: object | None
    above_dims: tuple[str, ...]
    below_dims: tuple[str, ...]
    full: Callable[..., Expr]
    row: bool = False

    def laid_out(self, layout: Layout) -> Val:
        """The derivative as a matrix where it has at most two axes."""
        a, b, full = self.above_dims, self.below_dims, self.full
        match len(a), len(b):
            case 0, 0:
                return Val((None, None), full, self, True)
            case 0, 1:
                flat = self.row == (layout.gradient == "denominator")
                return Val((None, b[0]) if flat else (b[0], None), full, self, True)
            case 0, 2 if layout.gradient == "numerator":
                return Val((b[1], b[0]), lambda i, j: full(j, i), self, True)
            case 0, 2:
                return Val((b[0], b[1]), full, self, True)
            case 1, 0:
                return Val((a[0], None), full, self, True)
            case 2, 0:
                return Val((a[0], a[1]), full, self, True)
            case 1, 1 if layout.jacobian == "denominator":
                return Val((b[0], a[0]), lambda i, j: full(j, i), self, True)
            case 1, 1:
                return Val((a[0], b[0]), full, self, True)
        return Val((*a, *b), full, self, True)


@dataclass(frozen=True)
class Val:
    """A value: `shape` is (rows, cols) with None for an absent side, or more than two axes for a tensor.

    `at(*terms)` is the scalar term at the given place, one term for each side that is present. An `outer` product of
    two vectors has no inverse.
    """

    shape: tuple[str | None, ...]
    at: Callable[..., Expr]
    jacobian: Jacobian | None = None
    derived: bool = False
    literal: bool = False
    outer: bool = False

    @property
    def dims(self) -> tuple[str, ...]:
        """The dimensions that are present, in order."""
        return tuple(d for d in self.shape if d is not None)

    @property
    def kind(self) -> str:
        """scalar, column, row, matrix or tensor."""
        if len(self.shape) != 2:
            return "tensor"
        rows, cols = self.shape
        if rows is None:
            return "scalar" if cols is None else "row"
        return "column" if cols is None else "matrix"

    @property
    def scalar(self) -> bool:
        return all(d is None for d in self.shape)

    def transposed(self) -> Val:
        """Rows and columns exchanged."""
        if self.kind == "tensor":
            raise Untyped("a tensor with more than two axes has no transpose", "shape")
        rows, cols = self.shape
        if rows is None or cols is None:
            return Val((cols, rows), self.at, self.jacobian, self.derived, self.literal)
        at = self.at
        return Val((cols, rows), lambda i, j: at(j, i), None, self.derived, self.literal)


def scalar(term: Expr | Callable[[], Expr], derived: bool = False, literal: bool = False) -> Val:
    """A scalar value; a callable is asked for its term only when needed."""
    if isinstance(term, Expr):
        return Val((None, None), lambda: term, None, derived, literal)
    return Val((None, None), term, None, derived, literal)


def describe(val: Val, dims: Dims) -> str:
    """A shape for a message: `a scalar`, `a column of length d`, `a matrix of shape d×h`."""
    shown = [dims.shown(d) for d in val.shape]
    match val.kind:
        case "scalar":
            return "a scalar"
        case "column":
            return f"a column vector of length {shown[0]}"
        case "row":
            return f"a row vector of length {shown[1]}"
        case "matrix":
            return f"a matrix of shape {shown[0]}×{shown[1]}"
    return "a tensor of shape " + "×".join(shown)
