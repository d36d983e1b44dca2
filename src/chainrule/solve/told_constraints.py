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
UNSURE = re.compile(
    r"\b(?:without|unconstrained|not|no|then|again|last|previous\w*|earlier|before|is it|does|instead|now)\b",
    re.IGNORECASE,
)
"""Words after which a constraint may be another one's, or none."""
LAGRANGIAN = re.compile(r"lagrangian|lagrange function", re.IGNORECASE)


def constrained(q: Question, sheet: Sheet, scope: Scope, document: Document) -> Question:
    """A question for an extremum as one under the constraints that its exercise tells of the unknowns."""
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
    if not told or any(f.span.start > q.span.start for f in told) or UNSURE.search(" ".join(s.text for s in seen)):
        return q  # told for what comes later, or for something else
    under = constraints_of(told)
    words = f"the {q.root.kind or 'extremum'} of ${loss}$ subject to {', '.join(f'${f.tex.strip()}$' for f in told)}"
    if not under:
        return Question("", q.span, q.end, words=words)
    return replace(q, tex="", root=None, extremum=Extremum(q.root.kind, loss, loss, over, under, (), words))


def _told(s: Sentence) -> Iterator[Formula]:
    for found in TOLD.finditer(s.text):
        for number in map(int, re.findall(r"\d+", found["one"] or found["several"])):
            node = s.formulas[number]
            yield Formula(node, node.span, s.document.source(node.span))


def _stands_in(name: str, tex: str) -> bool:
    return re.search(rf"(?<![A-Za-z\\]){re.escape(name)}(?![A-Za-z])", tex) is not None
