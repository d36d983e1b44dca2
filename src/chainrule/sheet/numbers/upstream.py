r"""Slopes that are given as numbers: `\frac{\partial L}{\partial y} = (0.1, -0.2)` for an L that nobody defines.

Nothing but these slopes is known of L, so where they are used it is as good as the linear function that has them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from chainrule.read.tree import Comma, Fenced, Node
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.literals import literal_matrix, literal_number
from chainrule.sheet.syntax.names import Ref, node_key, reference

Rows = tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True, slots=True)
class Slope:
    """The numbers that an equation gives for the derivative by a variable."""

    variable: Ref
    rows: Rows
    position: int


def note_slopes(world: World, equations: Iterable[Equation]) -> None:
    """Record the first numbers that are given for each derivative of a quantity without a definition."""
    seen: set[object] = set()
    for e in equations:
        left = derivative_of(e.lhs) if e.op == "=" and not e.link and e.source == "formula" else None
        rows = None if left is None else _rows(e.rhs)
        if left is None or rows is None or node_key(e.lhs) in seen:
            continue
        top, variable = (reference(n, world.glossary) for n in left)
        if top is None or variable is None or not top.bare or world.defined(top.base):
            continue
        seen.add(node_key(e.lhs))
        world.slopes.setdefault(top.base, []).append(Slope(variable, rows, e.position))


def _rows(node: Node) -> Rows | None:
    """A printed number, a matrix of them, or a list of them as a column."""
    number = literal_number(node)
    if number is not None:
        return ((number,),)
    if isinstance(node, Fenced) and node.open in "([" and isinstance(node.body, Comma):
        numbers = [literal_number(item) for item in node.body.items]
        return None if None in numbers else tuple((x,) for x in numbers if x is not None)
    return literal_matrix(node)
