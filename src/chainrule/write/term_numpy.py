"""NumPy code of a term in components, for what has no matrix form: every index is an axis of an array.

A term is an array over its free indices, in an order that its code says; sums of products are `np.einsum`, everything
else is broadcast. Labels count from 0, as NumPy does.
"""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_letters
from typing import Any

from chainrule.expr.bound_names import fresh
from chainrule.expr.functions import BY_NAME
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
from chainrule.write.array_numpy import Spelling, fraction

Axes = tuple[Index, ...]
Coded = tuple[str, Axes]
"""Code, and the indices of the axes of its array."""


class NoCode(ValueError):
    """The term has no NumPy expression here."""


def term_to_numpy(term: Expr, axes: Axes, spelling: Spelling) -> str:
    """The array over the axes whose entries are the term. Raises `NoCode`.

    >>> from chainrule.expr import Dim, Symbol, component, reduce
    >>> n, d = Dim("n"), Dim("d"); i, k = Index("i", n), Index("k", d); X = Symbol("X", (n, d))
    >>> term_to_numpy(reduce("prod", k, component(X, i, k)), (i,), Spelling({X: "X"}, {}))
    'np.prod(X, axis=1)'
    """
    writer = _Writer(spelling)
    code, own = writer.code(term)
    if set(own) == set(axes):
        return writer.turned(code, own, axes)
    shape = ", ".join(writer.size(i) for i in axes)
    return f"np.ones(({shape},)) * {writer.spread((code, own), axes)}"


class _Writer:
    def __init__(self, spelling: Spelling) -> None:
        self.spelling = spelling

    def size(self, index: Index) -> str:
        return self.spelling.sizes.get(index.dim, index.dim.name)

    def code(self, term: Expr) -> Coded:
        row = _ROWS.get(type(term))
        if row is None:
            raise NoCode(type(term).__name__)
        return row(term, self)

    @staticmethod
    def turned(code: str, own: Axes, axes: Axes) -> str:
        """The array with its axes in this order."""
        return code if own == axes else f"np.transpose({code}, {tuple(own.index(i) for i in axes)})"

    def spread(self, coded: Coded, axes: Axes) -> str:
        """The array with an axis of one place for every index that it lacks."""
        code, own = coded
        code = self.turned(code, own, tuple(i for i in axes if i in own))
        if len(own) in (0, len(axes)):
            return code
        return f"{code}[{', '.join(':' if i in own else 'None' for i in axes)}]"

    def place(self, term: Expr) -> Coded:
        """An index, a label or the place of an extreme, which count from 0 here."""
        if isinstance(term, IndexValue):
            return f"np.arange({self.size(term.index)})", (term.index,)
        return self.code(term)

    def together(self, *terms: Expr, places: bool = False) -> tuple[list[str], Axes]:
        """The codes of terms over common axes."""
        coded = [self.place(t) if places else self.code(t) for t in terms]
        axes = tuple(dict.fromkeys(i for _, own in sorted(coded, key=lambda c: -len(c[1])) for i in own))
        return [self.spread(c, axes) for c in coded], axes


def _opened(term: Any, *bound: Index) -> tuple[Any, ...]:
    """The body, with names for its bound indices that are free nowhere else."""
    names = list[Index]()
    for index in bound:
        names.append(fresh(index.dim, term, term.body, *map(value, names)))
    return substitute(term.body, dict(zip(bound, map(value, names), strict=True))), *names


def _component(term: Component, w: _Writer) -> Coded:
    code, places = w.spelling.symbols.get(term.symbol), term.indices
    if code is None:
        raise NoCode(term.symbol.name)
    if all(isinstance(t, IndexValue) for t in places):
        axes = tuple(t.index for t in places if isinstance(t, IndexValue))
        if len(set(axes)) == len(axes):
            return code, axes
        return f"np.diagonal({code})", axes[:1]
    if not all(map(_is_place, places)):
        raise NoCode("a place that is computed")
    codes, axes = w.together(*places, places=True)
    return f"{code}[{', '.join(codes)}]", axes


