"""NumPy code of what has no matrix form: products along an axis, Hessians by matrices; judged by JAX."""

from __future__ import annotations

import json

import numpy as np
import pytest

import chainrule
from chainrule.expr.index import Dim, Index, Symbol
from chainrule.expr.making import value
from chainrule.expr.nodes import Expr
from chainrule.expr.terms import component, delta
from chainrule.write.array_numpy import Spelling
from chainrule.write.derivation import View
from chainrule.write.term_numpy import NoCode, term_to_numpy

X_W = {"X": "n d", "W": "d k", "v": "k"}
CASES = [
    ("sum(prod(X, axis=1))", "X", {"X": "n d"}, 1),
    ("log(prod(X, axis=0) @ c)", "X", {"X": "n d", "c": "d"}, 1),
    ("prod(X)", "X", {"X": "n d"}, 1),
    ("sum(prod(X @ W, axis=1))", "W", X_W, 1),
    ("sum(max(X, axis=1)**2)", "X", {"X": "n d"}, 1),
    ("prod(x)", "x", {"x": "n"}, 2),
    ("logdet(X)", "X", {"X": "n n"}, 2),
    ("trace(inv(X) @ A)", "X", {"X": "n n", "A": "n n"}, 2),
    ("sum(tanh(X @ W) @ v)", "W", X_W, 2),
    ("sum(log(softmax(X @ W)))", "W", X_W, 2),
    ("sum((X @ W - Y)**2)", "W", {"X": "n d", "W": "d k", "Y": "n k"}, 2),
]


@pytest.mark.parametrize(("expression", "wrt", "shapes", "order"), CASES, ids=[f"{c[0]}-{c[3]}" for c in CASES])
def test_code_gives_the_numbers_of_jax(expression: str, wrt: str, shapes: dict[str, str], order: int) -> None:
    jax = pytest.importorskip("jax")
    scipy = pytest.importorskip("scipy.special")
    jax.config.update("jax_enable_x64", True)
    used = {n: s for n, s in shapes.items() if n in expression}
    found = chainrule.derive(expression, wrt, shapes=used, order=order)
    code = found.record["results"][0]["numpy"]
    rng, sizes = np.random.default_rng(0), {"n": 4, "d": 3, "k": 2}
    data = {n: rng.uniform(0.3, 1.3, [sizes[d.name] for d in s.axes]) for n, s in found.answer.problem.inputs.items()}
    words = ["sum", "prod", "max", "log", "tanh", "trace"]
    names = {w: getattr(jax.numpy, w) for w in words} | {"softmax": jax.nn.softmax, "inv": jax.numpy.linalg.inv}
    names["logdet"] = lambda a: jax.numpy.linalg.slogdet(a)[1]
    derive = jax.grad if order == 1 else jax.hessian
    expected = derive(lambda at: eval(expression, {**names, **data, wrt: at}))(data[wrt])
    result = eval(code, {"np": np, "scipy": type("scipy", (), {"special": scipy}), **data})
    np.testing.assert_allclose(result, expected, rtol=1e-9, atol=1e-9)


def test_the_numerator_layout_turns_the_code() -> None:
    found = chainrule.derive("sum(prod(X, axis=1))", "X")
    (plain,), (turned,) = (
        json.loads(found.to("json", View(layout=x)))["results"] for x in ("denominator", "numerator")
    )  # type: ignore
    assert turned["numpy"] == f"({plain['numpy']}).T"


@pytest.mark.parametrize("term", ["an index as a number", "a name that is not there"])
def test_what_has_no_code_says_so(term: str) -> None:
    n = Dim("n")
    i, x = Index("i", n), Symbol("x", (n,))
    terms: dict[str, Expr] = {
        "an index as a number": value(i) * component(x, i),
        "a name that is not there": component(Symbol("q", (n,)), i) * delta(value(i), value(i)),
    }
    with pytest.raises(NoCode):
        term_to_numpy(terms[term], (i,), Spelling({x: "x"}, {n: "n"}))


def test_an_axis_that_the_term_lacks_is_there() -> None:
    n, d = Dim("n"), Dim("d")
    i, j, x = Index("i", n), Index("j", d), Symbol("x", (n,))
    code = term_to_numpy(component(x, i), (i, j), Spelling({x: "x"}, {n: "3", d: "2"}))
    np.testing.assert_array_equal(eval(code, {"np": np, "x": np.arange(3.0)}), [[0, 0], [1, 1], [2, 2]])
