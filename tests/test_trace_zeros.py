"""Parameters that start from a zero without a shape: it has the shape that they have elsewhere. Every number against a
training loop in plain NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from tests.loops import follow

Numbers = dict[str, Any]
X = np.array([[1.0, 2.0], [2.0, 0.5], [-1.0, 1.0]])
T = np.array([1.0, 0.0, 1.0])
DATA = ", ".join(f"$x_{n} = ({x[0]:g}, {x[1]:g})^T$, $y_{n} = {t:g}$" for n, (x, t) in enumerate(zip(X, T), 1))  # noqa: B905
MATRIX = r"$X = \begin{pmatrix} 1 & 2 \\ 2 & 0.5 \\ -1 & 1 \end{pmatrix}$, $y = (1, 0, 1)^T$"


def logistic() -> Iterator[Numbers]:
    w = np.zeros(2)
    while True:
        p = 1 / (1 + np.exp(-X @ w))
        yield {"w": w, "L": -np.sum(T * np.log(p) + (1 - T) * np.log(1 - p))}
        w = w - 0.1 * X.T @ (p - T)


def least_squares() -> Iterator[Numbers]:
    w, b = np.zeros(2), 0.0
    while True:
        r = X @ w + b - T
        yield {"w": w, "b": b, "L": r @ r / 2, r"\theta": w}
        w, b = w - 0.1 * X.T @ r, b - 0.1 * r.sum()


def without_bias() -> Iterator[Numbers]:
    w = np.zeros(2)
    while True:
        r = X @ w - T
        yield {r"\theta": w, r"J(\theta)": r @ r / 2}
        w = w - 0.1 * X.T @ r


def dense() -> Iterator[Numbers]:
    weights, b, x, t = np.zeros((2, 3)), np.zeros(2), np.array([1.0, 2.0, -1.0]), np.array([1.0, 0.0])
    while True:
        z = weights @ x + b
        p = np.exp(z) / np.exp(z).sum()
        yield {"W": weights, "b": b, "L": -np.sum(t * np.log(p))}
        weights, b = weights - 0.1 * np.outer(p - t, x), b - 0.1 * (p - t)


SCALAR = "Let $y = w x + b$ with $x = 2$, $L = (y - 3)^2$, $w = 0$, $b = 0$. Gradient descent with learning rate $0.1$."


def scalar() -> Iterator[Numbers]:
    w = b = 0.0
    while True:
        r = 2 * w + b - 3
        yield {"w": w, "b": b, "L": r**2}
        w, b = w - 0.1 * 4 * r, b - 0.1 * 2 * r


SHEETS: dict[str, tuple[str, Callable[[], Iterator[Numbers]]]] = {
    "a vector": (
        DATA
        + r"""
$$L = -\sum_{i=1}^3 \left[ y_i \log \sigma(w^T x_i) + (1 - y_i) \log(1 - \sigma(w^T x_i)) \right]$$
where $\sigma$ is the logistic function. Start from $w = 0$ and use gradient descent with learning rate $0.1$.""",
        logistic,
    ),
    "a bold zero": (
        DATA
        + r"""
$$L = -\sum_{i=1}^3 \left[ y_i \log \sigma(w^T x_i) + (1 - y_i) \log(1 - \sigma(w^T x_i)) \right]$$
where $\sigma$ is the logistic function. Start from $w = \mathbf{0}$ and
use gradient descent with learning rate $0.1$.""",
        logistic,
    ),
    "a number beside data": (
        MATRIX + r", $L = \frac12 \| X w + b - y \|^2$, $w = 0$, $b = 0$. Gradient descent with $\eta = 0.1$.",
        least_squares,
    ),
    "counted": (
        MATRIX
        + r""", $J(\theta) = \frac12 \| X \theta - y \|^2$, $\theta_0 = 0$ and
$$\theta_{t+1} = \theta_t - \eta \nabla J(\theta_t), \quad \eta = 0.1$$""",
        without_bias,
    ),
    "weights and biases": (
        r"""$x = (1, 2, -1)^T$, $y = (1, 0)^T$, $z = W x + b$, $p = \operatorname{softmax}(z)$,
$L = -\sum_k y_k \log p_k$. Initialise $W = 0$ and $b = 0$. Gradient descent with $\eta = 0.1$.""",
        dense,
    ),
    "numbers": (SCALAR, scalar),
}


WANTED = {
    "a vector": {"w", "L"},
    "a bold zero": {"w", "L"},
    "a number beside data": {"w", "b", "L"},
    "counted": {r"\theta", r"J(\theta)"},
    "weights and biases": {"W", "b", "L"},
    "numbers": {"w", "b", "L"},
}


@pytest.mark.parametrize("name", SHEETS)
def test_every_number_is_that_of_a_training_loop(name: str) -> None:
    text, loop = SHEETS[name]
    follow(text, loop(), WANTED[name])
