"""Differentials of terms against central differences along the same change."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.calculus import tangent
from chainrule.expr import (
    Component,
    Definition,
    Definitions,
    Dim,
    Expr,
    Index,
    Model,
    Symbol,
    apply,
    component,
    evaluate,
    inverse,
    total,
    value,
)

N = Dim("n")
R, S, T = (Index(x, N) for x in "ijk")
X, DX = Symbol("X", (N, N)), Symbol("dX", (N, N))
V, DV = Symbol("v", (N,)), Symbol("dv", (N,))
Z = Symbol("z", (N,))
CHANGES = {X: DX, V: DV}


def entry(symbol: Symbol, *indices: Index) -> Component:
    found = component(symbol, *indices)
    assert isinstance(found, Component)
    return found


def defined() -> Definitions:
    return Definitions([Definition(Z, (R,), total(S, entry(X, R, S) * entry(V, S)))])


TERMS = [
    pytest.param(total(R, entry(V, R) ** 2), id="a norm"),
    pytest.param(total(R, apply("tanh", entry(Z, R))), id="through a definition"),
    pytest.param(total(R, inverse(entry(X, R, S), R, S, value(T), value(T)) * entry(V, T)), id="an inverse"),
]


@pytest.mark.parametrize("term", TERMS)
def test_a_differential_is_the_slope_along_the_change(term: Expr) -> None:
    rng = np.random.default_rng(3)
    at = {s: rng.normal(size=(1, *(3 for _ in s.axes))) for s in (X, V, DX, DV)}
    free = sorted(term.free)

    def along(step: float) -> np.ndarray:
        moved = {s: at[s] + step * at[CHANGES[s]] for s in CHANGES}
        return evaluate(term, free, Model({N: 3}, moved, defined(), 1))

    definitions = defined()
    found = evaluate(tangent(term, CHANGES.get, definitions), free, Model({N: 3}, at, definitions, 1))
    np.testing.assert_allclose(found, (along(1e-6) - along(-1e-6)) / 2e-6, rtol=1e-6, atol=1e-7)


def test_what_does_not_change_has_no_part() -> None:
    term = total(R, entry(V, R) * entry(Z, R))
    only = tangent(term, {V: DV}.get, defined())
    assert DX not in only.symbols
    assert tangent(term, {}.get, defined()) is tangent(value(R) * 0, {}.get, defined())
