"""Matrix notation: expressions over whole arrays, as textbooks and NumPy write them.

An `Array` is an operation over arrays together with the indices that its axes stand for: none for a scalar, one for a
column vector, two for a matrix (rows, columns). `products` and `sums` make them, `values` computes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import blake2b
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
ONE, UNIT = number(1), Fraction(1)


def size(dim: Dim) -> Array:
    """The number of values of a dimension."""
    return number(dim.fixed) if dim.fixed is not None else Array("size", data=dim)


def coefficient(a: Array) -> Fraction:
    """The number in front of an array."""
    return a.data if a.op in ("product", "number") and isinstance(a.data, Fraction) else UNIT


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


def divides(a: Array) -> bool:
    """Whether it is a negative power, which is written below a line."""
    return a.op == "power" and isinstance(a.data, Fraction) and a.data < 0
