"""How many differentials stand in every term of a formula: a line of differentials is of first degree in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from chainrule.read.tree import (
    Accent,
    Big,
    Brace,
    Comma,
    Dots,
    Factor,
    Fenced,
    Fraction,
    Infix,
    Matrix,
    Name,
    Node,
    Number,
    Product,
    Script,
    Sum,
)
from chainrule.sheet.syntax.derivative_signs import UPRIGHT
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.literals import is_zero
from chainrule.sheet.syntax.names import children, node_key, walk
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS

TRACES = frozenset({"tr", "Tr", "trace", "Trace"})


def acts(factors: tuple[Factor, ...], n: int) -> bool:
    """Whether a factor is a d with something behind it to act on."""
    return is_d(factors[n].node) and n + 1 < len(factors) and factors[n + 1].op == ""


def is_d(node: Node) -> bool:
    """Whether a name is a d or a ∂ that may be a sign."""
    if not isinstance(node, Name):
        return False
    return (node.text == "d" and set(node.style) <= UPRIGHT) or (node.text == "partial" and not node.style)


def is_derivative(node: Node) -> bool:
    """Whether a fraction is a derivative."""
    return isinstance(node, Fraction) and above(node.numerator) is not None and below(node.denominator) is not None


def degree(node: Node) -> int | None:
    """How many differentials are multiplied in every term of a formula; None where terms differ."""
    if is_derivative(node):
        return 0
    match node:
        case Product(factors=factors):
            return _of_product(factors)
        case Sum(terms=terms):
            return _common(t.node for t in terms)
        case Fraction(numerator=top, denominator=bottom):
            return _difference(degree(top), degree(bottom))
        case Fenced(body=Comma(items=items), open="⟨"):
            return _sum(map(degree, items))
        case Infix(op=":", left=left, right=right):
            return _sum((degree(left), degree(right)))
        case Fenced(body=body) | Brace(body=body) | Accent(body=body):
            return degree(body)
        case Matrix(rows=rows):
            return _common(cell for row in rows for cell in row)
        case Script():
            return _of_script(node)
    return 0 if not any(is_d(n) for n in walk(node)) else None


def _of_product(factors: tuple[Factor, ...]) -> int | None:
    total: int | None = 0
    for n, factor in enumerate(factors):
        own = 1 if acts(factors, n) else degree(factor.node)
        total = _difference(total, own) if factor.op == "/" else _sum((total, own))
    return total


def _of_script(node: Script) -> int | None:
    """A transpose changes nothing; a power multiplies, and what it cannot be is left open."""
    own, sup = degree(node.base), node.sup
    if own == 0 or own is None or sup is None or (isinstance(sup, Name) and sup.text in TRANSPOSE_WORDS):
        return own
    return own * int(sup.text) if isinstance(sup, Number) and sup.text.isdigit() else None


def _common(nodes: Iterable[Node]) -> int | None:
    degrees = {degree(n) for n in nodes if not (is_zero(n) or isinstance(n, Dots))}
    return degrees.pop() if len(degrees) == 1 else 0 if not degrees else None


def _sum(degrees: Iterable[int | None]) -> int | None:
    found = list(degrees)
    return None if None in found else sum(x for x in found if x is not None)


def _difference(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a - b


def _variables(factors: tuple[Factor, ...]) -> Iterator[object]:
    """What the derivatives in a product are taken by: the x of `\\frac{\\partial z}{\\partial x}` and of `f'(x)`."""
    for n, factor in enumerate(factors):
        bottom = below(factor.node.denominator) if isinstance(factor.node, Fraction) else None
        yield from (node_key(v) for v in (bottom[1] if bottom is not None else ()))
        after = factors[n + 1].node if n + 1 < len(factors) else None
        if isinstance(factor.node, Script) and factor.node.primes and isinstance(after, Fenced):
            yield node_key(after.body)


def is_form(node: Node) -> bool:
    """What is written of differentials and not of the names of gradients: a sign before parentheses, `d(XY)`, before
    what the same product differentiates by, `f'(x) dx`, or in a trace, `\\mathrm{tr}(G^T dX)`."""
    for factors in _rows(node):
        after = [factors[n + 1].node for n in range(len(factors)) if acts(factors, n)]
        if any(isinstance(x, Fenced) for x in after):
            return True
        if not {node_key(x) for x in after}.isdisjoint(_variables(factors)):
            return True
        traces = (b for a, b in pairwise(factors) if isinstance(a.node, Name) and a.node.text in TRACES)
        if any(degree(b.node) == 1 for b in traces):
            return True
    return False


def _rows(node: Node) -> Iterator[tuple[Factor, ...]]:
    """The products in a formula, without those that a derivative is made of."""
    stack = [node]
    while stack:
        top = stack.pop()
        if is_derivative(top):
            continue
        if isinstance(top, Product):
            yield top.factors
        stack += children(top)


def integrates(node: Node) -> bool:
    """Whether an integral stands in a formula: its d is the sign of no change."""
    return any(isinstance(n, Big) and n.op == "int" for n in walk(node))
