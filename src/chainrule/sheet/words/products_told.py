r"""Signs that words make the Hadamard product: "where $\otimes$ denotes the element-wise product".

By custom `\otimes` multiplies all pairs of entries, and a star nothing at all; what the words say is read instead. The
sign is written `\odot` then, throughout the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Node, Product, Script
from chainrule.sheet.records.statements import Equation, Sentence, Sheet
from chainrule.sheet.records.throughout import throughout
from chainrule.sheet.syntax.names import children, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import is_transpose

SIGNS = {"\\otimes": "otimes", "\\star": "star", "\\boxdot": "boxdot", "\\boxtimes": "boxtimes"}
_WISE = r"(?:element|component|entry|point|coordinate)s?[- ]?(?:by[- ]\w+|wise)"
_PRODUCT = (
    rf"(?:(?:hadamard|schur|{_WISE})(?:,? (?:or )?\(?(?:hadamard|schur|{_WISE})\)?)?(?: (?:vector|matrix))?"
    r"[- ]+(?:products?|multiplications?))"
)
TOLD = re.compile(
    r"⟦(?P<before>\d+)⟧,? (?:here |again )?(?:(?:denotes?|is|means?|represents?|stands for|refers to|being|as|for) )?"
    rf"(?:the |an? )?{_PRODUCT}"
    rf"|{_PRODUCT},? ?(?:operat(?:or|ion)|sign|symbol)?,? ?(?:is )?(?:(?:denoted|written|indicated) (?:by|as|with) )?"
    r"\(?⟦(?P<behind>\d+)⟧",
    re.IGNORECASE,
)
OTHERWISE = re.compile(r"\b(?:kronecker|tensor|outer)[- ]+products?\b", re.IGNORECASE)
CLAUSE_ENDS = re.compile(r"(?<!e\.g|i\.e)[.;:!?](?=\s|\Z)\s*(?=\S)")
PLACE = re.compile(r"⟦(\d+)⟧")


def with_told_products(sheet: Sheet) -> Sheet:
    """The sheet with such signs written as Hadamard products, where no words make another product of them."""
    told = {SIGNS[sign] for s in sheet.sentences for sign in _told(s)}
    told -= {SIGNS[sign] for s in sheet.sentences for sign in _told_otherwise(s)}
    if not told:
        return sheet
    kept = {e.position for e in sheet.equations if _is_outer(e)}

    def written(node: Node) -> Node:
        return rebuilt(node, lambda part: _by_entries(part, told))

    return throughout(sheet, written, kept=kept)


def _is_outer(e: Equation) -> bool:
    """Whether words that lead to a formula call it a product of all pairs. One with a transpose needs no sign for that,
    and one with the sign inside itself speaks of entries."""
    parts = [n for side in (e.lhs, e.rhs) for n in walk(side)]
    transposed = any(isinstance(n, Script) and n.sup is not None and is_transpose(n.sup) for n in parts)
    nested = any(_has_sign(inner) for n in parts if _has_sign(n) for part in children(n) for inner in walk(part))
    return not transposed and not nested and OTHERWISE.search(CLAUSE_ENDS.split(e.cue or e.lead)[-1]) is not None


def _has_sign(node: Node) -> bool:
    return isinstance(node, Product) and any(f.op in SIGNS.values() for f in node.factors)


def _told_otherwise(sentence: Sentence) -> Iterator[str]:
    """The signs, by themselves in a clause, that it calls a product of all pairs; "the outer product $u v^T$" has
    none, and a formula behind such words keeps its own."""
    for clause in CLAUSE_ENDS.split(sentence.text):
        if OTHERWISE.search(clause) and not TOLD.search(clause):
            signs = (sentence.sources[int(n)].strip() for n in PLACE.findall(clause))
            yield from (sign for sign in signs if sign in SIGNS)


def _told(sentence: Sentence) -> Iterator[str]:
    for found in TOLD.finditer(sentence.text):
        sign = sentence.sources[int(found["before"] or found["behind"])].strip()
        if sign in SIGNS:
            yield sign


def _by_entries(node: Node, signs: set[str]) -> Node | None:
    if not isinstance(node, Product) or not any(f.op in signs for f in node.factors):
        return None
    inner = ((f, rebuilt(f.node, lambda part: _by_entries(part, signs))) for f in node.factors)
    return replace(node, factors=tuple(replace(f, op="odot" if f.op in signs else f.op, node=n) for f, n in inner))
