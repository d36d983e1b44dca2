"""Derivatives as written: what is above and below in `\\frac{\\partial L}{\\partial W}`, and by what a ∇ is."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.read.tree import Comma, Factor, Fenced, Fraction, Name, Node, Number, Product, Script, Sum
from chainrule.sheet.syntax.derivative_signs import rest_of, sign_of


@dataclass(frozen=True)
class Above:
    """What stands above in a derivative fraction: its order and what is differentiated (None: an operator)."""

    sign: str
    order: int
    body: Node | None


def above(node: Node) -> Above | None:
    """The numerator of a derivative fraction taken apart."""
    lone = sign_of(node)
    if lone is not None:
        return Above(*lone, None)
    if isinstance(node, Product):
        first = sign_of(node.factors[0].node)
        if first is not None:
            return Above(*first, rest_of(node.factors[1:]))
    if isinstance(node, Sum) and len(node.terms) > 1 and (first := sign_of(node.terms[0].node)) is not None:
        return Above(*first, Sum(node.span, node.terms[1:]))  # ∂ -log p: the minus belongs to what is differentiated
    return None


def below(node: Node) -> tuple[str, list[Node]] | None:
    """The variables of a denominator, each as often as it is differentiated: `\\partial w_1^2` gives w_1 twice."""
    if not isinstance(node, Product):
        return None
    sign = sign_of(node.factors[0].node)
    if sign is None:
        return None
    groups: list[list[Factor]] = []
    for factor in node.factors:
        own = sign_of(factor.node)
        named = groups and (own is None or own[0] != sign[0] or not groups[-1])  # the variable of ∂δ is a letter
        if not named and factor.op == "":
            groups.append([])
        else:
            groups[-1].append(factor)
    if not all(groups):
        return None
    return sign[0], [rest_of(tuple(g)) for g in groups]


def nabla_of(node: Node) -> tuple[list[Node], int] | None:
    """`\\nabla`, `\\nabla_w`, `\\nabla^2_w`: the variables named, and the order."""
    if isinstance(node, Name) and node.text == "nabla":
        return [], 1
    if isinstance(node, Script) and isinstance(node.base, Name) and node.base.text == "nabla":
        order = int(node.sup.text) if isinstance(node.sup, Number) and node.sup.text.isdigit() else 1
        sub = Fenced(node.sub.span, "(", node.sub, ")") if isinstance(node.sub, Comma) else node.sub  # as `(u, v)`
        return ([sub] if sub is not None else []), order
    return None


def derivative_of(node: Node) -> tuple[Node, Node] | None:
    """What is differentiated and by what, for `∂u/∂x` and for `∂/∂x` before a whole side."""
    if isinstance(node, Fraction):
        top, bottom = above(node.numerator), below(node.denominator)
        if top is not None and top.body is not None and top.order == 1 and bottom is not None:
            return top.body, bottom[1][0]
    if isinstance(node, Product) and isinstance(node.factors[0].node, Fraction):
        first = node.factors[0].node
        top, bottom = above(first.numerator), below(first.denominator)
        if top is not None and top.body is None and top.order == 1 and bottom is not None:
            return rest_of(node.factors[1:]), bottom[1][0]
    return None


def is_operator(node: Node) -> bool:
    r"""`\nabla`, `\frac{\partial}{\partial x}`: what acts on all that is behind it."""
    top = above(node.numerator) if isinstance(node, Fraction) and below(node.denominator) is not None else None
    return nabla_of(node) is not None or (top is not None and top.body is None)
