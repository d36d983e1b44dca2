"""Sums of arrays, written as short as they can be: what all terms have in common stands in front."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from chainrule.calculus.arrays.notation import ONE, OPERATIONS, UNIT, Array, Axes, coefficient, number
from chainrule.calculus.arrays.products import matmul, plain_sum, product, split, transpose, without_number
from chainrule.expr.index import Index

Factored = tuple[list[Array], tuple[Array, ...]]
"""The scalars in front of a product, and its other factors."""


def add(*terms: Array) -> Array:
    """The sum of arrays over the same axes, common factors in front: a A B + a A C is a A (B + C)."""
    flat = [t for term in terms for t in (term.args if term.op == "add" else (term,))]
    if len(flat) == 1:
        return flat[0]
    operations = inside = 0
    for t in flat:
        operations |= _BITS[t.op]
        if t.op == "product":
            for f in t.args:
                inside |= _BITS[f.op]
    inside |= operations
    for row, only, one_of in ROWS:
        if not operations & ~only and inside & one_of:
            found = row(flat)
            if found is not None:
                return found
    return plain_sum(flat)


def _equal_terms(terms: list[Array]) -> Array | None:
    """B + B is 2 B."""
    if len({_op_of_core(t) for t in terms}) == len(terms):
        return None
    cores = [(coefficient(t), without_number(t)) for t in terms]
    if len({core.sketch for _, core in cores}) == len(terms):
        return None
    found: dict[bytes, tuple[Fraction, Array]] = {}
    for n, core in cores:
        known = found.get(core.likeness)
        found[core.likeness] = (n, core) if known is None else (known[0] + n, known[1])
    if len(found) == len(terms):
        return None
    left = [product(number(n), core) for n, core in found.values() if n]
    return add(*left) if left else product(number(0), terms[0])


def _cancelling(terms: list[Array]) -> Array | None:
    """a - p - (a - n) is n - p: a sum with a number in front is opened where its terms meet their like."""
    for k, t in enumerate(terms):
        core = without_number(t)
        if core.op == "add" and core is not t:
            opened = [*terms[:k], *(product(number(coefficient(t)), x) for x in core.args), *terms[k + 1 :]]
            if len({without_number(x).likeness for x in opened}) < len(opened):
                return add(*sorted(opened, key=lambda x: coefficient(x) < 0))
    return None


def _op_of_core(a: Array) -> str:
    return a.args[0].op if a.op == "product" and len(a.args) == 1 else a.op


def _diagonals(terms: list[Array]) -> Array | None:
    """diag(a) + diag(b) is diag(a + b), and I + diag(a) is diag(1 + a)."""
    parts = [split(t) for t in terms]
    diagonal = next((core for _, core in parts if core.op == "diag"), None)
    if diagonal is None or any(core.op not in ("diag", "identity") for _, core in parts):
        return None
    ones = Array("spread", (ONE,), diagonal.args[0].axes)
    inside = add(*(product(*scalars, core.args[0] if core.op == "diag" else ones) for scalars, core in parts))
    return Array("diag", (inside,), terms[0].axes)


def _common_number(terms: list[Array]) -> Array | None:
    """A number that all terms carry, up to its sign; the sum then begins with a plus."""
    numbers = [coefficient(t) for t in terms]
    if any(n is UNIT for n in numbers):
        return None
    tops = [n.numerator for n in numbers]
    if len(set(map(abs, tops))) > 1 or len({n.denominator for n in numbers}) > 1:
        return None
    size = abs(numbers[0])
    sign = -1 if max(tops) < 0 else 1
    if size * sign == 1:
        return None
    return product(number(size * sign), add(*(product(number(1 / (size * sign)), t) for t in terms)))


def _common_scalar(terms: list[Array]) -> Array | None:
    """A scalar factor that all terms have."""
    if any(t.op != "product" for t in terms) or not terms[0].axes:
        return None
    for scalar in (f for f in terms[0].args if not f.axes):
        if all(any(f.like(scalar) for f in t.args) for t in terms):
            return product(scalar, add(*(_without(t, scalar) for t in terms)))
    return None


def _without(a: Array, factor: Array) -> Array:
    left = list(a.args)
    del left[next(k for k, f in enumerate(left) if f.like(factor))]
    return product(number(coefficient(a)), *left)


def _common_denominators(terms: list[Array]) -> Array | None:
    """a / s + b / s + c is (a + b) / s + c."""
    groups: dict[tuple[bytes, ...], list[Array]] = {}
    for t in terms if terms[0].axes and any(t.op == "product" for t in terms) else ():
        groups.setdefault(tuple(f.likeness for f in _below(t)), []).append(t)
    if len(groups) < 2:
        return None
    found: list[Array] = []
    for group in groups.values():
        below = _below(group[0]) if len(group) > 1 else []
        rest = group
        for f in below:
            rest = [_without(t, f) for t in rest]
        found += [product(*below, add(*rest))] if below else group
    return add(*found) if len(found) < len(terms) else None


def _below(a: Array) -> list[Array]:
    """The scalars, other than sizes, that a product is divided by."""
    powers = (f for f in a.args if a.op == "product" and f.op == "power" and not f.axes)
    return [f for f in powers if isinstance(f.data, Fraction) and f.data < 0 and f.args[0].op != "size"]


def _common_ends(terms: list[Array]) -> Array | None:
    """A matrix that all terms begin with, or a matrix or vector that all end with."""
    parts = [(scalars, _matrix_factors(core) or (core,)) for scalars, core in map(split, terms)]
    longest = max([factors for _, factors in parts], key=len)
    if len(longest) < 2:
        return None
    return _common_matrix(terms, parts, longest[0], 0) or _common_matrix(terms, parts, longest[-1], -1)


def _some_common(terms: list[Array]) -> Array | None:
    """A x + B x + c is (A + B) x + c: some of the terms are products of two with the same end."""
    if len(terms) < 3 or not terms[0].axes:
        return None
    for end in (-1, 0):
        groups: dict[tuple[int, bytes], list[Array]] = {}
        for t in terms:
            factors = _matrix_factors(split(t)[1])
            key = (2, factors[end].likeness) if len(factors) == 2 else (1, t.likeness)
            groups.setdefault(key, []).append(t)
        if 1 < len(groups) < len(terms):
            sums = [add(*group) for group in groups.values()]
            left = [t for s, g in zip(sums, groups.values(), strict=True) for t in (g if s.op == "add" else [s])]
            if len(left) < len(terms):
                return add(*left)
    return None


def _common_matrix(terms: list[Array], parts: list[Factored], first: Array, end: int) -> Array | None:
    """A matrix that stands at one end of all terms, before or behind a sum."""
    for _, factors in parts:
        if not factors[end].like(first):
            return None
    lone = any(len(factors) == 1 for _, factors in parts)
    if lone and (
        first.rank != terms[0].rank
        or not all(len(f) == 1 or (len(f) == 2 and f[end + 1].op == "diag") for _, f in parts)
    ):
        return None  # X W - X reads better as it is, X - diag(v) X as diag(1 - v) X
    rest = []
    for (scalars, factors), term in zip(parts, terms, strict=True):
        left = factors[1:] if end == 0 else factors[:-1]
        rest.append(product(*scalars, matmul(*left) if left else _one_beside(first, term.axes, end)))
    inner = add(*rest)
    return matmul(first, inner) if end == 0 else matmul(inner, first)


def _one_beside(first: Array, axes: Axes, end: int) -> Array:
    """The identity that a term without other factors than `first` has on its other side."""
    copy = Index("\N{BULLET}copy", first.axes[1 if end == 0 else 0].dim)
    return Array("identity", (), (copy, axes[1]) if end == 0 else (axes[0], copy))


def _matrix_factors(core: Array) -> tuple[Array, ...]:
    """The factors of a matrix product; A u (B v)^T is A, u v^T and B^T."""
    if core.op == "matmul":
        return core.args
    if core.op != "outer":
        return ()
    (*left, u), (*right, v) = (x.args if x.op == "matmul" else (x,) for x in core.args)
    return (*left, Array("outer", (u, v), (*u.axes, *v.axes)), *(transpose(m) for m in reversed(right)))


_BITS = {op: 1 << k for k, op in enumerate(OPERATIONS)}
"""Of sets of operations every sum is asked several times, which is quickest with a bit for each."""


def _among(*operations: str) -> int:
    return sum(_BITS[op] for op in operations)


Row = Callable[[list[Array]], Array | None]
ANY = _among(*OPERATIONS)
ROWS: tuple[tuple[Row, int, int], ...] = (
    (_equal_terms, ANY, ANY),
    (_cancelling, ANY, _among("add")),
    (_diagonals, _among("product", "diag"), _among("diag")),
    (_common_number, _among("product", "number"), ANY),
    (_common_scalar, _among("product"), ANY),
    (_common_denominators, ANY, _among("power")),
    (_common_ends, ANY, _among("matmul", "outer")),
    (_some_common, ANY, _among("matmul", "outer")),
)
"""What makes a sum shorter, with the operations that its terms are among, and those of which one is a term or a factor
of one, where not all may; the first that applies."""
