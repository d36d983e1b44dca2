"""The world of one scope: its names with their shapes, its definitions, its conventions.

Its names are families (`records.families`), its definitions sites (`records.sites`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chainrule.read.tree import Name, Node, Number
from chainrule.sheet.records.configurations import Dropped
from chainrule.sheet.records.families import Family, Label, Reading
from chainrule.sheet.records.shapes import Layout
from chainrule.sheet.records.sites import Called, Hidden, Imposed, Seconds, Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import Glossary, Ref, node_key, reference, walk

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
    entrywise: bool = False
    """Whether the words speak of operations on every entry: then so is the inverse of a vector."""
    rowwise: bool = False
    """Whether vectors are rows, by the words or by the products of the document."""
    decomposed: bool = False
    maps: dict[str, list[Any]] = field(default_factory=dict)
    """Functions of which the sheet says where they lead (`sheet.maps`)."""
    kronecker: bool = False
    """Whether \\otimes is the Kronecker product, also of vectors."""
    rows_first: bool = False
    """Whether vec puts rows, not columns, one behind the other."""
    rows_later: bool = False
    """Whether that is only said behind formulas with vec."""
    law_in_words: bool = False
    """Whether words give the parameters of a law another meaning than custom does."""
    deviations: bool = False
    """Whether the words speak of standard deviations."""
    of_chance: bool = False
    """Whether the sheet speaks of expectations."""
    lawful: bool = False
    """Whether it says something of a distribution too."""
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
    """Lines about a sample without its number, `y = wx + b` beside data y_i, which say nothing of their shapes."""
    modelled: set[str] = field(default_factory=set)
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
        return any(self.given_at(position))

    def given_at(self, position: int) -> Iterator[Site]:
        """The meanings that the line at a position gives to names."""
        tables = (self.sites, self.functions)
        return (s for table in tables for sites in table.values() for s in sites if s.position == position)

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
