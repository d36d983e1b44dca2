r"""Inequalities at the end of a chain that the form of a term proves: `z^\top A^\top A z = \|Az\|^2 \ge 0`.

A square is not negative, neither is a sum or a product of what is not, and an exponential is positive. What is not
proved so is left as the condition that it may be; nothing is refuted.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from chainrule.calculus import resolve
from chainrule.check.records.finding import Finding
from chainrule.check.records.report import Evidence
from chainrule.expr import Add, Apply, Const, Definitions, Expr, Mul, Power, Reduce, substitute
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.literals import is_zero

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

Sign = Literal["positive", "not negative"]
ORDERS = {"≥": 1, ">": 1, "≤": -1, "<": -1}
MOST_STEPS = 6
STRICT = frozenset("<>")
POSITIVE = frozenset({"exp", "sigmoid", "softplus", "cosh"})
NOT_NEGATIVE = POSITIVE | {"abs", "relu", "sqrt"}


def by_its_form(judge: Judge, e: Equation) -> Finding | None:
    """The finding of an inequality with zero at the end of a chain of equations that hold, where the form of one of
    their sides proves it."""
    if not e.link or e.op not in ORDERS or not is_zero(e.rhs):
        return None
    before = [x for x in judge.chain(e) if x.position < e.position]
    if not before or before[-1].rhs is not e.lhs or not judge.holding.issuperset(x.position for x in before):
        return None
    variant = judge.usual(before[-1])
    typed = [variant.typed[x.position] for x in before if x.position in variant.typed]
    sides = [val for _, *pair in typed for val in pair if not val.dims]
    terms = (_written_out(variant.comparer.terms(val, []), variant.universe.definitions) for val in reversed(sides))
    found = next((sign for term in terms if (sign := sign_of(term, ORDERS[e.op])) is not None), None)
    if found is None or (e.op in STRICT and found != "positive"):
        return None
    return Finding(
        "verified", "proved", f"what stands there is {WORDS[found, ORDERS[e.op]]}", evidence=Evidence("proved")
    )


WORDS: dict[tuple[Sign, int], str] = {
    ("positive", 1): "positive whatever its names are",
    ("not negative", 1): "never negative: a sum of squares, or of products of what is never negative",
    ("positive", -1): "negative whatever its names are",
    ("not negative", -1): "never positive: minus a sum of squares, or of products of what is never negative",
}


def _written_out(term: Expr, definitions: Definitions) -> Expr:
    """A term with the formulas of the names in it, as far as a few steps lead."""
    for _ in range(MOST_STEPS):
        inner = {s: definitions[s].at for s in term.symbols if s in definitions}
        if not inner:
            break
        term = resolve(substitute(term, inner), definitions)
    return term


def sign_of(term: Expr, sign: int = 1) -> Sign | None:
    """What the form of a term, or of its negative, says of its sign."""
    match term:
        case Const(value=number):
            return None if sign * number < 0 else "positive" if number else "not negative"
        case Power(base=base, exponent=Const(value=n)) if sign > 0 and n.denominator == 1 and n % 2 == 0:
            return "positive" if sign_of(base) == "positive" else "not negative"
        case Power(base=base) if sign > 0:
            return sign_of(base) if sign_of(base) == "positive" else None
        case Apply(name=name) if sign > 0 and name in NOT_NEGATIVE:
            return "positive" if name in POSITIVE else "not negative"
        case Add(terms=(Const(value=one), Mul(factors=(Const(value=minus), Apply(name="sigmoid"))))) if (
            sign > 0 and one == 1 and minus == -1
        ):
            return "positive"
        case Add(terms=terms):
            signs = [sign_of(t, sign) for t in terms]
            return None if None in signs else "positive" if "positive" in signs else "not negative"
        case Reduce(op="sum", body=body):
            return sign_of(body, sign)
        case Mul(factors=factors):
            return _of_product(factors, sign)
    return None


def _of_product(factors: tuple[Expr, ...], sign: int) -> Sign | None:
    """The sign of a product: equal factors are squares, each of the others has a sign of its own."""
    found: list[Sign] = []
    for factor, times in Counter(factors).items():
        if isinstance(factor, Const) and factor.value < 0:
            sign = -sign if times % 2 else sign
            continue
        own = sign_of(factor)
        if own is None and times % 2:
            return None
        found.append(own or "not negative")
    if sign < 0:
        return None
    return "positive" if all(s == "positive" for s in found) else "not negative"
