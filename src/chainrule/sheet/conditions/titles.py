"""The titles that a formula stands under, and whether two formulas stand in sections beside each other."""

from __future__ import annotations

from chainrule.read.document import Document, Heading
from chainrule.sheet.records.statements import Equation


def titles_above(document: Document, offset: int) -> tuple[Heading, ...]:
    """The titles above a place, the outermost first: each is of a lower rank than the one before."""
    found: list[Heading] = []
    for piece in document.pieces:
        if isinstance(piece, Heading) and piece.span.start <= offset:
            found = [h for h in found if h.level < piece.level]
            found.append(piece)
    return tuple(found)


def beside(one: Equation, other: Equation) -> bool:
    """Whether the first formula stands under a title that is none of those above the second."""
    if one.document is not other.document:
        return False
    above = titles_above(one.document, one.span.start)
    return bool(above) and above[-1] not in titles_above(other.document, other.span.start)


def parted(one: Equation, other: Equation) -> tuple[Heading, Heading] | None:
    """The two titles of one rank under which two formulas stand apart; None where no such titles part them."""
    if one.document is not other.document:
        return None
    above = (titles_above(x.document, x.span.start) for x in (one, other))
    for a, b in zip(*above, strict=False):
        if a is not b:
            return (a, b) if a.level == b.level else None
    return None


def reach(document: Document, title: Heading) -> tuple[int, int]:
    """Where the section under a title begins and ends, with all that stands under lower titles in it."""
    start = title.span.start
    ends = (p for p in document.pieces if isinstance(p, Heading) and p.span.start > start and p.level <= title.level)
    return start, min((p.span.start for p in ends), default=len(document.text))
