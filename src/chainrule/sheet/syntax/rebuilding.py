"""Surface trees with some of their nodes exchanged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from chainrule.read.tree import FIELDS_BELOW, Case, Factor, Link, Node, Term

Piece = TypeVar("Piece", bound=Node | Factor | Term | Link | Case)


def rebuilt(node: Node, choose: Callable[[Node], Node | None]) -> Node:
    """A tree with other nodes in the place of those that are chosen; the very same tree when none is."""
    chosen = choose(node)
    return _below(node, choose) if chosen is None else chosen


def _below(piece: Piece, choose: Callable[[Node], Node | None]) -> Piece:
    """A piece of the tree with what is chosen exchanged below it."""
    changes: dict[str, Any] = {}
    for name in FIELDS_BELOW[type(piece)]:
        old = getattr(piece, name)
        new = _rebuilt_value(old, choose)
        if new is not old:
            changes[name] = new
    return replace(piece, **changes) if changes else piece


def _rebuilt_value(value: object, choose: Callable[[Node], Node | None]) -> object:
    if value is None:
        return None
    if isinstance(value, tuple):
        new = [_rebuilt_value(v, choose) for v in value]
        return tuple(new) if any(a is not b for a, b in zip(new, value, strict=True)) else value
    if isinstance(value, Node):
        return rebuilt(value, choose)
    assert isinstance(value, (Factor, Term, Link, Case))
    return _below(value, choose)


def with_parts(node: Node, change: Callable[[Node], Node]) -> Node:
    """A node with a change made to everything directly below it; the node itself where nothing changes."""
    return rebuilt(node, lambda part: None if part is node else change(part))
