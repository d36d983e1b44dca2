"""The operations of Python-style formulas: NumPy's, SciPy's and torch's names, each with its rank, shape and term.

A tensor is a term and an order of its free indices; `build` gives the tensor of a result from those of the arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from inspect import signature

from chainrule.derive.sums import einsum, einsum_rank
from chainrule.derive.tensor import Axes, Tensor, bound
from chainrule.expr import tensors
from chainrule.expr.functions import BY_NAME
from chainrule.expr.index import Dim, Index
from chainrule.expr.making import value
from chainrule.expr.nodes import Expr, Indicator
from chainrule.expr.substitution import substitute
from chainrule.expr.terms import (
    ONE,
    ZERO,
    add,
    apply,
    const,
    determinant,
    div,
    indicator,
    inverse,
    mul,
    neg,
    piecewise,
    power,
    reduce,
    size,
    sub,
    total,
)
from chainrule.read.python import Formula, FormulaError

MOST_POWER = 16
ONE_PLACE = Dim("1")
Rank = Callable[[Formula, list[int]], "tuple[int | None, int]"]
Build = Callable[[Formula, list[Tensor]], Tensor]


@dataclass(frozen=True)
class Operation:
    """A row: how the rank of the result follows (None: impossible; the number is what had to be assumed), the name of
    the rule for its shape, and the tensor it builds. What `names_argument` gives its argument a name of its own, what
    `names_value` its value too."""

    rank: Rank
    shape: str
    build: Build
    names_value: bool = False
    names_argument: bool = False


def axis_of(node: Formula) -> int | None:
    """The option axis (torch: dim), None for all axes."""
    axis = node.options.get("axis", node.options.get("dim"))
    if axis is not None and (not isinstance(axis, int) or isinstance(axis, bool)):
        raise FormulaError(f"axis of {node.op} is a whole number, found {axis!r}")
    return axis


def keeps_axes(node: Formula) -> bool:
    """The option keepdims (torch: keepdim): a reduced axis stays, with one place."""
    return node.options.get("keepdims", node.options.get("keepdim", False)) is True


# ranks


def entrywise(penalty: int = 0, arity: int | None = None) -> Rank:
    """The larger rank; a partner of another rank costs `penalty`, unless it is a number."""

    def rank(node: Formula, args: list[int]) -> tuple[int | None, int]:
        if not args or len(args) != (arity or len(args)):
            return None, 0
        if not penalty or len(args) == 1:
            return max(args), 0
        ranks = {r for r, a in zip(args, node.args, strict=True) if not _is_number(a)}
        return max(args), penalty if len(ranks) > 1 else 0

    return rank


def _is_number(node: Formula) -> bool:
    return node.op == "number" or (node.op in ("neg", "pos", "/", "*", "**") and all(map(_is_number, node.args)))


def matmul_rank(node: Formula, args: list[int]) -> tuple[int | None, int]:
    return (None, 0) if min(args) < 1 or len(args) != 2 else (sum(args) - 2, 0)


def gone_rank(node: Formula, args: list[int]) -> tuple[int | None, int]:
    if not _along_an_axis(node, args):
        return None, 0
    if keeps_axes(node):
        return args[0], 0
    return (0 if axis_of(node) is None else args[0] - 1), 0


def _along_an_axis(node: Formula, args: list[int]) -> bool:
    """Whether there is one array, with axes, among them the one that is asked for."""
    axis = axis_of(node)
    return len(args) == 1 and args[0] > 0 and (axis is None or -args[0] <= axis < args[0])


def exactly(given: int, result: int) -> Rank:
    return lambda node, args: (result if args == [given] else None, 0)


def at_least_one(node: Formula, args: list[int]) -> tuple[int | None, int]:
    return (args[0] if _along_an_axis(node, args) else None, 0)


def diag_rank(node: Formula, args: list[int]) -> tuple[int | None, int]:
    return ({1: 2, 2: 1}.get(args[0]) if len(args) == 1 else None), 0


def pair_rank(result: int) -> Rank:
    return lambda node, args: (result if args == [1, 1] else None, 0)


def pick_rank(node: Formula, args: list[int]) -> tuple[int | None, int]:
    """z[y] is an entry, Z[y] a row, z[ys] and Z[ys] as many as there are labels."""
    fits = len(args) == 2 and args[0] > 0 and args[1] < 2
    return (sum(args) - 1 if fits else None), 0


def solve_rank(node: Formula, args: list[int]) -> tuple[int | None, int]:
    return (args[1] if len(args) == 2 and args[0] == 2 and args[1] else None), 0


def pick_rows_rank(node: Formula, args: list[int]) -> tuple[int | None, int]:
    return (1 if args == [2, 1] else None), 0


# tensors


def lift(function: Callable[..., Expr]) -> Build:
    """A function entry by entry, over common axes, aligned from the right."""

    def build(node: Formula, args: list[Tensor]) -> Tensor:
        dims, depth = args[0].dims, args[0].depth
        for t in args[1:]:
            depth = max(depth, t.depth)
            dims = dims if t.dims == dims else _common(dims, t.dims)

        def over(axes: Axes) -> Expr:
            return function(
                *[t.at(axes) if t.dims == dims else _spread(t, axes[len(axes) - len(t.dims) :]) for t in args]
            )

        return Tensor.later(dims, depth, over)

    return build


def _common(a: tuple[Dim, ...], b: tuple[Dim, ...]) -> tuple[Dim, ...]:
    """The dimensions of two arrays together: those of the longer one, the other one's where it has one place."""
    longer, shorter = (a, b) if len(a) >= len(b) else (b, a)
    before = len(longer) - len(shorter)
    return (*longer[:before], *[y if x.fixed == 1 else x for x, y in zip(longer[before:], shorter, strict=True)])


