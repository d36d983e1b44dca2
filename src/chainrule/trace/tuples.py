"""Values given to several names at once, `(x, y) = (2, 1)`: each name has its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Comma, Fenced, Node
from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import reference

MOST = 64
"""So many names one tuple may have."""


def with_tuples_apart(sheet: Sheet) -> Sheet:
    """The sheet with an equation for each name of such a tuple, positions spread so that each has its own."""
    if not any(_values(sheet, e) for e in sheet.equations):
        return sheet
    spread = [replace(e, position=e.position * MOST) for e in sheet.equations]
    return replace(
        sheet,
        equations=[part for e in spread for part in _apart(sheet, e)],
        expressions=[(scope, position * MOST, node) for scope, position, node in sheet.expressions],
        sentences=[replace(s, position=s.position * MOST) for s in sheet.sentences],
        unread=[replace(e, position=e.position * MOST) for e in sheet.unread],
    )


def _apart(sheet: Sheet, e: Equation) -> Iterator[Equation]:
    values = _values(sheet, e)
    if not values:
        yield e
    for k, (name, value) in enumerate(values):
        yield replace(e, position=e.position + k, lhs=name, rhs=value, chain=-(10**6) - e.position - k)


def _values(sheet: Sheet, e: Equation) -> list[tuple[Node, Node]]:
    names, values = _items(e.lhs), _items(e.rhs)
    if e.link or e.op not in ("=", ":=") or len(names) != len(values) or len(names) > MOST or not is_literal(e.rhs):
        return []
    named = all(reference(n, sheet.glossary) is not None for n in names)
    return list(zip(names, values, strict=True)) if named else []


def _items(node: Node) -> tuple[Node, ...]:
    body = node.body if isinstance(node, Fenced) and node.open == "(" else node
    return body.items if isinstance(body, Comma) else ()
