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
from chainrule.check.records.need import Need
from chainrule.check.records.report import Note
from chainrule.check.suppositions.rests import symbols_behind
from chainrule.read.tree import Accent, Big, Link, Name, Node, Number, Relation, Script
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.derivatives import nabla_of
from chainrule.sheet.syntax.names import letter_of, reference, walk
from chainrule.sheet.syntax.spelling import spelled_out

PICKING = (None, "one-hot", "simplex")


def picked(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A line about probabilities that holds where a vector of labels is one-hot at one of the line's indices: at the
    one that the text says, if the line has it."""
    letters = _places_in(e, variant)
    for node, base in _labels(lines, e, variant):
        told = lines.world.hot.get(base)
        for letter in sorted(letters) if told not in letters else ():
            if isinstance(_with_one_at(lines, e, variant, node, base, letter), Same):
                text = f"holds if {spelled_out(base)} is 1 at {letter} and 0 elsewhere, which is not said here"
                return assumed("condition", text, needs=(Need("condition", Instance(base), "one-hot"),))
    return None


def _places_in(e: Equation, variant: Variant) -> set[str]:
    r"""The indices of a line, and other letters of a place in it or in its conditions that no sum runs over: the k of
    `\theta_k - 1`, where other lines make a number of it."""
    sums = {x for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Big) and n.sub for x in _letters(n.sub)}
    scripts = (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Script))
    below = (letter_of(n.sub) for n in scripts if n.sub is not None and not _is_operator(n))
    compared = {x for c in e.conditions for x in _letters(c)}
    places = {x for x in (*below, *compared) if x is not None and x not in sums}
    return places | set(variant.typed[e.position][0].free)


def _is_operator(node: Script) -> bool:
    r"""A sum or a \nabla, below which stands what it runs over or goes by, and no place."""
    return isinstance(node.base, Big) or nabla_of(node) is not None


def _letters(node: Node) -> set[str]:
    return {x for n in walk(node) if isinstance(n, Name) and (x := letter_of(n)) is not None}


def as_told(lines: Lines, e: Equation, variant: Variant) -> tuple[Same, Note] | None:
    """That a line holds where a vector of labels is 1 at the index that the text says."""
    letters = _places_in(e, variant) if lines.world.hot else set[str]()
    for node, base in _labels(lines, e, variant) if letters & set(lines.world.hot.values()) else ():
        letter = lines.world.hot.get(base)
        outcome = (
            None if letter not in letters or letter is None else _with_one_at(lines, e, variant, node, base, letter)
        )
        if isinstance(outcome, Same):
            return outcome, Note("condition", f"{spelled_out(base)} is 1 at {letter} and 0 elsewhere, as the text says")
    return None


def _labels(lines: Lines, e: Equation, variant: Variant) -> Iterator[tuple[Script, str]]:
    """Entries of given vectors among probabilities, each with its name: those that a line without conditions sums over,
    and of one-hot vectors those behind the line."""
    if not lines.world.probabilistic:
        return
    frame = variant.typed[e.position][0]
    seen = set[str]()
    sides = () if e.conditions else (e.lhs, e.rhs)
    for node in (n for side in sides for n in walk(side) if isinstance(n, Script) and n.sub is not None):
        ref = reference(node, lines.world.glossary)
        letter = None if ref is None or len(ref.subs) != 1 else letter_of(ref.subs[0])
        told = None if ref is None else lines.world.hot.get(ref.base)
        if ref is None or letter is None or (letter in frame.free and letter != told):
            continue
        if _may_be_hot(lines, ref.base):
            seen.add(ref.base)
            yield node, ref.base
    yield from ((entry, base) for entry, base in _behind(lines, e, variant) if base not in seen)


def _may_be_hot(lines: Lines, base: str, kinds: tuple[str | None, ...] = PICKING) -> bool:
    family = lines.world.family(base)
    return family.domain_kind in kinds and not family.by and not lines.world.defined(base)


def _behind(lines: Lines, e: Equation, variant: Variant) -> Iterator[tuple[Script, str]]:
    """An entry of every one-hot vector that a line rests on through definitions: the y of the loss that is
    differentiated in it."""
    universe = variant.universe
    instances = (universe.instances.get(symbol) for symbol in symbols_behind(e, variant))
    bases = {i.base for i in instances if i is not None and _may_be_hot(lines, i.base, ("one-hot",))}
    for x in lines.equations if bases else ():
        for node in (n for side in (x.lhs, x.rhs) for n in walk(side) if isinstance(n, (Name, Accent, Script))):
            ref = reference(node, lines.world.glossary)
            if ref is not None and ref.base in bases and len(ref.subs) < 2:
                bases.discard(ref.base)
                name = node.base if isinstance(node, Script) and ref.subs else node
                yield Script(node.span, name, Name(node.span, "i")), ref.base


def _with_one_at(lines: Lines, e: Equation, variant: Variant, node: Script, base: str, letter: str) -> Outcome:
    """How the sides of a line compare where a vector is one-hot, with its 1 at an index."""
    here = replace(node, sub=Name(node.span, letter))
    one = Relation(node.span, here, (Link("=", node.span, Number(node.span, "1")),))
    family = lines.world.family(base)
    before, family.domain_kind = family.domain_kind, "one-hot"
    kept = variant.universe.mark()  # a condition must not tie the sizes of two indices for the lines after it
    frame, lhs, rhs = variant.typed[e.position]
    comparer = Screen(variant.settled, lines.options.seed, lines.deadline)
    try:
        condition = replace(e, conditions=(*e.conditions, one))
        return guard(lambda: comparer.compare(lhs, rhs, lines.condition(condition, frame)))
    finally:
        family.domain_kind = before
        variant.universe.back(kept)
