"""Matrix notation: expressions over whole arrays, as textbooks and NumPy write them.

An `Array` is an operation over arrays together with the indices that its axes stand for: none for a scalar, one for a
column vector, two for a matrix (rows, columns). The smart constructors below keep the few rules that make notation
short: a transpose goes to the leaves of a product, products are flat, numbers stand in front.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from chainrule.expr.index import Dim, Index, Symbol

Axes = tuple[Index, ...]
Data = Symbol | Fraction | str | Dim | None

OPERATIONS = {
    "symbol": "data[axes], a given or defined tensor",
    "number": "the number data",
    "constant": "the constant data, such as pi",
    "size": "the number of values of the dimension data",
    "ones": "the vector of ones",
    "identity": "the identity matrix",
    "unit": "the unit vector e_k of the label args[0]",
    "transpose": "A^T",
    "row": "a^T, a vector written as a row",
    "matmul": "A B, A b",
    "inner": "a^T b",
    "outer": "a b^T",
    "trace": "tr A",
    "frobenius": "sum_ij A_ij B_ij = tr(A^T B)",
    "sum": "the sum of all entries",
    "diag": "the matrix with the vector on its diagonal",
    "diagonal": "the diagonal of a matrix",
    "inverse": "A^-1",
    "det": "det A",
    "product": "the Hadamard product, scalars and the number data in front",
    "add": "A + B",
    "power": "every entry to the power data, or to the power args[1]",
    "function": "the function data of every entry",
    "softmax": "softmax over the axis data (the last: the rows)",
    "max": "the largest entry over the axes that are gone",
    "min": "the smallest entry over the axes that are gone",
    "prod": "the product of the entries over the axes that are gone",
    "argmax": "the place of the largest entry over the last axis",
    "argmin": "the place of the smallest entry over the last axis",
    "onehot": "in every row 1 at the place args[0], else 0",
    "entry": "the entries of args[0] at the labels args[1]: of a vector one, of a matrix one in every row",
    "compare": "1 where args[0] data args[1], else 0",
    "where": "args[1] where args[0] is 1, else args[2]",
    "spread": "the same along the axes that the argument lacks",
}
"""Every operation and what it means; `write` holds how each is written, `values` how it is computed."""


@dataclass(slots=True, init=False)
class Array:
    """An operation of `OPERATIONS` over `args`; `axes` are the indices it stands for, `data` what else it needs.

    It is never changed; that nothing guards it makes it several times cheaper to make.
    """

    op: str
    args: tuple[Array, ...]
    axes: Axes
    data: Data
    turns: int = field(compare=False, repr=False)
    """How many transposes are written in it: of two orders of the axes the one with fewer reads better."""
    digest: int = field(compare=False, repr=False)
    sketch: tuple[object, ...] = field(compare=False, repr=False)
    """What arrays that are written alike have in common, at first sight."""
    likeness: bytes = field(compare=False, repr=False)
    """Equal for arrays that are written alike, whatever the indices behind their axes are called."""
    length: int = field(compare=False, repr=False)
    """How many names and numbers are written in it."""

    def __init__(self, op: str, args: tuple[Array, ...] = (), axes: Axes = (), data: Data = None) -> None:
        if op not in OPERATIONS:
            raise ValueError(f"no operation {op!r}")
        self.op, self.args, self.axes, self.data = op, args, axes, data
        turns = 1 if op == "transpose" else 0
        for arg in args:
            turns += arg.turns
        self.turns = turns

    if not TYPE_CHECKING:  # else no attribute would be checked

        def __getattr__(self, name):
            later = LATER.get(name)
            if later is None:
                raise AttributeError(f"an array has no {name!r}")
            found = later(self)
            setattr(self, name, found)
            return found

    def __hash__(self) -> int:
        return self.digest

    def like(self, other: Array) -> bool:
        """Whether both are the same array, whatever the indices behind their axes are called."""
        if self is other:
            return True
        if self.op != other.op:
            return False
        if self.op == "symbol":
            return self.data is other.data
        return self.sketch == other.sketch and self.likeness == other.likeness

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.axes)


def _likeness(a: Array) -> bytes:
    along = a.op == "spread" and bool(a.args[0].axes) and a.args[0].axes[0] == a.axes[0]
    key = repr((a.op, along, tuple([i.dim for i in a.axes]), a.data)).encode()
    return blake2b(key + b"".join([arg.likeness for arg in a.args]), digest_size=16).digest()


def _sketch(a: Array) -> tuple[object, ...]:
    own = a.data if isinstance(a.data, Symbol) else None
    return (a.op, own, *[(f.op, f.data) if isinstance(f.data, Symbol) else f.op for f in a.args])


LATER: dict[str, Callable[[Array], Any]] = {
    "sketch": _sketch,
    "likeness": _likeness,
    "length": lambda a: sum([arg.length for arg in a.args]) or 1,
    "digest": lambda a: hash((a.op, tuple([arg.digest for arg in a.args]), a.axes, a.data)),
}
"""What is found of an array when it is first asked for."""


def number(value: Fraction | int) -> Array:
    """A number."""
    known = _WHOLE.get(value.numerator) if value.denominator == 1 else None
    return known or Array("number", data=value if type(value) is Fraction else Fraction(value))


_WHOLE: dict[int, Array] = {}
_WHOLE.update({n: number(n) for n in range(-4, 5)})
ONE, _UNIT = number(1), Fraction(1)
Factored = tuple[list[Array], tuple[Array, ...]]
"""The scalars in front of a product, and its other factors."""
LONGEST_MIRRORED = 40
"""Two terms of at most so many names are looked at as images of each other."""


def size(dim: Dim) -> Array:
    """The number of values of a dimension."""
    return number(dim.fixed) if dim.fixed is not None else Array("size", data=dim)


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
            return _sum([transpose(t) for t in a.args])
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
        return product(number(1 / n), inverse(_core(a), axes))
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
    scalars: list[Array] = [] if a.data is _UNIT else [number(coefficient(a))]
    for f in a.args:
        (own if f.axes else scalars).append(f)
    if not scalars:
        return [], a
    return scalars, own[0] if len(own) == 1 else Array("product", tuple(own), a.axes, _UNIT)


def product(*factors: Array) -> Array:
    """The Hadamard product of arrays over the same axes, times scalars; the number is kept in `data`."""
    if len(factors) == 1:
        return factors[0]
    coefficient = _UNIT
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
    if len(kept) == 1 and (coefficient is _UNIT or coefficient == 1):
        return kept[0]
    return Array("product", tuple(kept), axes, coefficient)


def _times(n: Fraction, a: Array) -> Fraction:
    """A number times the one in front of an array, which mostly is 1."""
    own = coefficient(a)
    return n if own is _UNIT else own if n is _UNIT else n * own


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
    return _sum(flat)


def _sum(terms: list[Array]) -> Array:
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


def coefficient(a: Array) -> Fraction:
    """The number in front of an array."""
    return a.data if a.op in ("product", "number") and isinstance(a.data, Fraction) else _UNIT


def _equal_terms(terms: list[Array]) -> Array | None:
    """B + B is 2 B."""
    if len({_op_of_core(t) for t in terms}) == len(terms):
        return None
    cores = [(coefficient(t), _core(t)) for t in terms]
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
        core = _core(t)
        if core.op == "add" and core is not t:
            opened = [*terms[:k], *(product(number(coefficient(t)), x) for x in core.args), *terms[k + 1 :]]
            if len({_core(x).likeness for x in opened}) < len(opened):
                return add(*sorted(opened, key=lambda x: coefficient(x) < 0))
    return None


def _core(a: Array) -> Array:
    """The array without the number in front."""
    if a.op != "product" or a.data is _UNIT or not a.data:
        return ONE if a.op == "number" and a.data else a
    return a.args[0] if len(a.args) == 1 else Array("product", a.args, a.axes, _UNIT)


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
    if any(n is _UNIT for n in numbers):
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


def walk(*roots: Array) -> Iterable[Array]:
    """Every node under the roots once, children first."""
    done: dict[Array, None] = {}
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, ready = stack.pop()
        if ready:
            done[node] = None
        elif node not in done:
            stack.append((node, True))
            stack += [(a, False) for a in reversed(node.args)]
    return done
