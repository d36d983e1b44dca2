"""Both values of a label in one sentence, in any language: `für $y = 1$ ..., für $y = 0$ ...` are two cases.

In English the word before a formula says so (`words.cues`). Where a sentence gives one name two of the values 0, 1 and
-1, neither is what the name is.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.syntax.names import node_key, reference

LABELS = frozenset({"0", "1", "-1"})
ENDS = re.compile(r"[.;!?]\s|\n\s*\n|\n\s*[-*\d]")


def with_cases_of_labels(sheet: Sheet) -> Sheet:
    """The sheet with such values as conditions."""
    values = [e for e in sheet.equations if _gives_a_label(sheet, e)]
    cases = {x.position for pair in combinations(values, 2) if _opposed(*pair) for x in pair}
    sheet.equations = [replace(e, source="condition") if e.position in cases else e for e in sheet.equations]
    return sheet


def _gives_a_label(sheet: Sheet, e: Equation) -> bool:
    ref = reference(e.lhs, sheet.glossary)
    alone = e.source == "formula" and not (e.display or e.link) and e.op == "="
    return alone and ref is not None and not ref.postfix and e.text(e.rhs).replace(" ", "") in LABELS


def _opposed(one: Equation, other: Equation) -> bool:
    """Whether two equations give one name different values, with no end of a sentence between them."""
    if one.document is not other.document or node_key(one.lhs) != node_key(other.lhs):
        return False
    first, last = sorted((one, other), key=lambda e: e.span.start)
    between = one.document.text[first.span.end : last.span.start]
    return first.text(first.rhs) != last.text(last.rhs) and ENDS.search(between) is None
