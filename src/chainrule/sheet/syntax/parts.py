"""What formulas are made of: the terms of a sum, the factors of a product, the name below its marks."""

from __future__ import annotations

from chainrule.read.tree import Accent, Factor, Node, Product, Script, Sum


def terms_of(node: Node) -> list[Node]:
    """The terms of a sum; of anything else it alone."""
    return [t.node for t in node.terms] if isinstance(node, Sum) else [node]


def factors_of(node: Node) -> tuple[Factor, ...]:
    """The factors of a product; of anything else it alone."""
    return node.factors if isinstance(node, Product) else (Factor("", node),)


def core_of(node: Node) -> Node:
    """The name in `\\hat y_i`."""
    while isinstance(node, (Script, Accent)):
        node = node.base if isinstance(node, Script) else node.body
    return node
