r"""Losses that come out as arrays by the shapes that are guessed: `L = -(y \log p + (1 - y) \log(1 - p))`, p a vector.

What is minimised is one number: with one output there is one entry, and with several the loss is their sum. Where lines
fit so that do not fit otherwise, and nothing that a loss is made of was declared, it is read as that sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from chainrule.sheet.inference.typed_lines import type_line
from chainrule.sheet.records.lines import Line
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import reference
from chainrule.sheet.syntax.spelling import names_loss


def with_entries(universe: Universe, lines: Sequence[Line]) -> frozenset[str]:
    """The losses that are differentiated and whose definitions have axes."""
    world, found = universe.world, set[str]()
    for line in lines:
        e = line.equation
        ref = None if e.link else reference(e.lhs, world.glossary)
        if ref is None or not ref.bare or not names_loss(ref.base) or ref.base in world.pooled:
            continue
        if not any(s.position == e.position for s in world.sites.get(ref.base, ())) or _declared(world, line):
            continue
        kept = universe.mark()
        with suppress(Untyped, RecursionError):
            found |= {ref.base} if type_line(universe, e)[1].dims else set()
        universe.back(kept)
    return frozenset(found)


def _declared(world: World, line: Line) -> bool:
    """Whether it is said of anything behind a definition what shape it has."""
    return any(world.family(base).declared_rank is not None for base in line.names)
