"""Exact values: what a formula is when every name has a number, computed in balls from the decimals as printed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from flint import arb, fmpq

from chainrule.check.comparison.compare import Comparer, Unclear
from chainrule.check.comparison.lines import Variant
from chainrule.check.comparison.points import dims_of, free_symbols
from chainrule.check.comparison.settle import Rows, Settled
from chainrule.check.comparison.sizes import sizes_for
from chainrule.check.comparison.writing import names_of
from chainrule.check.records.need import Need
from chainrule.expr import BALL, Dim, Expr, ExprError, Index, Model, Symbol, Unknown, evaluate, walk
from chainrule.expr.model import Array
from chainrule.read.tree import Node
from chainrule.sheet.records.shapes import Untyped, Val
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.spelling import spelled_out

Put = Mapping[Symbol, Array]


class Open(Exception):
    """A formula that has no number: some name in it has none, or it has no meaning."""

    def __init__(self, why: Unclear) -> None:
        super().__init__(why.message)
        self.why = why


def term_of(variant: Variant, val: Val) -> tuple[Expr, list[Index]]:
    """The term of a value with its axes, every derivative carried out."""
    dims = variant.universe.dims
    axes = [Index(f"·e{n}", dims.dim(d)) for n, d in enumerate(val.dims)]
    return variant.comparer.terms(val, axes), axes


def exact(variant: Variant, val: Val, put: Put | None = None) -> Array:
    """The numbers of a value as a matrix; `put` gives some symbols other numbers than they have. Raises `Open`."""
    term, axes = term_of(variant, val)
    symbols = free_symbols([term], variant.universe.definitions)
    all_known(variant, term, axes, symbols)
    sizes = sizes_for(variant.universe, dims_of([term], variant.universe.definitions) | {i.dim for i in axes}, 0)
    model = _model(variant.comparer, sizes)
    if put:
        lifted = {s: np.asarray(np.frompyfunc(arb, 1, 1)(v), dtype=object) for s, v in put.items()}
        model = model.again(values={**model.values, **lifted})
    values = model.values
    assert isinstance(values, dict)
    for symbol in symbols - set(values):
        values[symbol] = _decimal_balls(symbol, sizes, variant.comparer.settled)
    balls = np.asarray(evaluate(term, axes, model)[0], dtype=object)
    middles = np.array([float(x.mid()) for x in balls.ravel()])
    return middles.reshape(balls.shape if balls.ndim == 2 else (-1, 1))


def all_known(variant: Variant, term: Expr, axes: list[Index], symbols: set[Symbol]) -> None:
    """Raise `Open` when a term has no number, with the names that lack one."""
    broken = [s for s in sorted(symbols) if s in variant.settled.broken]
    if broken:
        raise Open(Unclear("poisoned", variant.settled.broken[broken[0]].message))
    definitions = variant.universe.definitions
    bodies = [term, *(definitions[s].body for s in definitions.ordered(sorted(term.symbols)) if s in definitions)]
    unknown = next((n for body in bodies for n in walk(body) if isinstance(n, Unknown)), None)
    if unknown is not None:
        raise Open(Unclear("undefined-symbol", f"{spelled_out(unknown.name)} is a function that nothing defines"))
    without = [s for s in sorted(symbols) if rows_of(variant.settled, s) is None]
    open_symbols = names_of(variant.universe, without).values()
    if open_symbols or term.free - set(axes):
        instances = variant.universe.instances
        needs = tuple(Need("number", instances[s]) for s in without if s in instances)
        disputed = variant.universe.world.disputed
        why = [disputed[n.instance.base] for n in needs if n.instance.base in disputed]
        names = ", ".join(open_symbols) or "an index"
        message = f"{names} {'have' if len(without) > 1 else 'has'} no number"
        raise Open(Unclear("undefined-symbol", "; ".join([message, *why]), needs))


def rows_of(settled: Settled, symbol: Symbol) -> Rows | None:
    """The number of a symbol that the document gives, or that was recovered from its other numbers."""
    given = settled.data.get(symbol)
    return given if given is not None or settled.recovered is None else settled.recovered.values.get(symbol)


def _model(comparer: Comparer, sizes: dict[Dim, int]) -> Model:
    key = ("balls", tuple(sorted(sizes.items())))
    model = comparer.models.get(key)
    if model is None:
        definitions = comparer.settled.universe.definitions
        model = Model(sizes, {}, definitions, 1, arithmetic=BALL, seed=comparer.seed, deadline=comparer.deadline)
        comparer.models[key] = model
    return model


def _decimal_balls(symbol: Symbol, sizes: dict[Dim, int], settled: Settled) -> Array:
    """The data of a symbol as balls of its exact decimals, for one sample point."""
    cells = [arb(fmpq(x.numerator, x.denominator)) for row in rows_of(settled, symbol) or () for x in row]
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array.reshape(1, *(sizes[d] for d in symbol.axes))


def typed_again(variant: Variant, e: Equation, node: Node) -> Val | None:
    """Any formula where an equation stands, as a value; None when it has no meaning there."""
    if e.position not in variant.typed:
        return None
    frame, lhs, rhs = variant.typed[e.position]
    sides = {id(e.lhs): lhs, id(e.rhs): rhs}
    if id(node) in sides:
        return sides[id(node)]
    kept, dims = variant.universe.mark(), variant.universe.dims
    roots = {dims.find(axis) for tensor in variant.universe.tensors.values() for axis in tensor.axes}
    try:
        val = frame.value(node)
    except (Untyped, RecursionError):
        variant.universe.back(kept)
        return None
    for root in roots:
        dims.lead(root)  # the symbols that have numbers keep their axes
    return val


def number_of(variant: Variant, e: Equation, node: Node, put: Put | None = None) -> Array | None:
    """The numbers of any formula where an equation stands; None when it has none."""
    val = typed_again(variant, e, node)
    if val is None:
        return None
    try:
        found = exact(variant, val, put)
    except (Untyped, ExprError, Open, RecursionError, OverflowError, ValueError):
        return None
    return found if np.isfinite(found).all() else None
