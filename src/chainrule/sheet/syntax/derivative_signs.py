r"""The signs that derivatives are written with, ∂ and d, and derivatives with a slash: `\partial z / \partial b`."""

from __future__ import annotations

from chainrule.read.tree import Factor, Fraction, Name, Node, Number, Product, Script, Span

SIGNS = frozenset({"partial", "d", "delta"})
UPRIGHT = frozenset({"rm", "bb", "bold"})
"""The typefaces in which a d is a sign; bold ones stand above and below, where no vector can."""


def sign_of(node: Node) -> tuple[str, int] | None:
    """`\\partial`, `d`, `\\partial^2` -> the sign and its order."""
    if isinstance(node, Name) and node.text in SIGNS and set(node.style) <= UPRIGHT:
        return node.text, 1
    if isinstance(node, Script) and isinstance(node.base, Name) and node.base.text in SIGNS and node.sub is None:
        order = node.sup.text if isinstance(node.sup, Number) else ""
        return (node.base.text, int(order)) if order.isdigit() else None
    return None


def rest_of(factors: tuple[Factor, ...]) -> Node:
    """Factors as one node."""
    if len(factors) == 1:
        return factors[0].node
    first = Factor("", factors[0].node)
    span = Span(factors[0].node.span.start, factors[-1].node.span.end)
    return Product(span, (first, *factors[1:]))


def slashed(node: Product) -> Product | None:
    """`\\partial z / \\partial b` in a row of factors as the fraction it is; None where there is none."""
    factors, found = node.factors, list[Factor]()
    n = 0
    while n < len(factors):
        end = _slash(factors, n)
        if end is None:
            found.append(factors[n])
            n += 1
            continue
        above, below = rest_of(factors[n:end]), rest_of((Factor("", factors[end].node), factors[end + 1]))
        found.append(Factor(factors[n].op, Fraction(above.span.join(below.span), above, below)))
        n = end + 2
    return None if len(found) == len(factors) else Product(node.span, tuple(found))


def _slash(factors: tuple[Factor, ...], n: int) -> int | None:
    """Where the denominator of a derivative that begins at factor n begins; a d is a sign only as the first factor."""
    sign = sign_of(factors[n].node)
    if sign is None or (n and sign[0] != "partial"):
        return None
    end = next((m for m in range(n + 1, len(factors)) if factors[m].op == "/"), None)
    if end is None or end < n + 2 or end + 1 >= len(factors) or sign_of(factors[end].node) is None:
        return None
    return None if any(sign_of(f.node) is not None for f in factors[n + 1 : end]) else end
