"""How long a derivative takes, as a ratio to SymPy's `MatrixExpr.diff` and tensorgrad's `full_simplify` in one run.

Every tool works on every expression in a process of its own, from the expression to the simplified derivative, with a
limit of time; the median of several repetitions in processor time counts. What a tool cannot do has no ratio. The other
tools are the extra `bench`; without them only our own times are measured.

    python -m benchmarks.derivation TOOL CASE      one of them, in seconds
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from time import thread_time
from typing import Any

LIMIT = 30.0
"""Seconds for one tool on one expression."""
ENOUGH, MOST = 1.0, 400
"""As many repetitions as fit into so many seconds, at most so many."""
LAYERS = (10, 100, 1000)


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
}  # fmt: skip


def ours(case: str) -> Callable[[], object]:
    """From text to the steps and the result in matrix form; finite differences are not part of it."""
    from chainrule.derive.build import build
    from chainrule.derive.gradient import first_order

    given = CASES[case]
    shapes = {name: tuple(dims.split()) for name, dims in given.shapes.items()}

    def derive() -> object:
        problem = build(given.text, shapes)
        return first_order(problem, [problem.inputs[given.by]])[0].result

    return derive


def rechecked(case: str) -> Callable[[], object]:
    """The same with what `chainrule derive` does before it shows anything: finite differences at random points."""
    from chainrule.derive.record import answer

    given = CASES[case]
    shapes = {name: tuple(dims.split()) for name, dims in given.shapes.items()}
    return lambda: answer(given.text, [given.by], shapes)


def with_sympy(case: str) -> Callable[[], object]:
    """`MatrixExpr.diff`, on what it differentiates rightly; its cache is emptied before each repetition."""
    import sympy as sp
    from sympy.core.cache import clear_cache
    from sympy.matrices.expressions import MatrixSymbol, OneMatrix

    n, m = sp.symbols("n m", integer=True, positive=True)
    z, s = sp.Symbol("z", real=True), sp.Symbol("s", positive=True)
    x, A = MatrixSymbol("x", n, 1), MatrixSymbol("A", n, n)
    X, w, y = MatrixSymbol("X", n, m), MatrixSymbol("w", m, 1), MatrixSymbol("y", n, 1)

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
        raise SystemExit(3)

    loss()

    def derive() -> object:
        clear_cache()
        expression, by = loss()
        return expression.diff(by)

    return derive


def with_tensorgrad(case: str) -> Callable[[], object]:
    """`grad` and `full_simplify`."""
    import sympy
    import tensorgrad.functions as F
    from tensorgrad import Variable

    def array(name: str, *edges: str) -> Any:
        return Variable(name, *[sympy.Symbol(e) for e in edges])

    def layers(function: Any, widths: list[str]) -> tuple[Any, Any]:
        a, first = array("X", "b", widths[0]), None
        for k in range(1, len(widths)):
            weights = array(f"W{k}", widths[k - 1], widths[k])
            first = weights if first is None else first
            a = function(a @ weights)
        e = a - array("T", "b", widths[-1])
        return F.sum(e * e) / 2, first

    def loss() -> tuple[Any, Any]:
        X, w, y = array("X", "b", "i"), array("w", "i"), array("y", "b")
        o, t, s = array("o", "i"), array("t", "i"), array("s")
        match case:
            case "quadratic form":
                x = array("x", "n")
                A = Variable("A", i=sympy.Symbol("n"), j=sympy.Symbol("n"))
                return (x.rename(n="i") @ A) @ x.rename(n="j"), x
            case "least squares":
                r = X @ w - y
                return F.sum(r * r), w
            case "logistic loss":
                return F.sum(F.log(1 + F.exp(-1 * (y * (X @ w))))), w
            case "logistic loss, labels in X":
                return F.sum(F.log(1 + F.exp(-1 * (X @ w)))), w
            case "softmax cross-entropy":
                return F.cross_entropy(o, t, dim="i"), o
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
        x, g, b = array("x", "d"), array("g", "d"), array("b", "d")
        centred = x - F.mean(x, dim="d", keepdims=True)
        spread = F.sqrt(F.mean(centred * centred, dim="d", keepdims=True) + 0.00001)
        out = centred / spread * g + b
        return F.sum(out * out), x

    loss()

    def derive() -> object:
        expression, by = loss()
        return expression.grad(by).full_simplify()

    return derive


TOOLS: dict[str, Callable[[str], Callable[[], object]]] = {
    "chainrule": ours, "rechecked": rechecked, "sympy": with_sympy, "tensorgrad": with_tensorgrad,
}  # fmt: skip


def measured(derive: Callable[[], object]) -> float:
    """The median of all repetitions but the first, whose caches are cold."""
    times: list[float] = []
    while len(times) < 4 or (sum(times) < ENOUGH and len(times) < MOST):
        started = thread_time()
        derive()
        times.append(thread_time() - started)
    return median(times[1:])


def in_own_process(tool: str, case: str) -> float | None:
    """Seconds, None where the tool is not there, cannot do it, or takes too long."""
    command = [sys.executable, "-m", "benchmarks.derivation", tool, case]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return float("inf")
    return float(done.stdout) if done.returncode == 0 else None


def compared() -> Iterator[tuple[str, float, dict[str, float]]]:
    """For every expression our time, and those of the others."""
    for case in CASES:
        mine = in_own_process("chainrule", case)
        assert mine is not None, case
        others = {tool: in_own_process(tool, case) for tool in TOOLS if tool != "chainrule"}
        yield case, mine, {tool: seconds for tool, seconds in others.items() if seconds is not None}


def by_layers() -> Iterator[tuple[int, float]]:
    """Milliseconds a layer for networks of so many layers, with the check by finite differences."""
    from chainrule.derive.record import answer

    for layers in LAYERS:
        text, shapes = tanh_network(layers)
        given = {name: tuple(dims.split()) for name, dims in shapes.items()}
        started = thread_time()
        answer(text, ["W1"], given)
        yield layers, (thread_time() - started) / layers


def main() -> None:
    tool, case = sys.argv[1:3]
    print(measured(TOOLS[tool](case)))


if __name__ == "__main__":
    main()
