"""Words that change nothing, for rules that hold only where nothing else is said.

Such a rule lists the words of its subject beside these; a sentence with a word in neither list may say anything.
"""

from __future__ import annotations

import re

_WORDS = (
    "a an the let be is are and of for from with to by as that we given where compute calculate determine give find "
    "state write down gradient respect what"
)
COMMON = frozenset(_WORDS.split())
"""Articles, copulas, prepositions, and what an exercise orders."""


def sentences(text: str) -> list[str]:
    """A paragraph cut behind its sentences, and behind what a colon or a semicolon sets apart."""
    return re.split(r"(?<=[.?!;:])\s+", text)


def strange(text: str, known: frozenset[str]) -> str:
    """The first word of a text that is in no list; "" if there is none."""
    found = re.findall(r"[^\W\d_]{2,}", text)
    return next((w for w in found if w.lower() not in COMMON and w.lower() not in known), "")
