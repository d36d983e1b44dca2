"""What the phrase tables share: names in a sentence, verbs, parts of a vector."""

from __future__ import annotations

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
