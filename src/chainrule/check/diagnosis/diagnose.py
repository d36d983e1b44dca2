r"""What is wrong with a refuted line: the smallest edit of one of its sides that makes the line true.

Edits of the source (`check.diagnosis.edits.table`) are tried one by one. A candidate is read again by the grammar,
given its meaning in a universe that holds this line alone, and compared. The first that is equal there is put in the
place of the line in the whole world and judged once more, exactly as the repaired document would be. So a suggestion is
never a guess from the look of a line; that no edit is found proves nothing, since the table and the work are bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, islice

from chainrule.check.comparison.compare import Different, Same, Screen, Unclear, guard
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.settle import settle
from chainrule.check.diagnosis.edits.places import QUANTITY, Side, is_derivative, is_index
from chainrule.check.diagnosis.edits.table import RULES, Edit, Rule, edits, grouped
from chainrule.check.diagnosis.probe import Probe, Quantity, probe
from chainrule.check.diagnosis.residue import missing
from chainrule.check.records.budget import COMPARED, MOST_JUDGED, READ, Budget, Spent
from chainrule.check.records.report import Suggestion
from chainrule.read import tree
from chainrule.read.grammar.formula import parse
from chainrule.read.tree import Accent, Name, Node, Product, Relation, Script, Span, Unread
from chainrule.sheet.arrays.tensors import tensor
from chainrule.sheet.inference.typed_lines import mismatch, type_line
from chainrule.sheet.letters.glossary import tidy
from chainrule.sheet.meaning.functions.calls import function_name
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import Equation, trimmed
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import World
from chainrule.sheet.rewriting.usual import usual
from chainrule.sheet.syntax.names import reference, walk

MOST_CANDIDATES = 240
MOST_MENTIONS = 8
MOST_QUANTITIES = 24
# What the chain rule puts beside a function: its derivative at the same argument, as people write it.
NO_PRIMES = frozenset({"log", "ln", "max", "min", "det", "tr", "softmax", "diag", "sqrt", "cos"})
DERIVATIVES = {"sin": r"\cos", "exp": r"\exp", "sinh": r"\cosh", "cosh": r"\sinh", "softplus": r"\sigma"}


@dataclass(frozen=True)
class Repair:
    """What repairs a line, with the reason code of the mistake and in what its sides differ, in words."""

    code: str
    differ: str
    suggestion: Suggestion


def suggest(
    lines: Lines,
    budget: Budget,
    e: Equation,
    variant: Variant,
    ratio: float | None = None,
    rules: tuple[Rule, ...] = RULES,
) -> Repair | None:
    """The smallest edit that makes a refuted line true, or None; `ratio` is that of its sides where it is constant."""
    return search(Bench(lines, budget, e, variant, rules), ratio)


def search(bench: Bench, ratio: float | None = None) -> Repair | None:
    """The first edit of a line, the smallest ones being tried first, that makes it hold."""
    if bench.e.spelled is not None or bench.e.source == "prose" or not bench.lines.options.repairs:
        return None
    bench.budget.start()
    try:
        with _unchanged(bench.world):
            return _search(bench, ratio)
    except Spent:
        return None  # no repair was found within bounds; the verdict stands without one


def _search(bench: Bench, ratio: float | None) -> Repair | None:
    for which in bench.sides():
        side = bench.side(which)
        numbers = bench.probe(which, side)
        lacking: Iterable[tuple[Rule, Edit]] = ()
        if numbers is not None and bench.rules is RULES:
            lacking = missing(numbers, side, bench.quantities(numbers, side))
        for rule, edit in islice(edits(side, ratio is not None, lacking, bench.rules), MOST_CANDIDATES):
            candidate = bench.candidate(which, edit)
            if candidate is None:
                continue
            if numbers is not None and numbers.agrees(candidate.rhs if which == "rhs" else candidate.lhs) is False:
                continue
            if bench.holds(candidate):
                return _repair(bench.e, which, rule, edit)
    return None


def _repair(e: Equation, which: str, rule: Rule, edit: Edit) -> Repair:
    where = "" if which == "rhs" else " on the left side"
    return Repair(rule.code, rule.differ, Suggestion(trimmed(edited(e, which, edit)), edit.edit + where, edit.explains))


@dataclass
class Bench:
    """One refuted line, to try edits of it on: those of some rules."""

    lines: Lines
    budget: Budget
    e: Equation
    variant: Variant
    rules: tuple[Rule, ...] = RULES
    seen: set[str] = field(default_factory=set)
    _formulas: list[tuple[str, Node]] | None = None

    @property
    def world(self) -> World:
        return self.lines.world

    @cached_property
    def bases(self) -> frozenset[str]:
        """The names that the line rests on, directly or through definitions."""
        return lines_of(self.world, [self.e])[0].names

    # ---------------------------------------------------------------------------------------- sides

    def sides(self) -> list[str]:
        """Which sides to edit: the left one of a later link stands if the link before holds, and is at fault if not."""
        if self._plain(self.e.lhs):
            return ["rhs"]
        before = self.before()
        if before is None:
            return ["rhs", "lhs"]
        outcome = self.lines.outcome(before, self.variant)
        misfit = isinstance(outcome, Unclear) and outcome.code.startswith("shape")
        return ["lhs"] if misfit or isinstance(outcome, Different) else ["rhs"]

    def before(self) -> Equation | None:
        """The link of the chain that ends where this one begins."""
        return next((x for x in self.lines.chain(self.e) if x.rhs is self.e.lhs), None)

    def _plain(self, node: Node) -> bool:
        """A name, or the derivative of a name: what a line is about, not what it says of it."""
        if isinstance(node, Product) and len(node.factors) == 2:
            return is_derivative(node.factors[0].node) and self._plain(node.factors[1].node)
        return is_derivative(node) or reference(node, self.world.glossary) is not None

    def side(self, which: str) -> Side:
        """One side with what the edits need to know."""
        node, other = (self.e.rhs, self.e.lhs) if which == "rhs" else (self.e.lhs, self.e.rhs)
        side = self._side(self.e, node)
        around = self._side(self.e, other)
        both = (around, side)
        letters = [s.source(n) for s in both for n in s.in_role("index") if is_index(n, s.glossary)]
        labels = [s.source(n) for s in both for n in s.in_role("label")]
        mentions = [*self._definitions(), *_names(around)]
        return replace(
            side,
            letters=tuple(dict.fromkeys(letters)),
            labels=tuple(dict.fromkeys(labels)),
            mentions=tuple(x for x in dict.fromkeys(mentions) if x != around.source(other))[:MOST_MENTIONS],
        )

    def _side(self, e: Equation, node: Node) -> Side:
        frame = Frame(self.variant.universe, "diagnosis", e.position)
        sizes = sorted(x for x in self.world.size_names | self.variant.universe.sized if x.isalpha())
        axes = {base: reading.axes + self._labels(base) for base, reading in self.world.readings.items()}
        return Side(
            e.document.text, node, self.world.glossary, lambda a, b: function_name(frame, a, b), axes, tuple(sizes)
        )

    def _labels(self, base: str) -> int:
        """How many of the subscripts of a name are labels."""
        return sum(kind == "label" for kind in self.world.family(base).slots.values())

    def _definitions(self) -> list[str]:
        """Source that the definitions behind this line mention: inner derivatives first, then names."""
        bodies = [*self._bodies(), self._side(self.e, self.e.lhs)]
        return [x for s in bodies for x in _inner_derivatives(s)] + [x for s in bodies for x in _names(s)]

    def _bodies(self) -> list[Side]:
        """The right sides of the definitions behind this line."""
        tables = (self.world.sites, self.world.functions)
        sites = {s.position for table in tables for base in self.bases for s in table.get(base, ())}
        return [self._side(x, x.rhs) for x in self.lines.equations if x.position in sites and x.spelled is None]

    # ---------------------------------------------------------------------------------------- numbers

    def probe(self, which: str, side: Side) -> Probe | None:
        """The numbers of the side that stays; None where they cannot be had."""
        if self.world.einstein or self.variant.choices.completes:
            return None
        universe = self.alone()
        statement = (self.e.lhs, self.e.rhs)
        frame = Frame(
            universe, f"@{self.e.position}", self.e.position, choices=self.variant.choices, statement=statement
        )
        fixed = self.e.lhs if which == "rhs" else self.e.rhs
        others = [side.node, *(node for _, node in self.formulas(side))]
        return probe(
            universe, frame, fixed, others, lambda f: self.lines.condition(self.e, f), self.lines.options.seed,
            self.lines.deadline,
        )  # fmt: skip

    def alone(self) -> Universe:
        """A universe for this line alone, under the reading it was refuted in."""
        return Universe(self.variant.universe.world, self.variant.universe.config)

    def quantities(self, numbers: Probe, side: Side) -> list[Quantity]:
        """What could be missing in a side, with its numbers: pieces of the line and of the definitions behind it."""
        found = (numbers.quantity(node, text) for text, node in self.formulas(side))
        return [q for q in found if q is not None]

    def formulas(self, side: Side) -> list[tuple[str, Node]]:
        """Formulas that such a line is made of: its own pieces, those of the definitions behind it, its mentions."""
        if self._formulas is None:
            found: dict[str, Node] = {}
            for one in (side, *self._bodies()):
                found = {**dict(_pieces(one)), **found}
            calls = [x for one in (side, *self._bodies()) for x in _calls(one)]
            deltas = [rf"\delta_{{{a}{b}}}" for a, b in combinations(side.letters[:3], 2)]
            for text in (*side.mentions, *calls, *deltas, "I"):
                node = None if text in found else self.read(text)
                if node is not None:
                    found[text] = node
            self._formulas = sorted(found.items(), key=lambda item: len(item[0]))[:MOST_QUANTITIES]
        return self._formulas

    # ---------------------------------------------------------------------------------------- candidates

    def candidate(self, which: str, edit: Edit) -> Equation | None:
        """The line with an edit made, read again; None when it does not read as one expression."""
        text = edited(self.e, which, edit)
        if text in self.seen:
            return None
        self.seen.add(text)
        self.budget.spend(READ)
        self.lines.deadline()
        node = self.read(text)
        if node is None:
            return None
        return replace(self.e, rhs=node) if which == "rhs" else replace(self.e, lhs=node)

    def read(self, text: str) -> Node | None:
        """Source as one expression."""
        rows = parse(text, Span(0, len(text)), self.e.document.macros, self.e.display)
        if len(rows) != 1 or isinstance(rows[0].node, (Relation, tree.Text, tree.Missing)):
            return None
        if any(isinstance(n, Unread) for n in walk(rows[0].node)):
            return None
        glossary = self.world.glossary
        return glossary.rewritten(tidy(usual(rows[0].node), glossary), self.e.position)

    def holds(self, candidate: Equation) -> bool:
        """Whether a candidate is true in the world of the sheet."""
        return self.fits(candidate) and self.confirmed(candidate)

    def fits(self, candidate: Equation) -> bool:
        """Whether the two sides of a candidate are equal, judged by this line alone."""
        self.budget.spend(COMPARED)
        universe = self.alone()
        try:
            frame, lhs, rhs = type_line(universe, candidate, self.variant.choices)
            self.lines.restriction(candidate, frame)
            if mismatch(universe, lhs, rhs):
                return False
            self._unknowns(universe)
        except (Untyped, RecursionError):
            return False
        comparer = Screen(settle(universe), self.lines.options.seed, self.lines.deadline)
        outcome = guard(lambda: comparer.compare(lhs, rhs, self.lines.condition(candidate, frame)))
        return isinstance(outcome, Same)

    def _unknowns(self, universe: Universe) -> None:
        """What undefined losses depend on is known from all lines of the world, not from this one."""
        epoch = self.world.epoch(self.e.position)
        frame = Frame(universe, "numerators", self.e.position)
        for (instance, when), below in self.variant.universe.numerators.items():
            if when == epoch and instance.base in self.bases:
                for one in (instance, *below):
                    tensor(frame, one)
                universe.numerators.setdefault((instance, when), set()).update(below)

    def confirmed(self, candidate: Equation) -> bool:
        """Whether the repaired document, judged as a whole, verifies the line without making a matrix square."""
        self.budget.spend(min(len(self.lines.equations), MOST_JUDGED))
        trial = self.lines.with_line(candidate)
        variant = trial.like(self.variant)
        return isinstance(trial.outcome(candidate, variant), Same) and not squares(self.variant, variant)


def squares(before: Variant, after: Variant) -> bool:
    """Whether two axes of one tensor became equal that were apart: `A^T` for `A` must not make A square."""
    old, new = before.universe.dims, after.universe.dims
    pairs = (pair for axes in before.universe.shapes.values() for pair in combinations(axes, 2))
    return any(new.find(a) == new.find(b) and old.find(a) != old.find(b) for a, b in pairs)


def edited(e: Equation, which: str, edit: Edit) -> str:
    """The source of one side with an edit made."""
    span = (e.rhs if which == "rhs" else e.lhs).span
    return edit.applied(e.document.tex, span.start, span.end)


def _names(side: Side) -> list[str]:
    """The quantities of a side, as they are written."""
    nodes = (n for n in side.in_role(*QUANTITY, "base") if isinstance(n, (Name, Script, Accent)))
    return [
        side.source(n)
        for n in nodes
        if reference(n, side.glossary) is not None and not is_derivative(n) and not side.is_function(n, None)
    ]


def _pieces(side: Side) -> Iterator[tuple[str, Node]]:
    """The terms, factors, arguments and quotients of a side."""
    kinds = (tree.Sum, Script, Name, Accent, tree.Fraction, Product, tree.Fenced)
    for node in side.in_role(*QUANTITY, "base", "exponent"):
        if isinstance(node, kinds) and not side.is_function(node, None):
            source = side.source(node)
            yield (grouped(source) if isinstance(node, tree.Sum) else source), node


def _calls(side: Side) -> list[str]:
    """The functions of a side with their arguments, and the products that stand behind a big operator."""
    products = (n for n in side.in_role(*QUANTITY, "base", "exponent") if isinstance(n, Product))
    units = (unit for product in products for unit in side.units(product) if unit.kind == "call")
    return [side.text[unit.span.start : unit.span.end] for unit in units]


def _inner_derivatives(side: Side) -> list[str]:
    r"""`\sigma'(z)` for every `\sigma(z)` of a side."""
    found = []
    for product in (n for n in side.in_role(*QUANTITY, "base", "exponent") if isinstance(n, Product)):
        for unit in side.units(product):
            if unit.kind == "call" and isinstance(unit.node, Name) and unit.node.text not in NO_PRIMES:
                argument = side.text[side.span(unit.node).end : unit.span.end]
                found.append(DERIVATIVES.get(unit.node.text, side.source(unit.node) + "'") + argument)
    return found


@contextmanager
def _unchanged(world: World) -> Iterator[None]:
    """Typing candidates may mark names as labels; the world is left as it was."""
    kept = {base: (family, family.integer, family.domains) for base, family in world.families.items()}
    try:
        yield
    finally:
        for base in world.families.keys() - kept.keys():
            del world.families[base]
        for family, integer, domains in kept.values():
            family.integer, family.domains = integer, domains
