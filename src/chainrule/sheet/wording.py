"""What the phrase tables share: names in a sentence, verbs, parts of a vector."""

from __future__ import annotations

NAMES = r"(⟦\d+⟧(?:\s*(?:,|and|, and)\s*⟦\d+⟧)*)"
IS = r"\s*(?:is|are|denotes?|be|represents?|stands for|means|refers to|to indicate|to denote|indicates?)\s+(?!not?\b)"
ENTRY = r"(?:dimensions?|entry|entries|components?|elements?|coordinates?|positions?|bits?|place)"
