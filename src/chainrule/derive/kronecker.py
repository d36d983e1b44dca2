"""Hessians by a matrix as Kronecker products: entries B_jl A_ik at (i, j), (k, l) are B ⊗ A by vec(W)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chainrule.calculus import NoMatrixForm, contract, matrix_form
from chainrule.calculus.arrays import Array
from chainrule.derive.cancel import multiplied_out
from chainrule.expr.index import Index
from chainrule.expr.terms import Add, Expr, Mul, add, mul


@dataclass(frozen=True)
class Kronecker:
    """The sum of `left ⊗ right` over pairs of matrices."""

    pairs: tuple[tuple[Array, Array], ...]


def kronecker(term: Expr, indices: tuple[Index, ...]) -> Kronecker | None:
    """The form of a term over (i, j, k, l), None where some product does not fall apart so."""
    rows, columns = indices[::2], indices[1::2]
    inner, outer = frozenset(rows), frozenset(columns)
    by_right: dict[Expr, Expr] = {}
    term = multiplied_out(term)
    for product in term.terms if isinstance(term, Add) else (term,):
        split = _split(product.factors if isinstance(product, Mul) else (product,), inner, outer)
        if split is None:
            return None
        left, right = split
        by_right[right] = add(by_right[right], left) if right in by_right else left
    by_left: dict[Expr, Expr] = {}
    for right, left in by_right.items():
        by_left[left] = add(by_left[left], right) if left in by_left else right
    try:
        pairs = [(matrix_form(contract(a), columns), matrix_form(contract(b), rows)) for a, b in by_left.items()]
        return Kronecker(tuple(pairs))
    except NoMatrixForm:
        return None


def _split(factors: Iterable[Expr], inner: frozenset[Index], outer: frozenset[Index]) -> tuple[Expr, Expr] | None:
    """The factors over j and l, and those over i and k."""
    left, right = list[Expr](), list[Expr]()
    for factor in factors:
        if factor.free <= inner:
            right.append(factor)
        elif factor.free <= outer:
            left.append(factor)
        else:
            return None
    return mul(*left), mul(*right)
