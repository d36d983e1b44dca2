r"""A vector of ones as a plain digit: `1^\top x`, `X 1`, `x - \frac{1}{n} 1 1^\top x`, `1_n - x`.

A number has no transpose and no subscript, so a 1 with one, or a 1 behind what is transposed, is a vector. In a
document that has one, a 1 that is a factor is a vector, too: as a number it would not be written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.symbols import FUNCTIONS
from chainrule.read.tree import Big, Factor, Fenced, Name, Node, Number, Product, Script
from chainrule.sheet.arrays.ones import SIZES_BELOW
from chainrule.sheet.syntax.literals import is_one
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import is_transpose

SIGNS = frozenset({"", "cdot"})
"""The signs of a product with a vector of ones."""


def plain_ones(formulas: list[Node]) -> bool:
    """Whether a document writes a vector of ones as a digit."""
    return any(_is_transposed(n) or _has_size(n) or any(_behind_transposed(n)) for f in formulas for n in walk(f))


def with_ones_in_bold(node: Node, _found: bool = True) -> Node:
    r"""A formula with every such 1 as `\mathbf{1}`."""
    return rebuilt(node, _in_bold)


def _in_bold(node: Node) -> Node | None:
    match node:
        case Script(base=Number(text="1"), sub=sub, sup=sup) if _may_be_a_size(sub) and (
            sub is not None or (sup is not None and is_transpose(sup))
        ):
            return replace(node, base=_bold(node.base))
        case Product() if any(_is_a_vector(node, n) for n in range(len(node.factors))):
            factors = (
                Factor(f.op, _bold(f.node) if _is_a_vector(node, n) else with_ones_in_bold(f.node))
                for n, f in enumerate(node.factors)
            )
            return replace(node, factors=tuple(factors))
    return None


def _bold(node: Node) -> Node:
    return Name(node.span, "1", ("bold",))


def _is_a_vector(product: Product, n: int) -> bool:
    """Whether a factor is a 1 that would not be written if it were the number: no range, indicator or argument."""
    factor = product.factors[n]
    before = product.factors[n - 1] if n else None
    after = product.factors[n + 1] if n + 1 < len(product.factors) else None
    if not is_one(factor.node) or factor.op not in SIGNS or (after is not None and after.op not in SIGNS):
        return False
    if after is not None and isinstance(after.node, (Fenced, Number)) and not is_one(after.node):
        return False
    if before is None:
        return after is not None
    called = isinstance(before.node, Name) and before.node.text in FUNCTIONS
    return not (called or isinstance(before.node, Big) or (factor.op == "cdot" and isinstance(before.node, Number)))


def _is_transposed(node: Node) -> bool:
    match node:
        case Script(base=Number(text="1"), sub=sub, sup=Node() as sup):
            return is_transpose(sup) and _may_be_a_size(sub)
    return False


def _has_size(node: Node) -> bool:
    """`1_n`: a number has no subscript."""
    return isinstance(node, Script) and is_one(node.base) and node.sub is not None and _may_be_a_size(node.sub)


def _may_be_a_size(sub: Node | None) -> bool:
    return sub is None or (isinstance(sub, Name) and sub.text in SIZES_BELOW)


def _behind_transposed(node: Node) -> Iterator[bool]:
    r"""For each 1 in a product, whether what stands before it is transposed: `x^\top 1`."""
    for before, factor in pairwise(node.factors) if isinstance(node, Product) else ():
        turned = isinstance(before.node, Script) and before.node.sup is not None and is_transpose(before.node.sup)
        yield turned and is_one(factor.node) and factor.op == ""
