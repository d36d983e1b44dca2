"""Tables to be filled in: a name or a derivative in one cell, a blank in the next."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.read.document import Document, Math
from chainrule.read.tree import Missing, Relation, Span
from chainrule.solve.question import Formula, Question

NEXT = re.compile(
    r"(?:\$|\\\))?[ \t]*[|&][ \t]*"
    r"(?P<blank>(?:\?+|\.{3,}|…|_{2,}|(?:\\_\s*)+|\$\s*(?:\?|\\[lc]?dots|\\_)*\s*\$)?)[ \t]*(?=\||&|\\\\|\n|$)"
)
FIRST = re.compile(r"(?:^|\n|[|&]|\\\\|\\hline)[ \t]*(?:\$|\\\()?\s*$")
EMPTY = re.compile(r"(?:\?|\\[lc]?dots|\\_|\s)*")
TABLE = re.compile(r"\b(?:tables?|tabell\w*|tableaux?|tabla)\b", re.IGNORECASE)


def cells(document: Document, formulas: list[Formula]) -> Iterator[Question]:
    """The blanks behind the formulas of cells; an empty cell is one where the words speak of a table."""
    inline = {p.span.start: p for p in document.pieces if isinstance(p, Math) and not p.display}
    for f in formulas:
        piece = next((p for p in inline.values() if p.span.start <= f.span.start <= p.span.end), None)
        if piece is None or isinstance(f.node, (Relation, Missing)) or EMPTY.fullmatch(f.tex):
            continue
        blank = NEXT.match(document.text, f.span.end)
        before = document.text[max(0, f.span.start - 40) : f.span.start]
        if blank is not None and FIRST.search(before) and (blank["blank"] or TABLE.search(document.text)):
            yield Question(f.tex.strip(), f.span, 0, Span(blank.start("blank"), blank.end("blank")), cell=True)
