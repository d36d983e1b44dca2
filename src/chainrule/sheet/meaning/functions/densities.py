r"""Densities by their names: `\mathcal N(x | \mu, \Sigma)`, `\mathrm{Bernoulli}(y ; p)`, `x_i \sim N(\mu, \sigma^2)`.

A name is a row of `FORMULAS`: its words, how many parameters it has, its formula. A normal density whose second
parameter is a lone σ may mean the deviation or the variance, which is not guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from chainrule.expr import Expr, apply, const, mul, power, reduce, size, value
from chainrule.read.tree import Node, Number, Script
from chainrule.sheet.arrays import algebra
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped, Val, scalar
from chainrule.sheet.records.world import NORMAL
from chainrule.sheet.statistics.distributions import NAMES, told_by
from chainrule.sheet.syntax.arguments import Pattern
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.normal_laws import LETTERS_OF_NORMAL
from chainrule.sheet.syntax.spelling import look, spelled_out

DEVIATIONS = frozenset({"sigma", "s", "tau"})


@dataclass(frozen=True, slots=True)
class Named:
    """A density with a name: its number of parameters and its formula in the variable and them."""

    parameters: int
    formula: Callable[[Frame, Val, list[Val]], Val]


def by_name(frame: Frame, word: str, args: tuple[Node, ...], call: Pattern | None) -> Val | None:
    """A density that its word and its parameters after the bar name; None for anything else."""
    row = FORMULAS.get(NORMAL if word in LETTERS_OF_NORMAL else NAMES.get(word, word))
    if row is None or call is None or (len(call.variables), len(call.given)) != (1, row.parameters):
        return None
    return _valued(frame, row, args)


def as_told(frame: Frame, call: Pattern | None, args: tuple[Node, ...]) -> Val | None:
    r"""The density of what the text says is drawn from it: p(x_i | \theta) after `x_i \sim N(\mu, \sigma^2)`."""
    told = None if call is None or len(call.variables) != 1 else told_by(frame.world, call, frame.position)
    if told is None:
        return None
    word, parameters = told
    known = NORMAL if word in LETTERS_OF_NORMAL else NAMES.get(word, word)
    row = FORMULAS.get(dict(frame.world.customary).get(word) or known)
    if row is None or len(parameters) != row.parameters:
        return None
    return _valued(frame, row, (args[0], *parameters))


def _valued(frame: Frame, row: Named, args: tuple[Node, ...]) -> Val:
    variable, *parameters = (frame.value(a) for a in args)
    if row is FORMULAS[NORMAL]:
        spread_said(frame, args[2], parameters[1])
    return row.formula(frame, variable, parameters)


def spread_said(frame: Frame, node: Node, val: Val) -> None:
    """A variance is a matrix where its letter says so, and no bare σ."""
    ref = reference(node, frame.world.glossary)
    if frame.world.deviations and (val.kind != "matrix" or ref is None) and not _squared(node):
        raise Untyped("the spread of this law may be its deviation or its variance", "ambiguous")
    if ref is None or val.kind == "matrix":
        return
    if val.scalar and look(ref.base).endswith("upper"):
        raise Untyped(f"{spelled_out(ref.base)} as a covariance is a matrix", "shape")
    if not ref.postfix and ref.base.split("_")[0].rpartition(" ")[2] in DEVIATIONS:
        raise Untyped(f"{spelled_out(ref.base)} may be the deviation or the variance", "ambiguous")


def _squared(node: Node) -> bool:
    """Whether a power of two stands in a formula, as in a variance, or it is one."""
    squares = (n for n in walk(node) if isinstance(n, Script) and isinstance(n.sup, Number) and n.sup.text == "2")
    return getattr(node, "text", "") in ("1", "I") or any(True for _ in squares)


def _scalars(formula: Callable[..., Expr]) -> Callable[[Frame, Val, list[Val]], Val]:
    """A formula in numbers."""

    def valued(_frame: Frame, x: Val, parameters: list[Val]) -> Val:
        if not all(v.scalar for v in (x, *parameters)):
            raise Untyped("this density is one of numbers", "shape")
        return scalar(lambda: formula(x.at(), *(p.at() for p in parameters)))

    return valued


def _normal(frame: Frame, x: Val, parameters: list[Val]) -> Val:
    r"""|2πΣ|^{-1/2} exp(-(x - m)^T Σ^{-1} (x - m) / 2); a vector of variances is the diagonal of Σ."""
    dims, (mean, spread) = frame.dims, parameters
    spread = algebra.diagonal(dims, spread) if spread.kind == "column" and not x.scalar else spread
    if x.scalar and not mean.scalar:
        raise Untyped("a normal density of a number with a vector as its mean", "shape")
    off = algebra.plus(dims, x, algebra.negated(mean))
    off = off.transposed() if off.kind == "row" else off
    if off.kind not in ("scalar", "column") or spread.kind not in (("scalar",) if off.scalar else ("scalar", "matrix")):
        raise Untyped("a normal density needs a vector and a covariance", "shape")
    square = off if off.scalar else off.transposed()
    if spread.scalar:
        distance = algebra.scaled(algebra.inverted(dims, spread), algebra.matmul(dims, square, off))
    else:
        distance = algebra.matmul(dims, algebra.matmul(dims, square, algebra.inverted(dims, spread)), off)
    volume = spread if spread.scalar else algebra.determinant(dims, spread)

    def at() -> Expr:
        count = const(1) if off.scalar else size(dims.dim(off.dims[0]))
        whole = power(2 * apply("arccos", const(-1)), count)
        whole = mul(whole, power(volume.at(), count) if spread.scalar else volume.at())
        return apply("exp", mul(const(Fraction(-1, 2)), distance.at())) / power(whole, const(Fraction(1, 2)))

    return scalar(at)


def _categorical(frame: Frame, x: Val, parameters: list[Val]) -> Val:
    """The product of p_k to the x_k, for x with a one among zeros."""
    (p,) = parameters
    if x.kind not in ("column", "row") or p.kind not in ("column", "row"):
        raise Untyped("a categorical density needs two vectors", "shape")
    frame.dims.unify(x.dims[0], p.dims[0])

    def at() -> Expr:
        k = algebra.fresh(frame.dims, p.dims[0])
        return reduce("prod", k, power(p.at(value(k)), x.at(value(k))))

    return scalar(at)


def _beta(x: Expr, a: Expr, b: Expr) -> Expr:
    volume = apply("gammaln", a) + apply("gammaln", b) - apply("gammaln", a + b)
    return power(x, a - 1) * power(1 - x, b - 1) * apply("exp", -volume)


def _binomial(x: Expr, n: Expr, p: Expr) -> Expr:
    ways = apply("exp", apply("gammaln", n + 1) - apply("gammaln", x + 1) - apply("gammaln", n - x + 1))
    return ways * power(p, x) * power(1 - p, n - x)


FORMULAS: dict[str, Named] = {
    NORMAL: Named(2, _normal),
    "Bernoulli": Named(1, _scalars(lambda x, p: power(p, x) * power(1 - p, 1 - x))),
    "Binomial": Named(2, _scalars(_binomial)),
    "Poisson": Named(1, _scalars(lambda x, m: power(m, x) * apply("exp", -m - apply("gammaln", x + 1)))),
    "Exponential": Named(1, _scalars(lambda x, r: r * apply("exp", -r * x))),
    "Laplace": Named(2, _scalars(lambda x, m, b: apply("exp", -apply("abs", x - m) / b) / (2 * b))),
    "Beta": Named(2, _scalars(_beta)),
    "Categorical": Named(1, _categorical),
}
