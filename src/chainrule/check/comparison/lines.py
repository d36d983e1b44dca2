"""The lines of one world under each reading: typed, settled into numbers, and compared.

A `Variant` is one way to read the open choices of a world; it is made once and shared by all lines. A line about a
general layer or time is compared for another one too, and 0 = 0 counts as nothing said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Self

from chainrule.calculus import resolve
from chainrule.check.comparison.compare import Comparer, Different, Outcome, Same, Unclear, guard
from chainrule.check.comparison.forms import has_derivative, has_derivative_as_factor
from chainrule.check.comparison.ledger import Ledger
from chainrule.check.comparison.points import free_symbols
from chainrule.check.comparison.settle import Settled, settle
from chainrule.check.records.need import (
    dependences,
    depends,
    differentiated,
    of_functions_without_argument,
    of_its_densities,
)
from chainrule.check.records.options import Options
from chainrule.expr import Const, Expr, ExprError, Index, const, mul
from chainrule.read.tree import Big, Node, Number, Relation, Sum
from chainrule.sheet.definitions.recurrence import one_step, starts_by_itself, step_letters
from chainrule.sheet.derivatives.differentials import some_changes
from chainrule.sheet.inference.typed_lines import mismatch, type_line
from chainrule.sheet.meaning.operations.cases_of_steps import at_a_step
from chainrule.sheet.meaning.operations.conditions import condition as condition_value
from chainrule.sheet.meaning.operations.conditions import is_index_letter
from chainrule.sheet.meaning.operations.steps_to_try import steps_named, steps_told
from chainrule.sheet.records.configurations import Config
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.frame import USUAL, Choices, Frame
from chainrule.sheet.records.shapes import Layout, Untyped, Val, describe, scalar
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_zero
from chainrule.sheet.syntax.names import letter_of, shifted_letter, walk
from chainrule.sheet.syntax.spelling import look

ALL_STEPS = Config()
ORDERS = frozenset({"<", ">", "≤", "≥"})
PARAGRAPH = re.compile(r"\n\s*\n|\n\s*(?:[-*]|\d+\.)\s")
EQUALITIES = frozenset({"=", ":=", "≡", "=:", "≈"})


@dataclass
class Variant:
    """One way to read the open choices of a world, with every line typed under it."""

    universe: Universe
    settled: Settled
    comparer: Comparer
    choices: Choices = USUAL
    typed: dict[int, tuple[Frame, Val, Val]] = field(default_factory=dict)
    failed: dict[int, Untyped] = field(default_factory=dict)


@dataclass
class Lines:
    """The equations of one world with everything that was found out about their readings; `holding` are the positions
    of those found verified or to be definitions, `conditional` of those that are true only under a condition,
    `unsettled` of those that rest on something unsaid or could not be decided, `wrong` of those found wrong."""

    world: World
    equations: list[Equation]
    options: Options
    deadline: Callable[[], None]
    variants: dict[object, Variant] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    holding: set[int] = field(default_factory=set)
    conditional: set[int] = field(default_factory=set)
    unsettled: set[int] = field(default_factory=set)
    wrong: set[int] = field(default_factory=set)

    def variant(
        self,
        layout: Layout | None = None,
        choices: Choices = USUAL,
        config: Config = ALL_STEPS,
        customary: tuple[tuple[str, str], ...] | None = None,
    ) -> Variant:
        """All lines of the world typed under the given choices, settled into numbers; made once."""
        layout = layout or self.world.layout
        customary = self.world.customary if customary is None else customary
        key = (layout, choices, config, customary)
        if key not in self.variants:
            same = (layout, customary) == (self.world.layout, self.world.customary)
            world = self.world if same else replace(self.world, layout=layout, customary=customary)
            self.variants[key] = self._typed(world, choices, config)
        return self.variants[key]

    def usual(self, e: Equation) -> Variant:
        """The reading a line has first: of all steps of a recurrence, unless it can only speak of one; of all changes,
        unless it can only speak of some."""
        step, only = one_step(self.world, e)
        choices = Choices(varying=some_changes(self.world, e))
        letters = tuple(found for c in e.conditions if (found := _numbered(self.world, e, c)) is not None)
        return self.variant(choices=choices, config=Config(step=step if only else None, letters=letters))

    def _typed(self, world: World, choices: Choices, config: Config) -> Variant:
        universe = Universe(world, config)
        typed: dict[int, tuple[Frame, Val, Val]] = {}
        failed: dict[int, Untyped] = {}
        for e in self.equations:
            self.deadline()
            if e.op not in EQUALITIES or e.source == "condition":
                continue
            kept = universe.mark()
            try:
                frame, lhs, rhs = type_line(universe, e, choices)
                self.restriction(e, frame)
                typed[e.position] = (frame, lhs, rhs)
                if mismatch(universe, lhs, rhs):
                    raise Untyped(
                        f"the left side is {describe(lhs, universe.dims)}, the right side is "
                        f"{describe(rhs, universe.dims)}", "shape-of-sides",
                    )  # fmt: skip
            except Untyped as error:
                universe.back(kept)
                failed[e.position] = error
            except RecursionError:
                universe.back(kept)
                failed[e.position] = Untyped("nested too deeply", "too-deep")
        settled = settle(universe)
        return Variant(universe, settled, Comparer(settled, self.options.seed, self.deadline), choices, typed, failed)

    def chain(self, e: Equation) -> list[Equation]:
        """The relations of the chain that an equation stands in."""
        return [x for x in self.equations if x.document is e.document and x.chain == e.chain]

    def with_line(self, e: Equation) -> Self:
        """The same lines with another one in the place of that at its position."""
        equations = [e if x.position == e.position else x for x in self.equations]
        return replace(self, equations=equations, variants={})

    def alone(self, e: Equation, world: World) -> Self:
        """A line by itself, in a world of its own."""
        return replace(self, world=world, equations=[e], variants={})

    def agree(self, e: Equation) -> bool:
        """Whether the sides of a line are equal under the reading it has first, as far as it can be read."""
        self.deadline()
        try:
            return isinstance(self.outcome(e, self.usual(e)), Same)
        except (Untyped, ExprError, RecursionError):
            return False

    def like(self, variant: Variant) -> Variant:
        """These lines under the choices of a variant of others."""
        world, config = variant.universe.world, variant.universe.config
        return self.variant(world.layout, variant.choices, config, world.customary)

    def without(self, chain: int, variant: Variant) -> Variant:
        """All lines but those of a chain, under the choices of a variant; made once."""
        key = (chain, variant.universe.world.layout, variant.choices, variant.universe.config)
        if key not in self.variants:
            others = [x for x in self.equations if x.chain != chain]
            self.variants[key] = replace(self, equations=others, variants={}).like(variant)
        return self.variants[key]

    def holds_as(self, e: Equation, variant: Variant) -> bool:
        """Whether a line holds, written in another way, in the place where it stands."""
        trial = self.with_line(e)
        return isinstance(trial.outcome(e, trial.like(variant)), Same)

    def outcome(self, e: Equation, variant: Variant) -> Outcome:
        """How the two sides of an equation compare under a variant."""
        failed = variant.failed.get(e.position)
        if failed is not None:
            return Unclear(failed.code, failed.message)
        if e.position not in variant.typed:  # the link of a chain before this one may be an inequality
            return Unclear("relation", f"the relation {e.op} is not judged")
        frame, lhs, rhs = variant.typed[e.position]

        def call() -> Outcome:
            condition = self.condition(e, frame)
            return variant.comparer.compare(lhs, rhs, condition)

        first = guard(call)
        letters = frame.used - {"T"}
        if isinstance(first, Same) and self._empty(e, variant):
            needs = dependences(variant.universe.world, e, (e.lhs, e.rhs))
            return Unclear("undefined-symbol", depends(variant.universe.world, e, e.lhs), needs)
        if isinstance(first, Same) and letters and not variant.universe.config.letters:
            return self._in_its_cases(e, variant, frame, self._elsewhere(e, variant, letters, first))
        return first

    def _in_its_cases(self, e: Equation, variant: Variant, frame: Frame, first: Outcome) -> Outcome:
        """A line with cases by a layer or time must hold at the edges of each row, and so must one about a name with
        such cases, but for the start of a rule that goes back."""
        sides, top = (e.lhs, e.rhs), variant.universe.top
        back, on = ({x for side in sides for x in _stepped(side, sign)} for sign in ("-", "+"))
        own = {x for side in sides for x in steps_named(frame, side, frame.used) if (x[0] in back | on) <= x[1] <= top}
        told = steps_told(frame, sides, frame.used)
        told |= {(x, n + 1) for x, n in told if x in back} | {(x, n - 1) for x, n in told if x in on}
        others = {(x, n) for x, n in told - own if (x in back | on) <= n <= top - (x in on)}
        for choice in (*sorted(own), *sorted(others)) if isinstance(first, Same) else ():
            config = replace(variant.universe.config, letters=(choice,))
            other = self.variant(variant.universe.world.layout, variant.choices, config, self.world.customary)
            again = self.outcome(e, other)
            if choice in others and not (isinstance(again, Same) or _left_out(e, frame, other)):
                return Unclear("ambiguous", "the line does not hold in each of the cases that the document tells apart")
            if isinstance(again, Different):
                return replace(again, config=config)
            if choice in own and not isinstance(again, Same):
                return again
        alone = replace(self, equations=[e], variants={}) if isinstance(first, Same) and len(own) > 1 else None
        configs = [replace(variant.universe.config, letters=(choice,)) for choice in sorted(own)] if alone else []
        printed = [_printed(alone.variant(variant.universe.world.layout, variant.choices, c)) for c in configs if alone]
        if any(one.get(axis, size) != size for one, other in pairwise(printed) for axis, size in other.items()):
            return Unclear("shape", "the cases of the line give one quantity two sizes")
        return first

    @staticmethod
    def _empty(e: Equation, variant: Variant) -> bool:
        """A derivative in the line vanishes only because nothing says how one quantity depends on the other."""
        if has_derivative(e) and of_functions_without_argument(variant.universe.world, e):
            return True
        independent = (is_zero(e.rhs) or is_zero(e.lhs)) and not has_derivative_as_factor(e, True)
        if not has_derivative(e) or (independent and not Lines._of_a_loss(e, variant)):
            return False
        if of_its_densities(variant.universe.world, e):
            return False
        if Lines.has_vanishing(e, variant):
            return True
        if is_zero(e.rhs) or is_zero(e.lhs) or Lines._cancels(e, variant):
            return False
        _, lhs, rhs = variant.typed[e.position]
        dims = variant.universe.dims
        for side in (lhs, rhs):
            axes = [Index(f"·e{n}", dims.dim(d)) for n, d in enumerate(side.dims)]
            term = variant.comparer.terms(side, axes)
            if not (isinstance(term, Const) and term.value == 0):
                return False
        return True

    @staticmethod
    def _cancels(e: Equation, variant: Variant) -> bool:
        """Whether derivatives that do not vanish themselves add up to zero in a line, as those of all probabilities."""
        definitions = variant.universe.definitions
        changes = (resolve(sample()[2], definitions) for sample in variant.universe.taken.get(f"@{e.position}", ()))
        return any(not (isinstance(c, Const) and c.value == 0) for c in changes)

    @staticmethod
    def has_vanishing(e: Equation, variant: Variant) -> bool:
        """Whether something is differentiated in a line that does not depend on the variable, as far as is known."""
        definitions, instances = variant.universe.definitions, variant.universe.instances
        depending: dict[object, bool] = {}
        for sample in variant.universe.taken.get(f"@{e.position}", ()):
            body, variable, change = sample()
            change = resolve(change, definitions)
            names = tuple(
                frozenset(i.base for s in x.symbols if (i := instances.get(s)) is not None) for x in (body, variable)
            )
            zero = isinstance(change, Const) and change.value == 0 and bool(free_symbols([body], definitions))
            depending[names] = depending.get(names, False) or not zero
        return not all(depending.values())  # in a sum over steps, what a later step changes may be nothing

    @staticmethod
    def _of_a_loss(e: Equation, variant: Variant) -> bool:
        """Whether a function or a loss is differentiated: that its derivative is zero is set, not found."""
        world = variant.universe.world
        bases = {b for side in (e.lhs, e.rhs) for node in walk(side) for b in differentiated(world, node)}
        return any(b in world.functions or look(b) == "loss" for b in bases)

    def _elsewhere(self, e: Equation, variant: Variant, letters: set[str], first: Same) -> Outcome:
        """A line about a general layer or time must hold for another one too."""
        world = variant.universe.world
        later = not letters & set(world.ranges) and starts_by_itself(world)
        for choice in self._letter_values(letters, e):
            config = replace(variant.universe.config, letters=choice)
            if later:  # layer 1 is the input: 3 is neither the first nor, with two more, the one before the last
                least, most = min(n for _, n in choice), max(n for _, n in choice)
                config = replace(
                    config, letters=tuple((x, 3 + n - least) for x, n in choice), top=config.top + 2 + most - least
                )
            other = self.variant(world.layout, variant.choices, config, world.customary)
            if e.position in other.failed:
                continue
            again = self.outcome(e, other)
            if isinstance(again, Different):
                return replace(again, config=config)
        return first

    def shown_by(self, variant: Variant, outcome: Outcome) -> Variant:
        """The variant whose symbols an outcome has: that of another layer or time, where it is one that differs."""
        if not isinstance(outcome, Different) or outcome.config is None:
            return variant
        world = variant.universe.world
        return self.variant(world.layout, variant.choices, outcome.config, world.customary)

    def _letter_values(self, letters: set[str], e: Equation) -> list[tuple[tuple[str, int], ...]]:
        found = []
        ranges = {x: self.world.ranges[x] for x in letters if x in self.world.ranges}
        if ranges:
            for n in range(max(len(v) for v in ranges.values())):
                found.append(tuple((x, int(v[n % len(v)])) for x, v in sorted(ranges.items())))
            return found[1:]
        earlier = {x for side in (e.lhs, e.rhs) for x in _stepped(side, "-")}  # step 0 has its own equations, or none
        usual = {x: 3 if x in earlier else 2 if x in self.world.late else 1 for x in letters}
        apart = {x: n + k for k, (x, n) in enumerate(sorted(usual.items()))}  # `J_{ij}` is not said of i = j alone
        return [tuple(sorted(found.items())) for found in (usual, apart)[: len(letters)]]

    def condition(self, e: Equation, frame: Frame) -> Expr | None:
        """The restriction the text puts on this line, as a term: `the case $k \\neq y_i$`."""
        val = self.restriction(e, frame)
        return val.at() if val is not None and val.scalar else None

    @staticmethod
    def restriction(e: Equation, frame: Frame) -> Val | None:
        """The restrictions before their term is asked for: their letters take the dimensions of the line's."""
        found = [val for c in e.conditions if (val := _restricting(c, frame, e)) is not None]
        if len(found) < 2 or not all(val.scalar for val in found):
            return found[0] if found else None
        return scalar(lambda: mul(*(val.at() for val in found)))


