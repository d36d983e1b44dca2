"""The text of a solution sheet: the author's with answers put in, blanks filled, and where the formulas then stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from chainrule.read.document import Document
from chainrule.read.tree import Span
from chainrule.write.tex import in_print

PAUSE = re.compile(
    r"\s*$|\s*\\(?:item|end\{(?:enumerate|itemize|document|exercise|problem|question|parts?|quote)|(?:sub)*section|"
    r"begin\{(?:enumerate|itemize|exercise|problem))|\s*#|\s*(?:[-*+]|\(?\w{1,3}[.)])\s"
)


@dataclass
class Block:
    """A paragraph of an answer: words, or a formula; `key` tells whose it is."""

    text: str
    formula: bool = False
    key: tuple[int, int] = (-1, -1)


@dataclass
class Edit:
    """What is put in the place of a span, or behind a paragraph."""

    span: Span
    blocks: list[Block] = field(default_factory=list)
    fill: str | None = None
    key: tuple[int, int] = (-1, -1)


@dataclass
class Built:
    """A text with the places of its new formulas."""

    text: str
    places: dict[tuple[int, int], Span]


def behind(document: Document, offset: int) -> int:
    """The end of the paragraph at an offset: where an answer is put."""
    text, at = document.text, offset
    while at < len(text):
        end = text.find("\n", at)
        if end < 0:
            return len(text)
        following = text[end + 1 : text.find("\n", end + 1) if text.find("\n", end + 1) >= 0 else len(text)]
        if PAUSE.match(following):
            return end
        at = end + 1
    return len(text)


def indentation(document: Document, offset: int) -> str:
    """The blanks before what a list item says, so that the answer belongs to it."""
    start = document.text.rfind("\n", 0, offset) + 1
    marker = re.match(r"\s*(?:[-*+]|\d{1,2}[.)])\s+", document.text[start:offset])
    plain = re.match(r"[ \t]*", document.text[start:offset])
    return " " * len(marker[0]) if marker else plain[0] if plain else ""


def built(document: Document, edits: Sequence[Edit], latex: bool) -> Built:
    """The text with all edits made."""
    out, at = "", 0
    places: dict[tuple[int, int], Span] = {}
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end)):
        out += document.text[at : edit.span.start]
        start = len(out)
        if edit.fill is not None:
            fill = in_print(edit.fill) if latex else edit.fill
            out += fill if not fill or re.search(r"[\s({]$", out) else f" {fill}"
            places |= {edit.key: Span(start, len(out))} if fill else {}
            out += " " if re.match(r"[^\s$.,;\\)]", document.text[edit.span.end :]) else ""
        for block in edit.blocks:
            blank = "" if latex else indentation(document, edit.span.start)
            out += "\n\n"
            start = len(out)
            text = in_print(block.text) if latex else block.text
            lines = [r"\[", text, r"\]"] if latex else ["$$", text, "$$"]
            out += "\n".join(blank + x for x in (lines if block.formula else [text]))
            if block.formula:
                places[block.key] = Span(start, len(out))
        at = edit.span.end
        out += "\n" if edit.blocks and re.match(r"\n[^\S\n]*\S", document.text[at:]) else ""
    out += document.text[at:]
    return Built(out, places)
