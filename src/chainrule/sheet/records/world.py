"""The world of one scope: its names with their shapes, its definitions, its conventions.

A `Family` is all uses of one base name (`a`, `a_j`, `a^{(l+1)}`); an `Instance` is one tensor of it (`a^{(2)}`, `w'`);
a `Site` is an equation that defines a family. What a name that nobody defined *is* (its `Reading`) is decided by
`sheet.infer` from declarations and from what makes the lines of the scope fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Any

from chainrule.read.tree import Name, Node, Number
from chainrule.sheet.records.shapes import Layout, Untyped
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.arguments import Pattern
from chainrule.sheet.syntax.names import Glossary, Ref, node_key, reference, walk

Label = int | str

# Letters that name functions by custom, with an index too: `f_i(W x)`.
FUNCTION_LETTERS = frozenset({"f", "g", "h", "F", "G", "H", "phi", "psi", "varphi", "Phi", "Psi"})

# What an undefined function letter is by custom; said as an assumption wherever it is used.
DEFAULT_ROLES = {"sigma": "sigmoid", "CE": "cross-entropy", "CrossEntropy": "cross-entropy", "Gamma": "gamma function"}
NORMAL = "normal density"
DEFAULT_ROLES["cal N"] = NORMAL
READ_AS = {
    "sigmoid": "the logistic sigmoid",
    "cross-entropy": "the cross-entropy of a target and a prediction",
    "gamma function": "the gamma function",
    NORMAL: "the normal density",
}


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


@dataclass(frozen=True, slots=True)
class Site:
    """An equation (or a prose fact) that gives a name its meaning; `read_off`: the equations that put a number in;
    `pattern`: the names among the parameters; `written`: the side of the equation that the body is made of, where it
    is not that side itself; `onward`: a value for an example, "for input $x = 2$", which says nothing of what stands
    before it."""

    base: str
    ref: Ref
    body: Node
    position: int
    params: tuple[Node, ...] | None = None
    assumed: str | None = None
    section: tuple[str, int] = ("", 0)
    own: bool = True
    read_off: tuple[int, ...] = ()
    pattern: Pattern | None = None
    written: Node | None = None
    onward: bool = False
    until: float = inf
    """The first position where it no longer holds."""

    def holds(self, position: int) -> bool:
        """Whether it stands before a position and is still in force there."""
        return self.position <= position < self.until


@dataclass(frozen=True, slots=True)
class Hidden:
    """A definition that could not be given a meaning: where it stands, why, and the names it mentions."""

    site: Site
    line: int
    why: Untyped
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Imposed:
    """A condition: the sides of an equation are set equal, or the derivative that heads it to zero; in force after a
    position, to be solved for some base names. What is only `supposed` ("alone" where it can mean one thing alone)
    makes lines follow, and says nothing against them but that a slip keeps them from following."""

    position: int
    equation: Equation
    head: Equation | None
    unknowns: frozenset[str]
    section: int
    said: bool = False
    supposed: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """An index that a document stops writing: its letter, for each name the slot it has among how many, and the letter
    beside it where there are two."""

    letter: str
    slots: dict[str, tuple[int, int]]
    beside: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a recurrence: its letter, whether the line sums over it, and the weights that all steps share."""

    letter: str
    summed: bool
    weights: frozenset[str]


@dataclass(frozen=True, slots=True)
class Held:
    """States of a recurrence that are held fixed at one step, where another state of that step is the variable."""

    states: frozenset[str]
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Config:
    """How the labels of a line are read: integers for label letters (layers, times, unrolled samples) and for the last
    label of a sequence; the step at which derivatives by shared weights are taken, where the line speaks of one step
    alone; the states of a recurrence that are held fixed; whether the entries of a quantity that nobody defines depend
    on those of others with the same index only."""

    letters: tuple[tuple[str, int], ...] = ()
    top: int = 3
    step: Step | None = None
    held: Held | None = None
    entrywise: bool = False


@dataclass(frozen=True, slots=True)
class Seconds:
    """Second formulas for a name, by their positions. Those that say in other words what the first one says define
    nothing (`idle`) or are in force too (`equal`); others define the name `anew`."""

    idle: frozenset[int] = frozenset()
    equal: frozenset[int] = frozenset()
    anew: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Called:
    """What words call a formula, a "gradient", "jacobian" or "hessian": the derivative of something by something, where
    they say so; `nouns` are the words for what is differentiated."""

    what: str
    of: Node | None
    by: Node | None
    nouns: tuple[str, ...]


