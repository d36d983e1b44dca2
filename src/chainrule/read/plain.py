"""Reads plain text without TeX: a line that holds a relation sign and no sentence is a formula.

"L = (y - t)^2" is one, "where y = W x + b" has one behind its first word, "the loss is = 3 times as large as before"
has none.
"""

from __future__ import annotations

import re

from chainrule.read.document import Macro, Piece, Problem
from chainrule.read.formulas import Formula, is_prose, trimmed
from chainrule.read.headings import marker
from chainrule.read.pieces import Pieces, cleaner

_RELATION = re.compile(r"(?<=\S)\s*(?::=|==|[=<>≤≥≈≠≡∈∝~])\s*(?=\S)|^\s*=\s*\S")
_LEAD_IN = re.compile(
    r"\s*(?:(?:[A-Za-zÀ-ÿ]+[ ]+){0,3}[A-Za-zÀ-ÿ]{2,}:\s+"
    r"|(?:(?:so|hence|thus|therefore|then|and|but|now|let|where|with|for|if|since|because|we|have|get|obtain|finally)\b"
    r"[,:]?\s+)+)",
    re.IGNORECASE,
)
_PARAGRAPH_END = re.compile(r"\n?[^\S\n]*(?=\n|\Z)")
_LINE_REACH = 2000

_clean = cleaner(())


class Plain:
    """One walk through the lines of a plain text. `pieces` and `problems` are what it found."""

    def __init__(self, text: str, start: int = 0) -> None:
        self.text = text
        self.macros: dict[str, Macro] = {}
        self.found = Pieces(text, _clean)
        self.fresh = True
        while start < len(text):
            end = text.find("\n", start)
            end = end if end >= 0 else len(text)
            self._line(start, end)
            start = end + 1
        self.found.pause(len(text))

    @property
    def pieces(self) -> list[Piece]:
        """The pieces in reading order."""
        return self.found.pieces

    @property
    def problems(self) -> list[Problem]:
        """What was wrong."""
        return self.found.problems

    def _line(self, start: int, end: int) -> None:
        line = self.text[start:end]
        if not line.strip():
            self.found.pause(start)
            self.fresh = True
            return
        ends = _PARAGRAPH_END.match(self.text, end) is not None
        heading = marker(line, starts=self.fresh, ends=ends) if len(line) < _LINE_REACH else None
        self.fresh = False
        if heading:
            self.found.marker(start, heading, 0)
            start += heading.length
        self._formula(start, end)

    def _formula(self, start: int, end: int) -> None:
        lead = _LEAD_IN.match(self.text, start, end)
        formula = trimmed(self.text, lead.end() if lead else start, end)
        body = self.text[formula.start : formula.end]
        if not _RELATION.search(body) or is_prose(body):
            self.found.words(start, end)
            return
        self.found.words(start, formula.start)
        self.found.formula(Formula(formula, formula, True))
