r"""Where a gradient is zero: equations that are linear in the unknown, or in a function or a power of it.

A gradient g of u is brought to `A u = b`: `a u = b` of a number, `A u = b` of a vector, `A U = C` and `U B = C` of a
matrix. Denominators are cleared and common factors divided out, both of which are taken to be different from zero. A
number may also stand under one function, `n e^u = b`, or in one power.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm
from typing import Literal

from chainrule.calculus import contract, derivative
from chainrule.derive.cancel import collected, multiplied_out, spread
from chainrule.expr import (
    ONE,
    ZERO,
    Add,
    Apply,
    Const,
    Definitions,
    Expr,
    Index,
    Power,
    Symbol,
    add,
    apply,
    component,
    const,
    delta,
    div,
    fresh,
    inverse,
    mul,
    power,
    rebuilt,
    sub,
    substitute,
    total,
    value,
)
from chainrule.expr.walks import factors_in

Side = Literal["number", "left", "right"]
UNDONE: dict[str, Callable[[Expr], Expr]] = {
    "exp": lambda t: apply("log", t),
    "log": lambda t: apply("exp", t),
    "sigmoid": lambda t: apply("log", div(t, sub(ONE, t))),
}
"""The inverses of the functions that an unknown number may stand under."""


@dataclass(frozen=True)
class Linear:
    r"""`by u = right` over `axes`; what `by` is follows from the `side`: a number (of every component, where it has the
    axes of u), a matrix before u, or one behind it. Of a number u it may be a function `of` u or a `degree`. Both sides
    were divided by the `factor`."""

    unknown: Symbol
    side: Side
    by: Expr
    by_axes: tuple[Index, ...]
    right: Expr
    axes: tuple[Index, ...]
    of: str = ""
    degree: Fraction = Fraction(1)
    factor: Expr = ONE

    @property
    def left(self) -> Expr:
        """`A u` as a term over the axes."""
        if self.side == "number":
            u = component(self.unknown, *map(value, self.axes))
            return mul(self.by, power(apply(self.of, u) if self.of else u, const(self.degree)))
        row, column = self.by_axes
        places = (column, *self.axes[1:]) if self.side == "left" else (self.axes[0], row)
        bound = column if self.side == "left" else row
        return contract(total(bound, mul(self.by, component(self.unknown, *map(value, places)))))

    @property
    def quotient(self) -> Expr:
        """`b / a` of a number."""
        return mul(self.right, power(self.by, const(-1)))

    @property
    def solution(self) -> Expr:
        r"""`b / a`, `A^{-1} b`, `C B^{-1}` as a term over the axes."""
        if self.side == "number":
            if self.of == "exp":  # e^{p u} = q
                return mul(const(1 / self.degree), apply("log", self.quotient))
            found = power(self.quotient, const(1 / self.degree))
            return UNDONE[self.of](found) if self.of else found
        at = 0 if self.side == "left" else 1
        own, bound = self.axes[at], fresh(self.axes[at].dim, self.right, self.by)
        first, second = (own, bound) if self.side == "left" else (bound, own)
        row, column = self.by_axes
        back = inverse(self.by, row, column, value(first), value(second))
        return contract(total(bound, mul(back, substitute(self.right, {own: value(bound)}))))


def linear_in(gradient: Expr, axes: tuple[Index, ...], unknown: Symbol, positive: bool = False) -> Linear | None:
    """The equation `gradient = 0` as a linear one; None where it is none. A number of which only a power is given is
    one root only if it is known to be positive."""
    term = contract(spread(contract(gradient)))
    if not axes:
        return _number(term, unknown, positive)
    names = tuple(Index(f"υ{k}", i.dim) for k, i in enumerate(axes))
    slope = contract(derivative(term, component(unknown, *map(value, names)), Definitions()))
    if slope is ZERO:
        return None
    if unknown in slope.symbols:
        return _entrywise(term, axes, unknown, positive)
    right = mul(const(-1), contract(substitute(term, {unknown: lambda *_: ZERO})))
    bare = _without_deltas(slope, axes, names)
    if bare is not None:
        return _tidied(Linear(unknown, "number", bare, (), right, axes))
    if len(axes) == 1:
        return _tidied(Linear(unknown, "left", slope, (axes[0], names[0]), right, axes))
    if len(axes) == 2 and (left := _without_deltas(slope, axes[1:], names[1:])) is not None:
        return _tidied(Linear(unknown, "left", left, (axes[0], names[0]), right, axes))
    if len(axes) == 2 and (behind := _without_deltas(slope, axes[:1], names[:1])) is not None:
        return _tidied(Linear(unknown, "right", behind, (names[1], axes[1]), right, axes))
    return None


def _terms(term: Expr) -> tuple[Expr, ...]:
    return term.terms if isinstance(term, Add) else () if term is ZERO else (term,)


def _without_deltas(slope: Expr, rows: tuple[Index, ...], columns: tuple[Index, ...]) -> Expr | None:
    """What stands beside `[i = k]` of every row i and column k in all terms; None where one is missing."""
    found = list[Expr]()
    for term in _terms(slope):
        factors = list(factors_in(term))
        for row, column in zip(rows, columns, strict=True):
            if (at := delta(value(row), value(column))) not in factors:
                return None
            factors.remove(at)
        found.append(substitute(mul(*factors), {c: value(r) for r, c in zip(rows, columns, strict=True)}))
    return add(*found)


# -------------------------------------------------------------------------------------------------- one number


def _number(term: Expr, unknown: Symbol, positive: bool) -> Linear | None:
    for name in ("", *UNDONE):
        stood_for = _stood_for(term, unknown, name)
        found = None if stood_for is None else _of_powers(*stood_for, positive or name == "exp")
        if found is not None and not (name not in ("", "log") and found[1] is ZERO):  # no exponential is zero
            by, right, degree = found
            return _tidied(Linear(unknown, "number", by, (), right, (), name, degree))
    return None


def _entrywise(term: Expr, axes: tuple[Index, ...], unknown: Symbol, positive: bool) -> Linear | None:
    r"""The equation for every entry by itself, `\log p_k = \lambda - 1`; None where other entries stand in it."""
    entry, stand_in = component(unknown, *map(value, axes)), Symbol(f"entry of {unknown.name}")
    alone = rebuilt(term, lambda _, new: component(stand_in) if new is entry else new)
    found = _number(alone, stand_in, positive) if unknown not in alone.symbols else None
    return None if found is None else replace(found, unknown=unknown, axes=axes)


def _stood_for(term: Expr, unknown: Symbol, name: str) -> tuple[Expr, Symbol] | None:
    """The term with a symbol for the function of the unknown that is named, or with the unknown itself where none is;
    None where the unknown stands elsewhere too."""
    if not name:
        return term, unknown
    u, stand_in = component(unknown), Symbol(f"{name} of {unknown.name}")

    def put(_: Expr, new: Expr) -> Expr:
        if not isinstance(new, Apply) or new.name != name:
            return new
        if name == "log":  # of a product: a term for what stands beside the unknown
            beside = contract(div(new.args[0], u))
            return new if unknown in beside.symbols else add(component(stand_in), apply("log", beside))
        times = div(new.args[0], u)
        if name == "exp":  # of a sum: a factor for it
            times = contract(derivative(new.args[0], u, Definitions()))
        beside = contract(spread(sub(new.args[0], mul(times, u))))
        whole = isinstance(times, Const) and times is not ZERO and (times is ONE or name == "exp")
        return mul(power(component(stand_in), times), apply("exp", beside)) if whole else new

    found = rebuilt(term, put)
    return (found, stand_in) if unknown not in found.symbols else None


def _of_powers(term: Expr, u: Symbol, positive: bool) -> tuple[Expr, Expr, Fraction] | None:
    """a, b and p of `a u^p = b`, where the term is that, once its denominators are cleared."""
    groups: dict[Fraction, list[Expr]] = {}
    for t in _terms(_cleared(term, u)):
        degree, rest = Fraction(0), list[Expr]()
        for f in factors_in(t):
            base, exponent = (f.base, f.exponent) if isinstance(f, Power) else (f, ONE)
            if base is component(u) and isinstance(exponent, Const):
                degree += exponent.value
            elif u in f.symbols:
                return None
            else:
                rest.append(f)
        groups.setdefault(degree, []).append(mul(*rest))
    if list(groups) == [1]:  # `a u = 0`
        return add(*groups[Fraction(1)]), ZERO, Fraction(1)
    if len(groups) != 2:
        return None
    low, high = sorted(groups)
    if not positive and (low != 0 or high != 1):
        return None
    return add(*groups[high]), mul(const(-1), add(*groups[low])), high - low


def _cleared(term: Expr, u: Symbol) -> Expr:
    """The term times all that stands below in it and has the unknown."""
    below = dict[Expr, Fraction]()
    for base, exponent in _denominators(_terms(term)):
        if u in base.symbols:
            below[base] = max(below.get(base, Fraction(0)), -exponent)
    if not below:
        return term
    times = mul(*(power(base, const(n)) for base, n in below.items()))
    return contract(add(*(multiplied_out(mul(t, times)) for t in _terms(term))))


def _denominators(terms: Iterable[Expr]) -> Iterator[tuple[Expr, Fraction]]:
    """The bases of negative powers among the factors of terms, with their exponents."""
    for t in terms:
        for f in factors_in(t):
            if isinstance(f, Power) and isinstance(f.exponent, Const) and f.exponent.value < 0:
                yield f.base, f.exponent.value


# -------------------------------------------------------------------------------------------------- tidied


def _tidied(found: Linear) -> Linear:
    """Both sides without what they share: denominators, factors, numbers and a sign."""
    terms = [list(_terms(found.by)), list(_terms(found.right))]
    below = dict[Expr, Fraction]()
    for base, exponent in _denominators(terms[0] + terms[1]):
        if not base.free:
            below[base] = max(below.get(base, Fraction(0)), -exponent)
    times = mul(*(power(base, const(n)) for base, n in below.items()))
    terms = [[mul(t, times) for t in side] for side in terms]
    shared = _shared(*terms)
    times = power(shared, const(-1))
    by, right = (collected(add(*(mul(t, times) for t in side))) for side in terms)
    first = factors_in(by)[0]
    if found.side != "number" and isinstance(first, Const) and first is not ONE:  # the inverse of A, not that of 2 A
        by, right = (contract(spread(div(side, first))) for side in (by, right))
    return replace(found, by=by, right=right, factor=shared)


def _shared(left: list[Expr], right: list[Expr]) -> Expr:
    """The number and the factors that all terms have; without them some term on the left has no minus, and where the
    left has both signs, no more than half of all terms have one."""
    terms = [*left, *right]
    first = factors_in(terms[0])
    factors = [f for f in first if not isinstance(f, Const) and not f.free and all(f in factors_in(t) for t in terms)]
    numbers = [c.value if isinstance(c := factors_in(t)[0], Const) else Fraction(1) for t in terms]
    signs = [n < 0 for n in numbers[: len(left)]]
    unit = Fraction(gcd(*(n.numerator for n in numbers)), lcm(*(n.denominator for n in numbers)))
    minus = all(signs) or (any(signs) and 2 * sum(n < 0 for n in numbers) > len(numbers))
    return mul(const(-unit if minus else unit), *factors)
