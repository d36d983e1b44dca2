"""Arrays by name: operators and functions build the formulas that text is read as, and say where shapes do not fit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import chainrule as cr
from chainrule.read.python import FormulaError

X, W, w, y = cr.array("X", "n d"), cr.array("W", "d h"), cr.array("w", "h"), cr.array("y", "n")
A, lam, k = cr.array("A", "n n"), cr.array("lam"), cr.array("k")
p = cr.array("p", "c")


@pytest.mark.parametrize(
    ("made", "text", "wrt"),
    [
        (cr.sum((cr.tanh(X @ W) @ w - y) ** 2) / 2, "sum((tanh(X @ W) @ w - y)**2) / 2", [X, W, w]),
        (((np.tanh(X @ W) @ w - y) ** 2).sum() / 2, "sum((tanh(X @ W) @ w - y)**2) / 2", [W]),
        (np.exp(-(y @ A @ y) / 2), "exp(-(y @ A @ y) / 2)", [y, A]),
        (cr.tr(A.T @ A) - 1 / cr.det(A), "tr(A.T @ A) - 1 / det(A)", [A]),
        (np.linalg.norm(X) ** 2 + 0.5 * lam, "norm(X)**2 + 0.5 * lam", [X, lam]),
        (cr.sum(cr.mean(X, axis="d") ** 2), "sum(mean(X, axis=1)**2)", [X]),
        (np.float64(2) * abs(lam) ** 3, "2 * abs(lam)**3", [lam]),
        (-cr.log(cr.softmax(p)[k]), "-log(softmax(p)[k])", [p]),
        ((2**lam - lam) / (lam - 3) / 7, "(2**lam - lam) / (lam - 3) / 7", [lam]),
    ],
)
def test_operators_say_what_text_says(made: cr.Array, text: str, wrt: list[cr.Array]) -> None:
    assert repr(made) == text
    shapes = {"X": "n d", "W": "d h", "w": "h", "y": "n", "A": "n n", "lam": "", "p": "c"}
    names = [repr(x) for x in wrt]
    expected = cr.derive(text, names, shapes={n: s for n, s in shapes.items() if n in text.replace("exp", "")})
    assert _results(cr.derive(made, wrt)) == _results(expected)


def _results(found: cr.Derived) -> list[tuple[str, int, str]]:
    """By what, of which order, and the result; the letters of sizes may differ."""
    return [(r["wrt"], r["order"], r["tex"]) for r in found.record["results"]]


def test_a_quantity_gets_the_name_that_it_is_given() -> None:
    scores = (X @ W).named("S")
    loss = cr.sum((cr.tanh(scores) @ w - y) ** 2) / 2
    first, second = cr.derive(loss, wrt=[W, scores]).record["results"]
    assert first["where"][0] == "S = X W"
    assert first["tex"] == r"X^{\top} \frac{\partial L}{\partial S}"
    assert second["wrt"] == "S"


def test_what_is_used_twice_is_walked_once() -> None:
    x = cr.array("x", "d")
    h = x
    for _ in range(60):
        h = h + cr.tanh(h) / 2
    assert len(repr(x)) == 1
    assert cr.derive(cr.sum(h), wrt=x).record["results"][0]["shape"] == ["d"]


def test_formulas_and_answers_render() -> None:
    assert (X @ W)._repr_latex_() == "$X W$"
    assert str((X @ W)._repr_html_()).startswith("<math")
    found = cr.derive(cr.sum((X @ W) ** 2) / 2, wrt=W)
    assert found._repr_latex_() == (
        "$$\n\\begin{aligned}\n\\frac{\\partial L}{\\partial W} &= X^{\\top} X W\n\\end{aligned}\n$$"
    )
    html = found._repr_html_()
    assert html is not None and "<html" not in html and "<math" in html


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: w @ X, "the sizes h and n do not fit in @ of a vector (h) and a matrix (n × d)"),
        (lambda: X + w, "the sizes d and h do not fit in + of a matrix (n × d) and a vector (h)"),
        (lambda: cr.sum(X, axis="k"), "sum along 'k': the array has n, d"),
        (lambda: cr.tanh(X, X), "tanh cannot be taken of a matrix (n × d) and a matrix (n × d)"),
        (lambda: cr.derive(X @ W, X), "a scalar is needed and the expression has axes (n, h)"),
        (lambda: cr.derive(cr.sum(X @ W), X @ W), "X @ W has no name to derive by"),
        (lambda: X + "a", "arrays and numbers are combined, found str"),
        (lambda: X + cr.array("X", "d"), "X stands for two things: (n, d) and (d)"),
        (lambda: np.sort(X), "np.sort is not read"),
        (lambda: cr.array("a b"), "a name is written as in Python"),
        (lambda: lam * float("inf"), "the number inf is not finite"),
        (lambda: (X @ W).named("X"), "X is used already"),
    ],
)
def test_errors_come_where_the_formula_is_made(wrong: Callable[[], object], said: str) -> None:
    with pytest.raises(FormulaError) as error:
        wrong()
    assert said in str(error.value)


def test_other_names_are_no_functions() -> None:
    with pytest.raises(AttributeError, match="have no 'foo'"):
        X.foo  # noqa: B018
    with pytest.raises(AttributeError, match="public names are"):
        cr.foo  # noqa: B018
    with pytest.raises(cr.TraceError, match=r"chainrule\.tr"):
        cr.trace(X)
    with pytest.raises(TypeError):
        list(X)
