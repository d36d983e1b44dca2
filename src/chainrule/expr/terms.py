"""The typed expression: interned, immutable scalar terms with free named indices.

A tensor is a term plus an order of its free indices. Equal terms are the same object: `a + b is b + a`, and the
names of bound indices do not matter. Build terms with the lower-case functions; they flatten sums and products,
fold exact constants, collect equal terms and equal bases, and sort.

Validity. Collecting equal bases makes `x / x` one and `0 * x` zero; both hold where the original is defined, and the
sampler only judges points where it is.

Kinds: Const, IndexValue, Component, Add, Mul, Power, Apply, Reduce, Indicator, Piecewise, Inverse, Determinant,
Unknown, Derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import isqrt
from typing import Any, cast

from chainrule.expr.bound_names import closed
from chainrule.expr.errors import TooLarge
from chainrule.expr.index import Dim, Index, Symbol, bound_at
from chainrule.expr.making import make, number_node, value
from chainrule.expr.nodes import (
    BUILD,
    Add,
    Apply,
    Component,
    Const,
    Derivative,
    Determinant,
    Expr,
    Indicator,
    Inverse,
    Mul,
    Number,
    Piecewise,
    Power,
    Reduce,
    Scope,
    Unknown,
    as_term,
)
from chainrule.expr.ordering import in_order

MAX_BITS = 4096
"""Exact constants have at most this many binary digits in numerator and denominator."""

REDUCTIONS = ("sum", "prod", "max", "min", "argmax", "argmin")
RELATIONS = ("==", "!=", "<", "<=", ">", ">=")


def const(number: Number) -> Const:
    """An exact number of bounded length."""
    top, bottom = number.numerator, number.denominator
    if bottom == 1 and (known := _WHOLE.get(top)):
        return known
    if max(top.bit_length(), bottom.bit_length()) > MAX_BITS:
        raise TooLarge(f"an exact constant would need more than {MAX_BITS} binary digits")
    return number_node(number if type(number) is Fraction else Fraction(number))


_WHOLE: dict[int, Const] = {}
"""Small whole numbers, which are needed all the time."""
_WHOLE.update({n: const(n) for n in range(-12, 13)})
ZERO, ONE, MINUS_ONE = const(0), const(1), const(-1)


def component(symbol: Symbol, *indices: Expr | Index | int) -> Component:
    """`symbol[indices]`."""
    if len(indices) != len(symbol.axes):
        raise ValueError(f"{symbol.name} has {len(symbol.axes)} axes, got {len(indices)} indices")
    return make(Component, symbol, tuple([value(i) if type(i) is Index else as_term(i) for i in indices]))  # type: ignore[arg-type]


def add(*terms: Expr) -> Expr:
    """The sum, flat, with equal terms collected."""
    if len(terms) == 1:
        return terms[0]
    first: dict[Rest, Expr] = {}
    again: dict[Rest, Number] = {}
    for term in terms:
        for summand in term.terms if type(term) is Add else (term,):
            rest = _rest(summand)
            if rest not in first:
                first[rest] = summand
            else:
                so_far = again[rest] if rest in again else _coefficient(first[rest])
                again[rest] = so_far + _coefficient(summand)
    parts: list[Expr] = []
    for rest, summand in first.items():
        if rest not in again:
            if summand is not ZERO and (type(summand) is not Mul or summand.factors[0] is not ZERO):
                parts.append(summand)
        elif total := again[rest]:
            parts.append(_scaled(total, rest if isinstance(rest, Expr) else make(Mul, rest)))
    if len(parts) < 2:
        return parts[0] if parts else ZERO
    return make(Add, in_order(parts))


Rest = Expr | tuple[Expr, ...]
"""What a term of a sum is a multiple of: a term, or the factors of a product."""


def _rest(term: Expr) -> Rest:
    """The term without its coefficient."""
    kind = type(term)
    if kind is Mul:
        factors = term.children
        if type(factors[0]) is Const:
            return factors[1] if len(factors) == 2 else factors[1:]
        return factors
    return ONE if kind is Const else term


def _coefficient(term: Expr) -> Number:
    """The number in front of a term."""
    if type(term) is Mul:
        term = term.factors[0]
    return term.value if type(term) is Const else 1


def _split(term: Expr) -> tuple[Number, Expr]:
    """Coefficient and rest."""
    rest = _rest(term)
    return _coefficient(term), make(Mul, rest) if type(rest) is tuple else cast(Expr, rest)


def _scaled(coefficient: Number, rest: Expr) -> Expr:
    """The product of a number and a term that has no coefficient of its own; a number spreads over a sum."""
    if rest is ONE:
        return const(coefficient)
    if coefficient == 1:
        return rest
    if isinstance(rest, Add):
        return make(Add, in_order([_scaled_term(coefficient, t) for t in rest.terms]))
    return make(Mul, (const(coefficient), *(rest.factors if isinstance(rest, Mul) else (rest,))))


def _scaled_term(coefficient: Number, term: Expr) -> Expr:
    own, rest = _split(term)
    return _scaled(coefficient * own, rest)


def mul(*factors: Expr) -> Expr:
    """The product, flat, with equal bases collected (valid where defined) and a number spread over a lone sum."""
    number: Const | None = None
    found: dict[Expr, Expr] = {}
    equal: dict[Expr, list[Expr]] = {}
    for product in factors:
        for factor in product.factors if type(product) is Mul else (product,):
            kind = type(factor)
            if kind is Const:
                number = factor if number is None else _times(number, factor)  # type: ignore[assignment, arg-type]
                continue
            base = factor.base if kind is Power else factor  # type: ignore[attr-defined]
            if base not in found:
                found[base] = factor
            elif base in equal:
                equal[base].append(factor)
            else:
                equal[base] = [found[base], factor]
    parts = [*found.values()]
    if equal:
        parts = [_collected(base, equal[base]) if base in equal else one for base, one in found.items()]
        for part in parts:
            if type(part) is Const or type(part) is Mul:
                return mul(*parts) if number is None else mul(number, *parts)
    if number is None or number is ONE:
        if len(parts) == 1:
            return parts[0]
        return make(Mul, in_order(parts)) if parts else ONE
    if number is ZERO and not any(map(_undefined, parts)):
        return ZERO
    if not parts:
        return number
    if len(parts) == 1 and type(parts[0]) is Add and number is not ZERO:
        return _scaled(number.value, parts[0])
    return make(Mul, (number, *in_order(parts)))


def _times(a: Const, b: Const) -> Const:
    """The product of two numbers, mostly of whole ones."""
    m, n = a.value, b.value
    if m.denominator == 1 and n.denominator == 1:
        return const(m.numerator * n.numerator)
    return const(m * n)


def _collected(base: Expr, factors: list[Expr]) -> Expr:
    return power(base, add(*[f.exponent if type(f) is Power else ONE for f in factors]))


def _undefined(factor: Expr) -> bool:
    """Whether this is a division by the number zero, which no simplification may hide."""
    return isinstance(factor, Power) and factor.base is ZERO


def power(base: Expr, exponent: Expr) -> Expr:
    """`base ** exponent`; integer exponents go into products and powers, numbers are folded exactly."""
    if exponent is ONE or base is ONE:
        return base
    if not isinstance(exponent, Const):
        return make(Power, base, exponent)
    if exponent is ZERO:
        return ONE
    if isinstance(base, Const):
        return _number_power(base.value, exponent.value)
    if isinstance(base, Indicator) and exponent.value > 0:
        return base
    kind = type(base)
    if (kind is Power or kind is Mul) and exponent.value.denominator == 1:
        if isinstance(base, Power):
            return power(base.base, mul(base.exponent, exponent))
        return mul(*[power(f, exponent) for f in base.children])
    return make(Power, base, exponent)


def _number_power(base: Fraction, exponent: Fraction) -> Expr:
    times = exponent.numerator
    if not base.numerator and times > 0:
        return ZERO
    root = _exact_root(base, exponent.denominator)
    if root is None or not root.numerator:
        return make(Power, const(base), const(exponent))
    top, bottom = root.numerator, root.denominator
    if bottom == 1 and top in (1, -1):
        return const(top if times % 2 else 1)
    size = max(top.bit_length(), bottom.bit_length())
    if abs(times) * size > MAX_BITS + size:
        raise TooLarge(f"({root}) to the power {times} has too many digits to write out")
    return const(Fraction(bottom, top) if times == -1 else root**times)


def _exact_root(base: Fraction, degree: int) -> Fraction | None:
    """The rational root if there is one (first and second degree)."""
    if degree == 1:
        return base
    if degree != 2 or base < 0:
        return None
    top, bottom = isqrt(base.numerator), isqrt(base.denominator)
    return Fraction(top, bottom) if (top * top, bottom * bottom) == (base.numerator, base.denominator) else None


_AT_NUMBERS: dict[tuple[str, int], int] = {
    ("exp", 0): 1, ("log", 1): 0, ("log2", 1): 0, ("log10", 1): 0, ("sin", 0): 0, ("cos", 0): 1, ("tan", 0): 0,
    ("arcsin", 0): 0, ("arctan", 0): 0, ("sinh", 0): 0, ("cosh", 0): 1, ("tanh", 0): 0, ("erf", 0): 0,
    ("relu", 0): 0, ("elu", 0): 0, ("gelu", 0): 0, ("silu", 0): 0, ("gammaln", 1): 0, ("gammaln", 2): 0,
}  # fmt: skip
_OF_A_NUMBER: dict[str, Callable[[Fraction], Number]] = {
    "abs": abs,
    "sign": lambda x: (x > 0) - (x < 0),
    "relu": lambda x: max(x, Fraction(0)),
    "heaviside": lambda x: int(x > 0),
    "floor": lambda x: x.numerator // x.denominator,
}
_UNDONE = {("log", "exp"), ("exp", "log")}


def apply(name: str, *args: Expr) -> Expr:
    """A function of the table; exact at a few numbers. `max` and `min` sort their two arguments, numbers first."""
    if name == "sqrt":
        return power(args[0], const(Fraction(1, 2)))
    first = args[0]
    if len(args) == 1 and isinstance(first, Const):
        if name in _OF_A_NUMBER:
            return const(_OF_A_NUMBER[name](first.value))
        exact = _AT_NUMBERS.get((name, int(first.value)))
        if exact is not None and first.value.denominator == 1:
            return const(exact)
    if isinstance(first, Apply) and (name, first.name) in _UNDONE:
        return first.args[0]
    if name in ("max", "min"):
        return _extreme(name, args)
    return make(Apply, name, tuple(args))


def _extreme(name: str, args: tuple[Expr, ...]) -> Expr:
    pick = max if name == "max" else min
    different = in_order(list(set(args)))
    if len(different) == 1:
        return different[0]
    if len(different) > 2:
        return _extreme(name, (_extreme(name, different[:-1]), different[-1]))
    if all(isinstance(a, Const) for a in different):
        return pick(cast("list[Const]", different), key=lambda a: a.value)
    return make(Apply, name, different)


def reduce(op: str, index: Index, body: Expr) -> Expr:
    """A reduction over an index; factors of a sum that do not depend on the index go in front."""
    if op not in REDUCTIONS:
        raise ValueError(f"no reduction {op!r}; there are {', '.join(REDUCTIONS)}")
    if op == "sum":
        return total(index, body)
    if index not in body.free and op in ("max", "min"):
        return body
    (index,), body = closed((index,), body)
    return make(Reduce, op, index, body)


def total(index: Index, body: Expr) -> Expr:
    """The sum over an index."""
    if body is ZERO:
        return ZERO
    if index not in body.free:
        return mul(body, size(index.dim))
    outside: list[Expr] | None = None
    if type(body) is Mul and (outside := [f for f in body.factors if index not in f.free]):
        inside = tuple([f for f in body.factors if index in f.free])
        body = inside[0] if len(inside) == 1 else make(Mul, inside)
    (index,), body = closed((index,), body)
    summed = make(Reduce, "sum", index, body)
    return mul(*outside, summed) if outside else summed


def size(dim: Dim) -> Expr:
    """The number of values of a dimension: its digits, or the sum of ones over it."""
    if dim.fixed is not None:
        return const(dim.fixed)
    return make(Reduce, "sum", bound_at(1, dim), ONE)


_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
}  # fmt: skip


def indicator(rel: str, a: Expr, b: Expr) -> Expr:
    """1 where `a rel b` holds, else 0."""
    if rel not in RELATIONS:
        raise ValueError(f"no relation {rel!r}; there are {' '.join(RELATIONS)}")
    if rel in (">", ">="):
        return indicator("<" if rel == ">" else "<=", b, a)
    if rel in ("==", "!="):
        a, b = in_order([a, b])
    if a.free != b.free or a.symbols != b.symbols:
        return make(Indicator, rel, a, b)  # they differ by more than a number
    difference = sub(a, b)
    if isinstance(difference, Const):
        return const(int(_HOLDS[rel](difference.value, 0)))
    return make(Indicator, rel, a, b)


def delta(a: Expr, b: Expr) -> Expr:
    """The Kronecker delta."""
    return indicator("==", a, b)


def piecewise(cases: Sequence[tuple[Expr, Expr]], otherwise: Expr) -> Expr:
    """The value of the first case whose condition is 1, else `otherwise`."""
    kept: list[tuple[Expr, Expr]] = []
    for condition, item in cases:
        if condition is ZERO:
            continue
        if isinstance(condition, Const):
            otherwise = item
            break
        kept.append((condition, item))
    while kept and kept[-1][1] is otherwise:
        kept.pop()
    return make(Piecewise, tuple(kept), otherwise) if kept else otherwise


def inverse(body: Expr, row: Index, col: Index, i: Expr, j: Expr) -> Expr:
    """`[M^-1][i, j]` of the matrix `body` over row and col."""
    (row, col), body = closed((row, col), body)
    return make(Inverse, body, row, col, i, j)


def determinant(body: Expr, row: Index, col: Index) -> Expr:
    """The determinant of the matrix `body` over row and col."""
    (row, col), body = closed((row, col), body)
    return make(Determinant, body, row, col)


def unknown(name: str, args: Sequence[Scope], slots: Sequence[tuple[int, tuple[Expr, ...]]] = ()) -> Expr:
    """An unknown smooth function of its arguments, after the partial derivatives `slots`."""
    ordered = sorted(slots, key=lambda s: (s[0], [t.key for t in s[1]]))
    scopes = tuple(closed(tuple(bound), body) for bound, body in args)
    return make(Unknown, name, scopes, tuple((k, tuple(terms)) for k, terms in ordered))


def derivative(body: Expr, target: Component) -> Expr:
    """The derivative of the body by a component, not yet carried out."""
    if not isinstance(target, Component):
        raise TypeError(f"a derivative is taken by a component of a symbol, not by {target!r}")
    return make(Derivative, body, target)


def neg(a: Expr) -> Expr:
    """-a."""
    return mul(MINUS_ONE, a)


def sub(a: Expr, b: Expr) -> Expr:
    """a - b."""
    if type(a) is Const and type(b) is Const:
        return const(a.value - b.value)
    return add(a, neg(b))


def div(a: Expr, b: Expr) -> Expr:
    """a / b."""
    return mul(a, power(b, MINUS_ONE))


BUILD.update(
    const=const, component=component, add=add, sub=sub, mul=mul, div=div, neg=neg, power=power, apply=apply,
    reduce=reduce, indicator=indicator, piecewise=piecewise, inverse=inverse, determinant=determinant,
    unknown=unknown, derivative=derivative,
)  # fmt: skip
