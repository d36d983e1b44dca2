r"""Whether `\\otimes` is the Kronecker product in a sheet, and which way vec goes through a matrix."""

from __future__ import annotations

import re
from collections.abc import Iterable

from chainrule.sheet.records.statements import Equation, Sentence
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.long_columns import vectorised
from chainrule.sheet.syntax.names import reference, walk

KRONECKER = re.compile(r"\bkronecker(?:'s)?[- ]+product", re.IGNORECASE)
ROWS_FIRST = re.compile(
    r"\brow[- ](?:major|wise|by[- ]row)|\bstack\w* (?:the |its |all )?rows|\brows (?:one )?(?:below|after|on top)",
    re.IGNORECASE,
)


def note_kronecker(world: World, equations: Iterable[Equation], sentences: Iterable[Sentence]) -> None:
    """Look for vec, and for words; a capital behind vec that nothing else is said of is a matrix."""
    sides = [side for e in equations for side in (e.lhs, e.rhs)]
    columns = [found for side in sides for n in walk(side) if (found := vectorised(n)) is not None]
    for ref in (r for inner, _ in columns if (r := reference(inner, world.glossary)) is not None):
        world.family(ref.base).stacked |= ref.bare and ref.base.rpartition(" ")[2][:1].isupper()
    texts = [s.text for s in sentences]
    world.kronecker = bool(columns) or any(KRONECKER.search(t) for t in texts)
    world.rows_first = any(ROWS_FIRST.search(t) for t in texts)