def _left_out(e: Equation, frame: Frame, variant: Variant) -> bool:
    """Whether the conditions of a line leave out the layer or time that its letter stands for in a variant."""
    here = replace(frame, universe=variant.universe)
    return any(at_a_step(here, c) is False for c in e.conditions)


def _printed(variant: Variant) -> dict[tuple[Instance, int], int]:
    """The sizes of quantities that what is printed of them tells."""
    dims, instances = variant.universe.dims, variant.universe.instances
    axes = ((instance, n, dims.find(d.name)) for s, instance in instances.items() for n, d in enumerate(s.axes))
    return {(instance, n): dims.sizes[root] for instance, n, root in axes if root in dims.sizes}


def _restricting(relation: Relation, frame: Frame, e: Equation) -> Val | None:
    """One restriction as a value; None where it is about letters that the line has not."""
    if any(isinstance(n, Big) for n in walk(relation)):
        raise Untyped("a condition on a sum is not put to use", "untyped")
    letters = {x for side in (relation.first, relation.links[0].node) if (x := letter_of(side))}
    here = set(frame.free) | set(frame.letters)
    if relation.links[0].op in ORDERS and _is_near(relation, e):  # of a step, or a quantity: "if $x < 0$"
        if (near := at_a_step(frame, relation)) is not None:
            return scalar(lambda: const(int(near)))
        here |= {x for x in letters if not is_index_letter(frame, x)}
    if not letters <= here and not letters & set(frame.free):
        return None
    if (holds := at_a_step(frame, relation)) is not None:
        return scalar(lambda: const(int(holds)))
    missing = letters - here - {letter_of(n) for side in (e.lhs, e.rhs) for n in walk(side)}
    if len(letters) == 2 and missing and all(is_index_letter(frame, x) for x in missing):
        return None  # "w = o" restricts nothing where no o stands: there always is one, and another one
    return condition_value(frame, relation)


