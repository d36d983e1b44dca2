r"""Quantities with a letter for a step or a layer, `h_t = \tanh(w h_{t-1} + x_t)`: one for each number that the sheet
says the letter runs over. Where it says nothing, those between the numbers that names of the equation have elsewhere,
`h_0`, `x_1`, `h_3`, are tried, and those that have a value are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from chainrule.derive.sheets import BEHIND, question
from chainrule.read.tree import Name, Node, Number, Script
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Glossary, Ref, letter_of, reference, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.trace.quantities import Asked
from chainrule.trace.rules import Updates

EACH = BEHIND // 2
"""Positions behind those of the quantities as they are written."""
MOST = 100
"""So many steps that no line counts are tried."""


def step_letter(asked: Asked, world: World, updates: Updates) -> str | None:
    """The letter that tells versions of a quantity apart, where no update counts by it."""
    ref = reference(asked.node, world.glossary)
    if ref is None or asked.kind not in ("value", "data") or ref.base in updates.labels:
        return None
    family = world.family(ref.base)
    labels = [*ref.labels, *(s for n, s in enumerate(ref.subs) if family.slot(n) == "label")]
    return next((x for s in labels if (x := letter_of(s)) is not None and x.islower()), None)


def at_each_step(asked: Asked, letter: str, world: World, equations: Sequence[Equation], first: int) -> Iterator[Asked]:
    """The quantity for each number that its letter runs over; `first` is how many of them there are already."""
    told = [n for n in world.ranges.get(letter, ()) if isinstance(n, int)]
    for k, number in enumerate(told or _between(letter, world, equations)):
        node = rebuilt(asked.node, lambda n, to=number: _numbered(n, letter, to))  # type: ignore[misc]
        name = re.sub(rf"(?<=[_^({{,]){letter}(?![A-Za-z])", str(number), asked.name)
        line = question(asked.source, node, BEHIND + EACH + first + k)
        shown = replace(asked.source, spelled=(name, name))
        yield replace(asked, node=node, line=line, name=name, source=shown, of_family=True, tried=not told)


def _between(letter: str, world: World, equations: Sequence[Equation]) -> range:
    """The numbers from the least to the greatest that names with the letter have."""
    refs = list(_references((side for e in equations for side in (e.lhs, e.rhs)), world.glossary))
    stepping = {ref.base for ref in refs if letter in _letters(ref)}
    marks = (mark for ref in refs if ref.base in stepping for mark in _marks(ref))
    found = {int(m.text) for m in marks if isinstance(m, Number) and m.text.isdigit()}
    return range(min(found), min(max(found), min(found) + MOST) + 1) if found else range(0)


def _references(sides: Iterable[Node], glossary: Glossary) -> Iterator[Ref]:
    for node in (n for side in sides for n in walk(side) if isinstance(n, Script)):
        if (ref := reference(node, glossary)) is not None:
            yield ref


def _marks(ref: Ref) -> tuple[Node, ...]:
    return (*ref.labels, *ref.subs)


def _letters(ref: Ref) -> set[str]:
    return {n.text for mark in _marks(ref) for n in walk(mark) if isinstance(n, Name)}


def _numbered(node: Node, letter: str, number: int) -> Node | None:
    return Number(node.span, str(number)) if isinstance(node, Name) and node.text == letter else None
