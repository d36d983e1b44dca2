r"""Signs that are cases: "if $x > 0$, ...; if $x < 0$, ..." says of x neither.

A document that speaks of a name on both sides of a number has not declared it to be on one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from chainrule.read.tree import Cases, Node, Number, Relation
from chainrule.sheet.records.statements import Equation, Sentence
from chainrule.sheet.syntax.names import Glossary, reference
from chainrule.sheet.words.declared import Fact, relations_of

CASE = re.compile(r"(?:\b(?:if|when|whenever|for|case|and|or|where)|⟧\s*,?)\W*$", re.IGNORECASE)
BELOW, ABOVE = frozenset({"<", "≤"}), frozenset({">", "≥"})


def without_signs_of_cases(
    facts: list[Fact], sentences: Iterable[Sentence], equations: Iterable[Equation], glossary: Glossary
) -> list[Fact]:
    """The facts without the signs of names that are told to be on both sides of a number."""
    sentences, equations = list(sentences), list(equations)
    if not any(f.kind == "sign" for f in facts):
        return facts
    relations = [r for s in sentences for node in s.formulas for r in relations_of(node)]
    relations += [r for e in equations for r in e.conditions]
    compared = [(r.first, r.links[0].op, r.links[0].node) for r in relations]
    compared += [(e.lhs, e.op, e.rhs) for e in equations]
    both = set(_sides(compared, BELOW, glossary)) & set(_sides(compared, ABOVE, glossary))
    told = {base for base, _ in both} - set(_declared(sentences, glossary))
    told |= set(_in_pieces(equations, glossary))
    return [f for f in facts if f.kind != "sign" or f.ref is None or f.ref.base not in told]


def _in_pieces(equations: Iterable[Equation], glossary: Glossary) -> Iterator[str]:
    """The names that a formula with cases compares, and that may be on the other side: `u = b` for `b > 0`, `-b`
    otherwise."""
    for rows in (e.rhs.rows for e in equations if isinstance(e.rhs, Cases)):
        for condition in (r.condition for r in rows if isinstance(r.condition, Relation)):
            ref = reference(condition.first, glossary)
            if ref is not None and len(rows) > 1:
                yield ref.base


def _declared(sentences: Iterable[Sentence], glossary: Glossary) -> Iterator[str]:
    r"""The names that a sentence puts above a number, and in no case: "with $\eta > 0$"."""
    for s in sentences:
        for n, node in enumerate(s.formulas):
            if not CASE.search(s.text.partition(f"⟦{n}⟧")[0]):
                compared = ((r.first, r.links[0].op, r.links[0].node) for r in relations_of(node))
                yield from (base for base, _ in _sides(compared, ABOVE, glossary))


def _sides(
    compared: Iterable[tuple[Node, str, Node]], signs: frozenset[str], glossary: Glossary
) -> Iterator[tuple[str, str]]:
    """The names that are told to be on one side of a number, with it."""
    for first, op, last in compared:
        ref = reference(first, glossary) if op in signs and isinstance(last, Number) else None
        if ref is not None and isinstance(last, Number):
            yield ref.base, last.text
