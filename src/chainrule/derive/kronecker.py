r"""Hessians by a matrix as Kronecker products: entries B_jl A_ik at (i, j), (k, l) are B ⊗ A by vec(W).

Over samples the Hessian is a sum of such products, `\sum_m (diag(p_m) - p_m p_m^{\top}) \otimes x_m x_m^{\top}`: what
belongs to a sample is written with the rows of the matrices that hold all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from chainrule.calculus import NoMatrixForm, contract, matrix_form
from chainrule.calculus.arrays.notation import Array, walk
from chainrule.derive.cancel import multiplied_out
from chainrule.expr.bound_names import fresh
from chainrule.expr.index import Index, Symbol
from chainrule.expr.making import value
from chainrule.expr.nodes import Add, Component, Expr, Reduce
from chainrule.expr.substitution import substitute
from chainrule.expr.terms import ZERO, add, component, mul
from chainrule.expr.walks import factors_in, rebuilt

Pairs = tuple[tuple[Array, Array], ...]


@dataclass(frozen=True)
class Kronecker:
    """The sum of `left ⊗ right` over `pairs` of matrices, and of those for each `sample`, where there are any: `rows`
    has, for the symbol of a row that they are written with, that of its matrix."""

    pairs: Pairs
    sample: Pairs = ()
    rows: dict[Symbol, Symbol] = field(default_factory=dict)


def kronecker(term: Expr, indices: tuple[Index, ...]) -> Kronecker | None:
    """The form of a term over (i, j, k, l), None where some product does not fall apart so."""
    if term is ZERO:
        return None
    products = _terms(multiplied_out(term))
    together = _paired(products, indices, None)
    if together is not None:
        return Kronecker(together)
    opened = [(product, _summed_factor(product, indices)) for product in products]
    dims = {found.index.dim for _, found in opened if found is not None}
    alone = _paired([product for product, found in opened if found is None], indices, None)
    if len(dims) != 1 or alone is None:
        return None
    sample, inside = fresh(dims.pop(), *products), list[Expr]()
    for product, found in opened:
        if found is not None:
            factors = factors_in(product)
            body = substitute(found.body, {found.index: value(sample)})
            inside += _terms(multiplied_out(mul(*(f for f in factors if f is not found), body)))
    rows = dict[Symbol, Symbol]()
    pairs = _paired([_by_rows(product, sample, rows) for product in inside], indices, sample)
    if pairs is None:
        return None
    used = {node.data for pair in pairs for form in pair for node in walk(form)}
    rows = {row: whole for row, whole in rows.items() if row in used}
    return Kronecker(alone, pairs, rows) if rows else None


def _terms(total: Expr) -> list[Expr]:
    return [*total.terms] if isinstance(total, Add) else [total]


def _summed_factor(product: Expr, indices: tuple[Index, ...]) -> Reduce | None:
    """The factor that is a sum of what depends on the entries."""
    for factor in factors_in(product):
        if isinstance(factor, Reduce) and factor.op == "sum" and not factor.free.isdisjoint(indices):
            return factor
    return None


def _paired(products: list[Expr], indices: tuple[Index, ...], sample: Index | None) -> Pairs | None:
    """The products as few pairs, where each falls apart; what depends on nothing but the sample goes to the left."""
    rows, columns = indices[::2], indices[1::2]
    by_right: dict[Expr, Expr] = {}
    for product in products:
        factors = factors_in(product)
        split = _split(factors, frozenset(rows), frozenset(columns), sample is not None)
        if split is None:
            return None
        left, right = split
        by_right[right] = add(by_right[right], left) if right in by_right else left
    by_left: dict[Expr, Expr] = {}
    for right, left in by_right.items():
        by_left[left] = add(by_left[left], right) if left in by_left else right
    try:
        return tuple((matrix_form(contract(a), columns), matrix_form(contract(b), rows)) for a, b in by_left.items())
    except NoMatrixForm:
        return None


def _split(
    factors: Iterable[Expr], inner: frozenset[Index], outer: frozenset[Index], scalars_left: bool
) -> tuple[Expr, Expr] | None:
    """The factors over j and l, and those over i and k."""
    left, right = list[Expr](), list[Expr]()
    for factor in factors:
        if factor.free <= inner and (factor.free or not scalars_left):
            right.append(factor)
        elif factor.free <= outer:
            left.append(factor)
        else:
            return None
    return mul(*left), mul(*right)


def _by_rows(term: Expr, sample: Index, rows: dict[Symbol, Symbol]) -> Expr:
    """The term with the row x_m of X for every X_mi; what stands at the sample otherwise stays and has no form."""

    def change(_: Expr, found: Expr) -> Expr:
        if isinstance(found, Component) and found.indices and found.indices[0] is value(sample):
            row = Symbol(found.symbol.name, found.symbol.axes[1:], "row")
            rows[row] = found.symbol
            return component(row, *found.indices[1:])
        return found

    return rebuilt(term, change)
