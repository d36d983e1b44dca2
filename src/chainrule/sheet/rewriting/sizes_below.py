r"""Sizes written below a name: `X_{m \times n}` is X, an m x n matrix, and a matrix with `p \times q` below it is that
matrix. No index is a product with a sign, so such a subscript says nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Accent, Fenced, Infix, Name, Node, Number, Product, Script
from chainrule.sheet.records.families import IDENTITY_NAMES
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt


def has_sizes(formulas: Iterable[Node]) -> bool:
    """Whether sizes stand below something in a document."""
    return any(_sizes(n) is not None for f in formulas for n in walk(f))


def without_sizes(node: Node) -> Node:
    """A formula without the sizes below its names."""
    return rebuilt(node, _stripped)


def said_below(formulas: list[Node]) -> Iterator[Node]:
    r"""`X : m \times n` for each name that is no function and has the same size below it wherever it has one."""
    nodes = [n for f in formulas for n in walk(f)]
    called = {node_key(base) for n in nodes for base in _called(n)}
    found: dict[object, dict[object, Infix]] = {}
    for node in nodes:
        sizes, base = _sizes(node), _plain(without_sizes(node)) if _sizes(node) is not None else None
        named = isinstance(base, (Name, Accent, Script)) and getattr(base, "text", "") not in IDENTITY_NAMES
        if sizes is not None and named and base is not None and node_key(base) not in called:
            said = Infix(node.span, ":", base, sizes)
            found.setdefault(node_key(base), {}).setdefault(node_key(sizes), said)
    yield from (said for sizes in found.values() if len(sizes) == 1 for said in sizes.values())


def _called(node: Node) -> Iterator[Node]:
    """The names that parentheses follow: functions, or factors before a sum."""
    for factor, following in pairwise(node.factors) if isinstance(node, Product) else ():
        if not following.op and isinstance(following.node, Fenced):
            yield _plain(without_sizes(factor.node))


def _plain(node: Node) -> Node:
    r"""A name without what hangs above it: `X^T_{m \times n}` is the transpose of X, which is m x n."""
    while isinstance(node, Script) and node.sup is not None:
        node = replace(node, sup=None) if node.sub is not None else node.base
    return node


def _stripped(node: Node) -> Node | None:
    if _sizes(node) is None or not isinstance(node, Script) or isinstance(node.base, Number):
        return None  # `1_{n \\times 1}` is an array of ones, and no number
    base = without_sizes(node.base)
    return base if node.sup is None and not node.primes else replace(node, base=base, sub=None)


def _sizes(node: Node) -> Product | None:
    """The sizes below a node: letters or numbers with a sign between them."""
    if not isinstance(node, Script) or not isinstance(node.sub, Product):
        return None
    first, *rest = node.sub.factors
    signs = bool(rest) and not first.op and all(f.op == "times" for f in rest)
    plain = all(isinstance(f.node, (Name, Number)) for f in node.sub.factors)
    return node.sub if signs and plain else None
