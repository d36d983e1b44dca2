r"""Entries that words tell by their place in a matrix: "Off-diagonal entries: $J_{ij} = -p_i p_j$" is about `i \neq j`.

Only words that lead to the formula and say nothing else restrict it: "ignoring the off-diagonal entries, $J_{ij} = ..."
and "the diagonal and off-diagonal entries are $J_{ij} = ...$" speak of other entries or of all.

>>> bool(OFF_DIAGONAL.search("The off-diagonal entries of ⟦0⟧ are")), bool(OFF_DIAGONAL.search("비대각 항:"))
(True, True)
>>> bool(OFF_DIAGONAL.search("Ignoring off-diagonal entries, we get"))
False
"""

from __future__ import annotations

import re

from chainrule.read.tree import Link, Name, Node, Relation, Script
from chainrule.sheet.syntax.names import letter_of, walk
from chainrule.sheet.syntax.script_words import INDEX_LETTERS

_BEGIN = (
    r"(?:\A|[.;:!?。；：]\s*)(?:\([a-z\d]+\)\s*|[-*•]\s*)?"
    r"(?:(?:for|and|while|the|its|all|on|in|die|der|les|los|le)\s+)*"
)
_WORD = (
    r"(?:off[- ]?diagonals?|non[- ]?diagonal|au(?:ß|ss)erdiagonale?n?|nicht[- ]?diagonale?n?|hors[- ]diagonale"
    r"|fuera de la diagonal|fora da diagonal|fuori diagonale|внедиагональн\w+|недиагональн\w+|비대각|非[对對対]角)"
)
_NOUN = (
    r"(?:\s*(?:entry|entries|elements?|terms?|components?|parts?|cases?|eintr[aä]ge?|elemente?|[ée]l[ée]ments?"
    r"|elementos?|элемент\w*|성분|원소|항|元素|项|項|成分|要素))?"
)
_OF = r"(?:\s+(?:of|von|de|du|di)\s+⟦\d+⟧)?"
_SAID = r"(?:\s*(?:are|is|reads?|we\s+have|one\s+has|then|given\s+by|sind|ist|sont|은|는|为|為|是|は))*"
OFF_DIAGONAL = re.compile(rf"{_BEGIN}{_WORD}{_NOUN}{_OF}{_SAID}\s*[:：,]?\s*\Z", re.IGNORECASE)


def told_of_entries(cue: str, left: Node) -> Relation | None:
    """The condition on the two index letters of a left side that words call off the diagonal."""
    if not OFF_DIAGONAL.search(cue):
        return None
    subs = (n.sub for n in walk(left) if isinstance(n, Script) and n.sub is not None)
    letters = sorted({x for s in subs for n in walk(s) if (x := letter_of(n)) in INDEX_LETTERS})
    if len(letters) != 2:
        return None
    one, other = (Name(left.span, x) for x in letters)
    return Relation(left.span, one, (Link("≠", left.span, other),))
