"""Surface trees with some of their nodes exchanged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

from chainrule.read.tree import Case, Factor, Link, Node, Term


def rebuilt(node: Node, choose: Callable[[Node], Node | None]) -> Node:
    """A tree with other nodes in the place of those that are chosen; the very same tree when none is."""
    chosen = choose(node)
    if chosen is not None:
        return chosen
    changes: dict[str, object] = {}
    for f in fields(node):
        old = getattr(node, f.name)
        new = _rebuilt_value(old, choose)
        if new is not old:
            changes[f.name] = new
    return replace(node, **changes) if changes else node  # type: ignore[arg-type]


def _rebuilt_value(value: object, choose: Callable[[Node], Node | None]) -> object:
    if isinstance(value, Node):
        return rebuilt(value, choose)
    if isinstance(value, tuple):
        new = tuple(_rebuilt_value(v, choose) for v in value)
        return value if all(a is b for a, b in zip(new, value, strict=True)) else new
    if isinstance(value, (Factor, Term, Link)):
        node = rebuilt(value.node, choose)
        return value if node is value.node else replace(value, node=node)
    if isinstance(value, Case):
        parts = (_rebuilt_value(value.value, choose), _rebuilt_value(value.condition, choose))
        same = parts[0] is value.value and parts[1] is value.condition
        return value if same else replace(value, value=parts[0], condition=parts[1])  # type: ignore[arg-type]
    return value


def with_parts(node: Node, change: Callable[[Node], Node]) -> Node:
    """A node with a change made to everything directly below it; the node itself where nothing changes."""
    return rebuilt(node, lambda part: None if part is node else change(part))
