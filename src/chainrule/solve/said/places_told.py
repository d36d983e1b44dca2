"""Where a derivative is asked for must be said by numbers, in one place for all of a sentence: "at $(1, 2)$".

Every other place, "at its minimum", "at the point where $y = 3 x$", and a direction make another question of it, and so
does a second place behind another derivative, "of $f$ at $x = 1$ and of $g$ at $x = 2$".
"""

from __future__ import annotations

import re
from itertools import pairwise

from chainrule.solve.orders import ANY_VERB
from chainrule.solve.points import AT, points_of
from chainrule.solve.question import Formula

OTHER_PLACE = re.compile(
    r"\bat (?!least|most|once|the (?:same time|end|beginning|start)\b)|\bdirection(?:s|al)?\b", re.IGNORECASE
)
ANOTHER = re.compile(r"\b(?:of|by|respect to|for|to)\b", re.IGNORECASE)
FURTHER = re.compile(
    r",?\s+and\s+(?=(?:(?:at|for|in|by|of|to|from|with|under) )?(?:which|what|how|where|why|when)\b)", re.IGNORECASE
)
"""A second question in a sentence: "and at which $w$ is it zero?"."""


def is_elsewhere(clause: str, formulas: list[Formula]) -> bool:
    """Whether a clause asks for derivatives at a place that is not told by numbers, or at a place for each."""
    rest, points = points_of(clause, formulas)
    if OTHER_PLACE.search(rest):
        return True
    told = [m for m in AT.finditer(clause) if points_of(m[0], formulas)[1]]
    between = [clause[a.end() : b.start()] for a, b in pairwise(told)]
    between = [re.split(rf",? and (?={ANY_VERB})", x)[0] if re.search(ANY_VERB, x) else x for x in between]
    return bool(points) and any("⟦" in x and ANOTHER.search(x) for x in between)


def further(sentence: str) -> list[str]:
    """What a sentence asks behind its first question."""
    return FURTHER.split(sentence)[1:] if sentence.rstrip().endswith("?") else []
