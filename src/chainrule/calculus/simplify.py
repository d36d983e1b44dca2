"""Contraction: sums over Kronecker deltas are carried out, so that derivatives stay small.

Rows, for a sum over i of a product:

* split: sum_i (f + g) = sum_i f + sum_i g;
* expand: a factor that is a sum holding a delta over i is multiplied out;
* pick: sum_i [i = e] f_i = f_e, where e runs in the range of i: an index over the same dimension, a number inside a
  fixed dimension, a label (an integer symbol, whose values lie in the range it indexes), a place found by argmax;
* swap: sum_i f_i sum_j [i = e_j] g_ij = sum_j sum_i [i = e_j] f_i g_ij, where pick or expand then applies.

Every row removes a sum, a delta or an addition under a sum, so contraction ends; `expand` is bounded.
"""

from __future__ import annotations

from chainrule.expr.bound_names import fresh
from chainrule.expr.index import Index
from chainrule.expr.making import settle, value
from chainrule.expr.nodes import Add, Component, Const, Expr, IndexValue, Indicator, Mul, Reduce
from chainrule.expr.substitution import substitute
from chainrule.expr.terms import add, mul, total
from chainrule.expr.walks import factors_in, over

EXPANSIONS = 6
_SUMS = 1 << Reduce.RANK
_OPENS = 1 << Indicator.RANK | 1 << Add.RANK
"""A sum without a delta and without an addition in it is left as it is."""


def contract(expr: Expr) -> Expr:
    """The term with its sums over deltas carried out.

    >>> from chainrule.expr import Dim, Symbol, component, delta
    >>> n = Dim("n"); i, j = Index("i", n), Index("j", n)
    >>> contract(total(i, delta(value(i), value(j)) * component(Symbol("x", (n,)), i)))
    x[j]
    """
    if expr.settled or not expr.kinds & _SUMS:
        return expr
    if not expr.kinds & _OPENS:
        settle(expr)
        return expr
    done: dict[Expr, Expr] = {}
    stack = [expr]
    while stack:
        node = stack[-1]
        if node in done:
            stack.pop()
            continue
        waiting = []
        for child in node.children:
            if child.kinds & _SUMS and child.kinds & _OPENS and not child.settled and child not in done:
                waiting.append(child)
        if waiting:
            stack += waiting
            continue
        if done:
            found = _contracted(over(node, [done.get(child, child) for child in node.children]))
        else:
            found = _contracted(node)
        done[node] = found
        if found is node:
            settle(node)
        stack.pop()
    return done[expr]


def _contracted(node: Expr) -> Expr:
    if isinstance(node, Reduce) and node.op == "sum":
        return _sum(node.index, node.body, EXPANSIONS) if node.body.kinds & _OPENS else node
    if type(node) is Mul:
        for factor in node.factors:
            if type(factor) is Reduce and type(factor.body) is Add:
                return mul(*[_contracted(f) if type(f) is Reduce else f for f in node.factors])
    return node


def _sum(index: Index, body: Expr, expansions: int) -> Expr:
    """The sum over the index, by the first row that applies."""
    if isinstance(body, Add):
        return add(*(_sum(index, term, expansions) for term in body.terms))
    if body.holds(Indicator):
        factors = factors_in(body)
        for row in (_pick, _swap, _expand):
            found = row(index, factors, expansions)
            if found is not None:
                return found
    return total(index, body)


def _pick(index: Index, factors: tuple[Expr, ...], expansions: int) -> Expr | None:
    for k, factor in enumerate(factors):
        place = place_of(index, factor)
        if place is not None:
            return substitute(mul(*factors[:k], *factors[k + 1 :]), {index: place})
    return None


def place_of(index: Index, factor: Expr) -> Expr | None:
    """e, when the factor is [i = e] and e is sure to lie in the range of i."""
    if not isinstance(factor, Indicator) or factor.rel != "==":
        return None
    for side, place in ((factor.a, factor.b), (factor.b, factor.a)):
        if side is value(index) and index not in place.free and _in_range(place, index):
            return place
    return None


def _in_range(place: Expr, index: Index) -> bool:
    match place:
        case IndexValue():
            return place.index.dim == index.dim
        case Const():
            size, low = index.dim.fixed, index.dim.low
            return size is not None and place.value.denominator == 1 and low <= place.value < low + size
        case Component():
            return place.symbol.kind == "integer"
        case Reduce():
            return place.op in ("argmax", "argmin") and place.index.dim == index.dim
    return False


def _swap(index: Index, factors: tuple[Expr, ...], expansions: int) -> Expr | None:
    for k, factor in enumerate(factors):
        if not (isinstance(factor, Reduce) and factor.op == "sum" and _holds_delta_within(index, factor.body)):
            continue
        rest = factors[:k] + factors[k + 1 :]
        inner = fresh(factor.index.dim, *rest, factor.body, value(index))
        body = substitute(factor.body, {factor.index: value(inner)})
        parts = (*rest, *factors_in(body))
        for row in (_pick, _expand):
            found = row(index, parts, expansions)
            if found is not None:
                return _sum(inner, found, expansions)
    return None


def _expand(index: Index, factors: tuple[Expr, ...], expansions: int) -> Expr | None:
    if expansions == 0:
        return None
    for k, factor in enumerate(factors):
        if isinstance(factor, Add) and any(_holds_delta(index, term) for term in factor.terms):
            rest = factors[:k] + factors[k + 1 :]
            return add(*(_sum(index, mul(*rest, term), expansions - 1) for term in factor.terms))
    return None


def _holds_delta_within(index: Index, term: Expr) -> bool:
    """Whether a delta over the index stands among the factors, or in a sum among them."""
    factors = factors_in(term)
    sums = (t for f in factors if isinstance(f, Add) for t in f.terms)
    return any(_holds_delta(index, f) for f in (*factors, *sums))


def _holds_delta(index: Index, term: Expr) -> bool:
    factors = factors_in(term)
    return any(place_of(index, f) is not None for f in factors)
