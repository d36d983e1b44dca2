"""Conditions between displays, "when $w = o$": whether they restrict the display before them or the one behind.

Words like "for $i = j$" behind a display go on with its sentence. Where a condition and then another stand between
displays and the last one has a display behind it and none of its own, each heads what follows:

    $$ loss $$   when $w = o$   $$ slope $$   when $w \\ne o$   $$ slope $$
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from chainrule.read.document import Break, Math, Piece, Words
from chainrule.read.grammar.formula import Row
from chainrule.sheet.conditions.restrictions import AFTER_CUE, IFS, restriction

_BEHIND = re.compile(r"[\s,:)]*")
_ANOTHER = re.compile(rf"\s*,?\s*\(?(?:{IFS}|iff|for|otherwise|else)\b", re.IGNORECASE)
LEAST = 2
"""One condition between two displays may belong to either."""


def heading_conditions(pieces: Iterable[tuple[Piece, tuple[Row, ...]]]) -> set[int]:
    """The places of the conditions between displays that restrict what follows."""
    found: set[int] = set()
    run: list[int] = []
    state, words = "other", ""
    for piece, rows in pieces:
        if isinstance(piece, Words):
            words += piece.text
        elif isinstance(piece, Break) and not piece.item:
            words += " "
        elif isinstance(piece, Math) and piece.display:
            follows = state == "display" and not words.strip()
            if not follows and not (state == "condition" and _BEHIND.fullmatch(words)):
                found |= _closed(run, state, words)
                run = []
            state, words = "display", ""
        elif isinstance(piece, Math) and state == "display" and AFTER_CUE.fullmatch(words) and _restricts(rows):
            run.append(piece.span.start)
            state, words = "condition", ""
        else:
            found |= _closed(run, state, words)
            run, state, words = [], "other", ""
    return found | _closed(run, state, words)


def _restricts(rows: Sequence[Row]) -> bool:
    return len(rows) == 1 and restriction(rows[0].node) is not None


def _closed(run: list[int], state: str, words: str) -> set[int]:
    """A run of conditions that has ended, if a display ends it and no words give that one a condition."""
    heads = len(run) >= LEAST and state == "display" and not _ANOTHER.match(words)
    return set(run) if heads else set()
