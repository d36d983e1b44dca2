"""Products, transposes and sums of arrays as they stand, with the few rules that make notation short: a transpose goes
to the leaves of a product, products are flat, numbers stand in front.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from chainrule.calculus.arrays.notation import ONE, UNIT, Array, Axes, coefficient, number
from chainrule.expr.index import Symbol

LONGEST_MIRRORED = 40
"""Two terms of at most so many names are looked at as images of each other."""


def transpose(a: Array) -> Array:
    """A^T, at the leaves: (A B)^T = B^T A^T."""
    turned = a.axes[::-1]
    match a.op:
        case "transpose":
            return a.args[0]
        case "matmul":
            return matmul(*(transpose(f) for f in reversed(a.args)))
        case "outer":
            return Array("outer", a.args[::-1], turned)
        case "diag" | "identity" | "spread":
            return Array(a.op, a.args, turned, a.data)
        case "inverse":
            return inverse(transpose(a.args[0]), turned)
        case "add" if all(t.rank == 2 for t in a.args):
            return plain_sum([transpose(t) for t in a.args])
        case "product" if sum(f.rank == 2 for f in a.args) == 1:
            return product(number(coefficient(a)), *(transpose(f) if f.rank == 2 else f for f in a.args))
        case "product" if any(f.op == "transpose" for f in a.args):
            return Array("product", tuple(transpose(f) if f.rank == 2 else f for f in a.args), turned, a.data)
    return Array("transpose", (a,), turned)


def matmul(*factors: Array) -> Array:
    """A B .. of matrices, the last one may be a vector; flat, without identities, numbers and scalars in front."""
    flat: list[Array] = []
    scalars: list[Array] = []
    for f in factors:
        if f.op == "product":
            outside, f = split(f)
            scalars += outside
        if f.op == "matmul":
            flat += f.args
        else:
            flat.append(f)
    operations = {f.op for f in flat}
    axes = flat[0].axes[:1] + flat[-1].axes[1:]
    if "outer" in operations and len(flat) > 1 and len(axes) == 2:
        at = next(n for n, f in enumerate(flat) if f.op == "outer")
        u, v = flat[at].args
        right = (transpose(f) for f in reversed(flat[at + 1 :]))
        return product(*scalars, outer(matmul(*flat[:at], u), matmul(*right, v)))
    kept = flat if operations.isdisjoint(_FALL_AWAY) else _shorter(flat, axes)
    core = kept[0] if len(kept) == 1 else Array("matmul", tuple(kept), axes)
    return product(*scalars, core) if scalars else core


_FALL_AWAY = frozenset({"identity", "inverse"})


def inverse(a: Array, axes: Axes) -> Array:
    """A^-1: that of a product of square matrices is the product of theirs, (A B)^-1 = B^-1 A^-1."""
    n = coefficient(a)
    if a.op == "product" and n != 1:
        return product(number(1 / n), inverse(without_number(a), axes))
    if a.op == "matmul" and all(f.rank == 2 and f.axes[0].dim == f.axes[1].dim for f in a.args):
        ends = [axes[0], *(f.axes[0] for f in reversed(a.args[1:])), axes[1]]
        return matmul(*(inverse(f, pair) for f, pair in zip(reversed(a.args), pairwise(ends), strict=True)))
    return Array("inverse", (a,), axes)


def _over(a: Array, axes: Axes) -> Array | None:
    """An array by name, or the inverse of one, over other axes; None for what has more parts."""
    if a.axes == axes:
        return a
    if a.op in ("symbol", "ones", "inverse"):
        return Array(a.op, a.args, axes, a.data)
    if a.op == "transpose" and a.args[0].op == "symbol":
        return Array("transpose", (Array("symbol", (), axes[::-1], a.args[0].data),), axes)
    return None


def _shorter(factors: list[Array], axes: Axes) -> list[Array]:
    """The factors of a product over axes without identities and without inverses beside what they are inverses of."""
    plain = [f for f in factors if f.op != "identity"]
    kept = _cancelled(plain)
    if len(kept) == len(factors):
        return factors
    if not kept:
        return [Array("identity", (), axes)] if len(axes) == 2 else factors
    first, last = (axes[:1] + kept[0].axes[1:], kept[-1].axes[:1] + axes[1:]) if len(kept) > 1 else (axes, axes)
    ends = _over(kept[0], first), _over(kept[-1], last)
    if ends[0] is None or ends[1] is None:
        return plain if len(plain) == len(kept) > 1 else factors
    return [ends[0], *kept[1:-1], ends[1]] if len(kept) > 1 else [ends[0]]


def _cancelled(factors: list[Array]) -> list[Array]:
    """The factors without what an inverse beside it takes away: (A B)^-1 A B C is C."""
    for k, f in enumerate(factors):
        if f.op != "inverse":
            continue
        own = f.args[0].args if f.args[0].op == "matmul" else f.args
        for at in (k + 1, k - len(own)):
            beside = factors[at : at + len(own)] if at >= 0 else []
            if len(beside) == len(own) and all(x.like(y) for x, y in zip(beside, own, strict=True)):
                return _cancelled(factors[: min(k, at)] + factors[max(k + 1, at + len(own)) :])
    return factors


def split(a: Array) -> tuple[list[Array], Array]:
    """The scalar factors of a product over axes, and the rest of it."""
    if a.op != "product" or not a.axes:
        return [], a
    own: list[Array] = []
    scalars: list[Array] = [] if a.data is UNIT else [number(coefficient(a))]
    for f in a.args:
        (own if f.axes else scalars).append(f)
    if not scalars:
        return [], a
    return scalars, own[0] if len(own) == 1 else Array("product", tuple(own), a.axes, UNIT)


def product(*factors: Array) -> Array:
    """The Hadamard product of arrays over the same axes, times scalars; the number is kept in `data`."""
    if len(factors) == 1:
        return factors[0]
    coefficient = UNIT
    kept: list[Array] = []
    for f in factors:
        if f.op == "product":
            coefficient = _times(coefficient, f)
            kept += f.args
        elif f.op == "number":
            coefficient = _times(coefficient, f)
        else:
            kept.append(f)
    axes: Axes = ()
    for f in kept:
        if f.axes:
            axes = f.axes
            break
    if not kept or not coefficient.numerator:
        return Array("spread", (number(coefficient),), axes) if axes else number(coefficient)
    if len(kept) == 1 and (coefficient is UNIT or coefficient == 1):
        return kept[0]
    return Array("product", tuple(kept), axes, coefficient)


def _times(n: Fraction, a: Array) -> Fraction:
    """A number times the one in front of an array, which mostly is 1."""
    own = coefficient(a)
    return n if own is UNIT else own if n is UNIT else n * own


def without_number(a: Array) -> Array:
    """The array without the number in front."""
    if a.op != "product" or a.data is UNIT or not a.data:
        return ONE if a.op == "number" and a.data else a
    return a.args[0] if len(a.args) == 1 else Array("product", a.args, a.axes, UNIT)


def outer(a: Array, b: Array) -> Array:
    """a b^T, numbers and scalars in front."""
    (left, a), (right, b) = split(a), split(b)
    return product(*left, *right, Array("outer", (a, b), (*a.axes, *b.axes)))


def power(base: Array, exponent: Fraction) -> Array:
    """Every entry to a constant power."""
    one = exponent.numerator == exponent.denominator
    return base if one else Array("power", (base,), base.axes, exponent)


def spread(a: Array, axes: Axes) -> Array:
    """The array over `axes`, the same along those it lacks."""
    if a.axes == axes:
        return a
    if a.rank == 2 and len(axes) == 2:
        return transpose(a)
    if a.op == "product" and not a.axes:
        return product(a, Array("spread", (ONE,), axes))
    scalars, core = split(a)
    if scalars:
        return product(*scalars, spread(core, axes))
    return Array("spread", (a,), axes)


def plain_sum(terms: list[Array]) -> Array:
    """The sum as it stands, but A + A^T for A^T + A, and A X + A^T X for A^T X + A X."""
    for k, (a, b) in enumerate(pairwise(terms)):
        if a.turns > b.turns and _mirrored(a, b):
            terms = [*terms[:k], b, a, *terms[k + 2 :]]
            break
    return Array("add", tuple(terms), terms[0].axes)


def _mirrored(a: Array, b: Array) -> bool:
    """Whether two terms are made of the same names, but for transposes."""
    if a.length != b.length or coefficient(a) != coefficient(b) or a.length > LONGEST_MIRRORED:
        return False
    return _names(a) == _names(b)


def _names(a: Array) -> list[str]:
    found, waiting = [], [a]
    while waiting:
        node = waiting.pop()
        waiting += node.args
        if isinstance(node.data, Symbol):
            found.append(node.data.name)
    return sorted(found)
