r"""One capital for a list of weights and for the diagonal matrix of them: `W_i = \mu_i (1 - \mu_i)` and `X^T W X`.

Where a formula says what `W_i` is and none what W is, and W stands between a matrix and its transpose, it is the matrix
with these weights on its diagonal wherever something stands right behind it. In `W \odot r` it stays the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from chainrule.read.tree import Comma, Factor, Fenced, Name, Node, Product, Relation, Script, Sum
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import with_parts
from chainrule.sheet.syntax.script_words import is_transposed

DEFINES = frozenset({"=", ":=", "≡"})


def vectors_on_diagonals(formulas: Iterable[Node]) -> frozenset[object]:
    """The capitals that are lists of weights and stand for diagonal matrices, too."""
    nodes = [n for f in formulas for n in walk(f)]
    between = {key for n in nodes if isinstance(n, Product) for key in _between(n)}
    if not between:
        return frozenset()
    relations = [n for n in nodes if isinstance(n, Relation) and n.links[0].op in DEFINES]
    listed = {key for r in relations if (key := _listed(r)) is not None}
    wholes = {node_key(r.first) for r in relations}
    others = {node_key(n.base) for n in nodes if isinstance(n, Script) and isinstance(n.sub, Comma | Product | Sum)}
    turned = {node_key(n.base) for n in nodes if isinstance(n, Script) and n.sub is not None and n.sup is not None}
    return frozenset((between & listed) - wholes - others - turned)


def with_diagonals(node: Node, lists: frozenset[object]) -> Node:
    """A formula with the diagonal matrices of such lists written as what they are."""
    inside = with_parts(node, lambda part: with_diagonals(part, lists))
    if not isinstance(inside, Product):
        return inside
    factors = [
        Factor(a.op, _diagonal(a.node)) if not b.op and node_key(_stem(a.node)) in lists else a
        for a, b in pairwise(inside.factors)
    ]
    return Product(inside.span, (*factors, inside.factors[-1]))


def _diagonal(node: Node) -> Node:
    """`\\mathrm{diag}(W)`, and its inverse for `W^{-1}`."""
    whole = Product(
        node.span,
        (Factor("", Name(node.span, "diag", ("rm",))), Factor("", Fenced(node.span, "(", _stem(node), ")"))),
    )
    return Script(node.span, Fenced(node.span, "(", whole, ")"), None, node.sup) if isinstance(node, Script) else whole


def _between(product: Product) -> Iterator[object]:
    """The W of `X^T W X`."""
    factors = product.factors
    for left, middle, right in zip(factors, factors[1:], factors[2:], strict=False):
        if not isinstance(left.node, Script) or left.node.sub is not None or not is_transposed(left.node):
            continue
        capitals = _is_capital(middle.node) and _is_capital(right.node) and not (middle.op or right.op)
        if capitals and node_key(left.node.base) == node_key(right.node) != node_key(middle.node):
            yield node_key(middle.node)


def _listed(relation: Relation) -> object | None:
    """The W of `W_i = ...`, where no transpose in what follows tells of matrices."""
    first, body = relation.first, relation.links[0].node
    if not isinstance(first, Script) or first.sup is not None or first.primes or not _is_index(first.sub):
        return None
    if any(map(is_transposed, walk(body))):
        return None
    return node_key(first.base) if _is_capital(first.base) else None


def _is_index(sub: Node | None) -> bool:
    return isinstance(sub, Name) and len(sub.text) == 1 and sub.text.islower()


def _is_capital(node: Node) -> bool:
    """A letter of matrices, but for the covariances `\\Sigma_k` of classes."""
    return isinstance(node, Name) and node.text[:1].isupper() and node.text != "Sigma"


def _stem(node: Node) -> Node:
    """W for `W` and for `W^{-1}`."""
    return node.base if isinstance(node, Script) and node.sub is None and not node.primes else node
