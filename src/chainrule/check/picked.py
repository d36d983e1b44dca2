r"""One-hot vectors that are 1 at an index the line speaks of: `-\sum_w y_w \log p_w = -\log p_o`.

Such a line holds where o is the place of the 1. Where the document does not say so in words that are understood, the
line is `assumed` and names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.check.compare import Different, Same, Screen, guard
from chainrule.check.finding import Finding, assumed
from chainrule.check.lines import Lines, Variant
from chainrule.check.report import Evidence, Note
from chainrule.read.tree import Link, Name, Number, Relation, Script
from chainrule.sheet.names import letter_of, reference, walk
from chainrule.sheet.spelling import spelled_out
from chainrule.sheet.statements import Equation

PICKING = (None, "one-hot", "simplex")


def picked(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A line about probabilities that holds where a vector of labels is one-hot at one of the line's indices."""
    if e.conditions or not lines.world.probabilistic:
        return None
    for node, letter in _places(lines, e, variant):
        ref = reference(node, lines.world.glossary)
        assert ref is not None
        here = replace(node, sub=Name(node.span, letter))
        one = Relation(node.span, here, (Link("=", node.span, Number(node.span, "1")),))
        family = lines.world.family(ref.base)
        before, family.domain_kind = family.domain_kind, "one-hot"
        try:
            held = _holds(lines, replace(e, conditions=(one,)), variant)
        finally:
            family.domain_kind = before
        if held:
            name = spelled_out(ref.base)
            if lines.world.hot.get(ref.base) == letter:
                note = Note("condition", f"{name} is 1 at {letter} and 0 elsewhere, as the text says")
                message = "both sides agree at every sample point"
                evidence = Evidence("sampled", seed=lines.options.seed)
                return Finding("verified", "sampled", message, "claim", evidence, notes=(note,))
            return assumed("condition", f"holds if {name} is 1 at {letter} and 0 elsewhere, which is not said here")
    return None


def _places(lines: Lines, e: Equation, variant: Variant) -> Iterator[tuple[Script, str]]:
    """Entries of given vectors that the line sums over, each with an index that is free in the line or told."""
    frame = variant.typed[e.position][0]
    for node in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Script) and n.sub is not None):
        ref = reference(node, lines.world.glossary)
        letter = None if ref is None or len(ref.subs) != 1 else letter_of(ref.subs[0])
        if ref is None or letter is None or letter in frame.free:
            continue
        family = lines.world.family(ref.base)
        if family.domain_kind in PICKING and not family.by and not lines.world.defined(ref.base):
            told = lines.world.hot.get(ref.base)
            yield from ((node, x) for x in sorted({*frame.free, *((told,) if told is not None else ())}))


def _holds(lines: Lines, e: Equation, variant: Variant) -> bool:
    frame, lhs, rhs = variant.typed[e.position]
    comparer = Screen(variant.settled, lines.options.seed, lines.deadline)
    kept = variant.universe.mark()  # a condition must not tie the sizes of two indices for the lines after it
    try:
        return isinstance(guard(lambda: comparer.compare(lhs, rhs, lines.condition(e, frame))), Same)
    finally:
        variant.universe.back(kept)
