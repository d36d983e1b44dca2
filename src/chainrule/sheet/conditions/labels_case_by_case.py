"""Both values of a label in one sentence, in any language: `für $y = 1$ ..., für $y = 0$ ...` are two cases.

In English the word before a formula says so (`words.cues`). Where a sentence gives one name two of the values 0, 1 and
-1, and says something by a formula of each, neither is what the name is. (`$p = 0$ or $p = 1$` are solutions.)
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.syntax.names import node_key, reference

LABELS = frozenset({"0", "1", "-1"})
BETWEEN = 4
"""So many dollar signs stand between two formulas that have another one between them."""
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
    return alone and ref is not None and ref.bare and e.text(e.rhs).replace(" ", "") in LABELS


def _opposed(one: Equation, other: Equation) -> bool:
    """Whether two equations give one name different values, with another formula and no end of a sentence between."""
    if one.document is not other.document or node_key(one.lhs) != node_key(other.lhs):
        return False
    first, last = sorted((one, other), key=lambda e: e.span.start)
    between = one.document.text[first.span.end : last.span.start]
    apart = "$$" not in between and (between.count("$") >= BETWEEN or between.count(r"\(") > 1)
    return first.text(first.rhs) != last.text(last.rhs) and apart and ENDS.search(between) is None
