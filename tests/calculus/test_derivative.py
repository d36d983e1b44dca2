"""The rules of differentiation, definitions, nesting, contraction."""

from __future__ import annotations

import numpy as np
import pytest
from differences import derivative_error, differences, error, slots

from chainrule.calculus import RULES, contract, derivative, gradients, resolve
from chainrule.expr import (
    ONE,
    ZERO,
    Component,
    Definition,
    Definitions,
    Dim,
    Expr,
    Index,
    Model,
    Symbol,
    add,
    apply,
    component,
    const,
    delta,
    determinant,
    evaluate,
    indicator,
    inverse,
    mul,
    piecewise,
    power,
    reduce,
    substitute,
    tensors,
    total,
    unknown,
    value,
)
from chainrule.expr import derivative as later

POINTS = 3
n, m = Dim("n"), Dim("m")
i, j, k, q = (Index(name, n) for name in "ijkq")
a, b = Index("a", m), Index("b", m)
x, v, M, W = Symbol("x", (n,)), Symbol("v", (m,)), Symbol("M", (n, n)), Symbol("W", (n, m))
h, p, L = Symbol("h", (n,)), Symbol("p", (n,)), Symbol("L")
label = Symbol("l", (), "integer")
xi, va, Mij = component(x, i), component(v, a), component(M, i, j)
rng = np.random.default_rng(11)
VALUES = {
    x: rng.uniform(0.5, 1.5, size=(POINTS, 3)),
    v: rng.normal(size=(POINTS, 4)),
    M: rng.normal(size=(POINTS, 3, 3)),
    W: rng.normal(size=(POINTS, 3, 4)),
    label: np.array([1, 3, 2]),
}


def definitions() -> Definitions:
    return Definitions(
        [
            Definition(h, (i,), apply("tanh", total(a, component(W, i, a) * va) + xi)),
            Definition(p, (i,), tensors.softmax(component(h, i), i)),
            Definition(L, (), -apply("log", component(p, component(label)))),
        ]
    )


def model(**changes: object) -> Model:
    return Model({n: 3, m: 4}, VALUES, definitions(), POINTS).again(**changes)


entry = inverse(Mij + 3 * delta(value(i), value(j)), i, j, value(k), value(q))
f_x = unknown("f", [((i,), xi), ((), component(v, 1))])
ROWS: list[tuple[str, Expr, tuple[Index, ...], Symbol]] = [
    ("constant", const(3), (), x),
    ("index", value(i), (i,), x),
    ("component", xi, (i,), x),
    ("component", component(M, i, i), (i,), M),
    ("component", component(x, component(label)), (), x),
    ("component", component(p, i), (i,), W),
    ("component", component(L), (), h),
    ("sum", xi + xi**2 + 1, (i,), x),
    ("product", xi * component(x, j) * component(x, 2), (i, j), x),
    ("power", xi**-3, (i,), x),
    ("power", power(xi, component(v, 1)), (i,), x),
    ("exponential", power(xi, component(x, j) + 1), (i, j), x),
    ("log-abs", apply("log", apply("abs", component(v, a) * component(v, b))), (a, b), v),
    ("log-multiple", apply("log", mul(const(3), component(v, a) ** 2)), (a,), v),
    ("function", apply("sigmoid", xi * component(x, j)), (i, j), x),
    ("sum-over-index", total(j, Mij * component(x, j) * component(x, i)), (i,), x),
    ("product-over-index", reduce("prod", i, xi * component(v, a)), (a,), x),
    ("extreme", reduce("max", a, va**2) + reduce("min", a, va), (), v),
    ("extreme", reduce("max", j, Mij * component(x, j)), (i,), M),
    ("place", reduce("argmax", a, va), (), v),
    ("cases", piecewise([(indicator(">", va, ZERO), va**2)], va**3), (a,), v),
    ("indicator", indicator(">", va, ZERO), (a,), v),
    ("inverse", entry, (k, q), M),
    ("inverse", total(k, inverse(component(M, i, k) * component(x, i), i, k, value(j), value(k))), (j,), x),
    ("determinant", determinant(Mij, i, j) ** 2, (), M),
    ("determinant", tensors.log_determinant(Mij, i, j), (), M),
    ("unknown", f_x, (), x),
    ("unknown", unknown("g", [((), xi)]) * component(x, j), (i, j), x),
    ("unknown", unknown("F", [((j,), Mij), ((), xi)], [(0, (const(2),))]), (i,), M),
]


@pytest.mark.parametrize(("rule", "expr", "indices", "target"), ROWS, ids=[f"{r[0]}-{n}" for n, r in enumerate(ROWS)])
def test_every_rule_agrees_with_differences(rule: str, expr: Expr, indices: tuple[Index, ...], target: Symbol) -> None:
    assert derivative_error(expr, indices, target, model()) < 1e-9


