r"""One matrix in two typefaces: `\boldsymbol{x W_1 + b_1}` and later `W_1^T`.

A capital that stands in bold and plain, with the same subscripts, never in both within one equation and never defined
in the plain one, is one quantity; it is read in bold throughout.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Name, Node, Script
from chainrule.sheet.names import node_key, reference, walk
from chainrule.sheet.rebuilding import rebuilt
from chainrule.sheet.statements import Sheet

Uses = dict[str, set[object]]


def with_one_typeface(sheet: Sheet) -> Sheet:
    """The sheet with such capitals in bold everywhere."""
    plain, bold = _uses(sheet, False), _uses(sheet, True)
    letters = {x for x in plain.keys() & bold.keys() if plain[x] & bold[x]}
    for e in sheet.equations:
        head = reference(e.lhs, sheet.glossary)
        here = {x for side in (e.lhs, e.rhs) for x, _ in _capitals(side, False)}
        letters -= here & {x for side in (e.lhs, e.rhs) for x, _ in _capitals(side, True)}
        letters -= {head.base} if head is not None and not e.link else set()
    if not letters:
        return sheet

    def written(node: Node) -> Node:
        return rebuilt(node, lambda part: _in_bold(part, letters))

    before = sheet.glossary.rewritten
    sheet.glossary.rewritten = lambda node, position: written(before(node, position))
    sheet.equations = [replace(e, lhs=written(e.lhs), rhs=written(e.rhs)) for e in sheet.equations]
    sheet.expressions = [(scope, position, written(node)) for scope, position, node in sheet.expressions]
    return sheet


def _uses(sheet: Sheet, bold: bool) -> Uses:
    """The capitals of a typeface with the subscripts they stand with."""
    found: Uses = {}
    for e in sheet.equations:
        for letter, sub in (x for side in (e.lhs, e.rhs) for x in _capitals(side, bold)):
            found.setdefault(letter, set()).add(None if sub is None else node_key(sub))
    return found


def _capitals(node: Node, bold: bool) -> Iterator[tuple[str, Node | None]]:
    """Single capitals in bold or plain, each with its subscript."""
    scripted = {id(n.base): n.sub for n in walk(node) if isinstance(n, Script)}
    style = ("bold",) if bold else ()
    for part in walk(node):
        if isinstance(part, Name) and len(part.text) == 1 and part.text.isupper() and part.style == style:
            yield part.text, scripted.get(id(part))


def _in_bold(node: Node, letters: set[str]) -> Node | None:
    return (
        replace(node, style=("bold",)) if isinstance(node, Name) and node.text in letters and not node.style else None
    )