def _spread(t: Tensor, axes: Axes) -> Expr:
    """The entry at the axes; an axis of size 1 is read at its one place."""
    if tuple([i.dim for i in axes]) == t.dims:
        return t.at(axes)
    ones = [Index(f"one{k}", dim) for k, dim in enumerate(t.dims)]
    own = [one if one.dim.fixed == 1 else i for one, i in zip(ones, axes, strict=True)]
    return substitute(t.at(tuple(own)), {one: const(1) for one in ones if one in own})


def _matmul(node: Formula, args: list[Tensor]) -> Tensor:
    left, right = args
    rows = len(left.dims) - 1
    depth = max(left.depth, right.depth) + 1
    index = bound(depth, left.dims[-1])

    def over(axes: Axes) -> Expr:
        return total(index, mul(left.at((*axes[:rows], index)), right.at((index, *axes[rows:]))))

    return Tensor.later((*left.dims[:-1], *right.dims[1:]), depth, over)


def reduced(node: Formula, t: Tensor, function: Callable[..., Expr]) -> Tensor:
    """A function of an array and the indices that it takes away: along one axis, or along all of them."""
    axis, keeps, rank = axis_of(node), keeps_axes(node), len(t.dims)
    places = range(rank) if axis is None else (axis % rank,)
    gone = {k: bound(t.depth + n, t.dims[k]) for n, k in enumerate(places, 1)}
    dims = [ONE_PLACE if k in gone else dim for k, dim in enumerate(t.dims) if keeps or k not in gone]

    def over(axes: Axes) -> Expr:
        left = iter(axes)
        own = [gone[k] if k in gone else axes[k] if keeps else next(left) for k in range(rank)]
        return function(t.at(tuple(own)), *gone.values())

    return Tensor.later(tuple(dims), t.depth + len(gone), over)


def over(function: Callable[..., Expr]) -> Build:
    """A function that takes axes away."""
    return lambda node, args: reduced(node, args[0], function)


def along(function: Callable[[Expr, Index], Expr]) -> Build:
    """A function along one axis that keeps it: the last one, if no other is given."""

    def build(node: Formula, args: list[Tensor]) -> Tensor:
        (t,) = args
        axis = axis_of(node)
        at = -1 if axis is None else axis
        return Tensor.later(t.dims, t.depth + 1, lambda axes: function(t.at(axes), axes[at]))

    return build


def _extreme(op: str) -> Callable[..., Expr]:
    """The reduction over one index after the other."""

    def reducing(body: Expr, *gone: Index) -> Expr:
        for index in gone:
            body = reduce(op, index, body)
        return body

    return reducing


_sum, _prod, _max, _min = map(_extreme, ("sum", "prod", "max", "min"))


def _mean(body: Expr, *gone: Index) -> Expr:
    for index in gone:
        body = tensors.mean(body, index)
    return body


def _variance(body: Expr, *gone: Index) -> Expr:
    spread = power(sub(body, _mean(body, *gone)), const(2))
    return div(_sum(spread, *gone), mul(*(size(i.dim) for i in gone)))


def _std(body: Expr, *gone: Index) -> Expr:
    return apply("sqrt", _variance(body, *gone))


