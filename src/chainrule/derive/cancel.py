"""Quotients that a product cancels: h (1 - h) ((1 - y) / (1 - h) - y / h) is h - y.

A product is multiplied out over a sum only where factors of the product stand below in the sum, and only if the result
is shorter. As `mul` does, it takes what is cancelled to be different from zero.
"""

from __future__ import annotations

from chainrule.calculus.simplify import contract
from chainrule.expr.bound_names import fresh
from chainrule.expr.index import Dim
from chainrule.expr.making import value
from chainrule.expr.nodes import Add, Const, Expr, Mul, Power, Reduce
from chainrule.expr.substitution import substitute
from chainrule.expr.terms import add, const, div, mul, neg, total
from chainrule.expr.walks import factors_in, rebuilt, walk

MOST_TERMS = 32
_PRODUCTS_OF_SUMS = 1 << Mul.RANK | 1 << Add.RANK
_QUOTIENTS = _PRODUCTS_OF_SUMS | 1 << Power.RANK


def cancelled(body: Expr) -> Expr:
    """The term with every such product multiplied out."""
    if not _holds_such(body):
        return body
    return rebuilt(body, lambda _, found: _shorter(found) if isinstance(found, Mul) else found, _QUOTIENTS)


def _holds_such(body: Expr) -> bool:
    """Whether a product in the term that holds a power has a sum among its factors."""
    seen: set[Expr] = set()
    waiting = [body]
    while waiting:
        node = waiting.pop()
        if node.kinds & _QUOTIENTS == _QUOTIENTS and node not in seen:
            seen.add(node)
            if type(node) is Mul and Add in map(type, node.factors):
                return True
            waiting += node.children
    return False


def _shorter(node: Mul) -> Expr:
    for factor in node.factors:
        if isinstance(factor, Add) and _meets(factor, node):
            rest = [f for f in node.factors if f is not factor]
            longer = collected(add(*(multiplied_out(mul(*rest, term)) for term in factor.terms)))
            if _size(longer) < _size(node):
                return longer
    return _divided(node)


def _divided(node: Mul) -> Expr:
    """(x y - x z) / x is y - z."""
    below = _below(node)
    for factor in node.factors if below else ():
        if isinstance(factor, Add) and all(below & _bases(t) for t in factor.terms):
            shorter = mul(*(f for f in node.factors if f is not factor), collected(factor))
            if _size(shorter) < _size(node):
                return shorter
    return node


def _bases(term: Expr) -> set[Expr]:
    factors = factors_in(term)
    return {f.base if isinstance(f, Power) else f for f in factors}


def _meets(total: Add, node: Mul) -> bool:
    """Whether factors of the product stand below in the sum."""
    around = {f.base if isinstance(f, Power) else f for f in node.factors}
    return any(_below(term) & around for term in total.terms)


def _below(term: Expr) -> set[Expr]:
    factors = factors_in(term)
    return {f.base for f in factors if isinstance(f, Power) and isinstance(f.exponent, Const) and f.exponent.value < 0}


def multiplied_out(term: Expr) -> Expr:
    """A product of sums as a sum of products, while these are few."""
    terms: list[Expr] = [term]
    for _ in range(MOST_TERMS):
        at = next(
            (n for n, t in enumerate(terms) if isinstance(t, Mul) and any(isinstance(f, Add) for f in t.factors)), -1
        )
        if at < 0 or len(terms) > MOST_TERMS:
            break
        product = terms.pop(at)
        assert isinstance(product, Mul)
        first = next(f for f in product.factors if isinstance(f, Add))
        rest = [f for f in product.factors if f is not first]
        terms += [mul(*rest, t) for t in first.terms]
    return add(*terms)


def spread(body: Expr) -> Expr:
    """The term with all its products multiplied out, also under sums."""
    return rebuilt(body, lambda _, found: multiplied_out(found) if isinstance(found, Mul) else contract(found))


def collected(total: Expr) -> Expr:
    """x p - x y as x (p - y)."""
    if not isinstance(total, Add):
        return total
    split = [[x for f in (t.factors if isinstance(t, Mul) else [t]) for x in _single(f)] for t in total.terms]
    rests = [list(factors) for factors in split]
    common = list[Expr]()
    for f in split[0]:
        if not isinstance(f, Const) and all(f in rest for rest in rests):
            common.append(f)
            for rest in rests:
                rest.remove(f)
    return mul(*common, add(*(mul(*factors) for factors in rests)))


def merged(body: Expr) -> Expr:
    """The term with sums over the same index as one, and what their terms share before a bracket:
    y p (1 - p) + (1 - y) p (1 - p) is p (1 - p)."""
    return rebuilt(body, lambda _, found: _merged(found) if isinstance(found, Add) else found)


def _merged(term: Add) -> Expr:
    groups: dict[tuple[Expr, Dim], list[tuple[Const, Reduce, Expr]]] = {}
    found = []
    for t in term.terms:
        factors = factors_in(t)
        sums = [f for f in factors if isinstance(f, Reduce) and f.op == "sum" and f.symbols]
        if len(sums) != 1:
            found.append(t)
            continue
        number = factors[0] if isinstance(factors[0], Const) else const(1)
        front = mul(*(f for f in factors if f not in sums and f is not number))
        groups.setdefault((front, sums[0].index.dim), []).append((number, sums[0], t))
    for (front, dim), members in groups.items():
        if len(members) == 1:
            found.append(members[0][2])
            continue
        index = fresh(dim, add(*(s for _, s, _ in members)))
        unit = members[0][0] if len({abs(n.value) for n, _, _ in members}) == 1 else const(1)
        body = add(*(mul(div(n, unit), substitute(s.body, {s.index: value(index)})) for n, s, _ in members))
        found.append(mul(unit, front, total(index, collected(body))))
    return add(*found)


def positive(body: Expr) -> Expr:
    """The term with the minus that all terms of a sum carry before the product around it: -x (-y - z) is x (y + z)."""
    return rebuilt(body, lambda _, found: _positive(found) if isinstance(found, Mul) else found, _PRODUCTS_OF_SUMS)


def _positive(node: Mul) -> Expr:
    negative = [f for f in node.factors if isinstance(f, Add) and all(map(is_negative, f.terms))]
    if not negative:
        return node
    rest = [f for f in node.factors if f not in negative]
    return mul(*rest, *(neg(f) for f in negative), const((-1) ** len(negative)))


def is_negative(term: Expr) -> bool:
    """Whether the number in front of a term is below 0."""
    number = term.factors[0] if isinstance(term, Mul) else term
    return isinstance(number, Const) and number.value < 0


def _single(factor: Expr) -> list[Expr]:
    """x x for x^2."""
    exponent = factor.exponent if isinstance(factor, Power) else None
    if isinstance(factor, Power) and isinstance(exponent, Const) and exponent.value in (2, 3):
        return [factor.base] * int(exponent.value)
    return [factor]


def _size(term: Expr) -> int:
    return sum(1 for _ in walk(term))
