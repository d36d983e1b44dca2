r"""A derivative of what begins with a sign, without parentheses: `\frac{\partial}{\partial z} -\log p`.

The operator would have nothing to act on, so that the term behind it is meant. Where others follow that one, only its
own parentheses say how far the operator reaches.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Factor, Fenced, Fraction, Name, Node, Product, Script, Sum, Term
from chainrule.sheet.syntax.derivative_signs import rest_of, sign_of


def before_a_sign(node: Node) -> Node | None:
    """A sum with each such operator joined to the term behind it; None where there is none."""
    if not isinstance(node, Sum):
        return None
    terms: list[Term] = []
    for n, term in enumerate(node.terms):
        last = n + 1 == len(node.terms)
        if terms and _waits(terms[-1].node) and term.sign in ("+", "-") and (last or isinstance(term.node, Fenced)):
            terms.append(_joined(terms.pop(), term))
        else:
            terms.append(term)
    if len(terms) == len(node.terms):
        return None
    return terms[0].node if len(terms) == 1 and terms[0].sign in ("", "+") else replace(node, terms=tuple(terms))


def sign_above(node: Node) -> Node | None:
    r"""`\frac{-\partial f}{\partial x}`: minus the derivative, as the sign is no part of what is differentiated."""
    match node:
        case Fraction(
            numerator=Sum(terms=(Term(sign="-" | "+" as sign, node=Product(factors=(first, _, *_)) as top),))
        ):
            if sign_of(first.node) is not None and _is_signed(node.denominator):
                return Sum(node.span, (Term(sign, replace(node, numerator=top)),))
    return None


def _is_signed(node: Node) -> bool:
    """Whether a ∂ or d stands first, as in the denominator of a derivative."""
    return isinstance(node, Product) and sign_of(node.factors[0].node) is not None


def _joined(operator: Term, term: Term) -> Term:
    before = operator.node.factors if isinstance(operator.node, Product) else (Factor("", operator.node),)
    signed = Sum(term.node.span, (term,))
    return replace(operator, node=rest_of((*before, Factor("", Fenced(term.node.span, "(", signed, ")")))))


def _waits(node: Node) -> bool:
    """Whether a term ends with a derivative operator, `\\frac{d}{dx}` or `\\nabla_x`, and nothing behind it."""
    last = node.factors[-1] if isinstance(node, Product) else Factor("", node)
    match last.node:
        case Fraction(numerator=above, denominator=Product(factors=(first, _, *_))):
            return last.op == "" and sign_of(above) is not None and sign_of(first.node) is not None
        case Script(base=Name(text="nabla"), sub=Node()) | Name(text="nabla"):
            return last.op == ""
    return False
