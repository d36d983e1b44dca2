r"""Sums and products with dots whose items follow no one form: `x_1 w_1 + \dots - x_k w_k + \dots + x_n w_n`.

Such dots stand for nothing. Where one edit of one written item makes all of them follow one form, and the line holds
then in the whole document, the item is what is wrong: that it differs from the item in its place is certified as any
other difference is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from chainrule.check.comparison.compare import Different, Outcome, Unclear
from chainrule.check.comparison.lines import EQUALITIES, Lines, Variant
from chainrule.check.diagnosis.diagnose import Bench, search
from chainrule.check.diagnosis.edits.indices import indices
from chainrule.check.diagnosis.edits.names import numbered
from chainrule.check.diagnosis.edits.numbers import exponents
from chainrule.check.diagnosis.edits.places import Side, is_derivative
from chainrule.check.diagnosis.edits.table import PLAIN_SLIPS, RULES, Edit
from chainrule.check.diagnosis.probe import Probe
from chainrule.check.doubts.doubts import doubt
from chainrule.check.records.budget import Budget
from chainrule.check.records.finding import Finding
from chainrule.check.records.report import Counterexample, Evidence
from chainrule.read.tree import Dots, Factor, Node, Product, Sum, Term
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import walk

ONE_ITEM = (*PLAIN_SLIPS, *(rule for rule in RULES if rule.edits in (indices, numbered, exponents)))
"""What is tried on an item: an edit that makes another value of it, and no other order of what it is made of."""


@dataclass(kw_only=True)
class OneForm(Bench):
    """A line with dots that stand for nothing, to try edits of one item on; `apart` is how an item of the repair that
    was found differs from what is written."""

    apart: Different | None = field(default=None)
    item: tuple[Node, Node] | None = None

    def probe(self, which: str, side: Side) -> Probe | None:
        """No numbers are looked at: few edits leave no dots, and the whole document tells of these."""
        return None

    def candidate(self, which: str, edit: Edit) -> Equation | None:
        """The line with an edit of one item made, after which no dots are left without a meaning."""
        side = self.e.rhs if which == "rhs" else self.e.lhs
        written = next(_items_at(side, edit), None)
        found = None if written is None else super().candidate(which, edit)
        if found is None or written is None or _has_dots(found.rhs if which == "rhs" else found.lhs):
            return None
        self.item = self._both(written, edit)
        return None if self.item is None else found

    def _both(self, written: Node, edit: Edit) -> tuple[Node, Node] | None:
        """An item as it is written and with an edit made; beside its negative where the edit is one of its sign."""
        inside = written.span.start <= edit.start and edit.end <= written.span.end
        if not inside:
            return written, Sum(written.span, (Term("-", written),))
        text = edit.applied(self.e.document.tex, written.span.start, written.span.end)
        node = self.read(text)
        return None if node is None else (written, node)

    def holds(self, candidate: Equation) -> bool:
        """Whether a candidate is true, and its item certified to be another one than what is written."""
        if self.item is None or not super().holds(candidate):
            return False
        items = replace(self.e, lhs=self.item[0], rhs=self.item[1])
        trial = self.lines.with_line(items)
        variant = trial.like(self.variant)
        outcome = trial.outcome(items, variant)
        if not isinstance(outcome, Different) or doubt(trial, items, variant, outcome) is not None:
            return False
        self.apart = outcome
        return True


def of_uneven_dots(lines: Lines, budget: Budget, e: Equation, variant: Variant, outcome: Outcome) -> Finding | None:
    """The verdict on a line in which dots stand for nothing only because of one item; None for any other line."""
    if not isinstance(outcome, Unclear) or e.op not in EQUALITIES or not (_has_dots(e.lhs) or _has_dots(e.rhs)):
        return None
    bench = OneForm(lines, budget, e, variant, ONE_ITEM)
    repair = search(bench)
    if repair is None or bench.apart is None:
        return None
    apart = bench.apart
    message = f"the items that are written out follow one form but for {repair.differ}"
    return Finding(
        "refuted", repair.code, message,
        evidence=Evidence("sampled", 1, apart.sizes, lines.options.seed, "128 bits"),
        counterexample=Counterexample(apart.values, apart.lhs, apart.rhs, "the item"),
        suggestion=repair.suggestion,
    )  # fmt: skip


def _has_dots(node: Node) -> bool:
    return any(isinstance(n, Dots) for n in walk(node))


def _items_at(side: Node, edit: Edit) -> Iterator[Node]:
    """The written item that an edit changes, of a sum or product with dots: the one it stands in, or the one whose
    sign it is; that of dots is the sign of what stands behind them."""
    for node in walk(side):
        match node:
            case Sum(terms=terms):
                parts: tuple[Term, ...] | tuple[Factor, ...] = terms
            case Product(factors=factors) if not any(is_derivative(f.node) for f in factors):  # no chain of steps
                parts = factors
            case _:
                continue
        items = [part.node for part in parts]
        if any(isinstance(x, Dots) for x in items) and node.span.start <= edit.start and edit.end <= node.span.end:
            yield from (x for x in items if not isinstance(x, Dots) and edit.start < x.span.end)
