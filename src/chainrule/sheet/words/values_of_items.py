"""Values that an item gives to a name behind a colon: "Inputs (x): [0.1, 0.5]", "Learning rate $\\alpha$: 0.05".

The item says nothing else but for a remark in parentheses, no formula gives the name a meaning, and no script holds
it: it does not count. A name behind a preposition, "the slope at $w$:", is what the value is taken at and not what has
it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.read.tree import Big, Node, Number, Script, Span
from chainrule.sheet.records.statements import DEFINING, Equation, Sentence, Sheet
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import Ref, letter_of, walk
from chainrule.sheet.words.plain_values import parsed, plain_ref

NAME = r"⟦(?P<formula>\d+)⟧|(?P<letter>(?<![A-Za-z])[A-Za-z]\d?)"
ITEM = re.compile(
    rf"(?P<before>[^⟦⟧:=().;]*)(?P<open>\()?\s*(?:{NAME})\s*(?(open)\))\s*[:=]\s*"
    r"(?:⟦(?P<value>\d+)⟧|(?P<number>[-−]?(?:\d+(?:\.\d*)?|\.\d+)))\s*(?:\([^()⟦⟧=]*\)\s*)?[.,;]?\s*"
)
PREPOSITION = re.compile(r"(?:\b(?:at|of|in|by|with|for|to|on|from|per|than|when|if|over|w\.?r\.?t\.?)|[./])\s*$", re.I)


def values_of_items(sheet: Sheet) -> list[Equation]:
    """The values that the items of a worked example give to names which the formulas use and do not define."""
    if not any("." in n.text for e in sheet.equations for n in walk(e.rhs) if isinstance(n, Number)):
        return []
    used = {r.base for e in sheet.equations for side in (e.lhs, e.rhs) for r in _names(sheet, side)}
    heads = {r.base for e in sheet.equations if not e.link and e.op in DEFINING if (r := plain_ref(sheet, e.lhs))}
    scripts = (
        n for e in sheet.equations for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, (Script, Big))
    )
    counting = {letter_of(n) for s in scripts for part in (s.sub, s.sup) if part is not None for n in walk(part)} - {
        None
    }
    found = (
        (s, name, value, spelled)
        for s in sheet.sentences
        if (match := ITEM.fullmatch(s.text)) is not None and not PREPOSITION.search(match["before"])
        for name, value, spelled in _given(s, match)
    )
    return [
        Equation(
            s.position, s.document, s.own, s.spans[-1] if s.spans else Span(0, 0), name, "=", value, s.scope,
            -s.position, 0, False, source="prose", spelled=spelled,
        )
        for s, name, value, spelled in found
        if (ref := plain_ref(sheet, name)) and ref.base in used - heads and letter_of(name) not in counting
    ]  # fmt: skip


def _given(s: Sentence, match: re.Match[str]) -> Iterator[tuple[Node, Node, tuple[str, str]]]:
    """The name, its value, and how both are spelled."""
    name = s.formulas[int(match["formula"])] if match["formula"] else parsed(_spelled(match["letter"]))
    value = s.formulas[int(match["value"])] if match["value"] else Number(Span(0, 0), match["number"].replace("−", "-"))
    if name is not None and is_literal(value):
        spelled = s.sources[int(match["formula"])].strip("$ ") if match["formula"] else match["letter"]
        yield name, value, (spelled, s.sources[int(match["value"])].strip("$ ") if match["value"] else match["number"])


def _spelled(letter: str) -> str:
    """A letter in plain words, with its number as an index."""
    return letter if len(letter) == 1 else f"{letter[0]}_{letter[1:]}"


def _names(sheet: Sheet, side: Node) -> Iterator[Ref]:
    return (r for n in walk(side) if (r := plain_ref(sheet, n)) is not None)
