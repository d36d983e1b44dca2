"""What the kind of a quantity makes of a term: sums over distributions and one-hot vectors are 1, symmetric matrices
are their own transposes."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.expr import Component, Expr, Reduce, Symbol, component, const, rebuilt, substitute, value
from chainrule.sheet.records.universe import Universe

SYMMETRIC = ("symmetric", "covariance", "diagonal")


def by_kind(term: Expr, universe: Universe) -> Expr:
    """The term with all of that."""
    return symmetric(with_wholes(term, universe), universe)


def with_wholes(term: Expr, universe: Universe) -> Expr:
    """The term with 1 for the sums over distributions and one-hot vectors."""
    return rebuilt(term, lambda _, new: const(1) if _is_whole(new, universe) else new)


def symmetric(term: Expr, universe: Universe) -> Expr:
    """The term with the indices of symmetric matrices in one order."""
    kinds = {s: _kind(s, universe) for s in term.symbols if len(s.axes) == 2}
    return substitute(term, {s: _in_order(s) for s, kind in kinds.items() if kind in SYMMETRIC})


def _in_order(symbol: Symbol) -> Callable[..., Expr]:
    return lambda *at: component(symbol, *sorted(at, key=lambda t: t.key))


def _kind(symbol: Symbol, universe: Universe) -> str | None:
    instance = universe.instances.get(symbol)
    return None if instance is None else universe.world.family(instance.base).domain_kind


def _is_whole(node: Expr, universe: Universe) -> bool:
    body = node.body if isinstance(node, Reduce) and node.op == "sum" else None
    if not isinstance(body, Component) or not isinstance(node, Reduce) or body.indices[-1:] != (value(node.index),):
        return False
    return _kind(body.symbol, universe) in ("one-hot", "simplex")
