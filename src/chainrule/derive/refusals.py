"""What a formula may not say: functions that are not there or have no derivative, options that a function lacks, axes
that an array lacks. Each is refused with the place, what is there instead, and what to write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import product

from chainrule.derive.losses import LOSSES
from chainrule.derive.operations import axis_of
from chainrule.derive.table import OPERATIONS
from chainrule.read.python import Formula, FormulaError, postorder

WORDS = ("scalar", "vector", "matrix")

REDUCING = ("axis", "dim", "keepdims", "keepdim")
OPTIONS = {
    "gone": REDUCING, "same": ("axis", "dim"), "inner": (), "sized": ("sizes",), "einsum": ("subscripts",),
    "size": ("axis",), "loss": ("reduction",), "loss over classes": ("reduction",),
}  # fmt: skip
"""The options of functions, by the rule for their shape."""
MORE_OPTIONS = {"norm": ("ord", "p"), "matrix_power": ("n",)}
SAME = (("axis", "dim"), ("keepdims", "keepdim"), ("ord", "p"))
"""Options that say the same in NumPy and in torch."""

JUMPS = "it is constant between its jumps, so that its derivative says nothing; leave it out or use a smooth function"
PLACES = "a place is a whole number and has no derivative; use max, min, softmax or logsumexp"
SORTS = "it is not read; use max, min, or a sum over all entries"
RUNNING = "neighbours along an axis are not read; write the sum with indices in TeX, \\sum_i \\sum_k w_k x_{i+k} y_i"
SPECTRUM = "eigenvalues and singular values have no formula in the entries; write trace, det, logdet or norm"
SERIES = "functions of a whole matrix are not read; exp(X) and log(X) go entry by entry"
BLOCKS = "arrays keep their shape here; write the sum over the parts"
NO_DERIVATIVE = {
    "floor": JUMPS, "ceil": JUMPS, "round": JUMPS, "rint": JUMPS, "trunc": JUMPS, "fix": JUMPS,
    "argmax": PLACES, "argmin": PLACES, "argsort": PLACES, "sort": SORTS, "median": SORTS, "quantile": SORTS,
    "nll_loss": "it takes rows of logarithms and the name of their labels; of one sample write -log_softmax(z)[y]",
    "kron": "products of two matrices with four indices are not read; write the trace or the sum that it stands in",
    "cumsum": RUNNING, "cumprod": RUNNING, "diff": RUNNING, "convolve": RUNNING, "roll": RUNNING, "conv1d": RUNNING,
    "conv2d": RUNNING, "eig": SPECTRUM, "eigh": SPECTRUM, "eigvals": SPECTRUM, "eigvalsh": SPECTRUM, "svd": SPECTRUM,
    "svdvals": SPECTRUM, "matrix_rank": SPECTRUM, "expm": SERIES, "logm": SERIES, "sqrtm": SERIES,
    "pinv": "write inv(X.T @ X) @ X.T", "cholesky": "write the matrix itself, inv(A) or logdet(A)",
    "concatenate": BLOCKS, "stack": BLOCKS, "vstack": BLOCKS, "hstack": BLOCKS, "reshape": BLOCKS, "ravel": BLOCKS,
    "flatten": BLOCKS, "view": BLOCKS, "dropout": "write the mask as an array",
    "rand": "a random number is no function; write it as an array", "randn": "write the noise as an array",
}  # fmt: skip
"""Functions of NumPy and torch that are not read, and what to write instead."""


_READ = frozenset({*OPERATIONS, "name", "number"})


def refuse(nodes: Iterable[Formula], text: str) -> None:
    """Raise `FormulaError` at the first operation or option that is not there."""
    for node in nodes:
        if node.op not in _READ:
            raise FormulaError(no_function(node.op), text, node.column)
        if node.options:
            _options(node, text)


def refuse_early(formulas: Sequence[Formula], defined: Sequence[str | None], text: str) -> None:
    """Raise `FormulaError` at a name that is used on or before the line that defines it."""
    late = {name for name in defined if name is not None}
    for formula, name in zip(formulas, defined, strict=True):
        for node in formula.nodes if late else ():
            if node.op == "name" and node.value in late:
                what = "in the line that defines it" if node.value == name else "before the line that defines it"
                why = f"{node.value} is used {what}; write what it is made of first, under names of their own"
                raise FormulaError(why, text, node.column)
        late.discard(str(name))


def no_function(name: str) -> str:
    if name in NO_DERIVATIVE:
        return f"{name} cannot be differentiated here: {NO_DERIVATIVE[name]}"
    words = [o for o in OPERATIONS if o.isalpha()]
    near = get_close_matches(name.lower(), words, 3, 0.7) or sorted(o for o in words if o[:2] == name[:2])
    return f"there is no function {name!r}" + (f"; did you mean {', '.join(near)}?" if near else "")


def _options(node: Formula, text: str) -> None:
    known = (*OPTIONS.get(OPERATIONS[node.op].shape, ()), *MORE_OPTIONS.get(node.op, ()))
    for name in node.options:
        if name not in known:
            what = f"it has {', '.join(known)}" if known else "it has none"
            raise FormulaError(f"{node.op} has no option {name} here; {what}", text, node.column)
    for pair in SAME:
        if all(name in node.options for name in pair):
            raise FormulaError(f"{node.op}: {pair[0]} and {pair[1]} say the same; write one of them", text, node.column)


def no_arity(formulas: Iterable[Formula], text: str) -> None:
    """Raise `FormulaError` at an operation that takes no arrays of whatever rank, for their number."""
    for node in _nodes(formulas):
        ranks = product((0, 1, 2), repeat=len(node.args))
        if node.args and len(node.args) < 6 and all(OPERATIONS[node.op].rank(node, [*r])[0] is None for r in ranks):
            wanted = f"; {HINTS[node.op]}" if node.op in HINTS else ""
            many = f"{len(node.args)} arguments" if len(node.args) > 1 else "one argument"
            raise FormulaError(f"{node.op} cannot be taken of {many}{wanted}", text, node.column)


def _nodes(formulas: Iterable[Formula]) -> Iterable[Formula]:
    return (node for formula in formulas for node in postorder(formula) if node.op not in ("name", "number"))


def impossible(node: Formula, ranks: list[int], text: str) -> FormulaError:
    """The error for an operation that cannot be taken of arrays of these ranks."""
    axis = axis_of(node) if node.options else None
    if len(ranks) == 1 and ranks[0] and axis is not None and not -ranks[0] <= axis < ranks[0]:
        there = " and ".join(str(k) for k in range(ranks[0]))
        return FormulaError(f"{node.op}: a {WORDS[ranks[0]]} has axis {there}, found axis={axis}", text, node.column)
    have = " and ".join(f"a {WORDS[r]}" for r in ranks)
    wanted = f"; {HINTS[node.op]}" if node.op in HINTS else ""
    return FormulaError(f"{node.op} cannot be taken of {have}{wanted}", text, node.column)


HINTS = {
    "@": "it takes vectors and matrices: write * for a scalar", "trace": "it takes one square matrix",
    "det": "it takes one square matrix", "logdet": "it takes one square matrix", "inv": "it takes one square matrix",
    "outer": "it takes two vectors", "inner": "it takes two vectors", "sum": "it takes one array, and axis=...",
    "mean": "it takes one array, and axis=...", "softmax": "it takes one vector or matrix, and axis=...",
    "max": "write maximum(a, b) for the larger of two", "min": "write minimum(a, b) for the smaller of two",
    "where": "it takes a comparison and two values, where(x > 0, x, 0)",
    **dict.fromkeys(LOSSES, "it takes two arrays of one shape, the prediction first"),
    "cross_entropy": "it takes scores and as many probabilities; for labels write "
    "nll_loss(log_softmax(Z, axis=1), y)",
    "diag": "it takes one vector or matrix", "norm": "it takes one vector or matrix",
}  # fmt: skip
"""What an operation takes."""