@pytest.mark.parametrize(("rule", "expr", "indices", "target"), ROWS, ids=[f"{r[0]}-{n}" for n, r in enumerate(ROWS)])
def test_second_derivatives_agree_with_differences(
    rule: str, expr: Expr, indices: tuple[Index, ...], target: Symbol
) -> None:
    given = model()
    first = derivative(expr, component(target, *slots(target)), given.definitions)
    for second in (target, Symbol("x", (n,))):
        renamed = {s: value(Index(f"first{r}", s.dim)) for r, s in enumerate(slots(target))}
        over = (*indices, *(Index(f"first{r}", s.dim) for r, s in enumerate(slots(target))))
        assert derivative_error(substitute(first, renamed), over, second, given) < 1e-8


def test_every_rule_is_tried() -> None:
    assert {row[0] for row in ROWS} == {rule.name for rule in RULES}
    assert all(rule.sentence for rule in RULES)


def test_a_product_over_an_index_is_right_at_a_zero() -> None:
    given = model(values={**VALUES, x: np.array([[0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [1.0, 2.0, 3.0]])})
    found = evaluate(derivative(reduce("prod", i, xi), component(x, j), given.definitions), (j,), given)
    np.testing.assert_array_equal(found, [[6, 0, 0], [0, 0, 0], [6, 3, 2]])


def test_the_graph_is_cut_at_an_intermediate() -> None:
    given = model()
    by_p = derivative(component(L), component(p, i), given.definitions)
    expected = np.zeros((POINTS, 3))
    expected[np.arange(POINTS), VALUES[label] - 1] = -1
    expected /= evaluate(component(p, i), (i,), given)
    np.testing.assert_allclose(evaluate(by_p, (i,), given), expected)
    assert derivative(component(h, i) + component(v, a), component(p, j), given.definitions) is ZERO


def test_softmax_cross_entropy_contracts_to_probability_minus_label() -> None:
    loss = -tensors.log_softmax(xi, i)
    at_label = substitute(loss, {i: component(label)})
    found = derivative(at_label, component(x, j), Definitions())
    assert found is tensors.softmax(component(x, j), j) - delta(value(j), component(label))
    assert found is not tensors.softmax(component(x, j), j) + delta(value(j), component(label))


def test_the_derivative_of_log_det_is_the_inverse_transposed() -> None:
    found = derivative(tensors.log_determinant(Mij, i, j), component(M, k, q), Definitions())
    assert found is inverse(Mij, i, j, value(q), value(k))
    assert found is not inverse(Mij, i, j, value(k), value(q))


def test_target_indices_may_be_terms() -> None:
    found = derivative(total(i, xi**2), component(x, value(j) + 1), Definitions())
    assert found is 2 * component(x, value(j) + 1)
    bound_outside = total(j, derivative(total(i, xi**2), component(x, j), Definitions()))
    assert bound_outside is 2 * total(j, component(x, j))


def test_nested_and_mixed_derivatives_are_resolved() -> None:
    s, t = component(Symbol("s")), component(Symbol("t"))
    assert isinstance(s, Component)
    assert isinstance(t, Component)
    mixed = later(later(s**3 * t**2, s) * s, t)
    assert resolve(mixed, Definitions()) is 6 * s**3 * t
    hessian = later(later(total(i, component(x, i) ** 3), component(x, j)), component(x, k))
    assert resolve(total(j, total(k, hessian)), Definitions()) is 6 * total(j, component(x, j))


def test_derivatives_inside_definitions_are_resolved() -> None:
    g, w, step = Symbol("g", (n,)), Symbol("w", (n,)), Symbol("w'", (n,))
    loss = Symbol("E")
    table = Definitions(
        [
            Definition(loss, (), total(i, component(w, i) ** 4)),
            Definition(g, (i,), later(component(loss), component(w, i))),
            Definition(step, (i,), component(w, i) - component(g, i) / 8),
        ]
    )
    found = derivative(component(step, i), component(w, j), table)
    given = Model({n: 3}, {w: VALUES[x]}, table, POINTS)
    expected = (1 - 12 * VALUES[x] ** 2 / 8)[:, :, None] * np.eye(3)
    np.testing.assert_allclose(evaluate(found, (i, j), given), expected)


def test_derivatives_of_derivatives_through_definitions() -> None:
    given = model()
    first = derivative(component(L), component(W, i, a), given.definitions)
    assert derivative_error(first, (i, a), v, given) < 1e-9
    second = derivative(first, component(W, j, b), given.definitions)
    assert derivative_error(second, (i, a, j, b), x, model(definitions=given.definitions)) < 1e-8


def test_a_chain_of_two_thousand_layers() -> None:
    s = [Symbol(f"s{r}", (n,)) for r in range(2001)]
    table = Definitions(
        Definition(s[r + 1], (i,), apply("sin", component(s[r], i)) * component(x, i) + component(s[r], i))
        for r in range(2000)
    )
    loss = total(i, component(s[-1], i) ** 2)
    forward = derivative(loss, component(s[0], j), table)
    back = gradients(loss, [s[0]], table)[s[0]]
    given = Model({n: 2}, {s[0]: np.array([[0.3, 1.2]]), x: np.array([[1e-3, -2e-3]])}, table)
    state, slope = np.array([0.3, 1.2]), np.ones(2)
    for _ in range(2000):
        slope *= 1 + np.cos(state) * np.array([1e-3, -2e-3])
        state = state + np.sin(state) * np.array([1e-3, -2e-3])
    np.testing.assert_allclose(evaluate(forward, (j,), given)[0], 2 * state * slope, rtol=1e-9)
    np.testing.assert_allclose(evaluate(back.body, back.indices, given)[0], 2 * state * slope, rtol=1e-9)


def test_a_deep_term_is_differentiated_without_recursion() -> None:
    s = component(Symbol("s"))
    assert isinstance(s, Component)
    term: Expr = s
    for _ in range(700):
        term = apply("sin", term)
    found = derivative(term, s, Definitions())
    state, slope = 1.0, 1.0
    for _ in range(700):
        state, slope = np.sin(state), slope * np.cos(state)
    assert evaluate(found, (), Model(values={Symbol("s"): np.ones(1)}))[0] == pytest.approx(slope, rel=1e-9)


def test_sharing_stays_linear() -> None:
    s = [Symbol(f"s{r}") for r in range(200)]
    table = Definitions(
        Definition(s[r + 1], (), component(s[r]) * component(s[r]) / 2 + component(s[r])) for r in range(199)
    )
    derivative(component(s[-1]), component(s[0]), table)
    assert len(table) == 2 * 199


class TestContraction:
    def test_a_delta_picks(self) -> None:
        assert contract(total(i, delta(value(i), value(j)) * xi)) is component(x, j)
        assert contract(total(i, delta(value(i), component(label)) * xi)) is component(x, component(label))

    def test_a_delta_of_another_range_does_not(self) -> None:
        other = total(i, delta(value(i), value(a)) * xi)
        assert contract(other) is other
        shifted = total(i, delta(value(i), value(j) + 1) * xi)
        assert contract(shifted) is shifted

    def test_numbers_pick_inside_a_fixed_range_only(self) -> None:
        r = Index("r", Dim("3"))
        y = Symbol("y", (r.dim,))
        assert contract(total(r, delta(value(r), const(3)) * component(y, r))) is component(y, 3)
        outside = total(r, delta(value(r), const(4)) * component(y, r))
        assert contract(outside) is outside
        assert evaluate(outside, (), Model(values={y: np.ones((1, 3))}))[0] == 0

    def test_sums_are_expanded_and_swapped_where_a_delta_hides(self) -> None:
        hidden = total(i, (delta(value(i), value(j)) - xi) * component(h, i))
        assert contract(hidden) is component(h, j) - total(i, xi * component(h, i))
        later_sum = total(i, component(h, i) * total(j, delta(value(i), value(j)) * component(x, j)))
        assert contract(later_sum) is total(j, component(x, j) * component(h, j))
        through = total(i, xi * total(a, delta(value(i), component(Symbol("c", (m,), "integer"), a)) * va))
        assert contract(through) is total(a, va * component(x, component(Symbol("c", (m,), "integer"), a)))

    def test_values_do_not_change(self) -> None:
        body = mul(
            add(delta(value(i), value(k)), xi),
            add(delta(value(i), value(q)), -component(M, i, q)),
            total(j, (delta(value(j), value(i)) + Mij) * component(x, j)),
        )
        given, expr = model(), total(i, body)
        np.testing.assert_allclose(evaluate(contract(expr), (k, q), given), evaluate(expr, (k, q), given))


def test_a_wrong_derivative_is_caught_by_the_judge() -> None:
    given = model()
    judge = differences(component(L), (), x, given)
    right = derivative(component(L), component(x, j), given.definitions)
    assert error(evaluate(right, (j,), given), judge) < 1e-12
    assert error(evaluate(-right, (j,), given), judge) > 1e-2
    assert error(evaluate(right * ONE * 1001 / 1000, (j,), given), judge) > 1e-6
