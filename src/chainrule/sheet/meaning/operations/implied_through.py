r"""Einstein's convention through parentheses and fractions: in `a_h (b_h c_h)` and `a_h \frac{b_h c_h}{d}` the sum is
over the whole product, and in `a_h (b_h c_h + d_h)` over each of its terms.

A letter that stands twice in parentheses alone is summed there; where it stands outside as well, the author multiplied
out, or wrote one product in groups. Such groups are opened before the sums of a product are looked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from chainrule.read.tree import Big, Brace, Differential, Factor, Fenced, Fraction, Node, Number, Product, Sum, Term
from chainrule.sheet.meaning.operations.implied import letter_counts
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.syntax.derivatives import below, is_operator
from chainrule.sheet.syntax.parts import factors_of

PLAIN = frozenset({"", "cdot", "times"})


def opened(frame: Frame, factors: tuple[Factor, ...], called: Callable[[int], bool]) -> Node | None:
    """A product with its first group opened that shares a summed letter with the factors around it; None where there is
    none. `called` says of a factor whether it is the argument of a function."""
    if frame.einstein is None or any(isinstance(f.node, (Big, Differential)) or is_operator(f.node) for f in factors):
        return None
    for n, factor in enumerate(factors):
        terms = _terms(factor.node) if factor.op in PLAIN and not called(n) else []
        before, behind = factors[:n], factors[n + 1 :]
        if not terms or any(f.op not in PLAIN for f in behind[:1]):
            continue
        outside = {x for f in (*before, *behind) for x in letter_counts(f.node, frame)}
        if any(outside & _twice(term.node, frame) for term in terms):
            products = [replace(t, node=_product(before, factor, t.node, behind)) for t in terms]
            whole = Sum(products[0].node.span, tuple(products))
            return products[0].node if len(products) == 1 and products[0].sign == "+" else whole
    return None


def _terms(node: Node) -> list[Term]:
    """The terms of a group: of a sum in parentheses, or the one that a product or a fraction of a product is."""
    match node:
        case Fenced(open="(" | "[", body=Sum(terms=terms)) | Brace(body=Sum(terms=terms)):
            return list(terms)
        case Fenced(open="(" | "[", body=Product() as body) | Brace(body=Product() as body):
            return [Term("+", body)]
        case Fraction(numerator=Product(factors=factors), denominator=bottom) if below(bottom) is None:
            one = Fraction(node.span, Number(node.span, "1"), bottom)
            return [Term("+", Product(node.span, (*factors, Factor("", one))))]
    return []


def _twice(node: Node, frame: Frame) -> set[str]:
    """The letters that stand on several factors of a term, or on several of its numerator."""
    while isinstance(node, Fraction) and below(node.denominator) is None:
        node = node.numerator
    counts = Counter[str]()
    for factor in node.factors if isinstance(node, Product) else ():
        counts += letter_counts(factor.node, frame)
    return {letter for letter, times in counts.items() if times > 1}


def _product(before: tuple[Factor, ...], at: Factor, term: Node, behind: tuple[Factor, ...]) -> Node:
    inside = factors_of(term)
    factors = (*before, replace(inside[0], op=at.op), *inside[1:], *behind)
    return Product(factors[0].node.span.join(factors[-1].node.span), (replace(factors[0], op=""), *factors[1:]))
