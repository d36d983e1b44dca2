"""Vectors that are joined in a list: the `[h, x]` of `W [h, x] + b` is one long column."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Comma, Fenced, Node, Script
from chainrule.sheet.syntax.names import walk


def standing_lists(node: Node) -> Iterator[Fenced]:
    """The lists in brackets of a formula that have no sign above them."""
    raised = {id(n.base) for n in walk(node) if isinstance(n, Script) and n.sup is not None}
    for part in walk(node):
        if isinstance(part, Fenced) and part.open == "[" and isinstance(part.body, Comma) and id(part) not in raised:
            yield part
