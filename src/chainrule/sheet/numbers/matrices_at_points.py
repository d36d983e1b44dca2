r"""Matrices of functions at a point: `H(4, 1)` beside `H = \begin{bmatrix} 12 x^2 & -y \\ .. \end{bmatrix}`.

A matrix that is printed with the arguments of a function in it, and nowhere with an argument of its own, has the values
of these arguments in parentheses: `H(4, 1)` is H at x = 4, y = 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from chainrule.read.tree import Comma, Factor, Fenced, Link, Matrix, Name, Node, Product, Relation, Script
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import with_parts


@dataclass(frozen=True)
class Places:
    """The names of the matrices, and the arguments in their order."""

    matrices: frozenset[object]
    arguments: tuple[Node, ...]


def matrices_at_points(formulas: list[Node]) -> Places | None:
    """The matrices of a document that stand before numbers in parentheses, as many as its functions have arguments."""
    nodes = [n for formula in formulas for n in walk(formula)]
    lists = [a for n in nodes if isinstance(n, Product) for f, g in pairwise(n.factors) if (a := _arguments(f, g))]
    if not lists or len({tuple(map(node_key, a)) for a in lists}) != 1:
        return None
    arguments = lists[0]
    keys = {node_key(a) for a in arguments}
    matrices = frozenset(
        node_key(n.first)
        for n in formulas
        if isinstance(n, Relation) and isinstance(n.first, Name) and isinstance(n.links[0].node, Matrix)
        if any(node_key(x) in keys for x in walk(n.links[0].node))
    )
    return Places(matrices, arguments) if matrices else None


def with_places(node: Node, places: Places) -> Node:
    """A formula with the matrices at their points."""
    if isinstance(node, Product):
        factors = list[Factor]()
        for factor in node.factors:
            before = factors[-1] if factors else None
            at = None if before is None or factor.op else _at(before.node, factor.node, places)
            if at is None or before is None:
                factors.append(replace(factor, node=with_places(factor.node, places)))
            else:
                factors[-1] = replace(before, node=at)
        return factors[0].node if len(factors) == 1 else replace(node, factors=tuple(factors))
    return with_parts(node, lambda below: with_places(below, places))


def _at(name: Node, fence: Node, places: Places) -> Node | None:
    r"""`\left. H \right|_{x = 4, y = 1}` for `H(4, 1)`."""
    values = fence.body.items if isinstance(fence, Fenced) and isinstance(fence.body, Comma) else ()
    if (
        node_key(name) not in places.matrices
        or len(values) != len(places.arguments)
        or not all(map(is_numeric, values))
    ):
        return None
    span = name.span.join(fence.span)
    point = tuple(
        Relation(v.span, replace(a, span=v.span), (Link("=", v.span, v),))
        for a, v in zip(places.arguments, values, strict=True)
    )
    return Script(span, Fenced(span, "", name, "|"), Comma(fence.span, point))


def _arguments(function: Factor, fence: Factor) -> tuple[Node, ...]:
    """The x and y of `f(x, y)`."""
    plain = isinstance(function.node, Name) and isinstance(fence.node, Fenced) and not fence.op
    body = fence.node.body if plain and isinstance(fence.node, Fenced) else None
    named = isinstance(body, Comma) and len(body.items) > 1 and all(isinstance(x, Name) for x in body.items)
    return body.items if named and isinstance(body, Comma) else ()