def _logsumexp(body: Expr, *gone: Index) -> Expr:
    return apply("log", _sum(apply("exp", body), *gone))


SINGULAR = (
    "the spectral and the nuclear norm rest on singular values, which have no formula in the entries: write norm(X), "
    "or sum(norm(X, axis=1)) for the norms of the rows"
)


def _norm_of(node: Formula, args: list[Tensor]) -> Tensor:
    (t,) = args
    order = node.options.get("ord", node.options.get("p", 2))
    of_matrix = axis_of(node) is None and len(t.dims) == 2
    plain = order == 2 and not {"p", "ord"} & node.options.keys()
    if order == "fro" or plain or (order == 2 and not of_matrix):
        return reduced(node, t, tensors.norm)
    if of_matrix:
        raise FormulaError(f"norm of a matrix: only the Frobenius norm is read, found ord={order!r}; {SINGULAR}")
    if not isinstance(order, int | float) or order <= 0:
        raise FormulaError(f"norm: ord is a positive number or inf, found {order!r}")
    p = "inf" if order == float("inf") else Fraction(str(order))
    return reduced(node, t, lambda body, *gone: tensors.norm(body, *gone, p=p))


def _transposed(node: Formula, args: list[Tensor]) -> Tensor:
    (t,) = args
    return Tensor.later(t.dims[::-1], t.depth, lambda axes: t.at(axes[::-1]))


def _trace(node: Formula, args: list[Tensor]) -> Tensor:
    (t,) = args
    index = bound(t.depth + 1, t.dims[0])
    return Tensor(total(index, t.at((index, index))))


def _of_matrix(function: Callable[[Expr, Index, Index], Expr]) -> Build:
    """A number made of a square matrix: its determinant, or the logarithm of that."""

    def build(node: Formula, args: list[Tensor]) -> Tensor:
        row, col = _opened(args[0])
        return Tensor(function(args[0].at((row, col)), row, col))

    return build


def _inverse(node: Formula, args: list[Tensor]) -> Tensor:
    (t,) = args
    row, col = _opened(t)

    def over(axes: Axes) -> Expr:
        return inverse(t.at((row, col)), row, col, *map(value, axes))

    return Tensor.later(t.dims, t.depth + 2, over)


def _opened(t: Tensor) -> tuple[Index, Index]:
    """The row and the column of a matrix as they are bound in its inverse and its determinant."""
    return bound(t.depth + 1, t.dims[0]), bound(t.depth + 2, t.dims[1])


def _diag(node: Formula, args: list[Tensor]) -> Tensor:
    (t,) = args
    if len(t.axes) == 2:
        return Tensor(tensors.diagonal(t.term, *t.axes), t.axes[:1])
    copy = Index(t.axes[0].name + "'", t.axes[0].dim)
    return Tensor(tensors.diagonal_matrix(t.term, t.axes[0], copy), (t.axes[0], copy))


def _outer(node: Formula, args: list[Tensor]) -> Tensor:
    a, b = args
    return Tensor.later((*a.dims, *b.dims), max(a.depth, b.depth), lambda axes: mul(a.at(axes[:1]), b.at(axes[1:])))


def _inner(node: Formula, args: list[Tensor]) -> Tensor:
    return reduced(node, lift(mul)(node, args), _sum)


def _pick(node: Formula, args: list[Tensor]) -> Tensor:
    """z[y]: the entry, or the row, at a label or at several."""
    t, label = args
    own = tuple(Index(i.name + "'", i.dim) for i in label.axes)
    rest = t.axes[1:]
    return Tensor(substitute(t.term, {t.axes[0]: label.at(own)}), (*own, *rest))


def _solve(node: Formula, args: list[Tensor]) -> Tensor:
    """A^-1 b."""
    return _matmul(node, [_inverse(node, args[:1]), args[1]])


def _matrix_power(node: Formula, args: list[Tensor]) -> Tensor:
    (t,) = args
    n = node.options.get("n")
    if not isinstance(n, int) or not 0 < abs(n) <= MOST_POWER:
        raise FormulaError(f"matrix_power: the power is a whole number up to {MOST_POWER} and not 0, found {n!r}")
    found = base = t if n > 0 else _inverse(node, args)
    for _ in range(abs(n) - 1):
        found = _matmul(node, [found, base])
    return found


def _size(node: Formula, args: list[Tensor]) -> Tensor:
    """The number of values along an axis."""
    return Tensor(size(args[0].dims[axis_of(node) or 0]))


