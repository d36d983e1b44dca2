"""A document as a flat sequence of pieces in reading order: headings, words, mathematics.

Readers for Markdown, LaTeX, notebooks and plain text (`read.load`) all produce this. Every piece keeps its span in
the text that positions are reported in, so nothing needs to be searched again later.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from chainrule.read.tree import Span


@dataclass(frozen=True, slots=True)
class Heading:
    """A title that may open a scope: `## Exercise 2`, `\\section{..}`, a line `Exercise 1.1. Name`, `1.2 (a).`, `(b)`.

    `level` orders them (1 outermost; a bare "(a)" is deeper than any numbered heading). `number` is what identifies
    it across a sheet and its context: "1.1", "2", or "" when it has none; `part` is the letter of a bare "(a)", of
    "1.1 (a)" or of "2.c", else "". `section` is true when the number only counts sections ("2. Training"). Formulas in
    a title are `Math` pieces behind the `Heading`.
    """

    span: Span
    level: int
    title: str
    number: str = ""
    part: str = ""
    section: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Prose between formulas, as plain text (markup of emphasis, links and lists taken away)."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Math:
    """One formula: the span of its TeX in the text (delimiters and `\\begin/\\end` of its environment excluded).

    `display` is False for `$..$` and `\\(..\\)`. `env` is the display environment ("align*", "equation"), with rows in
    it or not, else "". A formula that is never closed lies within the span of an "unclosed-math" `Problem`.
    """

    span: Span
    display: bool
    env: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a paragraph, list item or cell; `item` says that a list item begins here."""

    span: Span
    item: bool = False


Piece = Heading | Words | Math | Break


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about the input that a person must be told: where, what, and what to write instead."""

    code: str
    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro of the document: `\\newcommand{\\name}[arity][default]{body}`; `body` is TeX with #1.. in it.

    `name` has no backslash. With a `default` the first of the `arity` arguments is optional, in square brackets.
    """

    name: str
    arity: int
    body: str
    default: str | None = None


@dataclass(frozen=True)
class Document:
    """A document that was read: its text, its pieces in order, its macros, its front matter and what was wrong."""

    path: str
    text: str
    pieces: tuple[Piece, ...]
    macros: dict[str, Macro] = field(default_factory=dict)
    front_matter: dict[str, object] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    line_starts: tuple[int, ...] = ()
    meant: str = ""
    """The text with the signs that its formulas have lost, as long as the text; empty where they lost none."""

    @property
    def tex(self) -> str:
        """The text that formulas are read from."""
        return self.meant or self.text

    def position(self, offset: int) -> tuple[int, int]:
        """The 1-based line and column of a character offset."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def source(self, span: Span) -> str:
        """The text of a span."""
        return self.text[span.start : span.end]


def line_starts(text: str) -> tuple[int, ...]:
    """The offsets at which the lines of a text begin."""
    return (0, *(found.end() for found in re.finditer("\n", text)))
