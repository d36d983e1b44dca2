r"""Constraints that another sentence than the question tells: "Consider $f(x, y)$ subject to $x + y = 3$. Find the
minimum of $f$."
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.document import Document
from chainrule.sheet.conditions.imposed import differentiates
from chainrule.sheet.letters.glossary import tidy
from chainrule.sheet.records.statements import Scope, Sentence, Sheet
from chainrule.sheet.words.denials import DENIAL
from chainrule.solve.asking import read_formula
from chainrule.solve.constrained import LIST, ONE, SAID, constraints_of, written_out
from chainrule.solve.question import Extremum, Formula, Question
from chainrule.solve.roots import meant

SURFACE = r"(?:line|plane|hyperplane|circle|sphere|curve|surface)"
NEAR = r"(?:(?! and\b)[^⟦.]){0,30}"
TOLD = re.compile(
    rf"(?:\bconstraints\b{NEAR}(?P<several>{LIST})"
    rf"|(?:\b(?:subject to|s\.\s?t\.)|\bconstraint\b|\bon the {SURFACE}\b){NEAR}(?P<one>{ONE}))"
    rf"(?!,? (?:when|if)\b)",
    re.IGNORECASE,
)
OF_CONSTRAINTS = rf"(?:constrain\w*|restrict\w*|condition\w*|subject to|s\.\s?t\.|\bon the {SURFACE}\b)"
NO = DENIAL.pattern.removeprefix("(?i)")
TAKEN_BACK = re.compile(
    r"\b(?:without|instead|ignor\w+|drop\w*|relax\w*|remov\w+|lift\w*|neglect\w*|unconstrained|unrestricted)\b"
    rf"|(?:{NO}).*{OF_CONSTRAINTS}|{OF_CONSTRAINTS}.*(?:{NO})",
    re.IGNORECASE,
)
"""A constraint that is denied or taken back."""
ELSEWHERE = re.compile(
    r"\b(?:was|were|had|did|been|previous\w*|earlier|last|next|later"
    r"|(?:other|another) (?:exercise|question|problem))\b",
    re.IGNORECASE,
)
"""A constraint that is told of another time."""
ASKS = re.compile(r"\?\s*$|^\W*(?:is|are|does|do|can|which|what|why|how|whether)\b", re.IGNORECASE)
"""A constraint that is asked about."""
CLAUSE = re.compile(r"[^.;!?]*[.;!?]?")
LAGRANGIAN = re.compile(r"lagrangian|lagrange function", re.IGNORECASE)


def constrained(q: Question, sheet: Sheet, scope: Scope, document: Document, asked_all: list[Question]) -> Question:
    """A question for an extremum as one under the constraints that its exercise tells of the unknowns; `asked_all` are
    all questions, of which no other extremum may stand between."""
    if q.root is None or q.extremum is not None or q.shown:
        return q
    seen = [s for s in sheet.sentences if s.own and scope.sees(s.scope)]
    if any(LAGRANGIAN.search(s.text) and s.formulas and "With the multiplier" not in s.text for s in seen):
        return q  # the author's own is asked about
    parsed = {t: tidy(node, sheet.glossary) for t in q.root.said if (node := read_formula(t, document)) is not None}
    if any(differentiates(node) for node in parsed.values()):
        return q
    said = SAID.search(document.text, q.span.start, q.end)
    asked = replace(q, root=replace(q.root, said=tuple(parsed)), end=q.end if said is None else said.start())
    loss, unknowns, _ = meant(asked, sheet, scope, parsed)
    over = tuple(plain for _, plain in unknowns)
    of = written_out(loss, sheet, scope, asked.end)
    over = tuple(x for x in over if _stands_in(x, of))
    told = [f for s in seen for f in _told(s) if any(_stands_in(x, f.tex) for x in over)]
    if not told or any(f.span.start > q.span.start for f in told) or not _still_holds(q, told, seen):
        return q  # told for what comes later, or for something else
    start = max(f.span.start for f in told)
    before = [o for o in asked_all if o is not q and o.span.start < q.span.start and o.end > start]
    under = () if any(o.root or o.extremum for o in before) else constraints_of(told)  # that may have been all
    words = f"the {q.root.kind or 'extremum'} of ${loss}$ subject to {', '.join(f'${f.tex.strip()}$' for f in told)}"
    if not under:
        return Question("", q.span, q.end, words=words)
    return replace(q, tex="", root=None, extremum=Extremum(q.root.kind, loss, loss, over, under, (), words))


def _still_holds(q: Question, told: list[Formula], seen: list[Sentence]) -> bool:
    """Whether what is told is told as a fact, here and now, with nothing behind it that takes it back."""
    behind = False
    for s in (s for s in seen if s.spans):
        for clause in (c for c in CLAUSE.findall(s.text) if c.strip()):
            numbers = [int(n) for n in re.findall(r"⟦(\d+)⟧", clause)]
            places = [s.spans[n].start for n in numbers]
            tells = TOLD.search(clause) is not None and any(
                f.span.start <= p <= f.span.end or p == f.span.start for f in told for p in places
            )
            if tells and (ELSEWHERE.search(clause) or ASKS.search(clause)):
                return False
            behind = behind or tells
            if behind and TAKEN_BACK.search(clause):
                return False
            if behind and q.span.start in places:
                return True
    return True


def _told(s: Sentence) -> Iterator[Formula]:
    for found in TOLD.finditer(s.text):
        for number in map(int, re.findall(r"\d+", found["one"] or found["several"])):
            node = s.formulas[number]
            yield Formula(node, node.span, s.document.source(node.span))


def _stands_in(name: str, tex: str) -> bool:
    return re.search(rf"(?<![A-Za-z\\]){re.escape(name)}(?![A-Za-z])", tex) is not None
