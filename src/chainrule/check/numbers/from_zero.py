"""Entries counted from 0 where the words say so: `s_1 = 0.7` beside `s = [0.1, 0.7, 0.2]`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.comparison.digits import Printed
from chainrule.check.numbers.numbers import numeric
from chainrule.check.records.finding import Finding, assumed
from chainrule.read.tree import Number, Script
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import reference

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


COUNTED = re.compile(
    r"\b(?:zero|0)[- ](?:based|indexed)|\b(?:count|index|number)\w*\b[^.]{0,20}\bfrom (?:zero|0)\b", re.I
)


def counted_from_zero(judge: Judge, e: Equation, table: list[list[Printed]]) -> Finding | None:
    """A printed entry that is wrong where entries are counted from 1, and right from 0."""
    ref = reference(e.lhs, judge.world.glossary)
    sub = e.lhs.sub if isinstance(e.lhs, Script) else None
    if not any(COUNTED.search(text) for text in judge.world.told.values()):
        return None
    if ref is None or len(ref.subs) != 1 or not isinstance(sub, Number) or not sub.text.isdigit():
        return None
    line = replace(e, lhs=replace(e.lhs, sub=replace(sub, text=str(int(sub.text) + 1))))  # type: ignore[call-arg]
    if numeric(judge.with_line(line), line, table).verdict != "verified":
        return None
    return assumed("convention", "right if entries are counted from 0")
