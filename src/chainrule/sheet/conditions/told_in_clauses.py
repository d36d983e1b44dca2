r"""Words before a constraint told in a clause: "we maximize $f$ over weights such that $\sum_k w_k = 1$".

A clause with "such that" or "where" tells as often a place, a case or what is made so afterwards ("we rescale the
weights such that ..."). Only words of optimisation, or of what a quantity is, say that it holds for all that follows.

>>> holds_in_force("We maximize ⟦0⟧ over weights such that"), holds_in_force("We rescale the weights such that")
(True, False)
>>> says_for_good("where ⟦0⟧ are mixing weights such that"), says_for_good("Weights may or may not be such that")
(True, False)
"""

from __future__ import annotations

import re

from chainrule.sheet.conditions.restrictions import IFS
from chainrule.sheet.words.denials import DENIAL

_NEAR = r"(?:[^.;:,⟦]|⟦\d+⟧){0,60}?"
_THAT = r"(?:such|so) that"
_CONSTRAINT = r"(?:the |an? )?(?:constraints?|conditions?|restrictions?)"
_AIM = r"(?:max|min)imi[sz](?:e|es|ed|ing)"
IN_FORCE = re.compile(
    rf"(?:\A{_NEAR}\b{_AIM} {_NEAR}\b(?:over|among) {_NEAR}\b{_THAT}|\A(?:over|among) {_NEAR}\b{_THAT}"
    rf"|\b(?:subject to|under) {_CONSTRAINT} that|\b(?:lagrang\w+ )?multipliers? (?:⟦\d+⟧ )?for (?:{_CONSTRAINT} )?"
    rf"|\A(?:let|given) ⟦\d+⟧ {_NEAR}\b{_THAT})\s*\Z",
    re.IGNORECASE,
)
IS_SAID = re.compile(
    rf"(?:⟦\d+⟧ (?:is|are|be|denotes?) {_NEAR}\b{_THAT}"
    r"|\b(?:fact|not(?:e|ing)|recall(?:ing)?|know|remember|us(?:e|ing)|have|means?|follows?|since|because) that"
    rf"|⟦\d+⟧ {_NEAR},\s*where)\s*\Z",
    re.IGNORECASE,
)
CLAUSE = re.compile(r"\b(?:where|that)\s*[,(]?\s*\Z", re.IGNORECASE)
OPEN = re.compile(
    rf"{DENIAL.pattern.removeprefix('(?i)')}|(?<![^\W\d_])(?:{IFS}|iff|whenever|unless|until|cases?|special|trivial|suppos\w+|may|might|could"
    r"|would|should|can|unlike|only|points?|places?|steps?|example|boundary|us)\b",
    re.IGNORECASE,
)
"""Words of a sentence that does not speak of what holds here and for good."""
MOST = 160
"""The most characters of words before a formula that are kept: a sentence that is longer has lost its beginning."""


def holds_in_force(cue: str) -> bool:
    """Whether the words before a constraint say that it is one of all that follows."""
    sentence = _sentence(cue)
    return sentence is not None and IN_FORCE.search(sentence) is not None and OPEN.search(sentence) is None


def says_for_good(cue: str) -> bool:
    """Whether a clause before an equation says it for good; words without such a clause are not asked."""
    sentence = re.split(r"[.;:!?] ", cue)[-1]
    if CLAUSE.search(sentence) is None:
        return True
    told = IS_SAID.search(sentence) is not None and OPEN.search(sentence) is None
    return told or holds_in_force(cue)


def _sentence(cue: str) -> str | None:
    """The sentence that a formula stands in, up to the formula."""
    sentence = re.split(r"[.;:!?] ", cue)[-1]
    return None if len(sentence) >= MOST else " ".join(sentence.split()) + " "
