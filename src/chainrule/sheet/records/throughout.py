"""One change of formulas made throughout a sheet."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import replace

from chainrule.read.tree import Node
from chainrule.sheet.records.statements import Sheet


def throughout(
    sheet: Sheet, written: Callable[[Node], Node], *, sentences: bool = False, kept: Container[int] = ()
) -> Sheet:
    """The sheet with a change in its equations, its expressions, what is read later in its words, and, where asked for,
    the formulas that these hold already; `kept` are positions where it stays as it is."""
    before = sheet.glossary.rewritten

    def at(node: Node, position: int) -> Node:
        return node if position in kept else written(node)

    sheet.glossary.rewritten = lambda node, position: at(before(node, position), position)
    sheet.equations = [replace(e, lhs=at(e.lhs, e.position), rhs=at(e.rhs, e.position)) for e in sheet.equations]
    sheet.expressions = [(scope, position, at(node, position)) for scope, position, node in sheet.expressions]
    if sentences:
        sheet.sentences = [
            replace(s, formulas=tuple(at(node, s.position) for node in s.formulas)) for s in sheet.sentences
        ]
    return sheet
