"""Numbers that a sentence only supposes: "if all gates are about 0.95" beside gates that were set to 1 before."""

from __future__ import annotations

import re

from chainrule.check.records.finding import Finding, assumed
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import Glossary, reference

SUPPOSING = re.compile(r"\b(?:if|suppose|supposing|assum\w+|imagine|unless)\b[^.;:]*\Z", re.IGNORECASE)


def supposed(e: Equation, glossary: Glossary) -> Finding | None:
    """A number for a name within a sentence that supposes it: another case, which the document need not bear out."""
    ref = reference(e.lhs, glossary)
    if e.display or e.link or ref is None or ref.postfix or not SUPPOSING.search(e.cue):
        return None
    return assumed("condition", f"{e.text(e.lhs)} {e.op} {e.text(e.rhs)} is supposed here, for another case")
