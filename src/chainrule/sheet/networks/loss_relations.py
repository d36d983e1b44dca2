"""What the formulas of losses say of the names in them, for those that leave the marks of layers out."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from itertools import pairwise

from chainrule.read.tree import Comma, Factor, Fenced, Name, Node, Product, Relation, Script
from chainrule.sheet.syntax.names import node_key, spelled, walk
from chainrule.sheet.syntax.spelling import names_loss

Key = object
Last = dict[Key, Node]
"""Of each name that stands for its last layer, by its key, the mark of that layer."""


def relations_of(node: Node) -> Iterator[Relation]:
    """The equations of a formula."""
    for part in node.items if isinstance(node, Comma) else (node,):
        if isinstance(part, Relation) and part.links[0].op in ("=", ":=", "≡"):
            yield part


def is_loss(node: Node) -> bool:
    """`L`, `J(A, Y)`."""
    if isinstance(node, Product) and len(node.factors) == 2 and isinstance(node.factors[1].node, Fenced):
        node = node.factors[0].node
    return isinstance(node, Name) and names_loss(spelled(node))


def bare(node: Node, layers: Container[Key]) -> Iterator[Key]:
    """The `layers` that stand in a formula without a mark, and are applied to nothing."""
    marked = {id(part.base) for part in walk(node) if isinstance(part, Script) and part.sup is not None}
    called = {id(a.node) for part in walk(node) if isinstance(part, Product) for a in _applied(part.factors)}
    for part in walk(node):
        if node_key(part) in layers and id(part) not in marked | called:
            yield node_key(part)


def _applied(factors: tuple[Factor, ...]) -> Iterable[Factor]:
    return (a for a, b in pairwise(factors) if isinstance(b.node, Fenced) and b.node.open == "(" and not b.op)
