"""Tensor functions against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.expr import Dim, Expr, Index, Model, Symbol, component, evaluate, tensors

n, m = Dim("n"), Dim("m")
i, j, k = Index("i", n), Index("j", n), Index("a", m)
x, y, A, B = Symbol("x", (n,)), Symbol("y", (n,)), Symbol("A", (n, n)), Symbol("B", (n, m))
label = Symbol("l", (), "integer")
rng = np.random.default_rng(3)
X, Y, AA, BB = rng.normal(size=4), rng.normal(size=4), rng.normal(size=(4, 4)), rng.normal(size=(4, 3))
MODEL = Model({n: 4, m: 3}, {x: X[None], y: Y[None], A: AA[None], B: BB[None], label: np.array([2])})
xi, yi, aij, bik = component(x, i), component(y, i), component(A, i, j), component(B, i, k)
E = np.exp(X)


@pytest.mark.parametrize(
    ("term", "indices", "expected"),
    [
        (tensors.softmax(xi, i), (i,), E / E.sum()),
        (tensors.log_softmax(xi, i), (i,), np.log(E / E.sum())),
        (tensors.logsumexp(xi, i), (), np.log(E.sum())),
        (tensors.mean(xi, i), (), X.mean()),
        (tensors.norm(xi, i), (), np.linalg.norm(X)),
        (tensors.norm(xi, i, p=1), (), np.abs(X).sum()),
        (tensors.norm(xi, i, p=3), (), (np.abs(X) ** 3).sum() ** (1 / 3)),
        (tensors.norm(xi, i, p="inf"), (), np.abs(X).max()),
        (tensors.norm(bik, i, k), (), np.linalg.norm(BB)),
        (tensors.inner(xi, yi, i), (), X @ Y),
        (tensors.inner(xi, bik, i), (k,), X @ BB),
        (tensors.diagonal(aij, i, j), (i,), np.diag(AA)),
        (tensors.diagonal_matrix(xi, i, j), (i, j), np.diag(X)),
        (tensors.swapped(aij, i, j), (i, j), AA.T),
        (tensors.log_determinant(aij, i, j), (), np.linalg.slogdet(AA)[1]),
    ],
)
def test_values(term: Expr, indices: tuple[Index, ...], expected: np.ndarray) -> None:
    np.testing.assert_allclose(evaluate(term, indices, MODEL)[0], expected, rtol=1e-12)


def test_a_bound_axis_is_not_free() -> None:
    assert tensors.softmax(xi, i).free == {i}
    assert tensors.norm(bik, i).free == {k}
