r"""Sizes of a product, `(C \times N)(N \times D) = C \times D`: no numbers are multiplied there."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from chainrule.read.tree import Fenced, Node, Product
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import node_key


def note_size_products(world: World, equations: Iterable[Equation]) -> None:
    """Note the lines that say how the sizes of matrices fit in a product; others are left to be judged."""
    for e in equations:
        factors = e.lhs.factors if isinstance(e.lhs, Product) else ()
        sizes = [_size(f.node) if isinstance(f.node, Fenced) else None for f in factors]
        pairs = [s for s in sizes if s is not None]
        whole = _size(e.rhs)
        if len(pairs) < 2 or len(pairs) < len(sizes) or whole is None:
            continue
        fits = all(a[1] == b[0] for a, b in pairwise(pairs))
        if fits and whole == (pairs[0][0], pairs[-1][1]):
            world.declaring[e.position] = "says how the sizes of a product fit"


def _size(node: Node) -> tuple[object, object] | None:
    r"""`C \times N`, in parentheses or not."""
    while isinstance(node, Fenced):
        node = node.body
    if not isinstance(node, Product) or len(node.factors) != 2 or node.factors[1].op != "times":
        return None
    first, second = (node_key(f.node) for f in node.factors)
    return first, second
