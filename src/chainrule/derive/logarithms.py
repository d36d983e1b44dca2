r"""Logarithms of products as sums, `\log \prod_i p^{x_i} = \sum_i x_i \log p`: a likelihood is differentiated so."""

from __future__ import annotations

from chainrule.expr import Apply, Expr, Mul, Power, Reduce, add, apply, mul, rebuilt, total


def in_sums(term: Expr) -> Expr:
    """The term with the logarithms of its products over an index multiplied out. What stands under them is taken to be
    positive, as what is multiplied in a likelihood is."""
    return rebuilt(term, lambda _, new: _of_product(new))


def _of_product(term: Expr) -> Expr:
    inside = term.args[0] if isinstance(term, Apply) and term.name == "log" else None
    return term if inside is None or not any(map(_runs, _factors(inside))) else _log(inside)


def _runs(term: Expr) -> bool:
    """Whether a term is a product over an index, or a power of one."""
    inner = term.base if isinstance(term, Power) else term
    return isinstance(inner, Reduce) and inner.op == "prod"


def _factors(term: Expr) -> tuple[Expr, ...]:
    return term.factors if isinstance(term, Mul) else (term,)


def _log(term: Expr) -> Expr:
    """The logarithm of a term, multiplied out."""
    if isinstance(term, Mul):
        return add(*map(_log, term.factors))
    if isinstance(term, Power):
        return mul(term.exponent, _log(term.base))
    if isinstance(term, Reduce) and term.op == "prod":
        return total(term.index, _log(term.body))
    if isinstance(term, Apply) and term.name == "exp":
        return term.args[0]
    return apply("log", term)