def _has_axis(node: Formula, args: list[int]) -> tuple[int | None, int]:
    return (0 if len(args) == 1 and (axis_of(node) or 0) < args[0] else None), 0


def _unmade(node: Formula, args: list[Tensor]) -> Tensor:
    raise AssertionError(f"{node.op} is made where its sizes are known")


def _related(rel: str) -> Callable[[Expr, Expr], Expr]:
    return lambda a, b: indicator(rel, a, b)


def _where(test: Expr, yes: Expr, no: Expr) -> Expr:
    """The cases of `where(test, yes, no)`; a number that is not 0 counts as true."""
    return piecewise([(test if isinstance(test, Indicator) else indicator("!=", test, ZERO), yes)], no)


def _pick_rows(node: Formula, args: list[Tensor]) -> Tensor:
    """Z[arange(n), y]: in every row the entry at its label."""
    t, label = args
    row, col = t.axes
    return Tensor(substitute(t.term, {col: label.at((row,))}), (row,))


def _clip(x: Expr, low: Expr, high: Expr) -> Expr:
    return apply("clip", x, low, high)


def _log_sigmoid(x: Expr) -> Expr:
    return neg(apply("softplus", neg(x)))


def _leaky_relu(node: Formula, args: list[Tensor]) -> Tensor:
    """The slope is the second argument, or torch's 0.01."""
    return lift(lambda x, slope: apply("leaky_relu", x, slope))(node, [*args, Tensor(const(Fraction(1, 100)))][:2])


ENTRYWISE: dict[str, tuple[Callable[..., Expr], int]] = {
    "+": (add, 1), "-": (sub, 1), "*": (mul, 0), "/": (div, 0),
    "maximum": (lambda a, b: apply("max", a, b), 0), "minimum": (lambda a, b: apply("min", a, b), 0),
    "add": (add, 1), "subtract": (sub, 1), "multiply": (mul, 0), "divide": (div, 0),
    "neg": (neg, 0), "pos": (lambda x: x, 0),
    "square": (lambda x: power(x, const(2)), 0), "reciprocal": (lambda x: div(ONE, x), 0),
    "log1p": (lambda x: apply("log", add(ONE, x)), 0), "expm1": (lambda x: sub(apply("exp", x), ONE), 0),
    "logsigmoid": (_log_sigmoid, 0), "log_sigmoid": (_log_sigmoid, 0), "clip": (_clip, 0), "clamp": (_clip, 0),
    "<": (_related("<"), 0), "<=": (_related("<="), 0), ">": (_related(">"), 0), ">=": (_related(">="), 0),
    "==": (_related("=="), 0), "!=": (_related("!="), 0), "where": (_where, 0),
    "hypot": (lambda a, b: power(add(power(a, const(2)), power(b, const(2))), const(Fraction(1, 2))), 0),
    "hardtanh": (lambda x: _clip(x, const(-1), ONE), 0), "relu6": (lambda x: _clip(x, ZERO, const(6)), 0),
    "softsign": (lambda x: div(x, add(ONE, apply("abs", x))), 0), "tanhshrink": (lambda x: sub(x, apply("tanh", x)), 0),
    "logit": (lambda x: apply("log", div(x, sub(ONE, x))), 0), "exp2": (lambda x: power(const(2), x), 0),
    "xlogy": (lambda a, b: mul(a, apply("log", b)), 0), "ones_like": (lambda x: ONE, 0),
    "zeros_like": (lambda x: ZERO, 0),
    "mish": (lambda x: mul(x, apply("tanh", apply("softplus", x))), 0),
    "logaddexp": (lambda a, b: apply("log", add(apply("exp", a), apply("exp", b))), 0),
}  # fmt: skip
"""Entrywise operations: the term, and what it costs to assume partners of different rank."""

UNARY_WORDS = {
    "exp": "exp", "log": "log", "log2": "log2", "log10": "log10", "sqrt": "sqrt", "abs": "abs",
    "absolute": "abs", "fabs": "abs",
    "sign": "sign", "sgn": "sign", "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "arcsin", "arccos": "arccos",
    "arctan": "arctan", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "sinh": "sinh",
    "cosh": "cosh", "tanh": "tanh",
    "sigmoid": "sigmoid", "expit": "sigmoid", "relu": "relu", "softplus": "softplus", "gelu": "gelu", "silu": "silu",
    "swish": "silu", "elu": "elu", "erf": "erf", "gammaln": "gammaln", "lgamma": "gammaln", "heaviside": "heaviside",
}  # fmt: skip
"""Names of NumPy, SciPy and torch for the functions of the table."""

