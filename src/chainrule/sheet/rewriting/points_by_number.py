r"""Points beside entries: `x_0 = (1, 2)` where a function is given by the entries `x_1` and `x_2` of x. A vector is no
entry of itself, so that the number is that of a point, `x^{(0)}`."""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Comma, Fenced, Matrix, Node, Number, Relation, Script
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

Points = frozenset[tuple[object, str]]
"""Names, by their keys, with the numbers of the points."""


def points_by_number(formulas: list[Node]) -> Points:
    """The names with numbers that are points."""
    nodes = [n for formula in formulas for n in walk(formula)]
    lengths: dict[tuple[object, str], int] = {}
    for node in nodes:
        named = _numbered(node.first) if isinstance(node, Relation) and len(node.links) == 1 else None
        if named is not None and isinstance(node, Relation) and node.links[0].op == "=":
            length = _length(node.links[0].node)
            lengths |= {named: length} if length else {}
    entries = {named for n in nodes if (named := _numbered(n)) is not None} - lengths.keys()
    other = {base for (base, n), length in lengths.items() if n in map(str, range(1, length + 1))}
    return frozenset(p for p, length in lengths.items() if p[0] not in other and _has_entries(p[0], length, entries))


def with_points(node: Node, points: Points) -> Node:
    """A formula with `x^{(0)}` for the points."""

    def choose(part: Node) -> Node | None:
        if not isinstance(part, Script) or part.sub is None or part.sup is not None or _numbered(part) not in points:
            return None
        return replace(part, sub=None, sup=Fenced(part.sub.span, "(", part.sub, ")"))

    return rebuilt(node, choose)


def _numbered(node: Node) -> tuple[object, str] | None:
    """The key of x and the number of `x_0`."""
    if not isinstance(node, Script) or not isinstance(node.sub, Number) or node.primes:
        return None
    return node_key(node.base), node.sub.text


def _length(node: Node) -> int:
    """How many numbers a printed vector has; 0 for anything else."""
    body = node.base if isinstance(node, Script) else node
    if not is_literal(node):
        return 0
    if isinstance(body, Fenced) and isinstance(body.body, Comma):
        return len(body.body.items)
    rows = body.rows if isinstance(body, Matrix) else ()
    return max(len(rows), len(rows[0])) if rows and 1 in (len(rows), len(rows[0])) else 0


def _has_entries(name: object, length: int, entries: set[tuple[object, str]]) -> bool:
    """Whether a name has entries with numbers, all of them from 1 to the length of its points."""
    numbers = [int(n) for base, n in entries if base == name and n.isdecimal()]
    return bool(numbers) and length > 1 and min(numbers) >= 1 and max(numbers) <= length
