r"""Conditions in subscripts: `\frac{\partial y_{k \ne i}}{\partial z_i} = -y_{k \ne i} y_i` is about y_k, for k not i.

The letter before the sign is the index; the condition restricts the whole line. A line with two conditions stays as it
is written.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Accent, Name, Node, Relation, Script
from chainrule.sheet.conditions.restrictions import of_indices, restriction
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt


def lifted(node: Node) -> tuple[Node, Relation | None]:
    """A formula with plain indices, and the condition that its subscripts carried."""
    found = {node_key(c): c for n in walk(node) if (c := _condition(n)) is not None}
    if len(found) != 1:
        return node, None
    return rebuilt(node, _plain), next(iter(found.values()))


def _condition(node: Node) -> Relation | None:
    r"""The condition of `y_{k = i}` and `\hat{y}_{k \ne i}`."""
    if not isinstance(node, Script) or not isinstance(node.base, (Name, Accent)) or not isinstance(node.sub, Relation):
        return None
    found = restriction(node.sub)
    equal_or_not = found is not None and found.links[0].op in ("=", "≠")
    return found if found is not None and equal_or_not and of_indices(found) else None


def _plain(node: Node) -> Node | None:
    found = _condition(node)
    return replace(node, sub=found.first) if isinstance(node, Script) and found is not None else None
