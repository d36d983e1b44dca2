r"""Logarithms of products as sums, `\log \prod_i p^{x_i} = \sum_i x_i \log p`: a likelihood is differentiated so."""

from __future__ import annotations

from chainrule.expr import ONE, Add, Apply, Expr, Mul, Power, Reduce, add, apply, const, mul, power, rebuilt, total
from chainrule.expr.walks import factors_in

MINUS_ONE = const(-1)


def in_sums(term: Expr) -> Expr:
    """The term with the logarithms of its products over an index multiplied out. What stands under them is taken to be
    positive, as what is multiplied in a likelihood is."""
    return rebuilt(term, lambda _, new: _of_product(new))


def _of_product(term: Expr) -> Expr:
    inside = term.args[0] if isinstance(term, Apply) and term.name == "log" else None
    return term if inside is None or not any(map(_runs, factors_in(inside))) else _log(inside)


def _runs(term: Expr) -> bool:
    """Whether a term is a product over an index, or a power of one."""
    inner = term.base if isinstance(term, Power) else term
    return isinstance(inner, Reduce) and inner.op == "prod"


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


def undone(term: Expr) -> Expr:
    r"""The term without exponentials of logarithms and logarithms of exponentials: `\log(e^c x) = c + \log x` and
    `e^{c + \log x} = x e^c`."""
    return rebuilt(term, lambda _, new: _without_exp(new) if isinstance(new, Apply) else new)


def _without_exp(term: Apply) -> Expr:
    if term.name == "log":
        exponents, beside = _split(term.args[0])
        return add(*exponents, _log_of(beside)) if exponents else term
    if term.name == "exp":
        terms = term.args[0].terms if isinstance(term.args[0], Add) else (term.args[0],)
        powers = {t: p for t in terms if (p := _power_of(t)) is not None}
        rest = [t for t in terms if t not in powers]
        return mul(*powers.values(), apply("exp", add(*rest))) if powers else term
    return term


def _split(term: Expr) -> tuple[list[Expr], Expr]:
    """The exponents of the exponentials among the factors of a product, or of what it is one over, and the rest."""
    if isinstance(term, Power) and term.exponent is MINUS_ONE:
        exponents, rest = _split(term.base)
        return [mul(MINUS_ONE, x) for x in exponents], power(rest, MINUS_ONE)
    if isinstance(term, Apply) and term.name == "exp":
        return [term.args[0]], ONE
    if not isinstance(term, Mul):
        return [], term
    parts = [_split(f) for f in term.factors]
    return [x for exponents, _ in parts for x in exponents], mul(*(rest for _, rest in parts))


def _log_of(term: Expr) -> Expr:
    """The logarithm of a term; of one over a term, minus its logarithm."""
    over = isinstance(term, Power) and term.exponent is MINUS_ONE
    return mul(MINUS_ONE, apply("log", term.base)) if over and isinstance(term, Power) else apply("log", term)


def _power_of(term: Expr) -> Expr | None:
    r"""What e to the power of `\log x`, or of `-\log x`, is; None of any other term."""
    factors = factors_in(term)
    inner, minus = factors[-1], len(factors) == 2 and factors[0] is MINUS_ONE
    if not isinstance(inner, Apply) or inner.name != "log" or (len(factors) > 1 and not minus):
        return None
    return power(inner.args[0], MINUS_ONE) if minus else inner.args[0]
