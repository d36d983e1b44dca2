r"""Quantities with a letter for a step or a layer, `h_t = \tanh(w h_{t-1} + x)`: one for each number that the sheet
says the letter runs over, and none where it says nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from chainrule.derive.sheets import BEHIND, question
from chainrule.read.tree import Name, Node, Number
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import letter_of, reference
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.trace.quantities import Asked
from chainrule.trace.rules import Updates

EACH = BEHIND // 2
"""Positions behind those of the quantities as they are written."""


def step_letter(asked: Asked, world: World, updates: Updates) -> str | None:
    """The letter that tells versions of a quantity apart, where no update counts by it."""
    ref = reference(asked.node, world.glossary)
    if ref is None or asked.kind not in ("value", "data") or ref.base in updates.labels:
        return None
    family = world.family(ref.base)
    labels = [*ref.labels, *(s for n, s in enumerate(ref.subs) if family.slot(n) == "label")]
    return next((x for s in labels if (x := letter_of(s)) is not None and x.islower()), None)


def at_each_step(asked: Asked, letter: str, world: World, first: int) -> Iterator[Asked]:
    """The quantity for each number that its letter runs over; `first` is how many of them there are already."""
    for k, number in enumerate(n for n in world.ranges.get(letter, ()) if isinstance(n, int)):
        node = rebuilt(asked.node, lambda n, to=number: _numbered(n, letter, to))  # type: ignore[misc]
        name = re.sub(rf"(?<=[_^({{,]){letter}(?![A-Za-z])", str(number), asked.name)
        line = question(asked.source, node, BEHIND + EACH + first + k)
        yield replace(asked, node=node, line=line, name=name, source=replace(asked.source, spelled=(name, name)))


def _numbered(node: Node, letter: str, number: int) -> Node | None:
    return Number(node.span, str(number)) if isinstance(node, Name) and node.text == letter else None
