"""Data in tables, a row for each sample, whatever the formulas make of the columns; and the steps of a recurrence that
other names tell. Every number against a training loop in plain NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from tests.loops import follow

import chainrule

Numbers = dict[str, Any]
F = np.array([[1.0, 2.0], [2.0, 0.5], [-1.0, 1.0], [0.5, -2.0]])
T = np.array([1.0, 0.0, 1.0, 0.0])


def table(*head: str, dollars: bool = True, first: str = "") -> str:
    names = [f"${h}$" if dollars else h for h in head]
    rows = [[f"{v:g}" for v in row] for row in np.column_stack([F[:, : len(head) - 1], T])]
    counted = [[str(n), *row] for n, row in enumerate(rows, start=1)] if first else rows
    lines = [[first, *names] if first else names, ["---"] * (len(head) + bool(first)), *counted]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def latex(*head: str) -> str:
    rows = [" & ".join(f"${h}$" for h in head) + r" \\ \hline"]
    rows += [" & ".join(f"{v:g}" for v in (*x, t)) + r" \\" for x, t in zip(F, T, strict=True)]
    return "\\documentclass{article}\n\\begin{tabular}{ccc}\n" + "\n".join(rows) + "\n\\end{tabular}"


LOGISTIC = r"""$$J = -\frac{1}{4} \sum_{i=1}^{4} \left[ y_i \log p_i + (1 - y_i) \log (1 - p_i) \right].$$
Start from $%s$, $b = 0$ with learning rate $\eta = 0.5$."""
BY_VECTOR = (
    r"Let $p_i = \sigma(w^T x_i + b)$ where $\sigma$ is the logistic function, and " + LOGISTIC % "w = (0.1, 0)^T"
)
BY_ENTRY = (
    r"Let $p_i = \sigma(w_1 x_{i1} + w_2 x_{i2} + b)$ where $\sigma$ is the logistic function, and "
    + LOGISTIC % r"w_1 = 0.1$, $w_2 = 0"
)
LABELLED = (BY_ENTRY.replace("x_{i1}", "x^{(i)}_1").replace("x_{i2}", "x^{(i)}_2").replace("p_i", "p^{(i)}")).replace(
    "y_i", "y^{(i)}"
)


def logistic() -> Iterator[Numbers]:
    w, b = np.array([0.1, 0.0]), 0.0
    while True:
        p = 1 / (1 + np.exp(-(F @ w + b)))
        yield {"J": -np.mean(T * np.log(p) + (1 - T) * np.log(1 - p)), "w": w, "w_1": w[0], "w_2": w[1], "b": b}
        w, b = w - 0.5 * F.T @ (p - T) / 4, b - 0.5 * np.mean(p - T)


LINE = r"""Model: $\hat y = w_1 x_1 + w_2 x_2 + b$ with
$$L = \frac{1}{4} \sum_{i=1}^{4} (\hat y_i - y_i)^2.$$
Start with $w_1 = w_2 = 0$, $b = 0.1$ and learning rate $0.1$."""
ONE = r"""Model: $\hat y_i = w x_i + b$, and
$$L = \frac{1}{4} \sum_{i=1}^{4} (\hat y_i - y_i)^2.$$
Start with $w = 0$, $b = 0.1$ and learning rate $0.1$."""


def line(columns: int) -> Callable[[], Iterator[Numbers]]:
    def loop() -> Iterator[Numbers]:
        w, b, x = np.zeros(columns), 0.1, F[:, :columns]
        while True:
            r = x @ w + b - T
            yield {"L": np.mean(r**2), "w_1": w[0], "w": w, "b": b} | ({"w_2": w[1]} if columns == 2 else {})
            w, b = w - 0.1 * 2 * x.T @ r / 4, b - 0.1 * 2 * np.mean(r)

    return loop


SHEETS: dict[str, tuple[str, Callable[[], Iterator[Numbers]]]] = {
    "a vector for each row": (f"{table('x_1', 'x_2', 'y')}\n\n{BY_VECTOR}", logistic),
    "headers with two indices": (f"{table('x_{i1}', 'x_{i2}', 'y_i', first='$i$')}\n\n{BY_VECTOR}", logistic),
    "entries of a matrix": (f"{table('x_1', 'x_2', 'y')}\n\n{BY_ENTRY}", logistic),
    "labels of samples": (f"{table('x1', 'x2', 'y', dollars=False, first='#')}\n\n{LABELLED}", logistic),
    "in LaTeX": (f"{latex('x_1', 'x_2', 'y')}\n\n{BY_VECTOR}", logistic),
    "columns as vectors": (f"{table('x_1', 'x_2', 'y')}\n\n{LINE}", line(2)),
    "columns as vectors, in words": (f"{table('x_1', 'x_2', 'y', dollars=False)}\n\n{LINE}", line(2)),
    "one feature": (f"{table('x', 'y')}\n\n{ONE}", line(1)),
    "headers in words": (f"{table('x', 'y', dollars=False)}\n\n{ONE}", line(1)),
}  # fmt: skip


@pytest.mark.parametrize("name", SHEETS)
def test_every_number_is_that_of_a_training_loop(name: str) -> None:
    text, loop = SHEETS[name]
    weights = {"w_1", "w_2"} if "w_1" in text else {"w"}
    follow(text, loop(), {"J" if "J =" in text else "L", "b"} | weights)


def test_a_table_that_counts_from_zero_is_no_data() -> None:
    text = table("x", "y").replace("| $x$", "| $n$ | $x$").replace("| ---", "| --- | ---", 1)
    rows = [f"| {n - 2} {row}" if n > 1 else row for n, row in enumerate(text.splitlines())]
    traced = chainrule.trace("\n".join(rows) + "\n\n" + ONE, steps=1)
    assert "L" not in traced.trace.steps[0].values


RECURRENCE = r"""Let $h_t = \tanh(w h_{t-1} + u x_t)$ with $h_0 = 0$, $x_1 = 1$, $x_2 = -1$, $x_3 = 0.5$ and
$o_t = v h_t$, $L = \frac12 (o_3 - 0.2)^2$. Start with $w = 0.5$, $u = 1$, $v = 2$ and learning rate $\eta = 0.1$."""


def test_steps_that_other_names_tell() -> None:
    first = chainrule.trace(RECURRENCE, steps=1).trace.steps[0].values
    h, expected = 0.0, dict[str, float]()
    for t, x in enumerate((1.0, -1.0, 0.5), start=1):
        h = np.tanh(0.5 * h + x)
        expected |= {f"h_{t}": h, f"o_{t}": 2 * h}
    found = {k: float(v) for k, v in first.items() if k in expected}
    assert found == pytest.approx(expected, rel=1e-12)
    assert "h_4" not in first


def test_names_of_steps_have_their_version_behind_the_letter() -> None:
    record = chainrule.trace(RECURRENCE, steps=1).record
    assert record["steps"][1]["names"]["h_2"] == "h'_2"


DEEP = r"""$a^{(0)} = (0.05, 0.1)^T$, $t = (0.01, 0.99)^T$, $\eta = 0.5$,
$$W^{(1)} = \begin{pmatrix} 0.15 & 0.2 \\ 0.25 & 0.3 \end{pmatrix},
W^{(2)} = \begin{pmatrix} 0.4 & 0.45 \\ 0.5 & 0.55 \end{pmatrix}$$
$$a^{(1)} = \sigma(W^{(1)} a^{(0)}), \quad a^{(2)} = \sigma(W^{(2)} a^{(1)}),
\quad E = \frac12 \sum_k (a^{(2)}_k - t_k)^2$$
"""
BY_DERIVATIVE = r"$$W^{(l)} \leftarrow W^{(l)} - \eta \frac{\partial E}{\partial W^{(l)}}$$"
BY_ERRORS = r"""$$\delta^{(2)} = (a^{(2)} - t) \odot a^{(2)} \odot (1 - a^{(2)}),
\quad \delta^{(1)} = (W^{(2)})^T \delta^{(2)} \odot a^{(1)} \odot (1 - a^{(1)})$$
$$W^{(l)} \leftarrow W^{(l)} - 0.5 \, \delta^{(l)} (a^{(l-1)})^T$$"""


def layers() -> Iterator[Numbers]:
    first, second = np.array([[0.15, 0.2], [0.25, 0.3]]), np.array([[0.4, 0.45], [0.5, 0.55]])
    x, t = np.array([0.05, 0.1]), np.array([0.01, 0.99])
    while True:
        a = 1 / (1 + np.exp(-first @ x))
        o = 1 / (1 + np.exp(-second @ a))
        yield {"W^{(1)}": first, "W^{(2)}": second, "E": np.sum((o - t) ** 2) / 2}
        later = (o - t) * o * (1 - o)
        first, second = first - 0.5 * np.outer(second.T @ later * a * (1 - a), x), second - 0.5 * np.outer(later, a)


@pytest.mark.parametrize("rule", [BY_DERIVATIVE, BY_ERRORS, BY_ERRORS.replace("^{(", "_{").replace(")}", "}")])
def test_the_rule_of_every_layer(rule: str) -> None:
    below = "_{" in rule
    text = (DEEP + rule).replace("^{(", "_{").replace(")}", "}").replace("a_{2}_k", "(a_2)_k") if below else DEEP + rule
    steps = chainrule.trace(text, steps=3).trace.steps
    assert len(steps) == 4
    for step, expected in zip(steps, layers(), strict=False):
        for key, numbers in expected.items():
            named = key.replace("^{(", "_{").replace(")}", "}") if below else key
            assert np.allclose(step.values[named].ravel(), np.ravel(numbers), rtol=1e-12, atol=1e-13), (
                key,
                step.number,
            )


SOFTMAX = r"""$x = (1, 2)^T$, $W = \begin{pmatrix} 0.1 & 0.2 \\ -0.3 & 0.4 \\ 0.5 & 0 \end{pmatrix}$, $y = %d$,
$z = W x$, $p = \operatorname{softmax}(z)$ and $L = -\log p_y$. Use gradient descent with $\eta = 0.5$."""


@pytest.mark.parametrize(("label", "row", "said"), [(2, 1, "from 1"), (0, 0, "from 0"), (3, 2, "from 1")])
def test_a_label_with_a_number_picks_its_entry(label: int, row: int, said: str) -> None:
    trace = chainrule.trace(SOFTMAX % label, steps=2).trace
    weights, x = np.array([[0.1, 0.2], [-0.3, 0.4], [0.5, 0.0]]), np.array([1.0, 2.0])
    assert len(trace.steps) == 3
    for step in trace.steps:
        p = np.exp(weights @ x) / np.exp(weights @ x).sum()
        assert np.allclose(step.values["W"], weights, rtol=1e-12)
        assert np.allclose(step.values["L"], -np.log(p[row]), rtol=1e-12)
        weights = weights - 0.5 * np.outer(p - np.eye(3)[row], x)
    assert any(said in note for note in trace.notes)


POISSON = (
    table("x", "y")
    + r"""

