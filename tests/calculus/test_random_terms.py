"""Random terms over the whole node table: the derivative against differences, contraction and renaming by value."""

from __future__ import annotations

import numpy as np
from differences import derivative_error
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainrule.calculus import contract, derivative
from chainrule.expr import (
    ONE,
    ZERO,
    Definition,
    Definitions,
    Dim,
    Expr,
    Index,
    Model,
    Symbol,
    apply,
    component,
    const,
    delta,
    evaluate,
    indicator,
    inverse,
    piecewise,
    reduce,
    substitute,
    total,
    unknown,
    value,
)

n = Dim("n")
i, j, k = FREE = tuple(Index(name, n) for name in "ijk")
x, A, h, s = Symbol("x", (n,)), Symbol("A", (n, n)), Symbol("h", (n,)), Symbol("s")
label = Symbol("l", (n,), "integer")
rng = np.random.default_rng(2)
POINTS = 2
VALUES = {
    x: rng.uniform(-1.2, 1.2, size=(POINTS, 3)),
    A: rng.uniform(-1.2, 1.2, size=(POINTS, 3, 3)),
    s: np.array([0.7, -0.4]),
    label: rng.integers(1, 4, size=(POINTS, 3)),
}
index = st.sampled_from(FREE)
BOUNDED = ("sin", "tanh", "sigmoid", "softplus", "relu", "abs", "cos", "gelu", "silu", "arctan", "elu", "erf")

leaves = st.one_of(
    st.fractions(-2, 2, max_denominator=3).map(const),
    index.map(lambda a: component(x, a)),
    index.map(lambda a: component(h, a)),
    index.map(lambda a: component(x, component(label, a))),
    st.tuples(index, index).map(lambda p: component(A, *p)),
    st.just(component(s)),
    st.tuples(index, index).map(lambda p: delta(value(p[0]), value(p[1]))),
)


def grown(parts: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pair, at = st.tuples(parts, parts), st.tuples(index, parts)
    return st.one_of(
        pair.map(lambda p: p[0] + p[1]),
        pair.map(lambda p: p[0] * p[1]),
        pair.map(lambda p: p[0] / (2 + p[1] ** 2)),
        st.tuples(st.sampled_from(BOUNDED), parts).map(lambda p: apply(p[0], p[1])),
        parts.map(lambda u: apply("exp", apply("sin", u))),
        parts.map(lambda u: apply("log", 2 + u**2)),
        pair.map(lambda p: (1 + p[0] ** 2) ** apply("tanh", p[1])),
        at.map(lambda p: total(*p)),
        at.map(lambda p: reduce("prod", *p)),
        at.map(lambda p: reduce("max", p[0], p[1] + component(x, p[0]))),
        pair.map(lambda p: apply("max", p[0] + component(s), p[1])),
        pair.map(lambda p: piecewise([(indicator(">", p[0] + component(s) / 7, ZERO), p[1])], p[0])),
        pair.map(lambda p: unknown("f", [((i,), p[0]), ((), p[1])])),
        parts.map(lambda u: inverse(apply("tanh", u) + 9 * delta(value(i), value(j)), i, j, value(k), value(j))),
        st.tuples(parts, index, index).map(lambda p: substitute(p[0], {p[1]: value(p[2])})),
    )


terms = st.recursive(leaves, grown, max_leaves=7)
run = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def model() -> Model:
    body = apply("tanh", total(j, component(A, i, j) * component(x, j)) + component(s))
    return Model({n: 3}, VALUES, Definitions([Definition(h, (i,), body)]), POINTS)


@run
@given(terms, st.sampled_from([x, A, s, h]))
def test_derivatives_agree_with_differences(expr: Expr, target: Symbol) -> None:
    found = evaluate(expr, FREE, model())
    if np.isfinite(found).all() and np.abs(found).max() < 1e6:
        assert derivative_error(expr, FREE, target, model()) < 1e-6


@run
@given(terms)
def test_contraction_keeps_values(expr: Expr) -> None:
    whole = total(i, expr * (delta(value(i), value(j)) - component(x, i)))
    np.testing.assert_allclose(
        evaluate(contract(whole), FREE, model()), evaluate(whole, FREE, model()), rtol=1e-8, atol=1e-8
    )


@run
@given(terms)
def test_renaming_there_and_back_gives_the_same_object(expr: Expr) -> None:
    other = {a: Index(f"other{r}", n) for r, a in enumerate(FREE)}
    there = substitute(expr, {a: value(b) for a, b in other.items()})
    assert substitute(there, {b: value(a) for a, b in other.items()}) is expr
    for bound in FREE:
        assert total(bound, expr) is total(other[bound], substitute(expr, {bound: value(other[bound])}))


@run
@given(terms, st.permutations(FREE))
def test_substitution_is_evaluation(expr: Expr, order: list[Index]) -> None:
    swapped = substitute(expr, {a: value(b) for a, b in zip(FREE, order, strict=True)})
    np.testing.assert_allclose(evaluate(swapped, order, model()), evaluate(expr, FREE, model()), rtol=1e-9, atol=1e-12)


@run
@given(terms)
def test_rebuilding_gives_the_same_object(expr: Expr) -> None:
    assert expr.with_scopes(expr.scopes) is expr
    assert expr * ONE + ZERO is expr
    assert derivative(expr, component(Symbol("unused")), Definitions()) is ZERO
