"""How long a derivative takes, as a ratio to SymPy's `MatrixExpr.diff` and tensorgrad's `full_simplify` in one run.

Every tool works on every expression in a process of its own, from the expression to the simplified derivative, with a
limit of time; the median of several repetitions in processor time counts. What a tool cannot do has no ratio. The other
tools are the extra `bench`; without them only our own times are measured.

    python -m benchmarks.derivation TOOL CASE      one of them: seconds to build the expression, and to differentiate it
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from statistics import median
from time import thread_time

from benchmarks.cases import CASES, tanh_network
from benchmarks.peers import Tool, with_sympy, with_tensorgrad

LIMIT = 30.0
"""Seconds for one tool on one expression."""
ENOUGH, MOST = 1.0, 400
"""As many repetitions as fit into so many seconds, at most so many."""
LAYERS = (10, 100, 1000)

Seconds = tuple[float, float]
"""To build the expression, and to differentiate it."""


def ours(case: str) -> Tool:
    """From text to an expression, and on to the steps and the result in matrix form, without finite differences."""
    from chainrule.derive.build import build
    from chainrule.derive.gradient import first_order

    given = CASES[case]
    shapes = {name: tuple(dims.split()) for name, dims in given.shapes.items()}
    return (
        lambda: build(given.text, shapes),
        lambda problem: first_order(problem, [problem.inputs[given.by]])[0].result,
        emptied(),
    )


def rechecked(case: str) -> Tool:
    """The same with what `chainrule derive` does before it shows anything: finite differences at random points."""
    from chainrule.derive.record import answer

    given = CASES[case]
    shapes = {name: tuple(dims.split()) for name, dims in given.shapes.items()}
    return lambda: None, lambda _: answer(given.text, [given.by], shapes), emptied()


def emptied() -> Callable[[], None]:
    """What empties every cache of ours that outlives a derivation, as SymPy's is emptied."""
    modules = [module for name, module in sys.modules.items() if name.split(".")[0] == "chainrule"]
    caches = [item for module in modules for item in vars(module).values() if hasattr(item, "cache_clear")]

    def empty() -> None:
        for cache in caches:
            cache.cache_clear()

    return empty


TOOLS: dict[str, Callable[[str], Tool]] = {
    "chainrule": ours, "rechecked": rechecked, "sympy": with_sympy, "tensorgrad": with_tensorgrad,
}  # fmt: skip


def measured(tool: Tool) -> Seconds:
    """The medians of all repetitions but the first, whose imports are cold; caches are empty in each."""
    build, differentiate, empty = tool
    building, differentiating, spent = list[float](), list[float](), 0.0
    while len(building) < 4 or (spent < ENOUGH and len(building) < MOST):
        empty()
        started = thread_time()
        built = build()
        between = thread_time()
        found = differentiate(built)
        done = thread_time()
        del built, found  # what is in use is known to tables of ours, as what was made before must not be
        building.append(between - started)
        differentiating.append(done - between)
        spent += done - started
    return median(building[1:]), median(differentiating[1:])


def in_own_process(tool: str, case: str) -> Seconds | None:
    """None where the tool is not there or cannot do it; infinite where it takes too long."""
    command = [sys.executable, "-m", "benchmarks.derivation", tool, case]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return 0.0, float("inf")
    if done.returncode != 0:
        return None
    building, differentiating = map(float, done.stdout.split())
    return building, differentiating


def compared() -> Iterator[tuple[str, Seconds, dict[str, Seconds]]]:
    """For every expression our times, and those of the others."""
    for case in CASES:
        mine = in_own_process("chainrule", case)
        assert mine is not None, case
        others = {tool: in_own_process(tool, case) for tool in TOOLS if tool != "chainrule"}
        yield case, mine, {tool: seconds for tool, seconds in others.items() if seconds is not None}


def by_layers() -> Iterator[tuple[int, float]]:
    """Seconds a layer for networks of so many layers, with the check by finite differences."""
    from chainrule.derive.record import answer

    for layers in LAYERS:
        text, shapes = tanh_network(layers)
        given = {name: tuple(dims.split()) for name, dims in shapes.items()}
        started = thread_time()
        answer(text, ["W1"], given)
        yield layers, (thread_time() - started) / layers


def main() -> None:
    tool, case = sys.argv[1:3]
    print(*measured(TOOLS[tool](case)))


if __name__ == "__main__":
    main()