VALUES_WITH_NAMES = frozenset({"tanh", "sigmoid", "relu", "softplus", "gelu", "silu", "elu"})
"""Activations: their argument and their value are quantities of their own in every textbook."""


def _arity(term: Callable[..., Expr]) -> int | None:
    """How many arguments a function takes; None where it takes any number."""
    parameters = signature(term).parameters.values()
    return None if any(p.kind is p.VAR_POSITIONAL for p in parameters) else len(parameters)


def _unary(word: str) -> Callable[[Expr], Expr]:
    return lambda x: apply(word, x)


OPERATIONS: dict[str, Operation] = {
    **{
        name: Operation(entrywise(cost, _arity(term)), "entrywise", lift(term))
        for name, (term, cost) in ENTRYWISE.items()
    },
    **{
        name: Operation(entrywise(arity=1), "entrywise", lift(_unary(word)), word in VALUES_WITH_NAMES)
        for name, word in UNARY_WORDS.items()
        if word in BY_NAME
    },
    "**": Operation(entrywise(arity=2), "entrywise", lift(power)),
    "power": Operation(entrywise(arity=2), "entrywise", lift(power)),
    "leaky_relu": Operation(entrywise(), "entrywise", _leaky_relu),
    "@": Operation(matmul_rank, "matmul", _matmul),
    "matmul": Operation(matmul_rank, "matmul", _matmul),
    "dot": Operation(matmul_rank, "matmul", _matmul),
    "sum": Operation(gone_rank, "gone", over(_sum)),
    "prod": Operation(gone_rank, "gone", over(_prod)),
    "mean": Operation(gone_rank, "gone", over(_mean)),
    "var": Operation(gone_rank, "gone", over(_variance)),
    "std": Operation(gone_rank, "gone", over(_std)),
    "max": Operation(gone_rank, "gone", over(_max)),
    "min": Operation(gone_rank, "gone", over(_min)),
    "amax": Operation(gone_rank, "gone", over(_max)),
    "amin": Operation(gone_rank, "gone", over(_min)),
    "logsumexp": Operation(gone_rank, "gone", over(_logsumexp), names_argument=True),
    "norm": Operation(gone_rank, "gone", _norm_of),
    "softmax": Operation(at_least_one, "same", along(tensors.softmax), names_value=True),
    "log_softmax": Operation(at_least_one, "same", along(tensors.log_softmax), names_argument=True),
    "T": Operation(lambda n, a: (a[0], 0), "transposed", _transposed),
    "transpose": Operation(lambda n, a: (a[0] if len(a) == 1 else None, 0), "transposed", _transposed),
    "trace": Operation(exactly(2, 0), "scalar of square", _trace),
    "tr": Operation(exactly(2, 0), "scalar of square", _trace),
    "det": Operation(exactly(2, 0), "scalar of square", _of_matrix(determinant)),
    "logdet": Operation(exactly(2, 0), "scalar of square", _of_matrix(tensors.log_determinant)),
    "inv": Operation(exactly(2, 2), "square", _inverse),
    "inverse": Operation(exactly(2, 2), "square", _inverse),
    "[]": Operation(pick_rank, "pick", _pick),
    "rows[]": Operation(pick_rows_rank, "pick rows", _pick_rows),
    "diag": Operation(diag_rank, "diag", _diag),
    "einsum": Operation(einsum_rank, "einsum", einsum),
    "solve": Operation(solve_rank, "solve", _solve),
    "matrix_power": Operation(exactly(2, 2), "square", _matrix_power),
    "shape": Operation(_has_axis, "size", _size),
    "len": Operation(_has_axis, "size", _size),
    "eye": Operation(lambda n, a: (2, 0), "sized", _unmade),
    "identity": Operation(lambda n, a: (2, 0), "sized", _unmade),
    "ones": Operation(lambda n, a: (len(n.options["sizes"]), 0), "sized", _unmade),  # type: ignore[arg-type]
    "zeros": Operation(lambda n, a: (len(n.options["sizes"]), 0), "sized", _unmade),  # type: ignore[arg-type]
    "outer": Operation(pair_rank(2), "outer", _outer),
    "inner": Operation(pair_rank(0), "inner", _inner),
    "vdot": Operation(pair_rank(0), "inner", _inner),
}
OPERATIONS["slogdet"] = OPERATIONS["logdet"]
