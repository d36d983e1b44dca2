"""Collects the pieces of a document while a reader walks through its text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from chainrule.read.document import Break, Heading, Math, Piece, Problem, Words
from chainrule.read.formulas import Formula, trimmed
from chainrule.read.headings import Label, Marker
from chainrule.read.tree import Span

_INLINE = re.compile(r"\$[^$]*\$")
_MARKUP = re.compile(r"[^\w\s.,;:?!()]|_")
_ORDINAL = re.compile(
    r"\s*\^\s*\{?\s*(?:\\(?:text|textrm|textit|mathrm|mbox|rm)\s*\{?)?\s*[-']?\s*(?P<ending>th|st|nd|rd)\s*[}\s]*$"
)
_HELD = "\ue000"  # stands for a formula while the words around it are cleaned

Rule = tuple[str, re.Pattern[str], str]
"""A named rule of a clean-up table: what it is about, what it finds, what stands there instead."""


def cleaner(rules: Iterable[Rule]) -> Callable[[str], str]:
    """A function that applies the rules in order, and makes one space of every run of white space."""
    rows = tuple(rules)

    def clean(text: str) -> str:
        if _MARKUP.search(text):
            for _, pattern, replacement in rows:
                text = pattern.sub(replacement, text)
        return " ".join(text.split())

    return clean


class Pieces:
    """The pieces so far; words with nothing in them and a second break in a row are not kept."""

    def __init__(self, text: str, clean: Callable[[str], str]) -> None:
        self.text = text
        self.clean = clean
        self.pieces: list[Piece] = []
        self.problems: list[Problem] = []

    def words(self, start: int, end: int) -> None:
        """Prose between two offsets, as it stands in the source."""
        if words := self.clean(self.text[start:end]):
            self.pieces.append(Words(trimmed(self.text, start, end), words))

    def formula(self, formula: Formula) -> None:
        """A formula; one that is never closed is a problem too, with the span of all that it takes. What makes an
        ordinal number of it, the th of `$k^{th}$`, is a word behind it and no power."""
        inner = formula.inner
        ordinal = None if formula.display else _ORDINAL.search(self.text, inner.start, inner.end)
        if ordinal is not None and ordinal.start() > inner.start:
            self.pieces.append(Math(Span(inner.start, ordinal.start()), formula.display, formula.env))
            self.pieces.append(Words(Span(ordinal.start(), inner.end), ordinal["ending"]))
        elif inner.start < inner.end:
            self.pieces.append(Math(inner, formula.display, formula.env))
        if not formula.closed:
            opener = self.text[formula.outer.start : formula.outer.end].split("\n")[0][:24]
            self.problem(
                "unclosed-math",
                f"the formula that opens with `{opener}` is never closed; it is read to the next blank line. "
                f"Write `{formula.closer}` where it ends",
                formula.outer,
            )

    def heading(self, span: Span, level: int, title: str, label: Label) -> None:
        """A title; the break behind it comes after the formulas in it."""
        self.pause(span.start)
        self.pieces.append(Heading(span, level, self._title(title), label.number, label.part, label.section))

    def marker(self, start: int, marker: Marker, depth: int) -> None:
        """A heading at the start of a line, with the break behind it; `depth` is that of the list it stands in."""
        span = Span(start, start + marker.length)
        self.heading(span, marker.level + depth, marker.title, marker.label)
        self.pause(span.end)

    def _title(self, title: str) -> str:
        """A title as plain text; its formulas stay as they are."""
        formulas = iter(_INLINE.findall(title))
        return re.sub(_HELD, lambda _: next(formulas, ""), self.clean(_INLINE.sub(_HELD, title)))

    def pause(self, offset: int) -> None:
        """The end of a paragraph, an item, a cell or a title."""
        if self.pieces and not isinstance(self.pieces[-1], Break):
            self.pieces.append(Break(Span(offset, offset)))

    def item(self, offset: int) -> None:
        """A list item begins: the break before it says so."""
        self.pause(offset)
        if self.pieces:
            self.pieces[-1] = Break(self.pieces[-1].span, item=True)

    def problem(self, code: str, message: str, span: Span) -> None:
        """Something that a person must be told."""
        self.problems.append(Problem(code, message, span))
