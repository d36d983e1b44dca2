"""What says of a law that its name and parameters do not mean what they usually do: `X \\sim \\mathrm{Exp}(b)` with the
mean b, a normal variable that is only kept where it is positive.

A formula in a sentence stands as ⟦0⟧, ⟦1⟧, ....

>>> [bool(meant_otherwise(text)) for text in ("⟦0⟧ is its scale", "⟦0⟧ is the rate", "values below zero are censored")]
[True, False, True]
"""

from __future__ import annotations

import re

_IS = r"⟦\d+⟧,?\s+(?:is|are|be|denotes?|denoting|being|as)\s+(?:(?:now|here)\s+)?(?:the|its|their|an?)\s+(?:\w+\s+)?"
_ROWS: tuple[tuple[str, str], ...] = (
    ("another parameter", r"\bprecisions?\b|\binverse\s+(?:co)?varianc\w+"),
    ("a scale for a rate", rf"{_IS}(?:scale|width|range|sample\s+size)\b|\b(?:scale|width)\s+(?:parameter\s+)?⟦\d+⟧"),
    # of a normal law the mean is usual, and stands beside a variance
    ("a mean alone", r"\b(?:with|has|of)\s+(?:the\s+)?mean\s+⟦\d+⟧(?!,?\s+(?:and|variance|covariance|standard))"),
    (
        "a mean for a rate",
        rf"{_IS}(?:mean|average|expectation|expected\s+value)\b(?![^.]*(?:varianc|deviation|covarian|precision))",
    ),
    ("kept in part", r"\b(?:truncat|censor|fold|clipp?|rectif|reject|discard)\w*|\bhalf-?(?:normal|gaussian)\b"),
    ("kept in part", r"\bzero-inflat\w+|\b(?:keep|kept|record\w*)\s+only\b|\bnot\s+(?:recorded|observed|kept)\b"),
    ("given something", r"\bcondition(?:ed|al|ing)\s+(?:on|that|to)\b|\bgiven\s+that\b"),
    ("other values", r"\b(?:share|fraction|proportion|percentage)\s+of\b"),
    ("other values", r"\b(?:values|outcomes)\s+(?:are|of)\s+⟦\d+⟧\s+(?:and|or)\b"),
)
OTHERWISE = re.compile("|".join(f"(?:{pattern})" for _, pattern in _ROWS), re.IGNORECASE)


def meant_otherwise(text: str) -> bool:
    """Whether words give the parameters of a law another meaning, or make another law of it."""
    return OTHERWISE.search(text) is not None
