r"""Losses that come out as arrays by the shapes that are guessed: `L = -(y \log p + (1 - y) \log(1 - p))`, p a vector.

What is minimised is one number: with one output there is one entry, and with several the loss is their sum. Where lines
fit so that do not fit otherwise, and nothing that a loss is made of was declared, it is read as that sum. A square,
`L = (y - X w)^2`, is read so too where lines fit, but with shapes that are less usual.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from chainrule.read.tree import Fenced, Node, Number, Script
from chainrule.sheet.inference.typed_lines import type_line
from chainrule.sheet.inference.unreadable import of_all_products
from chainrule.sheet.records.lines import Line
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.spelling import names_loss


def with_entries(universe: Universe, lines: Sequence[Line], squares: bool = False) -> frozenset[str]:
    """The losses that are differentiated and whose definitions have axes; only those that are squares, if asked."""
    world, found = universe.world, set[str]()
    for line in lines:
        e = line.equation
        ref = None if e.link else reference(e.lhs, world.glossary)
        if ref is None or not ref.bare or not names_loss(ref.base) or ref.base in world.pooled:
            continue
        if not any(s.position == e.position for s in world.sites.get(ref.base, ())) or _declared(world, line):
            continue
        if of_all_products(e) or (squares and not _has_square(e.rhs)):
            continue
        kept = universe.mark()
        with suppress(Untyped, RecursionError):
            found |= {ref.base} if type_line(universe, e)[1].dims else set()
        universe.back(kept)
    return frozenset(found)


def _declared(world: World, line: Line) -> bool:
    """Whether it is said of anything behind a definition what shape it has."""
    return any(world.family(base).declared_rank is not None for base in line.names)


def _has_square(node: Node) -> bool:
    """Whether something in brackets is squared: `(y - X w)^2`."""
    powers = (n for n in walk(node) if isinstance(n, Script) and isinstance(n.base, Fenced))
    return any(isinstance(n.sup, Number) and n.sup.text == "2" for n in powers)
