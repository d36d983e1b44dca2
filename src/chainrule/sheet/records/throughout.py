"""One change of formulas made throughout a sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chainrule.read.tree import Node
from chainrule.sheet.records.statements import Sheet


def throughout(sheet: Sheet, written: Callable[[Node], Node], *, sentences: bool = False) -> Sheet:
    """The sheet with a change in its equations, its expressions, what is read later in its words, and, where asked for,
    the formulas that these hold already."""
    before = sheet.glossary.rewritten
    sheet.glossary.rewritten = lambda node, position: written(before(node, position))
    sheet.equations = [replace(e, lhs=written(e.lhs), rhs=written(e.rhs)) for e in sheet.equations]
    sheet.expressions = [(scope, position, written(node)) for scope, position, node in sheet.expressions]
    if sentences:
        sheet.sentences = [replace(s, formulas=tuple(map(written, s.formulas))) for s in sheet.sentences]
    return sheet
