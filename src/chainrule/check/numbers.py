"""Printed numbers and tables: every cell must be the value of the left side, rounded to its printed digits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from flint import arb, fmpq

from chainrule.check.compare import Comparer, Outcome, Same, Unclear, guard
from chainrule.check.digits import Printed, rounds_to, shown
from chainrule.check.finding import Finding, assumed
from chainrule.check.lines import Lines, Variant
from chainrule.check.need import Need
from chainrule.check.points import dims_of, free_symbols, sizes_for
from chainrule.check.report import Counterexample, Evidence, Suggestion
from chainrule.check.settle import Settled
from chainrule.check.undecided import undecided
from chainrule.check.writing import names_of
from chainrule.expr import BALL, Dim, Expr, Index, Model, Symbol, evaluate
from chainrule.expr.model import Array
from chainrule.sheet.shapes import Val
from chainrule.sheet.statements import Equation


class _Wrong(Exception):
    """Cells whose digits are wrong, with their right values."""

    def __init__(self, cells: list[tuple[int, int, float]]) -> None:
        super().__init__(cells)
        self.cells = cells


def numeric(lines: Lines, e: Equation, table: list[list[Printed]]) -> Finding:
    """A printed number or table: every cell must round to its printed digits."""
    variant = lines.variant()
    failed = variant.failed.get(e.position)
    if failed is not None:
        return undecided(lines, e, Unclear(failed.code, failed.message))
    _, lhs, _ = variant.typed[e.position]

    def call() -> Outcome:
        return _digits(variant, lhs, table)

    try:
        outcome = guard(call)
    except _Wrong as wrong:
        return _wrong_digits(e, wrong, table)
    if isinstance(outcome, Same):
        evidence = Evidence("digits", seed=None)
        return Finding("verified", "digits", "every printed digit is right", "numeric", evidence)
    assert isinstance(outcome, Unclear)
    if outcome.code == "undefined-symbol":
        return assumed(outcome.code, outcome.message, "numeric", outcome.needs)
    found = undecided(lines, e, outcome)
    return replace(found, kind="numeric")


def _digits(variant: Variant, lhs: Val, table: list[list[Printed]]) -> Outcome:
    comparer = variant.comparer
    dims = variant.universe.dims
    axes = [Index(f"·e{n}", dims.dim(d)) for n, d in enumerate(lhs.dims)]
    term = comparer.terms(lhs, axes)
    definitions = variant.universe.definitions
    symbols = free_symbols([term], definitions)
    broken = [s for s in sorted(symbols) if s in variant.settled.broken]
    if broken:
        return Unclear("poisoned", variant.settled.broken[broken[0]].message)
    without = [s for s in sorted(symbols) if s not in variant.settled.data]
    open_symbols = names_of(variant.universe, without).values()
    if open_symbols or term.free - set(axes):
        needs = tuple(Need("number", variant.universe.instances[s]) for s in without if s in variant.universe.instances)
        names = ", ".join(open_symbols) or "an index"
        return Unclear("undefined-symbol", f"{names} {'have' if len(without) > 1 else 'has'} no number", needs)
    sizes = sizes_for(variant.universe, dims_of([term], definitions) | {i.dim for i in axes}, 0)
    exact = _exact(comparer, term, axes, symbols, sizes)
    wanted = (len(table), len(table[0]))
    if exact.shape != wanted:
        if exact.T.shape != wanted:
            shape = "×".join(map(str, exact.shape))
            return Unclear("shape-of-sides", f"the left side is {shape}, the table is {wanted[0]}×{wanted[1]}")
        exact = exact.T
    bad = [
        (i, j, float(exact[i, j]))
        for i, row in enumerate(table)
        for j, cell in enumerate(row)
        if not rounds_to(float(exact[i, j]), cell)
    ]
    if bad:
        raise _Wrong(bad)
    return Same("digits", 1)


def _exact(comparer: Comparer, term: Expr, axes: list[Index], symbols: set[Symbol], sizes: dict[Dim, int]) -> Array:
    """The values of a term from exact decimals, computed in balls, as a matrix."""
    key = ("balls", tuple(sorted(sizes.items())))
    model = comparer.models.get(key)
    if model is None:
        definitions = comparer.settled.universe.definitions
        model = Model(sizes, {}, definitions, 1, arithmetic=BALL, seed=comparer.seed, deadline=comparer.deadline)
        comparer.models[key] = model
    values = model.values
    assert isinstance(values, dict)
    for symbol in symbols - set(values):
        values[symbol] = _decimal_balls(symbol, sizes, comparer.settled)
    balls = np.asarray(evaluate(term, axes, model)[0], dtype=object)
    middles = np.array([float(x.mid()) for x in balls.ravel()])
    return middles.reshape(balls.shape if balls.ndim == 2 else (-1, 1))


def _decimal_balls(symbol: Symbol, sizes: dict[Dim, int], settled: Settled) -> Array:
    """The data of a symbol as balls of its exact decimals, for one sample point."""
    cells = [arb(fmpq(x.numerator, x.denominator)) for row in settled.data[symbol] for x in row]
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array.reshape(1, *(sizes[d] for d in symbol.axes))


def _wrong_digits(e: Equation, wrong: _Wrong, table: list[list[Printed]]) -> Finding:
    i, j, right = wrong.cells[0]
    cell = table[i][j]
    value_text = shown(right, cell)
    where = f"entry ({i + 1},{j + 1})" if len(table) > 1 or len(table[0]) > 1 else None
    more = f", and {len(wrong.cells) - 1} more" if len(wrong.cells) > 1 else ""
    place = f"{where} is printed as" if where else "printed as"
    message = f"{place} {cell.text} but is {value_text}{more}"
    tex = e.text(e.rhs).replace(cell.text, value_text, 1) if e.text(e.rhs).count(cell.text) == 1 else value_text
    return Finding(
        "refuted", "wrong-digit", message, "numeric",
        evidence=Evidence("digits"),
        counterexample=Counterexample({"printed": cell.text, "right": value_text}, right, float(cell.value), where),
        suggestion=Suggestion(tex, f"{value_text} for {cell.text}", "the value recomputed from the definitions"),
    )  # fmt: skip
