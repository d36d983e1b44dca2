r"""One-hot vectors that are 1 at an index the line speaks of: `-\sum_w y_w \log p_w = -\log p_o`.

Such a line holds where o is the place of the 1. Where the document does not say so in words that are understood, the
line is `assumed` and names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.check.comparison.compare import Different, Outcome, Same, Screen, guard
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.report import Note
from chainrule.read.tree import Link, Name, Number, Relation, Script
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import letter_of, reference, walk
from chainrule.sheet.syntax.spelling import spelled_out

PICKING = (None, "one-hot", "simplex")


def picked(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A line about probabilities that holds where a vector of labels is one-hot at one of the line's indices."""
    for node, base in _labels(lines, e, variant):
        for letter in sorted(variant.typed[e.position][0].free):
            if isinstance(_with_one_at(lines, e, variant, node, letter), Same):
                text = f"holds if {spelled_out(base)} is 1 at {letter} and 0 elsewhere, which is not said here"
                return assumed("condition", text)
    return None


def as_told(lines: Lines, e: Equation, variant: Variant) -> tuple[Same, Note] | None:
    """That a line holds where a vector of labels is 1 at the index that the text says."""
    for node, base in _labels(lines, e, variant) if lines.world.hot else ():
        letter = lines.world.hot.get(base)
        outcome = None if letter is None else _with_one_at(lines, e, variant, node, letter)
        if isinstance(outcome, Same):
            return outcome, Note("condition", f"{spelled_out(base)} is 1 at {letter} and 0 elsewhere, as the text says")
    return None


def _labels(lines: Lines, e: Equation, variant: Variant) -> Iterator[tuple[Script, str]]:
    """Entries of given vectors that a line without conditions sums over, among probabilities, each with its name."""
    if e.conditions or not lines.world.probabilistic:
        return
    frame = variant.typed[e.position][0]
    for node in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Script) and n.sub is not None):
        ref = reference(node, lines.world.glossary)
        letter = None if ref is None or len(ref.subs) != 1 else letter_of(ref.subs[0])
        told = None if ref is None else lines.world.hot.get(ref.base)
        if ref is None or letter is None or (letter in frame.free and letter != told):
            continue
        family = lines.world.family(ref.base)
        if family.domain_kind in PICKING and not family.by and not lines.world.defined(ref.base):
            yield node, ref.base


def _with_one_at(lines: Lines, e: Equation, variant: Variant, node: Script, letter: str) -> Outcome:
    """How the sides of a line compare where a vector is one-hot, with its 1 at an index."""
    ref = reference(node, lines.world.glossary)
    assert ref is not None
    here = replace(node, sub=Name(node.span, letter))
    one = Relation(node.span, here, (Link("=", node.span, Number(node.span, "1")),))
    family = lines.world.family(ref.base)
    before, family.domain_kind = family.domain_kind, "one-hot"
    kept = variant.universe.mark()  # a condition must not tie the sizes of two indices for the lines after it
    frame, lhs, rhs = variant.typed[e.position]
    comparer = Screen(variant.settled, lines.options.seed, lines.deadline)
    try:
        condition = replace(e, conditions=(one,))
        return guard(lambda: comparer.compare(lhs, rhs, lines.condition(condition, frame)))
    finally:
        family.domain_kind = before
        variant.universe.back(kept)
