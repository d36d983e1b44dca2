"""Functions of whole vectors and matrices, a table by the words documents use: softmax, trace, determinant, max."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.expr import Expr, apply, reduce, substitute, total, value
from chainrule.expr.tensors import log_softmax, logsumexp, softmax
from chainrule.sheet.arrays import algebra
from chainrule.sheet.meaning.operations.fences import norm
from chainrule.sheet.meaning.operations.kronecker import vec
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped, Val, scalar

STRUCTURAL: dict[str, Callable[[Frame, list[Val]], Val]] = {}


def structural(*names: str) -> Callable[[Callable[[Frame, list[Val]], Val]], Callable[[Frame, list[Val]], Val]]:
    """Registers a function of whole vectors or matrices under the words documents use for it."""

    def register(f: Callable[[Frame, list[Val]], Val]) -> Callable[[Frame, list[Val]], Val]:
        for word in names:
            STRUCTURAL[word] = f
        return f

    return register


def _along(frame: Frame, a: Val, f: Callable[..., Expr]) -> Val:
    """A function of a vector with a vector result: along a vector, or along each row of a matrix."""
    if a.kind in ("column", "row"):
        dim = a.dims[0]

        def at(i: Expr) -> Expr:
            k = algebra.fresh(frame.dims, dim)
            return substitute(f(a.at(value(k)), k), {k: i})

        return Val(a.shape, at, None, a.derived)
    if a.kind == "matrix":
        cols = a.dims[1]

        def at2(i: Expr, j: Expr) -> Expr:
            k = algebra.fresh(frame.dims, cols)
            return substitute(f(a.at(i, value(k)), k), {k: j})

        return Val(a.shape, at2, None, a.derived)
    raise Untyped("this function needs a vector", "shape")


@structural("softmax", "Softmax", "SoftMax")
def _softmax(frame: Frame, args: list[Val]) -> Val:
    return _along(frame, args[0], softmax)


@structural("rowsum", "rowSum", "RowSum")
def _rowsum(frame: Frame, args: list[Val]) -> Val:
    """The sum of each row of a matrix, one below the other."""
    return _summed_along(frame, args, 1)


@structural("colsum", "colSum", "ColSum")
def _colsum(frame: Frame, args: list[Val]) -> Val:
    """The sum of each column of a matrix, side by side."""
    return _summed_along(frame, args, 0)


def _summed_along(frame: Frame, args: list[Val], axis: int) -> Val:
    if len(args) != 1 or args[0].kind != "matrix":
        raise Untyped("the sums of rows or columns of what is no matrix", "shape")
    a = args[0]
    gone = a.dims[axis]

    def at(place: Expr) -> Expr:
        k = algebra.fresh(frame.dims, gone)
        return total(k, a.at(place, value(k)) if axis else a.at(value(k), place))

    return Val((a.dims[0], None) if axis else (None, a.dims[1]), at, None, a.derived)


@structural("logsoftmax", "log_softmax", "LogSoftmax")
def _log_softmax(frame: Frame, args: list[Val]) -> Val:
    return _along(frame, args[0], log_softmax)


@structural("logsumexp", "LSE", "lse")
def _logsumexp(frame: Frame, args: list[Val]) -> Val:
    (a,) = args
    if a.kind not in ("column", "row"):
        raise Untyped("log-sum-exp needs a vector", "shape")

    def at() -> Expr:
        k = algebra.fresh(frame.dims, a.dims[0])
        return logsumexp(a.at(value(k)), k)

    return scalar(at, a.derived)


@structural("tr", "Tr", "trace", "Trace")
def _trace(frame: Frame, args: list[Val]) -> Val:
    return algebra.traced(frame.dims, args[0])


@structural("det", "Det")
def _det(frame: Frame, args: list[Val]) -> Val:
    return algebra.determinant(frame.dims, args[0])


@structural("inv")
def _inv(frame: Frame, args: list[Val]) -> Val:
    return algebra.inverted(frame.dims, args[0])


@structural("adj", "adjugate")
def _adjugate(frame: Frame, args: list[Val]) -> Val:
    """The transposed matrix of cofactors of an invertible matrix: |A| A^{-1}."""
    return algebra.scaled(algebra.determinant(frame.dims, args[0]), algebra.inverted(frame.dims, args[0]))


@structural("logdet")
def _logdet(frame: Frame, args: list[Val]) -> Val:
    return algebra.mapped(lambda x: apply("log", apply("abs", x)), algebra.determinant(frame.dims, args[0]))


@structural("diag", "Diag")
def _diag(frame: Frame, args: list[Val]) -> Val:
    return algebra.diagonal(frame.dims, args[0])


@structural("vec", "Vec")
def _vec(frame: Frame, args: list[Val]) -> Val:
    if len(args) != 1:
        raise Untyped("vec takes one matrix", "untyped")
    return vec(frame.dims, args[0], frame.world.rows_first)


@structural("norm")
def _norm(frame: Frame, args: list[Val]) -> Val:
    return norm(frame, args[0], "2")


@structural("max", "maximum")
def _max(frame: Frame, args: list[Val]) -> Val:
    return _extreme(frame, args, "max")


@structural("min", "minimum")
def _min(frame: Frame, args: list[Val]) -> Val:
    return _extreme(frame, args, "min")


def _extreme(frame: Frame, args: list[Val], op: str) -> Val:
    if len(args) == 1 and args[0].kind in ("column", "row"):
        a = args[0]

        def at() -> Expr:
            k = algebra.fresh(frame.dims, a.dims[0])
            return reduce(op, k, a.at(value(k)))

        return scalar(at, a.derived)
    if len(args) < 2:
        raise Untyped(f"{op} of one number", "untyped")
    return algebra.elementwise(frame.dims, lambda *t: apply(op, *t), *args, what=f"the arguments of {op}")


# ------------------------------------------------------------------------------------------ counting


def _factorial_of(x: Expr) -> Expr:
    """x! = Γ(x + 1), for counts that are drawn as any positive numbers too."""
    return apply("exp", apply("gammaln", x + 1))


@structural("factorial")
def _factorial(_frame: Frame, args: list[Val]) -> Val:
    return algebra.mapped(_factorial_of, args[0])


@structural("gamma function")
def _gamma(_frame: Frame, args: list[Val]) -> Val:
    return algebra.mapped(lambda x: apply("exp", apply("gammaln", x)), args[0])


@structural("binom")
def _binomial(frame: Frame, args: list[Val]) -> Val:
    """n! / (k! (n - k)!)."""

    def chosen(n: Expr, k: Expr) -> Expr:
        return _factorial_of(n) / (_factorial_of(k) * _factorial_of(n - k))

    return algebra.elementwise(frame.dims, chosen, *args, what="the arguments of a binomial")
