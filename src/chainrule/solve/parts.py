"""A derivative as it is written, taken apart: what is differentiated, by what, and how often."""

from __future__ import annotations

from chainrule.read.tree import Accent, Fenced, Fraction, Name, Node, Product, Script
from chainrule.sheet.meaning.derivatives.differentials import taken_apart
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.syntax.derivative_signs import rest_of
from chainrule.sheet.syntax.derivatives import Above, nabla_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import node_key
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS


def parts_of(node: Node) -> tuple[Node | None, Node | None, int]:
    """What is differentiated, the one variable where it is written, and how often."""
    first = node.factors[0].node if isinstance(node, Product) else node
    parts = _fraction(first) if isinstance(first, Fraction) else None
    if parts is not None:
        top, by = parts[0], [_unturned(v) for v in parts[1]]
        body = top.body if first is node else None
        if isinstance(node, Product) and top.body is None:
            body = rest_of(node.factors[1:])  # `\frac{d}{dp} \log L(p)`
        if body is not None and len({node_key(v) for v in by}) == 1 and top.order in (1, 2):
            return body, by[0], top.order
    if isinstance(node, Product) and (nabla := nabla_of(first)) is not None and nabla[1] in (1, 2):
        return _under_nabla(node, *nabla)
    return None, None, 1


def _fraction(node: Fraction) -> tuple[Above, list[Node]] | None:
    """A fraction as a derivative; None where it is none that can be read."""
    try:
        return taken_apart(node)
    except Untyped:
        return None


def _under_nabla(node: Product, by: list[Node], order: int) -> tuple[Node | None, Node | None, int]:
    r"""`\nabla f(x)`, `\nabla_x f`, and of `\nabla_x x^\top A x` or `\nabla_X \log\det X` all that follows the sign."""
    head, at = node.factors[1].node, node.factors[2].node if len(node.factors) == 3 else None
    if not isinstance(at, Fenced) or not isinstance(head, Name | Script | Accent) or _is_operation(head):
        whole = rest_of(node.factors[1:])
        return (whole, by[0], order) if by else (head, None, order) if at is None else (None, None, 1)
    named = isinstance(at.body, Name | Script | Accent)
    if not named and not by:
        return None, None, 1  # at a point
    return head, by[0] if by else at.body, order


def _is_operation(node: Node) -> bool:
    r"""`\operatorname{tr}`, `\log`: what never has a formula of its own."""
    return isinstance(node, Name) and is_function_word(node.text)


def _unturned(node: Node) -> Node:
    """w for the `w^\\top` below a Hessian."""
    turned = isinstance(node, Script) and isinstance(node.sup, Name) and node.sup.text in TRANSPOSE_WORDS
    return node.base if isinstance(node, Script) and turned and node.sub is None else node
