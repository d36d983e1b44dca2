"""Expressions whose derivatives are measured: in text, with shapes, and what to derive by."""

from __future__ import annotations

from dataclasses import dataclass


def tanh_network(layers: int) -> tuple[str, dict[str, str]]:
    """A network of square layers, as text, with its shapes."""
    lines = [f"a{k} = tanh(a{k - 1} @ W{k})" for k in range(1, layers + 1)]
    lines[0] = "a1 = tanh(X @ W1)"
    shapes = {"X": "n m", "T": "n m"} | {f"W{k}": "m m" for k in range(1, layers + 1)}
    return "\n".join([*lines, f"sum((a{layers} - T)**2) / 2"]), shapes


@dataclass(frozen=True)
class Case:
    """An expression in text, its shapes, and what to derive by."""

    text: str
    shapes: dict[str, str]
    by: str


CASES = {
    "quadratic form": Case("x @ A @ x", {"x": "n", "A": "n n"}, "x"),
    "least squares": Case("sum((X @ w - y)**2)", {"X": "n m", "w": "m", "y": "n"}, "w"),
    "logistic loss": Case("sum(log(1 + exp(-y * (X @ w))))", {"X": "n m", "w": "m", "y": "n"}, "w"),
    "logistic loss, labels in X": Case("sum(log(1 + exp(-(X @ w))))", {"X": "n m", "w": "m"}, "w"),
    "softmax cross-entropy": Case("-sum(t * log(softmax(o)))", {"o": "n", "t": "n"}, "o"),
    "two layers": Case(
        "sum((tanh(relu(X @ W) @ w) - t)**2) / 2", {"X": "n m", "W": "m k", "w": "k", "t": "n"}, "W"
    ),
    "three sigmoid layers": Case(
        "sum((sigmoid(sigmoid(sigmoid(X @ W1) @ W2) @ W3) - T)**2) / 2",
        {"X": "n m", "W1": "m k", "W2": "k p", "W3": "p q", "T": "n q"}, "W1",
    ),
    "ten tanh layers": Case(*tanh_network(10), "W1"),
    "softmax hinge": Case(
        "sum((1 - y) * maximum(0, softmax(o) - y @ softmax(o) + 0.1))", {"o": "n", "y": "n"}, "o"
    ),
    "Laplace loss by w": Case(
        "5 * log(2 * s) + sum(abs(t - X @ w)) / s", {"X": "n m", "w": "m", "t": "n", "s": ""}, "w"
    ),
    "Laplace loss by s": Case(
        "5 * log(2 * s) + sum(abs(t - X @ w)) / s", {"X": "n m", "w": "m", "t": "n", "s": ""}, "s"
    ),
    "layer norm": Case(
        "sum(((x - mean(x)) / sqrt(var(x) + 0.00001) * g + b)**2)", {"x": "n", "g": "n", "b": "n"}, "x"
    ),
    "trace of a product": Case("trace(C @ X)", {"C": "m n", "X": "n m"}, "X"),
    "trace of a quadratic": Case("trace(X.T @ A @ X)", {"A": "n n", "X": "n m"}, "X"),
    "Frobenius distance": Case("sum((A @ X - B)**2)", {"A": "p n", "X": "n m", "B": "p m"}, "X"),
    "Gram matrix": Case("sum((X.T @ X)**2)", {"X": "n m"}, "X"),
    "factorisation": Case("sum((Y - U @ V)**2)", {"Y": "n m", "U": "n k", "V": "k m"}, "U"),
    "bilinear form": Case("a @ X @ w", {"a": "n", "X": "n m", "w": "m"}, "X"),
    "bilinear form of an inverse": Case("a @ inv(A) @ b", {"a": "n", "A": "n n", "b": "n"}, "A"),
    "determinant": Case("det(A)", {"A": "n n"}, "A"),
    "log-determinant": Case("logdet(A)", {"A": "n n"}, "A"),
    "norm": Case("norm(x)", {"x": "n"}, "x"),
    "cosine": Case("(a @ x) / (norm(a) * norm(x))", {"a": "n", "x": "n"}, "x"),
    "sum of squares about the mean": Case("sum((x - mean(x))**2)", {"x": "n"}, "x"),
    "ridge": Case("sum((X @ w - y)**2) + lam * (w @ w)", {"X": "n m", "w": "m", "y": "n", "lam": ""}, "w"),
    "entropy": Case("sum(x * log(x))", {"x": "n"}, "x"),
    "sum of exponentials": Case("sum(exp(x))", {"x": "n"}, "x"),
    "log-sum-exp": Case("logsumexp(x)", {"x": "n"}, "x"),
    "one sigmoid layer": Case("sum((sigmoid(X @ w) - y)**2)", {"X": "n m", "w": "m", "y": "n"}, "w"),
}  # fmt: skip
