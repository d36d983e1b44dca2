r"""Patterns with a slot: what two formulas have in common, and what stands in the one place where they differ."""

from __future__ import annotations

from dataclasses import fields, replace

from chainrule.read import tree
from chainrule.read.tree import Name, Node, Number, Span, Sum
from chainrule.sheet.syntax.rebuilding import rebuilt

SLOT = "•"


def generalised(first: Node, last: Node, slot: str = SLOT) -> tuple[Node, Node, Node] | None:
    """The common pattern of two items with a slot where they differ, and what stands in the slot in each."""
    found: list[tuple[Node, Node]] = []
    pattern = _pattern(first, last, found, slot)
    if pattern is None or not found:
        return None
    low, high = found[0]
    if any(not _alike(low, a) or not _alike(high, b) for a, b in found[1:]):
        return None
    return pattern, low, high


def filled(pattern: Node, item: Node) -> Node:
    """A pattern with an item in its slot."""
    return rebuilt(pattern, lambda n: item if isinstance(n, Name) and n.text == SLOT else None)


def _is_end(node: Node) -> bool:
    """What a run of items may end at: n, 3, n - 1."""
    return isinstance(node, (Name, Number)) or (
        isinstance(node, Sum) and all(isinstance(t.node, (Name, Number)) for t in node.terms)
    )


def _alike(a: Node, b: Node) -> bool:
    return type(a) is type(b) and getattr(a, "text", None) == getattr(b, "text", None)


def _pattern(a: Node, b: Node, found: list[tuple[Node, Node]], slot: str) -> Node | None:
    if isinstance(a, Number) and _is_end(b) and getattr(a, "text", "") != getattr(b, "text", ""):
        found.append((a, b))
        return Name(a.span, slot)
    if type(a) is not type(b):
        return None
    changes: dict[str, object] = {}
    for f in fields(a):
        x, y = getattr(a, f.name), getattr(b, f.name)
        if isinstance(x, Span):
            continue
        merged = _pattern_value(x, y, found, slot)
        if merged is _NOTHING:
            return None
        changes[f.name] = merged
    return replace(a, **changes)  # type: ignore[arg-type]


_NOTHING = object()


def _pattern_value(x: object, y: object, found: list[tuple[Node, Node]], slot: str) -> object:
    if isinstance(x, Node) and isinstance(y, Node):
        merged = _pattern(x, y, found, slot)
        return _NOTHING if merged is None else merged
    if isinstance(x, tuple) and isinstance(y, tuple):
        if len(x) != len(y):
            return _NOTHING
        items = [_pattern_value(a, b, found, slot) for a, b in zip(x, y, strict=True)]
        return _NOTHING if any(i is _NOTHING for i in items) else tuple(items)
    if isinstance(x, (tree.Factor, tree.Term, tree.Link)) and type(x) is type(y):
        assert isinstance(y, (tree.Factor, tree.Term, tree.Link))
        sign_x = getattr(x, "op", getattr(x, "sign", ""))
        sign_y = getattr(y, "op", getattr(y, "sign", ""))
        merged = _pattern(x.node, y.node, found, slot) if sign_x == sign_y else None
        return _NOTHING if merged is None else replace(x, node=merged)
    return x if x == y else _NOTHING


def same_form(a: Node, b: Node) -> bool:
    found: list[tuple[Node, Node]] = []
    return _pattern(a, b, found, SLOT) is not None and not found
