r"""Two letters for two different entries: `\frac{\partial p_o}{\partial z_o}` in one line, and `\frac{\partial
p_o}{\partial z_w}` in another.

A document that takes the derivative by the entry of the same letter apart means another entry by another letter, and
what it says of that one is said where the letters differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.check.comparison.compare import Same
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.doubts.unsaid import compared_again
from chainrule.check.records.report import Note
from chainrule.read.tree import Link, Name, Node, Relation
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.names import Ref, letter_of, node_key, reference, walk


def unlike_letters(lines: Lines, e: Equation, variant: Variant) -> tuple[Same, Note] | None:
    """That a line holds where its letters are different, and the document treats the case of equal ones apart."""
    if e.conditions or e.position not in variant.typed:
        return None
    free = set(variant.typed[e.position][0].free)
    for one, other, line in sorted(_pairs(lines, e)):
        if {one, other} <= free:
            apart = Relation(e.span, Name(e.span, one), (Link("≠", e.span, Name(e.span, other)),))
            outcome = compared_again(lines, replace(e, conditions=(apart,)), variant)
            if isinstance(outcome, Same):
                note = f"holds for {one} ≠ {other}; line {line} has the case of equal letters"
                return outcome, Note("condition", note)
    return None


def _pairs(lines: Lines, e: Equation) -> set[tuple[str, str, int]]:
    """The letter of a variable in a line, the one that another line of the section has in its place, and that line."""
    section = [x for x in lines.equations if x.scope.section == e.scope.section and x is not e and not x.conditions]
    equal = {key: (letter, x.line) for x in section for key, letter, same in _slopes(lines, x) if same}
    return {
        (letter, *equal[key])
        for key, letter, same in _slopes(lines, e)
        if not same and key in equal and equal[key][0] != letter
    }


def _slopes(lines: Lines, e: Equation) -> Iterator[tuple[object, str, bool]]:
    """The derivatives by an entry: of what, with its letter, by what name, by which letter, and whether that is the
    letter above."""
    for node in (n for side in (e.lhs, e.rhs) for n in walk(side)):
        parts = derivative_of(node)
        if parts is None:
            continue
        above, below = _entry(lines, parts[0]), _entry(lines, parts[1])
        if above is not None and below is not None:
            yield (node_key(parts[0]), below[0].base), below[1], above[1] == below[1]


def _entry(lines: Lines, node: Node) -> tuple[Ref, str] | None:
    """A name with one letter below it, and the letter."""
    ref = reference(node, lines.world.glossary)
    if ref is None or ref.postfix or len((*ref.subs, *ref.labels)) != 1:
        return None
    letter = letter_of((*ref.subs, *ref.labels)[0])
    return None if letter is None else (ref, letter)
