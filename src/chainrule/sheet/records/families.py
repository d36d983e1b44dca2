"""All uses of one name in a scope, and the tensors of it.

A `Family` is all uses of one base name (`a`, `a_j`, `a^{(l+1)}`); an `Instance` is one tensor of it (`a^{(2)}`, `w'`).
What a name that nobody defined *is* (its `Reading`) is decided by `sheet.infer` from declarations and from what makes
the lines of the scope fit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Label = int | str
# Letters that name functions by custom, with an index too: `f_i(W x)`.
FUNCTION_LETTERS = frozenset({"f", "g", "h", "F", "G", "H", "phi", "psi", "varphi", "Phi", "Psi"})
IDENTITY_NAMES = frozenset({"I", "bold I", "bb I"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What the tensor of a name is: its number of array axes, whether a lone axis left over is a row, and whether the
    bare name is one sample of the subscripted one (`x` beside `x_i`)."""

    axes: int = 0
    row: bool = False
    split: bool = False


@dataclass(frozen=True, slots=True)
class Instance:
    """One tensor of a family. `sampled`: the version with one more leading axis, the sample; `step`: the copy of a
    shared weight that stands in one step of a recurrence; `drawn`: a random name, with its value for every outcome."""

    base: str
    labels: tuple[Label, ...] = ()
    primes: int = 0
    sampled: bool = False
    step: int | None = None
    drawn: bool = False

    @property
    def shown(self) -> str:
        """The name as it is shown to a person."""
        labels = "".join(f"^{{({x})}}" if isinstance(x, int) else f"_{{{x}}}" for x in self.labels)
        copy = "" if self.step is None else f"@{self.step}"
        return self.base + "'" * self.primes + labels + copy + "~" * self.drawn


# What words say of matrices alone.
ORTHONORMAL = frozenset({"orthogonal", "orthonormal columns"})
OF_MATRICES = frozenset({"symmetric", "covariance", "diagonal", "identity"}) | ORTHONORMAL


@dataclass
class Family:
    """All uses of one base name in a scope."""

    base: str
    sub_counts: set[int] = field(default_factory=set)
    slots: dict[int, str] = field(default_factory=dict)
    numbered: set[int] = field(default_factory=set)
    lettered: set[int] = field(default_factory=set)
    shifted: set[int] = field(default_factory=set)
    zeros: set[int] = field(default_factory=set)
    ends: set[str] = field(default_factory=set)
    """The upper limits of sums over the letters in its subscripts."""
    called: int = 0
    operand: int = 0
    calls_with_names: int = 0
    differentiated: bool = False
    sloped: int = 0
    transposed: bool = False
    stacked: bool = False
    """Whether it is a capital behind vec."""
    normed: bool = False
    """Whether it stands alone between the bars of a norm."""
    values_transposed: bool = False
    """Whether a call of it is transposed: `F(X)^T`."""
    by: int = 0
    gradient: int = 0
    graded: bool = False
    """Whether a gradient is taken of it, as of a number."""
    graded_alone: bool = False
    """Whether it stands behind a gradient without an argument, as a quantity does."""
    changing: bool = False
    """Whether its differential is written."""
    between: bool = False
    """Whether it stands between a vector transposed and that vector: `x^T D x`."""
    determined: set[int] = field(default_factory=set)
    """How many subscripts it has where its determinant is taken: what has one is a matrix."""
    traced: bool = False
    """Whether it is a capital in a trace or a determinant, which nobody takes of numbers."""
    bare: int = 0
    marked: int = 0
    bare_by: int = 0
    declared_rank: str | None = None
    declared_dims: tuple[str | None, ...] = ()
    passing: bool = False
    """Whether only words in passing declare it."""
    declared_subs: int = 0
    labelled_dims: dict[tuple[Label, ...], tuple[str | None, ...]] = field(default_factory=dict)
    labelled_ranks: dict[tuple[Label, ...], str] = field(default_factory=dict)
    """What single ones were declared to be: a matrix W_1 beside a vector W_2."""
    domain_kind: str | None = None
    integer: bool = False
    column: bool = False
    """Whether one subscript picks a column of the matrix, and not a row."""
    picked_by_words: bool = False
    """Whether words say which of the two it picks."""
    full: bool = False
    domains: frozenset[str] = frozenset()

    @property
    def variable(self) -> bool:
        """Whether the name is a quantity rather than a function where parentheses follow it."""
        matrix = self.domain_kind in OF_MATRICES and not self.calls_with_names
        if self.called == 0 or self.weight or self.transposed or matrix:
            return True
        return (
            self.operand > self.sloped and self.calls_with_names < self.called
        )  # no operand in `\\partial f / \\partial z`

    @property
    def weight(self) -> bool:
        """`v_i (w^T x_i - y_i)`: a name that always has an index and is never applied to a name is a factor there."""
        indexed = bool(self.lettered) and 0 not in self.sub_counts
        return indexed and not self.calls_with_names and self.base not in FUNCTION_LETTERS

    @property
    def spared(self) -> bool:
        """Whether the name stands without its marks nowhere but below a derivative: `\\nabla_a C` for `a^L`."""
        return 0 < self.bare == self.bare_by

    @property
    def identity(self) -> bool:
        """Whether the name is the identity matrix: by words, or by its letter where no line makes a quantity of it."""
        quantity = self.by or self.differentiated or self.declared_rank
        return self.domain_kind == "identity" or (self.base in IDENTITY_NAMES and not quantity)

    def rank_of(self, labels: tuple[Label, ...]) -> str | None:
        """What the one with these labels was declared to be, where those of the name differ."""
        return self.labelled_ranks.get(labels) if len(set(self.labelled_ranks.values())) > 1 else None

    def slot(self, position: int) -> str:
        """Whether a subscript position is an "axis" of an array or a "label" that tells tensors apart."""
        return self.slots.get(position, "axis")
