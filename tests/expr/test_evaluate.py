"""Numbers against NumPy, in both arithmetics."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from chainrule.expr import (
    BALL,
    ZERO,
    Definition,
    Definitions,
    Dim,
    Expr,
    Index,
    MissingValue,
    Model,
    OutOfRange,
    Symbol,
    TooLarge,
    Undecided,
    apply,
    component,
    const,
    delta,
    derivative,
    determinant,
    evaluate,
    indicator,
    inverse,
    mul,
    piecewise,
    power,
    reduce,
    size,
    substitute,
    total,
    unknown,
    value,
)

POINTS = 4
n, m = Dim("n"), Dim("m")
i, j, k = Index("i", n), Index("j", m), Index("k", n)
x, z, W, M = Symbol("x", (m,)), Symbol("z", (n,)), Symbol("W", (n, m)), Symbol("M", (n, n))
label = Symbol("y", (), "integer")
rng = np.random.default_rng(7)
X, WW, MM = rng.normal(size=(POINTS, 5)), rng.normal(size=(POINTS, 3, 5)), rng.normal(size=(POINTS, 3, 3))
Y = np.array([1, 3, 2, 3])
Z = np.einsum("pij,pj->pi", WW, X)


def model(**changes: object) -> Model:
    table = Definitions([Definition(z, (i,), total(j, component(W, i, j) * component(x, j)))])
    given = Model({n: 3, m: 5}, {x: X, W: WW, M: MM, label: Y}, table, POINTS)
    return given.again(**changes)


def encloses(balls: np.ndarray, floats: np.ndarray) -> bool:
    return all(abs(float(b.mid()) - f) <= 1e-9 * (1 + abs(f)) for b, f in zip(balls.flat, floats.flat, strict=True))


zi, zk = component(z, i), component(z, k)
SOFTMAX = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
CASES: list[tuple[Expr, tuple[Index, ...], np.ndarray]] = [
    (const(2), (), np.full(POINTS, 2.0)),
    (value(i), (i,), np.tile([1.0, 2, 3], (POINTS, 1))),
    (zi, (i,), Z),
    (component(M, i, k), (k, i), MM.transpose(0, 2, 1)),
    (component(M, i, i), (i,), np.einsum("pii->pi", MM)),
    (component(z, 2) * component(x, j), (j,), Z[:, 1:2] * X),
    (component(z, component(label)), (), Z[np.arange(POINTS), Y - 1]),
    (component(W, component(label), j), (j,), WW[np.arange(POINTS), Y - 1]),
    (apply("exp", zi) / total(k, apply("exp", zk)), (i,), SOFTMAX),
    (size(n) * zi, (i,), 3 * Z),
    (total(i, zi * total(k, component(M, i, k) * zk)), (), np.einsum("pi,pik,pk->p", Z, MM, Z)),
    (reduce("prod", i, zi), (), Z.prod(axis=1)),
    (reduce("max", i, zi), (), Z.max(axis=1)),
    (reduce("min", i, zi), (), Z.min(axis=1)),
    (reduce("argmax", i, zi), (), Z.argmax(axis=1) + 1.0),
    (reduce("argmin", i, zi), (), Z.argmin(axis=1) + 1.0),
    (reduce("prod", i, component(x, 1)), (), X[:, 0] ** 3),
    (indicator(">", zi, ZERO), (i,), (Z > 0) * 1.0),
    (indicator("!=", value(i), component(label)), (i,), (np.arange(1, 4) != Y[:, None]) * 1.0),
    (determinant(component(M, i, k), i, k), (), np.linalg.det(MM)),
    (inverse(component(M, i, k), i, k, value(i), value(k)), (i, k), np.linalg.inv(MM)),
    (inverse(component(M, i, k), i, k, value(k), const(2)), (k,), np.linalg.inv(MM)[:, :, 1]),
    (power(zi**2, const(1) / 2), (i,), np.abs(Z)),  # type: ignore[arg-type]
    (power(component(x, 1) ** 2, component(x, 2)), (), (X[:, 0] ** 2) ** X[:, 1]),
    (component(x, value(i) + 2) * zi, (i,), X[:, 2:5] * Z),
]


@pytest.mark.parametrize(("expr", "indices", "expected"), CASES, ids=[repr(c[0])[:60] for c in CASES])
def test_values_are_numpys_and_lie_in_the_balls(expr: Expr, indices: tuple[Index, ...], expected: np.ndarray) -> None:
    found = evaluate(expr, indices, model())
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert encloses(evaluate(expr, indices, model(arithmetic=BALL)), found)


def test_long_products_under_sums_are_contracted() -> None:
    indices = [Index(f"q{r}", n) for r in range(16)]
    body = mul(*(component(M, first, second) for first, second in itertools.pairwise(indices)))
    for index in indices[1:-1]:
        body = total(index, body)
    expected = np.linalg.matrix_power(MM, 15)
    np.testing.assert_allclose(evaluate(body, (indices[0], indices[-1]), model()), expected, rtol=1e-9)
    assert encloses(evaluate(body, (indices[0], indices[-1]), model(arithmetic=BALL)), expected)


def test_a_tensor_that_would_be_too_large_is_refused() -> None:
    body = mul(*(component(z, Index(f"q{r}", n)) for r in range(20)))
    with pytest.raises(TooLarge, match="exceeds the bound"):
        evaluate(body, sorted(body.free), model())


def test_an_index_out_of_range() -> None:
    shifted = component(x, value(j) + 1)
    found = evaluate(shifted, (j,), model())
    np.testing.assert_array_equal(np.isnan(found), np.tile([False] * 4 + [True], (POINTS, 1)))
    with pytest.raises(OutOfRange):
        evaluate(shifted, (j,), model(arithmetic=BALL))


@pytest.mark.parametrize("arithmetic", [model().arithmetic, BALL])
def test_a_branch_not_taken_is_never_looked_at(arithmetic: object) -> None:
    padded = piecewise([(indicator("<=", value(j) + 1, size(m)), component(x, value(j) + 1))], ZERO)
    expected = np.concatenate([X[:, 1:], np.zeros((POINTS, 1))], axis=1)
    np.testing.assert_allclose(evaluate(padded, (j,), model(arithmetic=arithmetic)).astype(float), expected)
    logs = piecewise([(indicator(">", zi, ZERO), apply("log", zi))], ZERO)
    expected = np.log(np.where(Z > 0, Z, 1))
    np.testing.assert_allclose(evaluate(logs, (i,), model(arithmetic=arithmetic)).astype(float), expected, rtol=1e-12)


def test_balls_that_overlap_are_undecided() -> None:
    given = model(arithmetic=BALL, values={x: np.full((POINTS, 5), 2.0)})
    almost = apply("exp", apply("log", component(x, j) ** 2) / 2)
    unsettled = indicator("<", almost, component(x, j))
    with pytest.raises(Undecided, match="128"):
        evaluate(unsettled, (j,), given)
    with pytest.raises(Undecided):
        evaluate(reduce("argmax", j, almost), (), given.again())
    with pytest.raises(Undecided):
        evaluate(apply("sign", almost - component(x, j)), (j,), given.again())
    decided = piecewise([(indicator("<", ZERO, component(x, j)), const(5))], unsettled)
    assert {float(v) for v in evaluate(decided, (j,), given.again()).flat} == {5.0}


def test_both_sides_of_every_condition_are_noted() -> None:
    given, positive = model(), indicator(">", zi, ZERO)
    assert (Z > 0).any()
    assert (Z < 0).any()
    evaluate(apply("relu", zi) + positive * delta(value(i), value(k)), (i, k), given)
    assert given.seen == {positive: {True, False}}
    one_sided = model(values={x: X, W: WW, M: MM, z: np.ones((POINTS, 3))})
    evaluate(apply("relu", zi), (i,), one_sided)
    assert one_sided.seen == {positive: {True}}


def test_unknown_functions_are_the_same_in_both_arithmetics() -> None:
    term = unknown("f", [((j,), component(x, j)), ((), component(z, 1))], [(0, (value(j),)), (1, ())])
    found = evaluate(term, (j,), model())
    assert np.unique(np.round(found, 12)).size == found.size
    assert encloses(evaluate(term, (j,), model(arithmetic=BALL)), found)
    assert not np.allclose(found, evaluate(term, (j,), model(seed=1)))
    assert not np.allclose(found, evaluate(substitute(term, {z: lambda at: ZERO}), (j,), model()))


def test_values_given_for_a_defined_symbol_cut_its_definition() -> None:
    np.testing.assert_array_equal(evaluate(zi, (i,), model(values={z: np.ones((POINTS, 3))})), np.ones((POINTS, 3)))


def test_the_deadline_is_asked() -> None:
    def late() -> None:
        raise TimeoutError("late")

    with pytest.raises(TimeoutError):
        evaluate(zi, (i,), model(deadline=late))


def test_what_has_no_number_says_so() -> None:
    with pytest.raises(MissingValue, match="q"):
        evaluate(component(Symbol("q")), (), model())
    with pytest.raises(MissingValue, match="no size"):
        evaluate(value(Index("l", Dim("h"))), (Index("l", Dim("h")),), model())
    with pytest.raises(MissingValue, match="resolved"):
        evaluate(derivative(component(x, 1), component(x, 1)), (), model())
    with pytest.raises(MissingValue, match="free"):
        evaluate(zi, (), model())
    with pytest.raises(ValueError, match="shape"):
        evaluate(component(x, j), (j,), model(values={x: np.ones((POINTS, 4))}))


def test_a_singular_matrix_has_no_inverse() -> None:
    entry = inverse(component(M, i, k), i, k, value(i), value(k))
    singular = MM.copy()
    singular[1] = 1.0
    found = evaluate(entry, (i, k), model(values={M: singular}))
    assert np.isnan(found[1]).all()
    np.testing.assert_allclose(found[0], np.linalg.inv(MM[0]))


def test_no_warnings_escape() -> None:
    found = evaluate(apply("log", zi - zi**2 - 100) + 1 / (zi - component(z, i) * 2 + zi + ZERO), (i,), model())
    assert np.isnan(found).all()


def test_an_empty_dimension_sums_to_zero() -> None:
    empty = model(sizes={n: 3, m: 0}, values={x: np.ones((POINTS, 0)), W: np.ones((POINTS, 3, 0))})
    np.testing.assert_array_equal(evaluate(zi, (i,), empty), np.zeros((POINTS, 3)))
