"""A label that has a number, `y = 2` where the loss is `-\\log p_y`: the entry that it picks is put in.

Classes are counted from 1; from 0 where the label is 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Big, Name, Node, Number, Script
from chainrule.sheet.records.statements import Sheet
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.syntax.rebuilding import rebuilt


def with_labels_put_in(sheet: Sheet) -> tuple[Sheet, list[str]]:
    """The sheet with the numbers of such labels in subscripts, and what is to be said of them."""
    notes = []
    for letter, number in _labels(sheet).items():
        entry = max(number, 1)
        equations = [
            replace(e, lhs=_picked(e.lhs, letter, entry), rhs=_picked(e.rhs, letter, entry)) for e in sheet.equations
        ]
        sheet = replace(sheet, equations=equations)
        notes.append(f"${letter} = {number}$ picks an entry; they are counted from {0 if number == 0 else 1}")
    return sheet, notes


def _labels(sheet: Sheet) -> dict[str, int]:
    """Letters with one whole number each that pick entries and stand on the left of no general definition."""
    found: dict[str, set[int]] = {}
    for e in sheet.equations:
        number = literal_number(e.rhs) if isinstance(e.lhs, Name) and e.op == "=" else None
        if isinstance(e.lhs, Name) and number is not None and number.denominator == 1 and number >= 0:
            found.setdefault(e.lhs.text, set()).add(int(number))
    sides = [side for e in sheet.equations for side in (e.lhs, e.rhs)]
    bigs = (n for side in sides for n in walk(side) if isinstance(n, Big) and n.sub is not None)
    general = {x for e in sheet.equations for x in _below(e.lhs)}
    general |= {x for big in bigs if big.sub is not None for x in bound_letters(big.sub)}
    used = {x for e in sheet.equations for x in _below(e.rhs)}
    return {x: min(numbers) for x, numbers in found.items() if len(numbers) == 1 and x in used - general}


def _below(node: Node) -> Iterator[str]:
    """The letters that stand alone in subscripts."""
    for part in walk(node):
        if isinstance(part, Script) and isinstance(part.sub, Name):
            yield part.sub.text


def _picked(node: Node, letter: str, entry: int) -> Node:
    def put_in(part: Node) -> Node | None:
        if isinstance(part, Script) and isinstance(part.sub, Name) and part.sub.text == letter:
            return replace(part, sub=Number(part.sub.span, str(entry)))
        return None

    return rebuilt(node, put_in)
