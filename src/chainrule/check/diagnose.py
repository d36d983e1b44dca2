r"""What is wrong with a refuted line: the smallest edit of one of its sides that makes the line true.

Edits of the source (`check.edits`) are tried one by one. A candidate is read again by the grammar, given its meaning in
a universe that holds this line alone, and compared. The first that is equal there is put in the place of the line in the
whole world and judged once more, exactly as the repaired document would be. So a suggestion is never a guess from the
look of a line; that no edit is found proves nothing, since the table and the time are bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from chainrule.check.clock import Clock, DeadlinePassed
from chainrule.check.compare import Comparer, Different, Outcome, Same, guard
from chainrule.check.edits import Edit, Rule, edits
from chainrule.check.places import Side, is_derivative, is_index, places
from chainrule.check.report import Suggestion
from chainrule.check.settle import settle
from chainrule.read import tree
from chainrule.read.grammar import parse
from chainrule.read.tree import Accent, Fenced, Name, Node, Product, Relation, Script, Span, Unread
from chainrule.sheet.frame import Frame, tensor
from chainrule.sheet.infer import lines_of, mismatch, names_in, type_line
from chainrule.sheet.meaning.products import function_name
from chainrule.sheet.names import attach_increments, reference, walk
from chainrule.sheet.shapes import Untyped
from chainrule.sheet.statements import Equation, trimmed
from chainrule.sheet.world import Config, Universe, World

if TYPE_CHECKING:
    from chainrule.check.judge import Judge, Variant

MOST_CANDIDATES = 160
SECONDS_FOR_A_LINE = 1.0
MOST_MENTIONS = 8
# What the chain rule puts beside a function: its derivative at the same argument, as people write it.
DERIVATIVES = {"sin": r"\cos", "exp": r"\exp", "sinh": r"\cosh", "cosh": r"\sinh", "softplus": r"\sigma"}


@dataclass(frozen=True)
class Repair:
    """What repairs a line, with the reason code of the mistake."""

    code: str
    suggestion: Suggestion


def suggest(judge: Judge, e: Equation, variant: Variant, ratio: float | None = None) -> Repair | None:
    """The smallest edit that makes a refuted line true, or None; `ratio` is that of its sides where it is constant."""
    if e.spelled is not None or e.source == "prose":
        return None
    clock = Clock(SECONDS_FOR_A_LINE)

    def deadline() -> None:
        clock.check()
        judge.deadline()

    try:
        with _unchanged(judge.world):
            return _search(Bench(judge, e, variant, deadline), ratio)
    except DeadlinePassed:
        return None  # no repair was found in time; the verdict stands without one


def _search(bench: Bench, ratio: float | None) -> Repair | None:
    for which in bench.sides():
        side = bench.side(which)
        for rule, edit in islice(edits(side, ratio is not None), MOST_CANDIDATES):
            bench.deadline()
            candidate = bench.candidate(which, edit)
            if candidate is not None and bench.fits(candidate) and bench.confirmed(candidate):
                return _repair(bench.e, which, rule, edit)
    return None


def _repair(e: Equation, which: str, rule: Rule, edit: Edit) -> Repair:
    span = (e.rhs if which == "rhs" else e.lhs).span
    text = trimmed(edit.applied(e.document.text, span.start, span.end))
    where = "" if which == "rhs" else " on the left side"
    return Repair(rule.code, Suggestion(text, edit.edit + where, edit.explains))


class Screen(Comparer):
    """Compares without certifying differences: only equality counts here."""

    def _certified(self, sides, ordered, axes, model, wrong, symbols, a, b) -> Outcome:  # type: ignore[no-untyped-def]
        return Different({}, None, None, None, set(), set(), sides)


@dataclass
class Bench:
    """One refuted line, to try edits of it on."""

    judge: Judge
    e: Equation
    variant: Variant
    deadline: Clock.check.__class__

    @property
    def world(self) -> World:
        return self.judge.world

    # ---------------------------------------------------------------------------------------- candidates

    def sides(self) -> list[str]:
        """Which side to edit first: the right one, unless the left one was wrong already in the link before."""
        if self._plain(self.e.lhs):
            return ["rhs"]
        return ["lhs", "rhs"] if self._inherited() else ["rhs", "lhs"]

    def _plain(self, node: Node) -> bool:
        """A name, or the derivative of a name: what a line is about, not what it says of it."""
        if isinstance(node, Product) and len(node.factors) == 2:
            return is_derivative(node.factors[0].node) and self._plain(node.factors[1].node)
        return is_derivative(node) or reference(node, self.world.glossary) is not None

    def _inherited(self) -> bool:
        """Whether the left side is the right side of a link that is wrong itself."""
        before = next((x for x in self.judge.equations if x.chain == self.e.chain and x.rhs is self.e.lhs), None)
        if before is None or before.position not in self.variant.typed:
            return False
        return isinstance(self.judge.outcome(before, self.variant), Different)
