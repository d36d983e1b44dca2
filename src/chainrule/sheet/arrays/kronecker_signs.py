r"""Whether `\\otimes` is the Kronecker product in a sheet, and which way vec goes through a matrix."""

from __future__ import annotations

import re
from collections.abc import Iterable

from chainrule.read.tree import Name
from chainrule.sheet.records.statements import Equation, Sentence
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import walk

KRONECKER = re.compile(r"\bkronecker(?:'s)?[- ]+product", re.IGNORECASE)
ROWS_FIRST = re.compile(
    r"\brow[- ](?:major|wise|by[- ]row)|\bstack\w* (?:the |its |all )?rows|\brows (?:one )?(?:below|after|on top)",
    re.IGNORECASE,
)


def note_kronecker(world: World, equations: Iterable[Equation], sentences: Iterable[Sentence]) -> None:
    """Look for vec, and for words."""
    vec = any(
        isinstance(n, Name) and n.text in ("vec", "Vec") for e in equations for s in (e.lhs, e.rhs) for n in walk(s)
    )
    texts = [s.text for s in sentences]
    world.kronecker = vec or any(KRONECKER.search(t) for t in texts)
    world.rows_first = any(ROWS_FIRST.search(t) for t in texts)