@dataclass
class World:
    """One scope with everything needed to give its formulas meaning."""

    number: str
    glossary: Glossary
    families: dict[str, Family] = field(default_factory=dict)
    sites: dict[str, list[Site]] = field(default_factory=dict)
    functions: dict[str, list[Site]] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    customary: tuple[tuple[str, str], ...] = tuple(DEFAULT_ROLES.items())
    readings: dict[str, Reading] = field(default_factory=dict)
    conventions: dict[str, str] = field(default_factory=dict)
    layout: Layout = field(default_factory=Layout)
    ranges: dict[str, tuple[Label, ...]] = field(default_factory=dict)
    size_names: set[str] = field(default_factory=set)
    frontiers: dict[str, list[Node]] = field(default_factory=dict)
    told_functions: set[str] = field(default_factory=set)
    independent: set[str] = field(default_factory=set)
    told: dict[int, str] = field(default_factory=dict)
    """The words that stand right before an equation, where they are a paragraph of their own."""
    given: set[str] = field(default_factory=set)
    """Names that the words call data, targets or labels."""
    varying: frozenset[str] = frozenset()
    """Names whose differentials are written, `dX`: they change, others do not."""
    spoken: set[str] = field(default_factory=set)
    unit_vectors: set[str] = field(default_factory=set)
    slices: set[str] = field(default_factory=set)
    """Rows and columns that the words or a list give a name."""
    slices_by_formula: set[str] = field(default_factory=set)
    """Those that an equation gives one, `p = P_{i,:}`."""
    taken: dict[str, str] = field(default_factory=dict)
    circular: dict[int, str] = field(default_factory=dict)
    hidden: dict[str, Hidden] = field(default_factory=dict)
    joined: set[object] = field(default_factory=set)
    """Lists that stand somewhere without a sign above them, as written: `[h, x]` of `W [h, x]`."""
    targets: set[str] = field(default_factory=set)
    """The targets of losses that words call cross-entropies."""
    copies: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)
    aliases: dict[str, str] = field(default_factory=dict)
    einstein: bool = False
    probabilistic: bool = False
    drawn: frozenset[tuple[str, str]] = frozenset()
    """The functions that expectations name as laws, each with what is drawn from it: the pi and a of `a \\sim \\pi`."""
    columnwise: bool = False
    """Whether the words speak of columns, so that one subscript need not pick a row."""
    convolving: bool = False
    """Whether the words speak of convolutions, so that a star between matrices may be one."""
    convolved: bool = False
    """Whether a star is one of them, by sums that give the entries of what it makes."""
    hot: dict[str, str] = field(default_factory=dict)
    """Where the words put the 1 of a one-hot vector."""
    rowwise: bool = False
    entrywise: bool = False
    """Whether the words speak of operations on every entry: then so is the inverse of a vector."""
    """Whether vectors are rows, by the words or by the products of the document."""
    decomposed: bool = False
    maps: dict[str, list[Any]] = field(default_factory=dict)
    """Functions of which the sheet says where they lead (`sheet.maps`)."""
    of_jacobians: bool = False
    kronecker: bool = False
    """Whether \\otimes is the Kronecker product, also of vectors; `rows_first`: whether vec puts rows, not columns, one
    behind the other; `rows_later`: whether that is only said behind formulas with vec."""
    rows_first: bool = False
    rows_later: bool = False
    of_chance: bool = False
    law_in_words: bool = False
    """Whether words give the parameters of a law another meaning than custom does."""
    deviations: bool = False
    """Whether the words speak of standard deviations."""
    """Whether the sheet speaks of expectations; `lawful`: whether it says something of a distribution too."""
    lawful: bool = False
    held: frozenset[str] | None = frozenset()
    """What all expectations are conditioned on; None where they are under several conditions."""
    random: frozenset[str] = frozenset()
    """Names that expectations run over, with those made of them; `unclear`: those whose distributions change."""
    unclear: frozenset[str] = frozenset()
    of_known_laws: frozenset[str] = frozenset()
    """Those that are drawn from a distribution with a formula, `\\mathcal{N}(0, 1)`."""
    laws: tuple[Any, ...] = ()
    """The normal laws of variables and densities (`sheet.statistics.laws`); what they have as parameters, each a name
    with its labels."""
    parameters_of_laws: frozenset[tuple[str, tuple[str, ...]]] = frozenset()
    pooled: frozenset[str] = frozenset()
    """Losses of which the words say that those of the samples are added up; `added_up`: those that are read so, as no
    other reading makes the lines fit."""
    added_up: frozenset[str] = frozenset()
    contradictions: dict[str, str] = field(default_factory=dict)
    reshaped: dict[str, str] = field(default_factory=dict)
    """Names that the words call by two ranks: `X \\in R^{n \\times d}`, later "X is just a single column vector"."""
    disputed: dict[str, str] = field(default_factory=dict)
    struck: str = ""
    """The dimension of which the lines are about one place (`sheet.inference.one_entry`)."""
    opened: str = ""
    """The matrix whose declared sizes the lines do not have (`check.other_sizes`)."""
    supposed_symmetric: dict[str, frozenset[tuple[str, str, int]]] = field(default_factory=dict)
    """The sections in which a matrix is supposed to be symmetric that is nowhere else."""
    vectors: dict[str, tuple[str, int]] = field(default_factory=dict)
    rows: set[str] = field(default_factory=set)
    """Those of them that are written as a matrix of one row."""
    laid_flat: set[str] = field(default_factory=set)
    """Those that are written as a list, where the list of another one is transposed."""
    hessian: bool = False
    called: dict[int, Called] = field(default_factory=dict)
    """The equations that words call derivatives, by their positions."""
    stepwise: bool = False
    in_steps: bool = False
    lacking: set[int] = field(default_factory=set)
    declaring: dict[int, str] = field(default_factory=dict)
    """What the equations say that only declare something of a name."""
    named_last: frozenset[int] = frozenset()
    """The links that end a chain with a new name for its value."""
    of_any_sample: set[int] = field(default_factory=set)
    modelled: set[str] = field(default_factory=set)
    """Lines about a sample without its number, `y = wx + b` beside data y_i, which say nothing of their shapes."""
    partial: set[int] = field(default_factory=set)
    between_indices: set[int] = field(default_factory=set)
    imposed: list[Imposed] = field(default_factory=list)
    solutions: set[int] = field(default_factory=set)
    rearranged: set[int] = field(default_factory=set)
    free_letters: dict[int, tuple[str, ...]] = field(default_factory=dict)
    indexed_by: set[int] = field(default_factory=set)
    runs_over: dict[object, tuple[str, ...]] = field(default_factory=dict)
    direct: frozenset[tuple[str, str]] = frozenset()
    """Pairs of names such that the derivative of the first by the second is that of its own formula."""
    parameter: Node | None = None
    first: int = 1
    derived: dict[str, frozenset[str]] = field(default_factory=dict)
    bodies: dict[int, frozenset[str]] = field(default_factory=dict)
    first_steps: dict[object, Reading] = field(default_factory=dict)
    dropped: Dropped | None = None
    leaving_out: frozenset[str] = frozenset()
    slopes: dict[str, list[Any]] = field(default_factory=dict)
    epochs: list[int] = field(default_factory=list)
    seconds: Seconds = field(default_factory=Seconds)
    equations: list[Equation] = field(default_factory=list, repr=False)
    places: dict[str, list[tuple[Equation, Node, Ref]]] | None = field(default=None, repr=False)

    # ---------------------------------------------------------------------------------------- definitions

    def site(self, base: str, position: int) -> Site | None:
        """The definition of a name that holds at a position: the latest before it, else the first after it."""
        return self.latest(self.sites.get(base, ()), position)

    def function(self, base: str, position: int) -> Site | None:
        """The definition `f(x) = ...` that holds at a position."""
        return self.latest(self.functions.get(base, ()), position)

    @staticmethod
    def latest(sites: list[Site] | tuple[()], position: int) -> Site | None:
        """The last site before a position, else the first after it."""
        before = [s for s in sites if s.holds(position)]
        if before:
            return before[-1]
        return next((s for s in sites if s.position > position and not s.onward), None)

    def sites_for(self, base: str, position: int) -> Iterator[Site]:
        """All equations that may define an instance of a name, the ones that hold at the position first."""
        sites = self.sites.get(base, [])
        yield from reversed([s for s in sites if s.holds(position)])
        yield from (s for s in sites if s.position > position and not s.onward)

    def drop(self, position: int, why: str) -> None:
        """Take an equation out of the definitions: it only goes round in a circle with earlier ones."""
        self.circular[position] = why
        for table in (self.sites, self.functions):
            for base, sites in list(table.items()):
                kept = [s for s in sites if s.position != position]
                if kept:
                    table[base] = kept
                else:
                    del table[base]
        self.derived.clear()

    def hide(self, base: str, hidden: Hidden) -> None:
        """Take a definition without a meaning out: its name is some function of the names in it."""
        self.hidden[base] = hidden
        del self.sites[base]
        self.derived.clear()

    def family(self, base: str) -> Family:
        """The family of a base name, created on first use."""
        base = self.aliases.get(base, base)
        if base not in self.families:
            self.families[base] = Family(base)
        return self.families[base]

    def defined(self, base: str) -> bool:
        """Whether any equation gives the name a meaning."""
        base = self.aliases.get(base, base)
        return base in self.sites or base in self.functions

    def defines(self, position: int) -> bool:
        """Whether the line at a position gives a name its meaning."""
        tables = (self.sites, self.functions)
        return any(s.position == position for table in tables for sites in table.values() for s in sites)

    def parameter_of(self, base: str) -> str | None:
        r"""The $\theta$ in `f_\theta(x)`, where the document differentiates by it."""
        word = base.partition("_")[2]
        names = (word, f"bold {word}", f"vec({word})") if word else ()
        return next((n for n in names if n in self.families and self.family(n).by and not self.defined(n)), None)

    def makes(self, ref: Ref) -> bool:
        """Whether a formula says what a name is: `h' = ...` says it of h', and not of h."""
        base = self.aliases.get(ref.base, ref.base)
        return any(s.ref.primes == ref.primes for s in (*self.sites.get(base, ()), *self.functions.get(base, ())))

    def marks(self, position: int) -> list[Node]:
        """The different labels above the names of the line at a position."""
        found: dict[object, Node] = {}
        for e in self.equations:
            for node in (*walk(e.lhs), *walk(e.rhs)) if e.position == position else ():
                ref = reference(node, self.glossary)
                found |= {} if ref is None else {node_key(x): x for x in ref.labels}
        return list(found.values())

    def last_numbered(self, at_most: int) -> int:
        """The largest number that stands in a label, `y^{(4)}`: what is summed over labels has at least so many."""
        if "numbered" not in self.derived:
            nodes = [n for e in self.equations for side in (e.lhs, e.rhs) for n in walk(side)]
            refs = [r for r in (reference(n, self.glossary) for n in nodes) if r is not None]
            self.derived["numbered"] = frozenset(x.text for r in refs for x in r.labels if isinstance(x, Number))
        found = (int(n) for n in self.derived["numbered"] if n.isdigit())
        return max((n for n in found if n <= at_most), default=0)

    def is_label_word(self, letter: str) -> bool:
        """Whether a letter in a label is a word, and nothing is counted from it: a capital that is one of several, "H
        for hidden", or a name that has a formula, the g of `g = W^{(g)} h`."""
        if "words" not in self.derived:
            nodes = [n for e in self.equations for side in (e.lhs, e.rhs) for n in walk(side)]
            labels = [x for n in nodes if (r := reference(n, self.glossary)) is not None for x in r.labels]
            letters = {x.text for x in labels if isinstance(x, Name) and len(x.text) == 1}
            counted = {n.text for x in labels if not isinstance(x, Name) for n in walk(x) if isinstance(n, Name)}
            capitals = {x for x in letters if x.isupper()}
            made = {x for x, sites in self.sites.items() if not any(isinstance(s.body, Number) for s in sites)}
            named = (letters - capitals) & made - self._general_labels
            self.derived["words"] = frozenset((named | (capitals if len(capitals) > 1 else set())) - counted)
        return letter in self.derived["words"]

    def is_count(self, letter: str) -> bool:
        """Whether a label letter says how many there are: the limit of a sum, for which nothing is defined."""
        return letter in self.size_names and letter not in self._general_labels

    @property
    def _general_labels(self) -> frozenset[str]:
        """The letters in the labels of what has a formula."""
        if "steps" not in self.derived:
            refs = [s.ref for sites in self.sites.values() for s in sites]
            labels = [x for r in refs for x in r.labels]
            labels += [x for r in refs for n, x in enumerate(r.subs) if self.family(r.base).slot(n) == "label"]
            self.derived["steps"] = frozenset(n.text for x in labels for n in walk(x) if isinstance(n, Name))
        return self.derived["steps"]

    def epoch(self, position: int) -> int:
        """Counts the redefinitions before a position: between two of them every name keeps its meaning."""
        return sum(e <= position for e in self.epochs)
