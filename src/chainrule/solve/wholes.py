"""Sums over distributions and one-hot vectors, which are 1."""

from __future__ import annotations

from chainrule.expr import Component, Expr, Reduce, const, rebuilt, value
from chainrule.sheet.world import Universe


def with_wholes(term: Expr, universe: Universe) -> Expr:
    """The term with 1 for the sums over distributions and one-hot vectors."""
    return rebuilt(term, lambda _, new: const(1) if _is_whole(new, universe) else new)


def _is_whole(node: Expr, universe: Universe) -> bool:
    body = node.body if isinstance(node, Reduce) and node.op == "sum" else None
    if not isinstance(body, Component) or not isinstance(node, Reduce) or body.indices[-1:] != (value(node.index),):
        return False
    instance = universe.instances.get(body.symbol)
    return instance is not None and universe.world.family(instance.base).domain_kind in ("one-hot", "simplex")
