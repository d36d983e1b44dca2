"""Clauses that deny what a row of words finds in them: `$A$ is not necessarily symmetric`, `whether $A$ is symmetric`.

A row with any words between a name and what is said of it finds a "not" among them, too.
"""

from __future__ import annotations

import re

DENIAL = re.compile(
    r"(?i)\b(?:not|non|no|never|neither|nor|cannot|without|nothing|nobody|whether|unlike|skew|anti)\b|n['’]t\b"
)
CLAUSES = re.compile(r"[.;:,]|\b(?:but|and|where|with|then|which|while|though|although|however|not only)\b")
"""What ends the reach of a "not": `$A$ is not diagonal, but symmetric`."""
ASIDE = re.compile(r",\s*(?:in general|generally|in fact|of course|necessarily)\s*,")
SAID = re.compile(r"\bsymmetric\b|\bto (?:one|1)\b")
"""The word that is denied: what stands behind it, `symmetric matrix $A$`, denies nothing."""


def is_denied(match: re.Match[str], text: str) -> bool:
    """Whether the clause in which something is said says that it is not so, or not known to be so."""
    said = SAID.search(match.group(0))
    end = match.end() if said is None else match.start() + said.start()
    return DENIAL.search(CLAUSES.split(ASIDE.sub(" ", text[:end]))[-1]) is not None
