"""A frame: the letters, labels, arguments and definitions under which a formula is given meaning.

`Frame.value` turns a surface node into a `Val`; what each kind of node means stands in the modules of
`sheet.meaning`, one subject each, registered in `MEANINGS`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from chainrule.expr import Expr, Index, add, const, indicator, mul, size, value
from chainrule.read import tree
from chainrule.read.tree import Name, Node, Number, Script, Span, Sum, Unread
from chainrule.sheet.records.families import Label
from chainrule.sheet.records.linear import TIMES, Linear, linear
from chainrule.sheet.records.shapes import Apart, Dims, Reach, Untyped, Val
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import letter_of, reference, size_name, walk

Term = Callable[[], Expr]


Letter = tuple[str, Term]


MEANINGS: dict[type[Node], Callable[[Frame, Any], Val]] = {}


MAX_DEPTH = 120
LARGEST_STEP = 3
"""A stride without a number is drawn from 1 up to this."""


@dataclass(frozen=True)
class Choices:
    """Readings a line leaves open: how far a derivative operator reaches, and what is tried for the line as a whole:
    its total over the data, derivatives with other quantities held fixed, slopes written entry by entry, the matrices
    in a product over steps in the other order than those of the chain rule, a power behind the parentheses of a
    logarithm as one of what stands in them, a factor beside a derivative with more axes as that times an identity, in
    the first way it fits or another; which names change under a d (None: those of the scope)."""

    reach: str = "product"
    explicit: bool = False
    total: bool = False
    entrywise: bool = False
    backwards: bool = False
    inside: bool = False
    identity: int | None = None
    varying: frozenset[str] | None = None

    @property
    def completes(self) -> bool:
        """Whether a side is completed by what the other one is: the diagonal, or the identity, that is left out."""
        return self.entrywise or self.identity is not None


USUAL = Choices()

LISTS = "[,]"
"""The convention of a sheet that says whether `[1, 2]` is a column, as by custom, or a row, as in code."""
ROWS = "[:]"
"""The convention of a sheet that says whether `A_{i,:}` is a row, as by custom, or a column, as in code."""
PICKED = "[i]"
"""The convention of a sheet that says what X_i is of a matrix X: a row as a "column", as by custom, or the "row" that
it is, `O_i = P_i V`; or, where words speak of columns, one of the "other" ones, `y = \\sum_i x_i A_i`."""


@dataclass
class Frame:
    """Everything the meaning of a node depends on besides the node."""

    universe: Universe
    owner: str
    position: int
    letters: dict[str, Letter] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)
    args: dict[str, Val] = field(default_factory=dict)
    free: dict[str, str] = field(default_factory=dict)
    shift: int = 0
    lift: Letter | None = None
    outcome: Letter | None = None
    step: int | None = None
    choices: Choices = USUAL
    depth: int = 0
    counter: list[int] = field(default_factory=lambda: [0])
    einstein: frozenset[str] | None = None
    implied: dict[str, frozenset[Span]] = field(default_factory=dict)
    summed: frozenset[str] = frozenset()
    below: frozenset[str] = frozenset()
    statement: tuple[Node, ...] = ()
    used: set[str] = field(default_factory=set)
    active: tuple[int, ...] = ()
    nested: int = 0

    @property
    def world(self) -> World:
        return self.universe.world

    @property
    def dims(self) -> Dims:
        return self.universe.dims

    @property
    def epoch(self) -> int:
        return self.world.epoch(self.position)

    def child(self, **changes: Any) -> Frame:
        """This frame with some of it replaced; made as often as anything, so without `replace` and its checks."""
        new = object.__new__(Frame)
        new.__dict__.update(self.__dict__, **changes)
        return new

    def owner_in(self, name: str) -> str:
        """The owner of what is new within the body of a function; no blank, as in `cal L`, parts the names of sizes."""
        return f"{self.owner}/{name.replace(' ', '.')}"

    def new_dim(self, hint: str) -> str:
        """A new dimension variable."""
        self.counter[0] += 1
        return f"{self.owner}:{hint}{self.counter[0]}"

    def value(self, node: Node) -> Val:
        """The meaning of a node."""
        if self.depth > MAX_DEPTH:
            raise Untyped("nested too deeply", "too-deep")
        if isinstance(node, Unread):
            raise Untyped(node.reason, node.code)
        meaning = MEANINGS.get(type(node))
        if meaning is None:
            raise Untyped(f"{type(node).__name__.lower()} has no value here", "untyped")
        self.depth += 1
        try:
            return meaning(self, node)
        finally:
            self.depth -= 1

    def scalar_term(self, node: Node, what: str = "this") -> Term:
        """The term of something that must be a scalar."""
        val = self.value(node)
        if not val.scalar:
            raise Untyped(f"{what} must be a scalar", "shape")
        return val.at

    # ------------------------------------------------------------------------------------------ letters

    def bind(self, letter: str, dim: str) -> Frame:
        """A child frame in which a letter is an index over a dimension.

        In the body of a function the index is not the one of that letter outside: an argument may hold that one.
        """
        term = index_term(letter + "′" * self.nested, dim, self.dims)
        implied = {x: places for x, places in self.implied.items() if x != letter}
        return self.child(letters={**self.letters, letter: (dim, term)}, implied=implied)

    def free_letter(self, letter: str) -> Letter:
        """A letter that nothing binds is a free index of the whole statement."""
        if letter not in self.free:
            self.free[letter] = f"{self.owner}:{letter}"
        dim = self.free[letter]
        return dim, index_term(letter, dim, self.dims)

    def letter(self, letter: str) -> Letter | None:
        """What a letter ranges over here, if it is an index."""
        if letter in self.letters:
            return self.letters[letter]
        if letter in self.free:
            return self.free_letter(letter)
        return None

    def index_term(self, node: Node, axis: str) -> Term:
        """The index term of a subscript over an axis: a letter, a number, `i+m`, a label `y_i`."""
        letter = letter_of(node)
        if letter is not None and not self._is_label_symbol(letter):
            dim, term = self.letter(letter) or self.free_letter(letter)
            with suppress(Apart):  # an index over one of two ranges that are known to differ, used on the other
                self.dims.unify(dim, axis)
            return term
        match node:
            case Number(text=text) if text.isdigit():
                n = int(text)
                self.dims.at_least(axis, n)
                if n == 0:
                    self.dims.low(axis, 0)
                return lambda: const(n)
            case Sum(terms=terms):
                self._note_reach(node, axis)
                parts = [(t.sign, self._shifted(t.node)) for t in terms]
                return lambda: add(*(p() if sign == "+" else mul(const(-1), p()) for sign, p in parts))
        return self._label_term(node, axis)

    def _note_reach(self, node: Node, axis: str) -> None:
        """`X_{i+m}`: the axis must reach as far as i + m can."""
        reach = self.reach(node, axis)
        if reach is not None and reach.rising:
            self.dims.reach(reach)

    def reach(self, node: Node, axis: str) -> Reach | None:
        """An index expression as a form of letters and sizes; a step that is no number counts as the largest drawn."""
        sizes: dict[str, str] = {}

        def atom(part: Node) -> Linear | None:
            letter = letter_of(part)
            if letter in self.below:
                return None
            if letter is not None and not self._is_step(letter):
                found = self.letter(letter)
                return None if found is None else Linear(((found[0], 1),))
            name = size_name(part)
            if name is None:
                return None
            number = self.whole(name)
            if number is None and name in self.world.size_names:
                sizes[name] = f"={name}"
                return Linear(((name, 1),))
            return Linear(constant=LARGEST_STEP if number is None else number)

        form = linear(node, atom)
        if form is None:
            return None
        letters = Linear(tuple((x, n) for x, n in form.parts if x not in sizes), form.constant)
        named = Linear.of((sizes[x], n) for x, n in form.parts if x in sizes)
        return Reach(axis, letters, named, self.owner.startswith("@"))

    def inside(self, node: Node, axis: str, term: Term) -> Term | None:
        """Whether an index expression stays on its axis, where a sum over one of its letters may lead beyond it:
        such terms are no terms of the sum. None where it always stays."""
        if not isinstance(node, Sum) or not self.summed & {letter_of(n) for n in walk(node)}:
            return None
        reach = self.reach(node, axis)

        def at() -> Expr:
            if reach is not None and self.dims.stays(reach):
                return const(1)
            dim = self.dims.dim(axis)
            last = add(size(dim), const(dim.low - 1))
            return mul(indicator("<=", const(dim.low), term()), indicator("<=", term(), last))

        return at

    def whole(self, name: str) -> int | None:
        """The whole number that the document gives a name."""
        site = self.world.site(name, self.position)
        number = None if site is None else literal_number(site.body)
        return int(number) if number is not None and number.denominator == 1 else None

    def _is_step(self, text: str) -> bool:
        """Whether a name in an index expression is a number (a stride, a size) rather than an index letter."""
        if text in self.letters or text in self.free:
            return False
        family = self.world.families.get(text)
        return text in self.world.size_names or (family is not None and family.operand > 0)

    def _is_label_symbol(self, text: str) -> bool:
        """Whether a letter is a label that the sheet declares or defines (`k = \\arg\\max_j v_j`), not a free index."""
        if text in self.letters:
            return False
        family = self.world.families.get(text)
        declared = family is not None and family.integer and 0 in family.sub_counts
        return declared or any(not s.ref.subs for s in self.world.sites.get(text, ()))

    def _shifted(self, node: Node) -> Term:
        match node:
            case Number(text=text) if text.isdigit():
                return lambda: const(int(text))
            case tree.Product(factors=factors) if all(f.op in TIMES for f in factors):
                parts = [self._shifted(f.node) for f in factors]
                return lambda: mul(*(p() for p in parts))
            case tree.Fenced(open="(", body=Sum(terms=terms)):
                signed = [(t.sign, self._shifted(t.node)) for t in terms]
                return lambda: add(*(p() if sign == "+" else mul(const(-1), p()) for sign, p in signed))
        letter = letter_of(node)
        if letter is None or letter in self.world.size_names:
            return self.scalar_term(node, "an index")
        if self._is_step(letter):
            self.world.family(letter).integer = True
            return self.scalar_term(node, "an index")
        return (self.letter(letter) or self.free_letter(letter))[1]

    def _label_term(self, node: Node, axis: str) -> Term:
        """An index that is data: `y_i` in `p_{y_i}`; its symbol takes integer values that every axis it
        is an index of has."""
        ref = reference(node, self.world.glossary)
        if ref is None:
            raise Untyped("this subscript is no index", "untyped")
        family = self.world.family(ref.base)
        family.integer = True
        family.domains |= {axis}
        return self.scalar_term(node, "a label")

    # ------------------------------------------------------------------------------------------ labels

    def label(self, node: Node) -> Label:
        """The value of a label: a layer or time number, or a word."""
        number = self._label_number(node)
        if number is not None:
            return number
        match node:
            case Name(text=text):
                return text
            case tree.Text(text=text):
                return text.strip()
            case tree.Relation(first=first):
                return self.label(first)
        ref = reference(node, self.world.glossary)
        if ref is not None:
            return self.universe.top
        raise Untyped("this label is neither a letter, a number nor a word", "untyped")

    def _label_number(self, node: Node) -> int | None:
        match node:
            case Number(text=text) if text.isdigit():
                return int(text)
            case Name(text=text) if len(text) == 1:
                return self._label_letter(text)
            case Sum(terms=terms):
                result = 0
                for term in terms:
                    n = self._label_number(term.node)
                    if n is None:
                        return None
                    result += n if term.sign == "+" else -n
                return result
            case Script() | tree.Fraction():
                return self.universe.top
        return None

    def _label_letter(self, letter: str) -> int | None:
        if letter in self.labels:
            return self.labels[letter]
        if letter in self.letters:
            raise Untyped(f"the label {letter} is an index here", "index-scope")
        if letter in self.world.glossary.gates or self.world.is_label_word(letter):
            return None
        if (letter.isupper() and letter not in self.world.glossary.bound) or self.world.is_count(letter):
            return self.universe.top
        self.used.add(letter)
        return self.universe.letter(letter)


def index_term(letter: str, dim: str, dims: Dims) -> Term:
    return lambda: value(Index(letter, dims.dim(dim)))
