"""Products that are the value of a well-known function: a softmax, a logistic function, a hyperbolic tangent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeGuard

from chainrule.calculus.arrays.notation import Array, Axes
from chainrule.calculus.network import NoMatrixForm
from chainrule.expr.index import Index
from chainrule.expr.making import value
from chainrule.expr.nodes import Add, Apply, Component, Const, Expr, IndexValue, Power, Reduce
from chainrule.expr.substitution import substitute
from chainrule.expr.terms import apply, const
from chainrule.expr.walks import walk

Form = Callable[[Expr, Axes], Array]
"""The array of a term over some axes."""


def softmaxes(factors: list[Expr], form: Form) -> tuple[list[Expr], list[Array]]:
    """exp(u_i) / sum_k exp(u_k) among the factors is the softmax of u; the other factors, and the softmaxes."""
    found: list[Array] = []
    left = factors
    while (match := next((m for m in softmaxes_in(left) if isinstance(m[3], IndexValue)), None)) is not None:
        left, logits, index, place = match
        axes = (*sorted(logits.free - {index}), *place.free)
        if len(axes) > 2:
            raise NoMatrixForm("a softmax with three indices")
        found.append(Array("softmax", (form(substitute(logits, {index: place}), axes),), axes))
    return left, found


def quotients(factors: list[Expr]) -> list[Expr]:
    """exp(u) / (1 + exp(u)) is sigma(u), 1 / (1 + exp(-u)) is sigma(u), sinh(u) / cosh(u) is tanh(u); powers alike."""
    left = list(factors)
    for factor in factors:
        if not (isinstance(factor, Power) and isinstance(factor.exponent, Const)):
            continue
        if factor.exponent.value.numerator > 0:
            continue
        for partner, found in _known_quotients(factor.base):
            times = const(-factor.exponent.value)
            if partner is None or partner**times in left:
                left.remove(factor)
                if partner is not None:
                    left.remove(partner**times)
                left.append(found**times)
                break
    return left


def _known_quotients(below: Expr) -> Iterator[tuple[Expr | None, Expr]]:
    """(numerator, quotient) for a denominator."""
    if isinstance(below, Apply) and below.name == "cosh":
        yield apply("sinh", *below.args), apply("tanh", *below.args)
    if isinstance(below, Add) and len(below.terms) == 2 and below.terms[0] is const(1):
        other = below.terms[1]
        if isinstance(other, Apply) and other.name == "exp":
            yield other, apply("sigmoid", other.args[0])
            yield None, apply("sigmoid", -other.args[0])


def _lowered(factor: Power) -> Any:
    """The same power with one division less, None when none is left."""
    exponent = factor.exponent
    assert isinstance(exponent, Const)
    return None if exponent.value == -1 else factor.base ** const(exponent.value + 1)


def _sum_of_exponentials(base: Expr) -> tuple[Expr, Index | None]:
    if isinstance(base, Reduce) and base.op == "sum" and isinstance(base.body, Apply) and base.body.name == "exp":
        return base.body, base.index
    return base, None


def softmaxes_in(factors: Iterable[Expr]) -> Iterator[tuple[list[Expr], Expr, Index, Expr]]:
    """exp(u_i) / sum_k exp(u_k) among factors: the others, the logits u with the index k, and the place i, an index or
    a label; one for each way to see one."""
    given = list(factors)
    for below in given:
        if not _divides(below):
            continue
        body, index = _sum_of_exponentials(below.base)
        if index is None:
            continue
        for weight in given:
            inside = weight.base if isinstance(weight, Power) else weight
            if not (isinstance(inside, Apply) and inside.name == "exp"):
                continue
            for place in _candidates(inside, index):
                if substitute(body, {index: place}) is inside:
                    left = [f for f in given if f is not weight and f is not below]
                    left += [weight / inside] if weight is not inside else []
                    left += [] if (lowered := _lowered(below)) is None else [lowered]
                    yield left, body.children[0], index, place


def _divides(factor: Expr) -> TypeGuard[Power]:
    """Whether a factor is a negative whole power."""
    if type(factor) is not Power or not isinstance(factor.exponent, Const):
        return False
    exponent = factor.exponent.value
    return exponent.numerator < 0 and exponent.denominator == 1


def _candidates(weight: Expr, index: Index) -> Iterator[Expr]:
    yield from (value(i) for i in weight.axes if i.dim == index.dim)
    yield from (t for n in walk(weight) if isinstance(n, Component) for t in n.indices if not isinstance(t, IndexValue))