$\lambda_i = e^{\alpha + \beta x_i}$ and $\ell(\alpha, \beta) = \sum_i (y_i \log \lambda_i - \lambda_i)$. Start at
$\alpha = \beta = 0$; perform two steps of gradient ascent with step size $0.05$."""
)
GATED = r"""$x_1 = 1$, $x_2 = 0.5$, $h_0 = 0$, $h_t = (1 - z_t) h_{t-1} + z_t \tanh(c x_t)$,
$z_t = \sigma(a x_t + b h_{t-1})$,
$L = (h_2 - 1)^2$, $a = 0.4$, $b = 0.3$, $c = 0.8$. Train $a$, $b$ and $c$ by gradient descent with rate $0.5$."""


def test_all_arguments_of_a_loss_are_updated() -> None:
    steps = chainrule.trace(POISSON, steps=2).trace.steps
    a = b = 0.0
    for step in steps:
        rates = np.exp(a + b * F[:, 0])
        assert np.allclose(
            [float(step.values[r"\alpha"]), float(step.values[r"\beta"])], [a, b], rtol=1e-12, atol=1e-13
        )
        a, b = a + 0.05 * np.sum(T - rates), b + 0.05 * np.sum((T - rates) * F[:, 0])


def test_what_words_say_is_trained_is_updated_and_no_step_is_shown_twice() -> None:
    trace = chainrule.trace(GATED, steps=1).trace
    assert {"a'", "b'", "c'"} <= trace.steps[0].values.keys()
    names = [q.name for q in trace.quantities]
    assert len(names) == len(set(names))
