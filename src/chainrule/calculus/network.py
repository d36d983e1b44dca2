"""A product of arrays over indices as a graph, and the sums over its indices as matrix notation.

The indices are the nodes, the matrices the edges, the vectors sit on nodes. Taking the summed indices away one by one
makes inner products, matrix products and traces:

* index with vectors only: an inner product;
* one matrix ends there: a matrix times a vector (or the vector of ones);
* two matrices meet there: a matrix product, with a diagonal matrix between them for a vector on the index;
* two matrices between the same two summed indices: a Frobenius product, or the trace of a matrix product.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from chainrule.calculus.arrays.notation import Array, Axes, coefficient, number, size
from chainrule.calculus.arrays.products import matmul, outer, product, split, transpose
from chainrule.expr.index import Index

_SQUARE = Fraction(2)


class NoMatrixForm(ValueError):
    """The term is no expression over vectors and matrices, such as one with three free indices."""


def oriented(a: Array, axes: Axes) -> Array:
    """The array with its axes in this order."""
    if a.axes == axes:
        return a
    if a.axes == axes[::-1]:
        return transpose(a)
    raise NoMatrixForm(f"an axis is repeated or missing: {a.op} over {a.axes}, wanted {axes}")


class Network:
    """A product as a graph: for every set of at most two indices the array over them."""

    def __init__(self, arrays: Iterable[Array] = ()) -> None:
        self.scalars: list[Array] = []
        self.arrays: dict[frozenset[Index], Array] = {}
        for a in arrays:
            self.put(a)

    def put(self, a: Array) -> None:
        """One more factor; those over the same indices are multiplied entry by entry."""
        if not a.axes:
            self.scalars.append(a)
            return
        key = frozenset(a.axes)
        if len(key) < len(a.axes):
            raise NoMatrixForm("an axis is repeated")
        known = self.arrays.get(key)
        if known is not None and "identity" in (known.op, a.op):
            a, known = self._on_diagonal(known, a), None
        self.arrays[key] = a if known is None else product(known, oriented(a, known.axes))

    @staticmethod
    def _on_diagonal(a: Array, b: Array) -> Array:
        """A matrix times the identity, entry by entry: its diagonal on a diagonal."""
        full = b if a.op == "identity" else a
        if full.op == "identity":
            return full
        return Array("diag", (Array("diagonal", (full,), full.axes[:1]),), full.axes)

    def reach(self, index: Index) -> None:
        """An index that no factor carries is summed over ones."""
        if not self.at(index):
            self.scalars.append(size(index.dim))

    def at(self, index: Index) -> list[frozenset[Index]]:
        """The keys that hold the index."""
        return [key for key in self.arrays if index in key]

    def eliminate(self, summed: Sequence[Index]) -> None:
        """Sum over every index, the one with the fewest neighbours first."""
        waiting = [*summed]
        while waiting := [i for i in waiting if self.at(i)]:
            index = waiting[0] if len(waiting) == 1 else min(waiting, key=self._meeting)
            waiting.remove(index)
            self._sum_over(index, waiting)

    def _meeting(self, index: Index) -> tuple[int, int]:
        """How many other indices, and how many arrays, meet at an index."""
        keys = self.at(index)
        return len({i for key in keys for i in key if i is not index}), len(keys)

    def _sum_over(self, index: Index, waiting: Sequence[Index]) -> None:
        vector = self.arrays.pop(frozenset((index,)), None)
        matrices = [self.arrays.pop(key) for key in self.at(index)]
        if len(matrices) > 2:
            raise NoMatrixForm("three matrices meet at one index")
        if not matrices:
            assert vector is not None
            self.put(total(vector))
            return
        others = [m.axes[m.axes[0] is index] for m in matrices]
        if len(matrices) == 1:
            (other,) = others
            alone = other in waiting and not self.at(other)
            self.put(_whole(matrices[0]) if vector is None and alone else _times(matrices[0], index, vector))
            return
        if vector is not None:
            vector = self._absorbed(vector, index, matrices, others)
        left, right = oriented(matrices[0], (others[0], index)), oriented(matrices[1], (index, others[1]))
        middle = () if vector is None else (_diagonal_matrix(vector, index),)
        self.put(matmul(left, *middle, right))

    def _absorbed(self, vector: Array, index: Index, matrices: list[Array], others: list[Index]) -> Array | None:
        """M between two vectors is M times their outer product, entry by entry."""
        for k, other in enumerate(others):
            end = self.arrays.get(frozenset((other,)))
            if end is not None:
                del self.arrays[frozenset((other,))]
                matrices[k] = product(outer(vector, end), oriented(matrices[k], (index, other)))
                return None
        return vector

    def result(self, axes: Axes) -> Array:
        """The product of what is left, over the axes."""
        if not axes:
            return product(*self.scalars)
        if len(axes) == 1:
            return product(*self.scalars, *self.arrays.values())
        row, col = self.arrays.get(frozenset(axes[:1])), self.arrays.get(frozenset(axes[1:]))
        core = self.arrays.get(frozenset(axes))
        if core is None:
            if row is None or col is None:
                raise NoMatrixForm("an axis is missing")
            return product(*self.scalars, outer(row, col))
        core = oriented(core, axes)
        if core.op == "identity":
            vectors = [v for v in (row, col) if v is not None]
            if not vectors:
                return product(*self.scalars, core)
            diagonal = product(*(Array(v.op, v.args, axes[:1], v.data) if v.rank == 1 else v for v in vectors))
            return product(*self.scalars, Array("diag", (diagonal,), axes))
        if row is not None and col is not None:
            return product(*self.scalars, outer(row, col), core)
        left = () if row is None else (_diagonal_matrix(row, axes[0]),)
        right = () if col is None else (_diagonal_matrix(col, axes[1], ends=True),)
        return product(*self.scalars, matmul(*left, core, *right))


def _diagonal_matrix(vector: Array, index: Index, ends: bool = False) -> Array:
    """The vector on a diagonal, between index and a copy of it; the copy comes first where a product ends."""
    copy = Index("\N{BULLET}diagonal", index.dim)
    return Array("diag", (vector,), (copy, index) if ends else (index, copy))


def total(a: Array) -> Array:
    """The sum of the entries of a vector: an inner product when it is a product, the trace of a diagonal."""
    if a.op == "diagonal":
        return _trace(a.args[0])
    if a.op == "power" and a.data == _SQUARE:
        scalars, core = split(a.args[0])
        return product(*scalars, *scalars, Array("inner", (core, core)))
    if a.op == "product":
        scalars = [f for f in a.args if not f.axes]
        own = [f for f in a.args if f.axes]
        if len(own) > 1:
            first, rest = own[0], product(*own[1:])
            return product(number(coefficient(a)), *scalars, _inner(first, rest))
        return product(number(coefficient(a)), *scalars, total(own[0]))
    return Array("sum", (a,))


def _inner(a: Array, b: Array) -> Array:
    """a^T b; of a^T M b and b^T M^T a the one with fewer transposes."""
    if b.op == "matmul" and b.turns and a.op != "matmul":
        *matrices, end = b.args
        other = matmul(*(transpose(m) for m in reversed(matrices)), a)
        if end.turns + other.turns < a.turns + b.turns:
            return Array("inner", (end, other))
    return Array("inner", (a, b))


def _whole(a: Array) -> Array:
    """The sum of all entries of a matrix: a trace or a Frobenius product when it is a product."""
    if a.op == "power" and a.data == _SQUARE:
        scalars, core = split(a.args[0])
        return product(*scalars, *scalars, Array("frobenius", (core, core)))
    if a.op == "product":
        scalars = [f for f in a.args if not f.axes]
        own = [f for f in a.args if f.axes]
        front = (number(coefficient(a)), *scalars)
        if len(own) == 1:
            return product(*front, _whole(own[0]))
        first, rest = own[0], product(*own[1:])
        if len(own) == 2 and any(f.op in ("matmul", "transpose", "inverse") for f in own):
            return product(*front, _trace(matmul(transpose(first), rest)))
        return product(*front, Array("frobenius", (first, rest)))
    return Array("sum", (a,))


def _trace(a: Array) -> Array:
    if a.op == "identity":
        return size(a.axes[0].dim)
    return Array("trace", (a,))


def _times(matrix: Array, index: Index, vector: Array | None) -> Array:
    other = matrix.axes[matrix.axes[0] is index]
    if matrix.op == "identity" and vector is not None:
        return Array(vector.op, vector.args, (other,), vector.data)
    return matmul(oriented(matrix, (other, index)), Array("ones", (), (index,)) if vector is None else vector)
