"""The same expressions as SymPy and tensorgrad have them: how each is built, and how it is differentiated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Tool = tuple[Callable[[], Any], Callable[[Any], object], Callable[[], None]]
"""How an expression is built, how the derivative is taken of what was built, and how caches are emptied."""


def with_sympy(case: str) -> Tool:
    """`MatrixExpr.diff`, on what it differentiates rightly."""
    import sympy as sp
    from sympy.core.cache import clear_cache
    from sympy.matrices.expressions import MatrixSymbol, OneMatrix, Trace

    n, m = sp.symbols("n m", integer=True, positive=True)
    z, s, lam = sp.Symbol("z", real=True), sp.Symbol("s", positive=True), sp.Symbol("lam")
    x, A, a, b = MatrixSymbol("x", n, 1), MatrixSymbol("A", n, n), MatrixSymbol("a", n, 1), MatrixSymbol("b", n, 1)
    X, w, y = MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1), MatrixSymbol("y", n, 1)
    B, C = MatrixSymbol("B", n, m), MatrixSymbol("C", m, n)

    def entrywise(array: Any, function: Any) -> Any:
        return array.applyfunc(sp.Lambda(z, function))

    def loss() -> tuple[Any, Any]:
        match case:
            case "quadratic form":
                return x.T * A * x, x
            case "least squares":
                return (X * w - y).T * (X * w - y), w
            case "logistic loss, labels in X":
                return OneMatrix(1, n) * entrywise(X * w, sp.log(1 + sp.exp(-z))), w
            case "Laplace loss by s":
                total = OneMatrix(1, n) * entrywise(y - X * w, sp.Abs(z))
                return 5 * sp.log(2 * s) * sp.Identity(1) + total / s, s
            case "trace of a product":
                return Trace(C * X), X
            case "trace of a quadratic":
                return Trace(X.T * A * X), X
            case "Frobenius distance":
                return Trace((A * X - B).T * (A * X - B)), X
            case "bilinear form of an inverse":
                return a.T * A.I * b, A
            case "norm":
                return entrywise(x.T * x, sp.sqrt(z)), x
            case "sum of squares about the mean":
                centred = x - OneMatrix(n, 1) * OneMatrix(1, n) * x / n
                return centred.T * centred, x
            case "ridge":
                return (X * w - y).T * (X * w - y) + lam * w.T * w, w
            case "sum of exponentials":
                return OneMatrix(1, n) * entrywise(x, sp.exp(z)), x
        raise SystemExit(3)

    return loss, lambda built: built[0].diff(built[1]), clear_cache


def with_tensorgrad(case: str) -> Tool:
    """`grad` and `full_simplify`."""
    import sympy
    import tensorgrad.functions as F
    from tensorgrad import Variable

    def array(name: str, *edges: str, **sizes: str) -> Any:
        return Variable(name, *map(sympy.Symbol, edges), **{edge: sympy.Symbol(size) for edge, size in sizes.items()})

    def layers(function: Any, widths: list[str]) -> tuple[Any, Any]:
        a, first = array("X", "b", widths[0]), None
        for k in range(1, len(widths)):
            weights = array(f"W{k}", widths[k - 1], widths[k])
            first = weights if first is None else first
            a = function(a @ weights)
        e = a - array("T", "b", widths[-1])
        return F.sum(e * e) / 2, first

    def of_matrices() -> tuple[Any, Any]:
        X, A = array("X", "i", "j"), array("A", i="i", k="i")
        a, b = array("a", "i"), array("b", k="i")
        match case:
            case "trace of a product":
                return F.sum(array("C", "j", "i") * X), X
            case "trace of a quadratic":
                return F.sum((X @ A) * X.rename(i="k")), X
            case "Frobenius distance":
                return F.frobenius2(array("A", "p", "i") @ X - array("B", "p", "j")), X
            case "Gram matrix":
                return F.frobenius2(X @ X.rename(j="k")), X
            case "factorisation":
                U = array("U", "i", "r")
                return F.frobenius2(X - U @ array("V", "r", "j")), U
            case "bilinear form":
                return a @ X @ array("w", "j"), X
            case "bilinear form of an inverse":
                return a @ F.inverse(A) @ b, A
            case "determinant":
                return F.det(A), A
            case "log-determinant":
                return F.log(F.det(A)), A
        raise SystemExit(3)

    def of_a_vector() -> tuple[Any, Any]:
        x, a = array("x", "i"), array("a", "i")
        match case:
            case "norm":
                return F.sqrt(F.sum(x * x)), x
            case "cosine":
                return (a @ x) / (F.sqrt(F.sum(a * a)) * F.sqrt(F.sum(x * x))), x
            case "sum of squares about the mean":
                centred = x - F.mean(x, dim="i", keepdims=True)
                return F.sum(centred * centred), x
            case "entropy":
                return F.sum(x * F.log(x)), x
            case "sum of exponentials":
                return F.sum(F.exp(x)), x
            case "log-sum-exp":
                return F.log(F.sum(F.exp(x))), x
        return of_matrices()

    def loss() -> tuple[Any, Any]:
        X, w, y = array("X", "b", "i"), array("w", "i"), array("y", "b")
        o, t, s = array("o", "i"), array("t", "i"), array("s")
        match case:
            case "quadratic form":
                x = array("x", "n")
                return (x.rename(n="i") @ array("A", i="n", j="n")) @ x.rename(n="j"), x
            case "least squares" | "ridge":
                r = X @ w - y
                return F.sum(r * r) + (array("lam") * F.sum(w * w) if case == "ridge" else 0), w
            case "logistic loss":
                return F.sum(F.log(1 + F.exp(-1 * (y * (X @ w))))), w
            case "logistic loss, labels in X":
                return F.sum(F.log(1 + F.exp(-1 * (X @ w)))), w
            case "softmax cross-entropy":
                return F.cross_entropy(o, t, dim="i"), o
            case "one sigmoid layer":
                e = F.sigmoid(X @ w) - y
                return F.sum(e * e), w
            case "two layers":
                W, v = array("W", "i", "h"), array("v", "h")
                e = F.tanh(F.relu(X @ W) @ v) - y
                return F.sum(e * e) / 2, W
            case "three sigmoid layers":
                return layers(F.sigmoid, [f"d{k}" for k in range(4)])
            case "ten tanh layers":
                return layers(F.tanh, [f"d{k}" for k in range(11)])
            case "softmax hinge":
                p = F.softmax(o, dim="i")
                return F.sum(F.relu(p - F.sum(p * t, ["i"]) + 0.1) * (1 - t)), o
            case "Laplace loss by w" | "Laplace loss by s":
                return F.sum(F.log(2 * s) + F.abs(y - X @ w) / s), w if case.endswith("w") else s
            case "layer norm":
                x, g, b = array("x", "d"), array("g", "d"), array("b", "d")
                centred = x - F.mean(x, dim="d", keepdims=True)
                spread = F.sqrt(F.mean(centred * centred, dim="d", keepdims=True) + 0.00001)
                out = centred / spread * g + b
                return F.sum(out * out), x
        return of_a_vector()

    return loss, lambda built: built[0].grad(built[1]).full_simplify(), lambda: None
