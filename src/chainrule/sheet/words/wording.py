"""What the phrase tables share: names in a sentence, verbs, parts of a vector."""

from __future__ import annotations

import re

NAMES = r"(⟦\d+⟧(?:\s*(?:,|and|, and)\s*⟦\d+⟧)*)"
IS = r"\s*(?:is|are|denotes?|be|represents?|stands for|means|refers to|to indicate|to denote|indicates?)\s+(?!not?\b)"
ENTRY = r"(?:dimensions?|entry|entries|components?|elements?|coordinates?|positions?|bits?|place)"
# Words before what a solution is asked to obey, and words that speak of such a thing at all.
_BY_THE = r"(?:under|with|by|given|satisf\w+|obey\w*)\s+the\s+(?:[\w-]+\s+)?"
TO_OBEY = rf"(?:subject\s+to|s\.\s?t\.|{_BY_THE}(?:constraint|restriction)s?)"
OBEY_ELSEWHERE = (
    r"满足|滿足|约束(?:条件)?|約束(?:条件)?|使得|sous (?:la |les )?contraintes?|unter der (?:neben)?bedingung"
    r"|sujet[oa] a|sujeito a|bajo la restricción|만족"
)
"""The same in other languages."""
CONSTRAINED = rf"(?:{TO_OBEY}|constrain\w*)"
HESSIAN = re.compile(r"\bhess(?:ian|ien|e\b|e-)|гесс|海森|黑塞|ヘッセ", re.IGNORECASE)
# Words before a line that follows from what was said.
CONCLUDED = re.compile(
    r"\b(?:so|thus|hence|therefore|then|implies|follows|gives?|giving|yields?|get|obtain|becomes?|means|equivalently|i\.e\.|"
    r"(?:substitut|insert|plug|rearrang|simplif|multipl|divid|combin|eliminat)\w+)\b[^.;:⟦]*[:,]?\s*$",
    re.IGNORECASE,
)

# Words of the sentence before a line that say it is another estimate than the one at hand, or holds in a case of its
# own; that an inverse exists is no such case.
ANOTHER_ESTIMATE = re.compile(
    r"\b(?:(?:un)?biased\b|bessel\w*|moments?\b|corrected\b|instead\b|alternativ\w+|in\s+practice\b|trimmed\b"
    r"|(?:with|add\w*|under)\b[^.;]*\b(?:priors?|penalt\w+|regulari[sz]\w+)\b|with\s+(?:\w+\s+)?weights?\b)",
    re.IGNORECASE,
)
_CASE = r"(?:if|when\w*|suppos\w+|assum\w+|provided|unless|in\s+case|knowing|(?:known|given)\s+that|in\s+the\s+case)"
OWN_CASE = re.compile(
    rf"\b{_CASE}\b(?![^.;⟦]*⟦\d+⟧[^.;⟦]*\b(?:inver\w+|rank|singular|nonsingular|definite|exist\w*|convex|minim\w+|maxim\w+|optim\w+)\b)"
    r"[^.;]*⟦\d+⟧",
    re.IGNORECASE,
)
