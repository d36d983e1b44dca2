"""The notes of lines that hold by shapes which are not quite those that the document declares."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.check.records.report import Note
from chainrule.sheet.arrays.dropped import leaves_out
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.spelling import spelled_out


def otherwise_declared(world: World, e: Equation) -> Iterator[Note]:
    """What is said of a line in a world with an index left out, a dimension struck, or a matrix of other sizes."""
    if world.dropped is not None and leaves_out(world, e):
        yield Note("dropped-index", f"the index {world.dropped.letter} is left out in this line")
    if world.struck:
        yield Note("one-entry", f"read for one entry of what is declared in R^{world.struck}")
    if world.opened and world.opened in lines_of(world, [e])[0].names:
        message = f"the lines do not fit the sizes that {spelled_out(world.opened)} is declared with; read with others"
        yield Note("other-sizes", message)