def _is_near(relation: Relation, e: Equation) -> bool:
    """Whether a case stands in the paragraph or item of a line: what is said behind it is said of every case again."""
    first, last = sorted((relation.span, e.span), key=lambda span: span.start)
    return PARAGRAPH.search(e.document.text[first.end : last.start]) is None


def _stepped(side: Node, sign: str) -> Iterator[str]:
    """The letters of steps that a formula goes back or on from: t in `h_{t-1}`, l in `W^{l+1}`."""
    for node in walk(side):
        if not isinstance(node, Sum) or (letter := shifted_letter(node)) is None:
            continue
        if any(term.sign == sign for term in node.terms[1:]):
            yield letter


def _numbered(world: World, e: Equation, condition: Relation) -> tuple[str, int] | None:
    """The letter and the number of `k = 2`, which says what layer a label k stands for, or of `l = L`, the last; None
    for other conditions."""
    letter, link = letter_of(condition.first), condition.links[0]
    if letter is None or link.op != "=":
        return None
    if isinstance(link.node, Number) and link.node.text.isdigit():
        return letter, int(link.node.text)
    last = letter_of(link.node)
    if last is None or not last.isupper() or last in world.glossary.bound:
        return None
    steps = step_letters(world, e.lhs) | step_letters(world, e.rhs)
    return (letter, ALL_STEPS.top + bool(world.late)) if letter in steps else None
