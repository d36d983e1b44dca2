"""Matrix form: a term in components, written over whole arrays.

`matrix_form(term, axes)` gives the array whose entry at `axes` is the term, or raises `NoMatrixForm`. Each kind of term
has its row in `_FORMS`; sums of products go through the graph of `chainrule.calculus.network`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from chainrule.calculus.arrays.notation import ONE, Array, Axes, number
from chainrule.calculus.arrays.products import inverse, power, product, spread
from chainrule.calculus.arrays.sums import add
from chainrule.calculus.network import Network, NoMatrixForm, oriented
from chainrule.calculus.recognised import quotients, softmaxes
from chainrule.expr.bound_names import fresh
from chainrule.expr.index import Index
from chainrule.expr.making import value
from chainrule.expr.nodes import (
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
)
from chainrule.expr.substitution import substitute
from chainrule.expr.terms import const


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
        return self.own(term, axes if term.free.issuperset(axes) else tuple([i for i in axes if i in term.free]))

    def own(self, term: Expr, own: Axes) -> Array:
        """The array of the term over axes on all of which it depends."""
        key = term, own
        found = self._done.get(key)
        if found is None:
            row = _FORMS.get(type(term))
            if row is None:
                raise NoMatrixForm(f"a {type(term).__name__} has no matrix form")
            found = row(term, own, self)
            self._done[key] = found = found if found.axes == own else oriented(found, own)
        return found

    def over(self, term: Expr, axes: Axes) -> Array:
        """The array over all the axes."""
        found = self.form(term, axes)
        return found if found.axes == axes else spread(found, axes)


def _constant(term: Const, axes: Axes, former: Former) -> Array:
    return number(term.value)


def _component(term: Component, axes: Axes, former: Former) -> Array:
    if not term.indices:
        return Array("symbol", (), (), term.symbol)
    names = [t.index for t in term.indices if type(t) is IndexValue]
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
    return add(*[former.over(t, axes) for t in _positive_first(term.terms)])


def _positive_first(terms: Sequence[Expr]) -> list[Expr]:
    """A sum begins with a term that has no minus, where there is one; products come before what is added to them, and
    these before multiples of the identity."""
    return sorted(terms, key=_place_in_sum)


def _place_in_sum(term: Expr) -> int:
    kind = type(term)
    factors = term.children if kind is Mul else (term,)
    number = factors[0]
    negative = isinstance(number, Const) and number.value.numerator < 0
    diagonal = term.holds(Indicator) and Indicator in map(type, factors)  # a multiple of the identity
    return 8 * negative + 4 * diagonal + 2 * (kind is Const) + (kind is Component)


def _power(term: Power, axes: Axes, former: Former) -> Array:
    base = former.over(term.base, axes)
    if isinstance(term.exponent, Const):
        return power(base, term.exponent.value)
    return Array("power", (base, former.over(term.exponent, axes)), axes)


def _power_or_quotient(term: Power, axes: Axes, former: Former) -> Array:
    if not term.holds(Apply):
        return _power(term, axes, former)
    (factor,) = quotients([term])
    return _power(term, axes, former) if factor is term else former.form(factor, axes)


def _function(term: Apply, axes: Axes, former: Former) -> Array:
    if term.name == "arctan" and term.args[0] is const(1):
        return product(number(Fraction(1, 4)), Array("constant", data="pi"))
    return Array("function", tuple([former.over(a, axes) for a in term.args]), axes, term.name)


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
        whole = inverse(former.form(body, (row, col)), (i.index, Index("\N{BULLET}column", i.index.dim)))
        return Array("diagonal", (whole,), (i.index,))
    return inverse(former.form(body, (row, col)), (i.index, j.index))


def _determinant(term: Determinant, axes: Axes, former: Former) -> Array:
    body, row, col = _opened(term, term.body, term.row, term.col)
    return Array("det", (former.form(body, (row, col)),))


def _opened(term: Expr, body: Expr, *bound: Index) -> tuple[Any, ...]:
    """The body with names for its bound indices that nothing else carries."""
    if term.free.isdisjoint(bound):
        return body, *bound
    names: list[Index] = []
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
    found: list[Array] = []
    if term.holds(Power) and term.holds(Apply):  # else no such function is there
        factors, found = softmaxes(factors, former.form)
        factors = quotients(factors)
    if not axes and not summed:  # of scalars there is no graph
        return product(*found, *[former.own(factor, ()) for factor in factors])
    network = Network(found)
    order = (*axes, *summed) if summed else axes
    for factor in factors:
        network.put(_over_its_own(factor, order, former))
    for index in summed:
        network.reach(index)
    network.eliminate(summed)
    return network.result(axes)


def _over_its_own(factor: Expr, order: Axes, former: Former) -> Array:
    own = order if factor.free.issuperset(order) else tuple([i for i in order if i in factor.free])
    if len(own) > 2:
        raise NoMatrixForm("a factor with three indices")
    if len(own) < 2:
        return former.own(factor, own)
    if type(factor) is Component:
        first, last = factor.indices[0], factor.indices[-1]
        if type(first) is IndexValue and first.index is own[1]:
            return former.own(factor, own[::-1])
        if type(last) is IndexValue and len(factor.indices) == 2:
            return former.own(factor, own)
    return min((former.own(factor, own), former.own(factor, own[::-1])), key=lambda a: a.turns)


def _peeled(term: Expr) -> tuple[list[Expr], list[Index]]:
    """The factors of nested products and sums, and the indices summed over, each with a name of its own."""
    factors: list[Expr] = []
    summed: list[Index] = []
    waiting = [term]
    while waiting:
        node = waiting.pop()
        kind = type(node)
        if kind is Mul:
            waiting += node.children
        elif kind is Reduce and node.op == "sum":  # type: ignore[attr-defined]
            assert isinstance(node, Reduce)
            index, body = node.index, node.body
            if index in term.free or index in summed:
                index = fresh(index.dim, term, *factors, *waiting, *map(value, summed))
                body = substitute(body, {node.index: value(index)})
            summed.append(index)
            waiting.append(body)
        else:
            factors.append(node)
    return factors, summed


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
