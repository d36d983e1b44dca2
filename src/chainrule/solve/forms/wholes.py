"""What the kind of a quantity makes of a term: sums over distributions and one-hot vectors are 1, symmetric matrices
are their own transposes."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.calculus import contract
from chainrule.check.comparison.exact import rows_of
from chainrule.check.comparison.lines import Variant
from chainrule.expr import (
    Add,
    Component,
    Expr,
    Inverse,
    Mul,
    Reduce,
    Symbol,
    component,
    const,
    delta,
    inverse,
    rebuilt,
    substitute,
    value,
)
from chainrule.expr.tensors import swapped
from chainrule.expr.walks import walk
from chainrule.sheet.records.universe import Universe
from chainrule.solve.forms.writing import SYMMETRIC


def by_kind(term: Expr, variant: Variant) -> Expr:
    """The term with all of that."""
    return symmetric(with_wholes(term, variant.universe), variant)


def with_wholes(term: Expr, universe: Universe) -> Expr:
    """The term with 1 for the sums over distributions and one-hot vectors."""
    return rebuilt(term, lambda _, new: const(1) if _is_whole(new, universe) else new)


def symmetric(term: Expr, variant: Variant) -> Expr:
    """The term with the indices of symmetric matrices, and of their inverses, in one order; of those whose numbers are
    symmetric, rows of samples as well, only where that makes a sum shorter, `A + A^\\top`."""
    pairs = sorted(s for s in term.symbols if len(s.axes) == 2)
    term = _alike(term, [s for s in pairs if is_symmetric(s, variant)])
    for s in (s for s in pairs if _has_symmetric_numbers(s, variant)):
        shorter = _alike(term, [s])
        term = shorter if _length(contract(shorter)) < _length(contract(term)) else term
    return term


def _alike(term: Expr, symbols: list[Symbol]) -> Expr:
    alike = {s: _in_order(s) for s in symbols}
    return rebuilt(substitute(term, alike), lambda _, new: _inverse_in_order(new, alike)) if alike else term


def _length(term: Expr) -> int:
    """How many summands a term has, at the top and inside."""
    return sum(len(x.terms) for x in walk(term) if isinstance(x, Add))


def _inverse_in_order(node: Expr, alike: dict[Symbol, Callable[..., Expr]]) -> Expr:
    """The inverse of a symmetric matrix, which is symmetric."""
    if not isinstance(node, Inverse):
        return node
    turned = substitute(swapped(node.body, node.row, node.col), alike)
    if contract(turned) != contract(node.body):
        return node
    return inverse(node.body, node.row, node.col, *sorted((node.i, node.j), key=lambda t: t.key))


def is_symmetric(symbol: Symbol, variant: Variant) -> bool:
    """Whether a matrix is its own transpose: by its kind, or what it is made of."""
    if _kind(symbol, variant.universe) in SYMMETRIC:
        return True
    made = variant.universe.definitions.get(symbol)
    if made is None or not made.body.symbols or symbol.axes[0] != symbol.axes[1]:
        return False
    first, second = map(value, made.indices)
    if isinstance(made.body, Mul) and delta(first, second) in made.body.factors:
        return True  # a diagonal
    return contract(made.body) == contract(substitute(made.body, {made.indices[0]: second, made.indices[1]: first}))


def _has_symmetric_numbers(symbol: Symbol, variant: Variant) -> bool:
    rows = rows_of(variant.settled, symbol)
    return rows is not None and rows == tuple(zip(*rows, strict=True))


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
