r"""Lines that words restrict to one branch: "when the loss is positive", "if the margin is violated".

Behind the line stands a maximum, a positive part or a rectifier; the sentence before it says on which side of its kink
the line holds, without writing the condition. Where the words name the side and the line holds there, it is verified;
where they only speak of a case, it is `assumed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Different, Outcome, Same
from chainrule.check.comparison.lines import Lines
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.report import Note
from chainrule.read.tree import Big, Comma, Fenced, Link, Node, Number, Product, Relation
from chainrule.sheet.conditions.restrictions import GENERAL
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import children, letter_of, walk

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

WHEN = (
    r"(?:\b(?:when\w*|if|where\w*|for|provided|assum\w+|suppos\w+|in case|case|wenn|falls|si|cuando|quand|если|при)\b"
    r"|当|若|如果|对于)"
)
CASE = re.compile(rf"{WHEN}[^.;:。；]*\W?\s*\Z", re.IGNORECASE)
SHUT = re.compile(
    r"\b(?:negative|(?:is|are|be) zero|inactive|not (?:active|positive|violated)|(?<!not )satisfied|outside the margin"
    r"|correctly classified)\b",
    re.IGNORECASE,
)
OPEN = re.compile(
    r"\b(?:positive|non-?zero|not zero|(?:greater|larger) than (?:zero|0)|above zero|active|violat\w+|not satisfied"
    r"|inside the margin)\b",
    re.IGNORECASE,
)
SUBJECT = re.compile(
    r"\b(?:loss|cost|error|margin|hinge|units?|neurons?|violat\w+|satisfied|active|inactive|classified)\b"
)
"""What a kink is the kink of: of other things that are positive, words say nothing of the side."""
WORD = re.compile(r"[^\W\d_]{2}")
RECTIFIERS = frozenset({"relu", "ReLU", "hinge"})
MOST = 4
"""How many kinks are tried."""


def in_a_branch(judge: Judge, e: Equation, outcome: Outcome) -> Finding | None:
    """The verdict on a line that holds on one side of a kink, where the words before it speak of a case."""
    found = branch(judge, e) if isinstance(outcome, Different) else None
    if found is None:
        return None
    only, same, told = found
    relation = only.conditions[0]
    second = relation.links[0].node
    other = "0" if isinstance(second, Number) else e.document.source(second.span)
    text = f"{e.document.source(relation.first.span)} {relation.links[0].op} {other}"
    if not told:
        return assumed("condition", f"holds if {text}, which is not written here")
    verified = judge.with_line(only).verified(only, judge.with_line(only).usual(only), same)
    return replace(verified, notes=(*verified.notes, Note("condition", f"where {text}, as the words say")))


def branch(lines: Lines, e: Equation) -> tuple[Equation, Same, bool] | None:
    """A line with the condition under which it holds, and whether the words before it say as much."""
    words = _words_before(lines, e).rsplit(". ", 1)[-1]
    if e.conditions or GENERAL.search(words) or not CASE.search(words):
        return None
    of_the_kink = SUBJECT.search(words.lower()) is not None
    told = None if not of_the_kink else "<" if SHUT.search(words) else ">" if OPEN.search(words) else None
    for first, second in list(_kinks(lines.world, e))[:MOST]:
        for side in (">", "<") if told != "<" else ("<", ">"):
            only = replace(e, conditions=(Relation(e.lhs.span, first, (Link(side, e.lhs.span, second),)),))
            trial = lines.with_line(only)
            found = trial.outcome(only, trial.usual(only))
            if isinstance(found, Same):
                return only, found, side == told and isinstance(second, Number)
    return None


def _words_before(lines: Lines, e: Equation) -> str:
    """The words of the paragraph a line stands in, or those of the last one before it in its section."""
    spoken = (p for p, text in lines.world.told.items() if p <= e.position and WORD.search(text))
    before = max(spoken, default=None)
    if e.cue.strip() or before is None:
        return e.cue
    between = [x for x in lines.equations if before <= x.position <= e.position and x.document is e.document]
    return lines.world.told[before] if all(x.scope == e.scope for x in between) else ""


def _kinks(world: World, e: Equation) -> Iterator[tuple[Node, Node]]:
    """The two sides of each maximum, and what each rectifier is of, in the formulas behind a line."""
    names = lines_of(world, [e])[0].names
    tables = (world.sites, world.functions)
    bodies = [s.body for table in tables for base in sorted(names) for s in table.get(base, ())]
    for body in (e.lhs, e.rhs, *bodies):
        yield from _within(body, frozenset())


def _within(node: Node, bound: frozenset[str]) -> Iterator[tuple[Node, Node]]:
    if isinstance(node, Big) and node.sub is not None:
        return
    if isinstance(node, Product):
        inner = {x for f in node.factors if isinstance(f.node, Big) and f.node.sub for x in bound_letters(f.node.sub)}
        bound |= inner
        for f, g in pairwise(node.factors):
            fence = g.node if isinstance(g.node, Fenced) and not g.op else None
            pair = None if fence is None else _sides(getattr(f.node, "text", getattr(f.node, "op", "")), fence.body)
            if pair is not None and not bound & {x for side in pair for n in walk(side) if (x := letter_of(n))}:
                yield pair
    for child in children(node):
        yield from _within(child, bound)


def _sides(word: str, body: Node) -> tuple[Node, Node] | None:
    zero = Number(body.span, "0")
    match body:
        case Comma(items=(first, second)) if word == "max":
            return (second, first) if isinstance(first, Number) else (first, second)
        case Comma():
            return None
    return (body, zero) if word in RECTIFIERS else None