def _product(term: Expr, w: _Writer) -> Coded:
    factors, summed = list[Expr](), list[Index]()
    waiting = [term]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mul):
            waiting += reversed(node.factors)
        elif isinstance(node, Reduce) and node.op == "sum":
            index = fresh(node.index.dim, term, *factors, *waiting, *map(value, summed))
            summed.append(index)
            waiting.append(substitute(node.body, {node.index: value(index)}))
        else:
            factors.append(node)
    free = {i for f in factors for i in f.free}
    front = [w.size(i) for i in summed if i not in free] + [w.code(f)[0] for f in factors if not f.free]
    coded = [w.code(f) for f in factors if f.free]
    axes = tuple(dict.fromkeys(i for _, own in coded for i in own if i not in summed))
    if not coded:
        return f"({' * '.join(front)})", ()
    letters = dict(zip(dict.fromkeys(i for _, own in coded for i in own), ascii_letters, strict=False))
    into = "".join(letters[i] for i in axes)
    script = ",".join("".join(letters[i] for i in own) for _, own in coded)
    code = f"np.einsum('{script}->{into}', {', '.join(c for c, _ in coded)})" if script != into else coded[0][0]
    return (f"({' * '.join([*front, code])})" if front else code), axes


def _sum(term: Add, w: _Writer) -> Coded:
    codes, axes = w.together(*term.terms)
    return f"({' + '.join(codes)})", axes


def _power(term: Power, w: _Writer) -> Coded:
    (base, exponent), axes = w.together(term.base, term.exponent)
    if isinstance(term.exponent, Const) and term.exponent.value == -1:
        return f"(1 / {base})", axes
    return f"({base} ** {exponent})", axes


def _function(term: Apply, w: _Writer) -> Coded:
    codes, axes = w.together(*term.args)
    return f"({BY_NAME[term.name].numpy.format(*codes)})", axes


def _reduction(term: Reduce, w: _Writer) -> Coded:
    if term.op == "sum":
        return _product(term, w)
    body, index = _opened(term, term.index)
    code, own = w.code(body)
    if index not in own:
        if term.op != "prod":
            raise NoCode(f"{term.op} over an index that is not there")
        return f"({code} ** {w.size(index)})", own
    return f"np.{term.op}({code}, axis={own.index(index)})", tuple(i for i in own if i is not index)


def _indicator(term: Indicator, w: _Writer) -> Coded:
    places = [_is_place(t) for t in (term.a, term.b)]
    if any(places) and not all(places):
        raise NoCode("a place beside a number")
    (left, right), axes = w.together(term.a, term.b, places=all(places))
    return f"(1.0 * ({left} {term.rel} {right}))", axes


def _is_place(term: Expr) -> bool:
    if isinstance(term, Component):
        return term.symbol.kind == "integer"
    return isinstance(term, IndexValue) or (isinstance(term, Reduce) and term.op in ("argmax", "argmin"))


def _piecewise(term: Piecewise, w: _Writer) -> Coded:
    codes, axes = w.together(*term.children)
    *pairs, found = codes
    for condition, item in reversed([*zip(pairs[::2], pairs[1::2], strict=True)]):
        found = f"np.where({condition} == 1, {item}, {found})"
    return found, axes


def _matrix(term: Inverse | Determinant, w: _Writer) -> str:
    body, row, col = _opened(term, term.row, term.col)
    if body.free != {row, col}:
        raise NoCode("a matrix for every index")
    return w.turned(*w.code(body), (row, col))


def _inverse(term: Inverse, w: _Writer) -> Coded:
    i, j = term.i, term.j
    if not (isinstance(i, IndexValue) and isinstance(j, IndexValue)):
        raise NoCode("an entry of an inverse")
    code = f"np.linalg.inv({_matrix(term, w)})"
    return (f"np.diagonal({code})", (i.index,)) if i is j else (code, (i.index, j.index))


_ROWS: dict[type[Expr], Callable[[Any, _Writer], Coded]] = {
    Const: lambda term, w: (fraction(term.value) if term.value >= 0 else f"({fraction(term.value)})", ()),
    Component: _component,
    Add: _sum,
    Mul: _product,
    Power: _power,
    Apply: _function,
    Reduce: _reduction,
    Indicator: _indicator,
    Piecewise: _piecewise,
    Inverse: _inverse,
    Determinant: lambda term, w: (f"np.linalg.det({_matrix(term, w)})", ()),
}
