r"""Normal laws by their formulas: `c\, e^{-(x - \mu)^2 / (2 \sigma^2)}`, `c \exp(-\frac12 (x - m)^T S^{-1} (x - m))`.

Whatever stands before the exponential is taken to be what makes the density sum to one.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Fenced, Fraction, Name, Node, Product, Script, Sum
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS

Normal = tuple[Node, Node, Node]


def by_formula(body: Node) -> Normal | None:
    """The variable, the mean and the variance of a product with one exponential, of minus a square over twice one."""
    powers = list(_powers(body))
    exponent = powers[0] if len(powers) == 1 else None
    if not isinstance(exponent, Sum) or [t.sign for t in exponent.terms] != ["-"]:
        return None
    term = exponent.terms[0].node
    return _of_a_number(term) or _of_a_vector(term)


def _powers(body: Node) -> Iterator[Node]:
    """What stands in the exponentials of a product."""
    factors = body.factors if isinstance(body, Product) else ()
    for n, f in enumerate(factors):
        node, after = f.node, factors[n + 1].node if n + 1 < len(factors) else None
        if isinstance(node, Script) and isinstance(node.base, Name) and node.base.text == "e" and node.sup is not None:
            yield node.sup
        elif isinstance(node, Name) and node.text == "exp" and isinstance(after, Fenced):
            yield after.body


def _of_a_number(term: Node) -> Normal | None:
    square, double = _quotient(term)
    if not (isinstance(square, Script) and isinstance(square.base, Fenced) and isinstance(square.base.body, Sum)):
        return None
    terms = square.base.body.terms
    twice = double.factors if isinstance(double, Product) else ()
    if [t.sign for t in terms] != ["+", "-"] or getattr(square.sup, "text", "") != "2" or len(twice) != 2:
        return None
    constant = double is not None and all(node_key(n) != node_key(terms[0].node) for n in walk(double))
    if getattr(twice[0].node, "text", "") != "2" or not constant:
        return None
    return terms[0].node, terms[1].node, twice[1].node


def _quotient(node: Node) -> tuple[Node | None, Node | None]:
    r"""Both parts of `\frac{a}{b}` and `\frac{1}{b} a`."""
    if isinstance(node, Fraction):
        return node.numerator, node.denominator
    factors = node.factors if isinstance(node, Product) else ()
    if len(factors) == 2 and isinstance(factors[0].node, Fraction) and not factors[1].op:
        one = getattr(factors[0].node.numerator, "text", "") == "1"
        return (factors[1].node, factors[0].node.denominator) if one else (None, None)
    return None, None


def _of_a_vector(term: Node) -> Normal | None:
    r"""`\frac{1}{2} (x - m)^T S^{-1} (x - m)`, also with its half as a denominator."""
    form, half = term, False
    if isinstance(term, Fraction):
        form, half = term.numerator, getattr(term.denominator, "text", "") == "2"
    factors = form.factors if isinstance(form, Product) else ()
    if len(factors) == 4 and isinstance(factors[0].node, Fraction):
        first = factors[0].node
        half = [getattr(n, "text", "") for n in (first.numerator, first.denominator)] == ["1", "2"]
        factors = factors[1:]
    if not half or len(factors) != 3:
        return None
    turned, inverse, off = (f.node for f in factors)
    inner = off.body if isinstance(off, Fenced) else None
    same = isinstance(turned, Script) and isinstance(turned.sup, Name) and turned.sup.text in TRANSPOSE_WORDS
    if not (same and isinstance(turned, Script) and node_key(turned.base) == node_key(off) and isinstance(inner, Sum)):
        return None
    if [t.sign for t in inner.terms] != ["+", "-"] or not _is_inverse(inverse):
        return None
    assert isinstance(inverse, Script)
    spread = inverse.base if inverse.sub is None else Script(inverse.span, inverse.base, inverse.sub, None, 0)
    return inner.terms[0].node, inner.terms[1].node, spread


def _is_inverse(node: Node) -> bool:
    sup = node.sup if isinstance(node, Script) else None
    minus = isinstance(sup, Sum) and [t.sign for t in sup.terms] == ["-"]
    return minus and isinstance(sup, Sum) and getattr(sup.terms[0].node, "text", "") == "1"
