"""Matrix form: a term in components, written over whole arrays.

`matrix_form(term, axes)` gives the array whose entry at `axes` is the term, or raises `NoMatrixForm`. A sum over
indices of a product is a graph: its indices are the nodes, its matrices the edges, its vectors sit on nodes. Taking
the summed indices away one by one makes inner products, matrix products and traces of it:

* index with vectors only: an inner product;
* one matrix ends there: a matrix times a vector (or the vector of ones);
* two matrices meet there: a matrix product, with a diagonal matrix between them for a vector on the index;
* two matrices between the same two summed indices: a Frobenius product, or the trace of a matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from chainrule.calculus.arrays import (
    ONE,
    Array,
    Axes,
    add,
    matmul,
    number,
    outer,
    power,
    product,
    size,
    split,
    spread,
    transpose,
)
from chainrule.expr.index import Index
from chainrule.expr.terms import (
    Add,
    Apply,
    Component,
    Const,
    Determinant,
    Expr,
    IndexValue,
    Indicator,
    Inverse,
    Mul,
    Piecewise,
    Power,
    Reduce,
    apply,
    const,
    fresh,
    substitute,
    value,
)


class NoMatrixForm(ValueError):
    """The term is no expression over vectors and matrices, such as one with three free indices."""


def matrix_form(term: Expr, axes: Axes = ()) -> Array:
    """The array over `axes` (at most two) whose entries are the term.

    >>> from chainrule.expr import Dim, Symbol, component
    >>> n, d = Dim("n"), Dim("d"); i, k = Index("i", n), Index("k", d)
    >>> term = component(Symbol("X", (n, d)), i, k) * component(Symbol("r", (n,)), i)
    >>> from chainrule.expr import reduce
    >>> form = matrix_form(reduce("sum", i, term), (k,))
    >>> form.op, [a.op for a in form.args]
    ('matmul', ['transpose', 'symbol'])
    """
    if len(axes) > 2:
        raise NoMatrixForm(f"{len(axes)} free indices")
    if loose := term.free.difference(axes):
        raise NoMatrixForm(f"the indices {sorted(i.name for i in loose)} stand for no axis")
    return spread(Former().form(term, axes), axes)


class Former:
    """One conversion; equal terms over equal axes are converted once."""

    def __init__(self) -> None:
        self._done: dict[tuple[Expr, Axes], Array] = {}

    def form(self, term: Expr, axes: Axes) -> Array:
        """The array of the term over those of the axes that it depends on, in their order."""
        own = tuple(i for i in axes if i in term.free)
        key = term, own
        if key not in self._done:
            self._done[key] = oriented(_FORMS[type(term)](term, own, self), own)
        return self._done[key]

    def over(self, term: Expr, axes: Axes) -> Array:
        """The array over all the axes."""
        return spread(self.form(term, axes), axes)


def oriented(a: Array, axes: Axes) -> Array:
    """The array with its axes in this order."""
    if a.axes == axes:
        return a
    if a.axes == axes[::-1]:
        return transpose(a)
    raise NoMatrixForm(f"an axis is repeated or missing: {a.op} over {a.axes}, wanted {axes}")


def _constant(term: Const, axes: Axes, former: Former) -> Array:
    return number(term.value)


def _component(term: Component, axes: Axes, former: Former) -> Array:
    names = [t.index for t in term.indices if isinstance(t, IndexValue)]
    if len(term.indices) - len(names) == 1 and isinstance(term.indices[-1], Component):
        return _entry(term, names, former)
    if len(names) < len(term.indices) or len(names) > 2:
        raise NoMatrixForm(f"{term.symbol.name} is taken at a place that is no plain index")
    if len(names) == 2 and names[0] == names[1]:
        row, col = names[0], Index("\N{BULLET}column", names[0].dim)
        return Array("diagonal", (Array("symbol", (), (row, col), term.symbol),), (row,))
    return Array("symbol", (), tuple(names), term.symbol)


def _entry(term: Component, names: list[Index], former: Former) -> Array:
    """The entries at labels: z_y, or Z_{n, y_n} in every row."""
    label = former.form(term.indices[-1], tuple(names))
    if len(names) > 1 or label.axes != tuple(names):
        raise NoMatrixForm("entries at labels of another shape")
    last = Index("\N{BULLET}column", term.symbol.axes[-1])
    return Array("entry", (Array("symbol", (), (*names, last), term.symbol), label), tuple(names))


def _sum_of_terms(term: Add, axes: Axes, former: Former) -> Array:
    return add(*(former.over(t, axes) for t in _positive_first(term.terms)))


def _positive_first(terms: Sequence[Expr]) -> list[Expr]:
    """A sum begins with a term that has no minus, where there is one; products come before what is added to them."""
    return sorted(terms, key=lambda t: (_negative(t), isinstance(t, Const), isinstance(t, Component)))


def _negative(term: Expr) -> bool:
    number = term.factors[0] if isinstance(term, Mul) else term
    return isinstance(number, Const) and number.value < 0


def _power(term: Power, axes: Axes, former: Former) -> Array:
    base = former.over(term.base, axes)
    if isinstance(term.exponent, Const):
        return power(base, term.exponent.value)
    return Array("power", (base, former.over(term.exponent, axes)), axes)


def _power_or_quotient(term: Power, axes: Axes, former: Former) -> Array:
    (factor,) = _quotients([term])
    return _power(term, axes, former) if factor is term else former.form(factor, axes)


def _function(term: Apply, axes: Axes, former: Former) -> Array:
    if term.name == "arctan" and term.args[0] is const(1):
        return product(number(Fraction(1, 4)), Array("constant", data="pi"))
    return Array("function", tuple(former.over(a, axes) for a in term.args), axes, term.name)


def _indicator(term: Indicator, axes: Axes, former: Former) -> Array:
    a, b = term.a, term.b
    if term.rel == "==" and isinstance(a, IndexValue) and isinstance(b, IndexValue):
        return Array("identity", (), (a.index, b.index))
    for place, label in ((a, b), (b, a)):
        if term.rel == "==" and isinstance(place, IndexValue) and place.index not in label.free:
            found = former.form(label, tuple(i for i in axes if i != place.index))
            return Array("onehot" if found.axes else "unit", (found,), (*found.axes, place.index))
    if isinstance(a, IndexValue) or isinstance(b, IndexValue):
        raise NoMatrixForm("a comparison of indices")
    return Array("compare", (former.over(a, axes), former.over(b, axes)), axes, term.rel)


def _piecewise(term: Piecewise, axes: Axes, former: Former) -> Array:
    found = former.over(term.otherwise, axes)
    for condition, item in reversed(term.cases):
        found = Array("where", (former.over(condition, axes), former.over(item, axes), found), axes)
    return found


def _inverse(term: Inverse, axes: Axes, former: Former) -> Array:
    i, j = term.i, term.j
    if not (isinstance(i, IndexValue) and isinstance(j, IndexValue)):
        raise NoMatrixForm("an entry of an inverse")
    body, row, col = _opened(term, term.body, term.row, term.col)
    if i is j:
        whole = Array("inverse", (former.form(body, (row, col)),), (i.index, Index("\N{BULLET}column", i.index.dim)))
        return Array("diagonal", (whole,), (i.index,))
    return Array("inverse", (former.form(body, (row, col)),), (i.index, j.index))


def _determinant(term: Determinant, axes: Axes, former: Former) -> Array:
    body, row, col = _opened(term, term.body, term.row, term.col)
    return Array("det", (former.form(body, (row, col)),))


def _opened(term: Expr, body: Expr, *bound: Index) -> tuple[Any, ...]:
    """The body with names for its bound indices that nothing else carries."""
    names = list[Index]()
    for index in bound:
        names.append(fresh(index.dim, term, body, *map(value, names)))
    return substitute(body, dict(zip(bound, map(value, names), strict=True))), *names


def _reduction(term: Reduce, axes: Axes, former: Former) -> Array:
    if term.op == "sum":
        return _product(term, axes, former)
    body, index = _opened(term, term.body, term.index)
    inner = (*axes, index)
    if len(inner) > 2:
        raise NoMatrixForm("an extreme over a third index")
    return Array(term.op, (former.over(body, inner),), axes)


def _product(term: Expr, axes: Axes, former: Former) -> Array:
    factors, summed = _peeled(term)
    factors, found = _softmaxes(factors, former)
    factors = _quotients(factors)
    network = Network(found)
    for factor in factors:
        network.put(_over_its_own(factor, (*axes, *summed), former))
    for index in summed:
        network.reach(index)
    network.eliminate(set(summed))
    return network.result(axes)


def _over_its_own(factor: Expr, order: Axes, former: Former) -> Array:
    own = tuple(i for i in order if i in factor.free)
    if len(own) > 2:
        raise NoMatrixForm("a factor with three indices")
    return min((former.form(factor, own), former.form(factor, own[::-1])), key=lambda a: a.turns)


def _peeled(term: Expr) -> tuple[list[Expr], list[Index]]:
    """The factors of nested products and sums, and the indices summed over, each with a name of its own."""
    factors, summed, waiting = list[Expr](), list[Index](), [term]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mul):
            waiting += node.factors
        elif isinstance(node, Reduce) and node.op == "sum":
            index = fresh(node.index.dim, term, *factors, *waiting, *map(value, summed))
            summed.append(index)
            waiting.append(substitute(node.body, {node.index: value(index)}))
        else:
            factors.append(node)
    return factors, summed


def _softmaxes(factors: list[Expr], former: Former) -> tuple[list[Expr], list[Array]]:
    """exp(u_i) / sum_k exp(u_k) among the factors is the softmax of u."""
    left, found = list(factors), list[Array]()
    for factor in factors:
        if not (isinstance(factor, Power) and isinstance(factor.exponent, Const) and factor.exponent.value < 0):
            continue
        body, index = _sum_of_exponentials(factor.base)
        if index is None or factor.exponent.value.denominator != 1:
            continue
        for _ in range(int(-factor.exponent.value)):
            match = next((f for f in left if _is_weight(f, body, index)), None)
            if match is None:
                break
            left.remove(match)
            (place,) = _places(match, body, index)
            axes = (*sorted(match.free - {place}), place)
            if len(axes) > 2:
                raise NoMatrixForm("a softmax with three indices")
            found.append(Array("softmax", (former.form(match.children[0], axes),), axes))
            left.remove(factor)
            factor = _lowered(factor)
            if factor is not None:
                left.append(factor)
    return left, found


def _quotients(factors: list[Expr]) -> list[Expr]:
    """exp(u) / (1 + exp(u)) is sigma(u), 1 / (1 + exp(-u)) is sigma(u), sinh(u) / cosh(u) is tanh(u); powers alike."""
    left = list(factors)
    for factor in factors:
        if not (isinstance(factor, Power) and isinstance(factor.exponent, Const) and factor.exponent.value < 0):
            continue
        times = const(-factor.exponent.value)
        for partner, found in _known_quotients(factor.base):
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


def _places(factor: Expr, body: Expr, index: Index) -> list[Index]:
    """The indices that make the factor the body at that place."""
    return [i for i in factor.axes if i.dim == index.dim and substitute(body, {index: value(i)}) is factor]


def _is_weight(factor: Expr, body: Expr, index: Index) -> bool:
    return isinstance(factor, Apply) and factor.name == "exp" and len(_places(factor, body, index)) == 1


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
        if not any(index in key for key in self.arrays):
            self.scalars.append(size(index.dim))

    def at(self, index: Index) -> list[frozenset[Index]]:
        """The keys that hold the index."""
        return [key for key in self.arrays if index in key]

    def eliminate(self, summed: set[Index]) -> None:
        """Sum over every index, the one with the fewest neighbours first."""
        waiting = {i for i in summed if self.at(i)}
        while waiting:
            index = min(waiting, key=lambda i: (len(self._neighbours(i)), len(self.at(i)), i))
            if len(self._neighbours(index)) > 2:
                raise NoMatrixForm("three matrices meet at one index")
            waiting.discard(index)
            self._sum_over(index, waiting)
            waiting = {i for i in waiting if self.at(i)}

    def _neighbours(self, index: Index) -> set[Index]:
        return {i for key in self.at(index) for i in key} - {index}

    def _sum_over(self, index: Index, waiting: set[Index]) -> None:
        vector = self.arrays.pop(frozenset((index,)), None)
        keys = self.at(index)
        matrices = [self.arrays.pop(key) for key in keys]
        if not matrices:
            assert vector is not None
            self.put(total(vector))
            return
        others = [next(i for i in m.axes if i != index) for m in matrices]
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
        row, col = (self.arrays.get(frozenset((i,))) for i in axes)
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
    if a.op == "power" and a.data == Fraction(2):
        scalars, core = split(a.args[0])
        return product(*scalars, *scalars, Array("inner", (core, core)))
    if a.op == "product":
        scalars = [f for f in a.args if not f.axes]
        own = [f for f in a.args if f.axes]
        if len(own) > 1:
            first, rest = own[0], product(*own[1:])
            return product(number(_coefficient(a)), *scalars, Array("inner", (first, rest)))
        return product(number(_coefficient(a)), *scalars, total(own[0]))
    return Array("sum", (a,))


def _coefficient(a: Array) -> Fraction:
    return a.data if isinstance(a.data, Fraction) else Fraction(1)


def _whole(a: Array) -> Array:
    """The sum of all entries of a matrix: a trace or a Frobenius product when it is a product."""
    if a.op == "power" and a.data == Fraction(2):
        scalars, core = split(a.args[0])
        return product(*scalars, *scalars, Array("frobenius", (core, core)))
    if a.op == "product":
        scalars = [f for f in a.args if not f.axes]
        own = [f for f in a.args if f.axes]
        front = (number(_coefficient(a)), *scalars)
        if len(own) == 1:
            return product(*front, _whole(own[0]))
        first, rest = own[0], product(*own[1:])
        if len(own) == 2 and any(f.op in ("matmul", "transpose", "inverse") for f in own):
            return product(*front, _trace(matmul(transpose(first), rest)))
        return product(*front, Array("frobenius", (first, rest)))
    return Array("sum", (a,))


def _trace(a: Array) -> Array:
    return Array("trace", (a,))


def _times(matrix: Array, index: Index, vector: Array | None) -> Array:
    other = next(i for i in matrix.axes if i != index)
    if matrix.op == "identity" and vector is not None:
        return Array(vector.op, vector.args, (other,), vector.data)
    return matmul(oriented(matrix, (other, index)), Array("ones", (), (index,)) if vector is None else vector)


_FORMS: dict[type[Expr], Callable[[Any, Axes, Former], Array]] = {
    Const: _constant,
    Component: _component,
    Add: _sum_of_terms,
    Mul: _product,
    Power: _power_or_quotient,
    Apply: _function,
    Reduce: _reduction,
    Indicator: _indicator,
    Piecewise: _piecewise,
    Inverse: _inverse,
    Determinant: _determinant,
}

__all__ = ["ONE", "NoMatrixForm", "matrix_form"]
