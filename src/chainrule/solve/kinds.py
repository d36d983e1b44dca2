"""The words for derivatives, "the gradient and the Hessian", "first and second derivatives", and what they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.read.tree import Fraction, Node, Product, Script
from chainrule.sheet.meaning.derivatives.differentials import taken_apart
from chainrule.sheet.syntax.derivatives import nabla_of

ORDINALS = r"first|second|third|fourth|fifth|higher|1st|2nd|3rd|4th|5th"
ORDINAL = rf"(?:{ORDINALS})(?:[- ]order)?"
ONE = (
    rf"(?:{ORDINAL}(?:\s*(?:,|and|, and)\s*{ORDINAL})*\s+)?(?:partial\s+|directional\s+|total\s+)?"
    r"(?:(?:sub)?gradient|derivative|hessian|jacobian)s?(?:\s+(?:vector|matrix|matrices)\b)?"
)
KINDS = rf"(?P<whats>{ONE}(?:\s*(?:,|and|, and|,? as well as)\s*(?:(?:the|its)\s+)*{ONE})*)"
"""One kind of derivative or several."""
ORDERS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
}
HIGHEST = 99
"""Stands for "higher", an order that no number is said of."""


def orders_of(whats: str) -> list[int]:
    """How often is differentiated, for every kind in some words.

    >>> orders_of("gradient and the Hessian"), orders_of("first and second partial derivatives"), orders_of("Jacobian")
    ([1, 2], [1, 2], [1])
    """
    return list(dict.fromkeys(_orders(whats.lower())))


def _orders(whats: str) -> Iterator[int]:
    for kind in re.finditer(ONE, whats):
        told = re.findall(ORDINALS, kind[0])
        usual = [2 if "hessian" in kind[0] else 1]
        yield from [ORDERS.get(x, HIGHEST) for x in told] or usual


def gradient_of(body: str, order: int) -> str:
    r"""`\nabla f`, `\nabla^2 f`."""
    return rf"\nabla^{order} {body}" if order > 1 else rf"\nabla {body}"


def derivative_by(body: str, name: str, order: int) -> str:
    r"""`\frac{\partial L}{\partial w}`; the loss is filled in later where it is not named."""
    if order == 2:
        return rf"\frac{{\partial^2 {body}}}{{\partial {name} \partial {name}^\top}}"
    if order > 2:
        return rf"\frac{{\partial^{order} {body}}}{{\partial {name}^{order}}}"
    return rf"\frac{{\partial {body}}}{{\partial {name}}}"


def is_slope(node: Node) -> bool:
    """`f'(x)`."""
    return isinstance(node, Product) and isinstance(node.factors[0].node, Script) and node.factors[0].node.primes > 0


def is_operator(node: Node) -> bool:
    r"""`\frac{d}{dp}` or `\nabla_p` before what it differentiates."""
    if nabla_of(node) is not None:
        return True
    parts = taken_apart(node) if isinstance(node, Fraction) else None
    return parts is not None and parts[0].body is None
