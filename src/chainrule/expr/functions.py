"""All that is known of a scalar function, in one record per function.

Conventions where a derivative jumps (kinks):

* `relu'(0) = 0`, `leaky_relu'(0) = slope`, `sign(0) = 0`, `d|x| = sign x`, `heaviside(0) = 0`;
* `max(a, b)`: the second argument gets the derivative where it is strictly greater, else the first one does. The
  arguments are sorted, numbers first, so that `max(0, x)` is `relu(x)`; `min` likewise with strictly smaller;
* `clip(x, lo, hi)`: the derivative by x is 1 strictly between the bounds, else 0;
* `sign`, `heaviside` and `floor` have derivative 0, also where they jump.

`kinks` build, from the arguments, the levels whose zero is the kink. The sampler wants both signs of each seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from chainrule.expr.nodes import Expr
from chainrule.expr.terms import ONE, ZERO, apply, const, indicator, mul, piecewise, power

Partial = Callable[..., Expr]


@dataclass(frozen=True)
class Function:
    """A scalar function of `arity` real arguments.

    `value` takes and gives float arrays and is the stable form; `ball` takes and gives `flint.arb`; `partials` build
    the partial derivatives from the arguments; `domain` is where the first argument may lie; `tex` are the words a
    document may use; `numpy`, `torch` and `jax` are spellings with the arguments as {0}, {1}, ...
    """

    name: str
    arity: int
    value: Callable[..., Any]
    ball: Callable[..., Any]
    partials: tuple[Partial, ...]
    domain: str = "real"
    kinks: tuple[Partial, ...] = ()
    convention: str = ""
    tex: tuple[str, ...] = ()
    numpy: str = ""
    torch: str = ""
    jax: str = ""


HALF = const(Fraction(1, 2))


def f(name: str) -> Callable[[Expr], Expr]:
    """Shorthand for rows below: the application of a function of one argument."""
    return lambda u: apply(name, u)


exp, log, sign, sigmoid, tanh, erf = map(f, ("exp", "log", "sign", "sigmoid", "tanh", "erf"))
sin, cos, tan, sinh, cosh = map(f, ("sin", "cos", "tan", "sinh", "cosh"))


def positive(u: Expr) -> Expr:
    """[u > 0]."""
    return indicator(">", u, ZERO)


def sqrt(u: Expr) -> Expr:
    """u^(1/2)."""
    return power(u, HALF)


def normal_density(u: Expr) -> Expr:
    """exp(-u^2 / 2) / sqrt(2 pi); pi is 4 arctan 1."""
    return exp(-(u**2) / 2) / sqrt(8 * apply("arctan", ONE))


def _arb(x: float | int | str = 0) -> Any:
    from flint import arb

    return arb(x)


def _pointwise(scalar: Callable[..., float]) -> Callable[..., Any]:
    """A float function over arrays; NaN where it is undefined."""

    def guarded(*args: float) -> float:
        try:
            return scalar(*args)
        except (ValueError, OverflowError, ZeroDivisionError):
            return math.nan

    over = np.frompyfunc(guarded, scalar.__code__.co_argcount if hasattr(scalar, "__code__") else 1, 1)
    return lambda *args: np.asarray(over(*args), dtype=float)


def _polygamma(n: float, x: float) -> float:
    """The n-th derivative of digamma, through a ball."""
    return float(_ball_polygamma(_arb(n), _arb(x)).mid()) if math.isfinite(x) else math.nan


def _ball_polygamma(n: Any, x: Any) -> Any:
    """psi^(n)(x) = (-1)^(n+1) n! zeta(n+1, x)."""
    order = int(n.unique_fmpz())
    if order == 0:
        return x.digamma()
    return (-1) ** (order + 1) * math.factorial(order) * _arb(order + 1).zeta(x)


def _ball_leaky(x: Any, slope: Any) -> Any:
    if x > 0:
        return x
    return slope * x if x <= 0 else x.union(slope * x)


def _ball_sign(x: Any) -> Any:
    """The sign, or NaN when the ball does not settle it."""
    if x > 0 or x < 0 or x == 0:
        return x.sgn()
    return _arb("nan")


def _ball_step(x: Any) -> Any:
    if x > 0 or x <= 0:
        return _arb(int(x > 0))
    return _arb("nan")


def _ball_elu(x: Any) -> Any:
    if x > 0:
        return x
    return x.expm1() if x <= 0 else x.union(x.expm1())


def _sigmoid(x: Any) -> Any:
    return 0.5 * (1 + np.tanh(0.5 * x)) if np.ndim(x) == 0 else _stable_sigmoid(np.asarray(x))


def _stable_sigmoid(x: Any) -> Any:
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


def _erf(x: float) -> float:
    return math.erf(x)


def _lgamma(x: float) -> float:
    if x <= 0:
        raise ValueError("log Γ is a number on the positive axis")
    return math.lgamma(x)


def _digamma(x: float) -> float:
    return _polygamma(0, x)


np_erf = _pointwise(_erf)

# fmt: off
FUNCTIONS: tuple[Function, ...] = (
    Function("exp", 1, np.exp, lambda x: x.exp(), (exp,),
             tex=("exp",), numpy="np.exp({0})", torch="torch.exp({0})", jax="jnp.exp({0})"),
    Function("log", 1, np.log, lambda x: x.log(), (lambda x: 1 / x,), "positive",
             tex=("log", "ln"), numpy="np.log({0})", torch="torch.log({0})", jax="jnp.log({0})"),
    Function("log2", 1, np.log2, lambda x: x.log() / _arb(2).log(), (lambda x: 1 / (x * log(const(2))),), "positive",
             tex=("log2", "lb"), numpy="np.log2({0})", torch="torch.log2({0})", jax="jnp.log2({0})"),
    Function("log10", 1, np.log10, lambda x: x.log() / _arb(10).log(), (lambda x: 1 / (x * log(const(10))),),
             "positive", tex=("log10", "lg"), numpy="np.log10({0})", torch="torch.log10({0})", jax="jnp.log10({0})"),
    Function("sqrt", 1, np.sqrt, lambda x: x.sqrt(), (lambda x: HALF / sqrt(x),), "nonnegative",
             tex=("sqrt",), numpy="np.sqrt({0})", torch="torch.sqrt({0})", jax="jnp.sqrt({0})"),
    Function("abs", 1, np.abs, abs, (sign,), kinks=(lambda x: x,),
             convention="the derivative of |x| is sign(x), 0 at 0", tex=("abs",),
             numpy="np.abs({0})", torch="torch.abs({0})", jax="jnp.abs({0})"),
    Function("sign", 1, np.sign, _ball_sign, (lambda x: ZERO,), kinks=(lambda x: x,), convention="sign(0) = 0",
             tex=("sign", "sgn"), numpy="np.sign({0})", torch="torch.sign({0})", jax="jnp.sign({0})"),
    Function("heaviside", 1, lambda x: np.heaviside(x, 0.0), _ball_step, (lambda x: ZERO,), kinks=(lambda x: x,),
             convention="heaviside(0) = 0", tex=("heaviside", "Heaviside", "step"),
             numpy="np.heaviside({0}, 0.0)", torch="({0} > 0).to({0}.dtype)", jax="jnp.heaviside({0}, 0.0)"),
    Function("floor", 1, np.floor, lambda x: x.floor(), (lambda x: ZERO,), convention="the derivative of floor is 0",
             tex=("floor",), numpy="np.floor({0})", torch="torch.floor({0})", jax="jnp.floor({0})"),
    Function("max", 2, np.maximum, lambda a, b: a.max(b),
             (lambda a, b: indicator(">=", a, b), lambda a, b: indicator(">", b, a)), kinks=(lambda a, b: a - b,),
             convention="at a tie the derivative of max(a, b) belongs to the first argument, of max(0, x) to 0",
             tex=("max",), numpy="np.maximum({0}, {1})", torch="torch.maximum({0}, {1})", jax="jnp.maximum({0}, {1})"),
    Function("min", 2, np.minimum, lambda a, b: a.min(b),
             (lambda a, b: indicator("<=", a, b), lambda a, b: indicator("<", b, a)), kinks=(lambda a, b: a - b,),
             convention="at a tie the derivative of min(a, b) belongs to the first argument, of min(0, x) to 0",
             tex=("min",), numpy="np.minimum({0}, {1})", torch="torch.minimum({0}, {1})", jax="jnp.minimum({0}, {1})"),
    Function("relu", 1, lambda x: np.maximum(x, 0), lambda x: x.max(_arb(0)), (positive,), kinks=(lambda x: x,),
             convention="relu'(0) = 0", tex=("relu", "ReLU", "RELU", "Relu"),
             numpy="np.maximum({0}, 0)", torch="torch.relu({0})", jax="jax.nn.relu({0})"),
    Function("leaky_relu", 2, lambda x, s: np.where(x > 0, x, s * x), _ball_leaky,
             (lambda x, s: piecewise([(positive(x), ONE)], s), lambda x, s: piecewise([(positive(x), ZERO)], x)),
             kinks=(lambda x, s: x,), convention="leaky_relu'(0) = slope",
             tex=("leaky_relu", "LeakyReLU", "LReLU", "leakyrelu"), numpy="np.where({0} > 0, {0}, {1} * {0})",
             torch="torch.where({0} > 0, {0}, {1} * {0})", jax="jnp.where({0} > 0, {0}, {1} * {0})"),
    Function("elu", 1, lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))), _ball_elu,
             (lambda x: piecewise([(positive(x), ONE)], exp(x)),), kinks=(lambda x: x,), convention="alpha = 1",
             tex=("elu", "ELU"), numpy="np.where({0} > 0, {0}, np.expm1(np.minimum({0}, 0)))",
             torch="torch.nn.functional.elu({0})", jax="jax.nn.elu({0})"),
    Function("sigmoid", 1, _sigmoid, lambda x: 1 / (1 + (-x).exp()), (lambda x: sigmoid(x) * (1 - sigmoid(x)),),
             tex=("sigmoid", "Sigmoid", "sigm", "logistic", "expit"), numpy="0.5 * (1 + np.tanh(0.5 * {0}))",
             torch="torch.sigmoid({0})", jax="jax.nn.sigmoid({0})"),
    Function("tanh", 1, np.tanh, lambda x: x.tanh(), (lambda x: 1 - tanh(x) ** 2,),
             tex=("tanh", "Tanh"), numpy="np.tanh({0})", torch="torch.tanh({0})", jax="jnp.tanh({0})"),
    Function("softplus", 1, lambda x: np.logaddexp(0, x), lambda x: x.exp().log1p(), (sigmoid,),
             tex=("softplus", "Softplus"), numpy="np.logaddexp(0, {0})", torch="torch.nn.functional.softplus({0})",
             jax="jax.nn.softplus({0})"),
    Function("gelu", 1, lambda x: 0.5 * x * (1 + np_erf(x / math.sqrt(2))),
             lambda x: x / 2 * (1 + (x / _arb(2).sqrt()).erf()),
             (lambda x: HALF * (1 + erf(x / sqrt(const(2)))) + x * normal_density(x),),
             tex=("gelu", "GELU", "GeLU"), torch="torch.nn.functional.gelu({0})",
             numpy="0.5 * {0} * (1 + scipy.special.erf({0} / np.sqrt(2)))", jax="jax.nn.gelu({0}, approximate=False)"),
    Function("silu", 1, lambda x: x * _sigmoid(x), lambda x: x / (1 + (-x).exp()),
             (lambda x: sigmoid(x) * (1 + x * (1 - sigmoid(x))),), tex=("silu", "SiLU", "swish", "Swish"),
             numpy="0.5 * {0} * (1 + np.tanh(0.5 * {0}))", torch="torch.nn.functional.silu({0})",
             jax="jax.nn.silu({0})"),
    Function("erf", 1, np_erf, lambda x: x.erf(), (lambda x: 2 * normal_density(sqrt(const(2)) * x) * sqrt(const(2)),),
             tex=("erf",), numpy="scipy.special.erf({0})", torch="torch.erf({0})", jax="jax.scipy.special.erf({0})"),
    Function("sin", 1, np.sin, lambda x: x.sin(), (cos,),
             tex=("sin",), numpy="np.sin({0})", torch="torch.sin({0})", jax="jnp.sin({0})"),
    Function("cos", 1, np.cos, lambda x: x.cos(), (lambda x: -sin(x),),
             tex=("cos",), numpy="np.cos({0})", torch="torch.cos({0})", jax="jnp.cos({0})"),
    Function("tan", 1, np.tan, lambda x: x.tan(), (lambda x: 1 + tan(x) ** 2,), "(-pi/2,pi/2)",
             tex=("tan",), numpy="np.tan({0})", torch="torch.tan({0})", jax="jnp.tan({0})"),
    Function("arcsin", 1, np.arcsin, lambda x: x.asin(), (lambda x: 1 / sqrt(1 - x**2),), "(-1,1)",
             tex=("arcsin", "asin"), numpy="np.arcsin({0})", torch="torch.arcsin({0})", jax="jnp.arcsin({0})"),
    Function("arccos", 1, np.arccos, lambda x: x.acos(), (lambda x: -1 / sqrt(1 - x**2),), "(-1,1)",
             tex=("arccos", "acos"), numpy="np.arccos({0})", torch="torch.arccos({0})", jax="jnp.arccos({0})"),
    Function("arctan", 1, np.arctan, lambda x: x.atan(), (lambda x: 1 / (1 + x**2),),
             tex=("arctan", "atan"), numpy="np.arctan({0})", torch="torch.arctan({0})", jax="jnp.arctan({0})"),
    Function("sinh", 1, np.sinh, lambda x: x.sinh(), (cosh,),
             tex=("sinh",), numpy="np.sinh({0})", torch="torch.sinh({0})", jax="jnp.sinh({0})"),
    Function("cosh", 1, np.cosh, lambda x: x.cosh(), (sinh,),
             tex=("cosh",), numpy="np.cosh({0})", torch="torch.cosh({0})", jax="jnp.cosh({0})"),
    Function("clip", 3, lambda x, lo, hi: np.minimum(np.maximum(x, lo), hi), lambda x, lo, hi: x.max(lo).min(hi),
             (lambda x, lo, hi: mul(indicator("<", lo, x), indicator("<", x, hi)),
              lambda x, lo, hi: mul(indicator("<=", x, lo), indicator("<", lo, hi)),
              lambda x, lo, hi: indicator("<=", hi, apply("max", x, lo))),
             kinks=(lambda x, lo, hi: x - lo, lambda x, lo, hi: x - hi),
             convention="the derivative by x is 0 at a bound", tex=("clip", "clamp"),
             numpy="np.clip({0}, {1}, {2})", torch="torch.clamp({0}, {1}, {2})", jax="jnp.clip({0}, {1}, {2})"),
    Function("gammaln", 1, _pointwise(_lgamma), lambda x: x.lgamma(), (lambda x: apply("digamma", x),), "positive",
             tex=("gammaln", "lgamma", "logGamma"), numpy="scipy.special.gammaln({0})", torch="torch.lgamma({0})",
             jax="jax.scipy.special.gammaln({0})"),
    Function("digamma", 1, _pointwise(_digamma), lambda x: x.digamma(), (lambda x: apply("polygamma", ONE, x),),
             "positive", tex=("digamma",), numpy="scipy.special.digamma({0})", torch="torch.digamma({0})",
             jax="jax.scipy.special.digamma({0})"),
    Function("polygamma", 2, _pointwise(_polygamma), _ball_polygamma,
             (lambda n, x: ZERO, lambda n, x: apply("polygamma", n + 1, x)), "nonnegative",
             convention="the order n is a whole number, a constant", tex=("polygamma",),
             numpy="scipy.special.polygamma({0}, {1})", torch="torch.polygamma({0}, {1})",
             jax="jax.scipy.special.polygamma({0}, {1})"),
)
# fmt: on

BY_NAME: dict[str, Function] = {record.name: record for record in FUNCTIONS}


@lru_cache(maxsize=1)
def _by_word() -> dict[str, Function]:
    return {word: record for record in FUNCTIONS for word in (record.name, *record.tex)}


def lookup(word: str) -> Function | None:
    """The function that a document's word names (a backslash is ignored).

    >>> lookup("\\\\ln").name
    'log'
    """
    return _by_word().get(word.removeprefix("\\"))
