r"""Steps that are printed in numbers alone: `w = 2.2 - 0.1 \cdot (-1.6)` after `w = 2.2` gives w another value.

Such a line begins with the value that the name has so far, to the digits printed, and adds something to it.
"""

from __future__ import annotations

from fractions import Fraction as Rational

from chainrule.read.tree import Fenced, Fraction, Node, Product, Sum
from chainrule.sheet.syntax.literals import literal_number


def steps_on(body: Node, rhs: Node) -> bool:
    """Whether a formula of numbers begins with the value that another one has, and goes on."""
    if not isinstance(rhs, Sum) or len(rhs.terms) < 2 or _value(rhs) is None:
        return False
    before, first = _value(body), literal_number(Sum(rhs.span, rhs.terms[:1]))
    text = getattr(rhs.terms[0].node, "text", "")
    if before is None or first is None:
        return False
    unit = Rational(1, 10 ** len(text.partition(".")[2]))
    return abs(before - first) <= (unit / 2 if "." in text else 0)


def _value(node: Node) -> Rational | None:
    """The value of sums, products and quotients of printed numbers."""
    number = literal_number(node)
    if number is not None:
        return number
    match node:
        case Fenced(open="(" | "[", body=body):
            return _value(body)
        case Sum(terms=terms) if all(t.sign in "+-" for t in terms):
            values = [(t.sign, _value(t.node)) for t in terms]
            known = [v if sign == "+" else -v for sign, v in values if v is not None]
            return sum(known, Rational(0)) if len(known) == len(values) else None
        case Fraction(numerator=above, denominator=below):
            return _quotient(_value(above), _value(below))
        case Product(factors=factors):
            total: Rational | None = Rational(1)
            for f in factors:
                value = _value(f.node)
                if value is None or total is None or f.op not in ("", "cdot", "times", "*", "/"):
                    return None
                total = _quotient(total, value) if f.op == "/" else total * value
            return total
    return None


def _quotient(above: Rational | None, below: Rational | None) -> Rational | None:
    return above / below if above is not None and below else None
