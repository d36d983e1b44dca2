r"""Expectations over a variable that is an index: `\mathbb{E}_{a \sim \pi}[R(a)]` is `\sum_a \pi(a) R(a)`.

That the variable takes finitely many values is known from the sums over it elsewhere in the document, or it stands in
the arguments of functions alone (`sheet.sums.drawn_letters`).
"""

from __future__ import annotations

from itertools import pairwise

from chainrule.read.tree import Big, Factor, Fenced, Infix, Name, Node, Product, Relation, Script
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Val
from chainrule.sheet.sums.drawn_letters import EXPECTATIONS
from chainrule.sheet.syntax.names import node_key, spelled, walk


def expectation(frame: Frame, factors: tuple[Factor, ...], n: int) -> tuple[Val, int] | None:
    """The expectation that begins at factor n, and where the next operand begins; None for anything else."""
    node = factors[n].node
    fence = factors[n + 1].node if n + 1 < len(factors) and factors[n + 1].op == "" else None
    if not isinstance(node, Script) or node.sub is None or node.sup is not None or not isinstance(fence, Fenced):
        return None
    if not isinstance(node.base, Name) or spelled(node.base) not in EXPECTATIONS:
        return None
    drawn = _drawn(node.sub)
    if drawn is None:
        return None
    variable, weight = drawn
    weight = _given(fence.body, variable, weight) or weight
    if variable.text not in frame.world.glossary.bound:
        return None
    over = Big(node.span, "sum", variable, None)
    parts = (Factor("", over), *(Factor("", f) for f in weight), Factor("", Fenced(fence.span, "(", fence.body, ")")))
    return frame.value(Product(node.span.join(fence.span), parts)), n + 2


def _drawn(sub: Node) -> tuple[Name, tuple[Node, ...]] | None:
    r"""The variable and its density from `a \sim \pi`, `a \sim \pi(\cdot | s)` and `p(x)`."""
    if isinstance(sub, Relation) and len(sub.links) == 1 and sub.links[0].op == "∼" and isinstance(sub.first, Name):
        density = sub.links[0].node
        if isinstance(density, (Name, Script)):
            return sub.first, (density, Fenced(density.span, "(", sub.first, ")"))
        call = _call(density)
        return None if call is None else (sub.first, (call[0], _at(call[1], sub.first)))
    call = _call(sub)
    first = None if call is None else _first(call[1].body)
    return (first, call) if call is not None and isinstance(first, Name) else None


def _given(body: Node, variable: Name, weight: tuple[Node, ...]) -> tuple[Node, ...] | None:
    r"""The density as what stands under the expectation writes it: `\pi(a | s)` for `a \sim \pi`."""
    for product in (n for n in walk(body) if isinstance(n, Product)):
        for f, fence in pairwise(product.factors):
            inside = fence.node.body if isinstance(fence.node, Fenced) and not fence.op else None
            named = node_key(f.node) == node_key(weight[0])
            if named and isinstance(inside, Infix) and inside.op == "|" and node_key(inside.left) == node_key(variable):
                return f.node, fence.node
    return None


def _call(node: Node) -> tuple[Node, Fenced] | None:
    """`p(x)` as a name and what stands in the parentheses."""
    if not isinstance(node, Product) or len(node.factors) != 2 or node.factors[1].op:
        return None
    fence = node.factors[1].node
    return (node.factors[0].node, fence) if isinstance(fence, Fenced) else None


def _first(body: Node) -> Node:
    return body.left if isinstance(body, Infix) else body


def _at(fence: Fenced, variable: Name) -> Fenced:
    r"""`(\cdot | s)` with the variable in the place of the dot."""
    body = fence.body
    if isinstance(body, Infix):
        body = Infix(body.span, body.op, variable, body.right)
    else:
        body = variable
    return Fenced(fence.span, fence.open, body, fence.close)
