r"""An index that stands on the line: `\frac{d Li}{d w_j}` in a document that defines `L_i`.

Such an L has no meaning of its own there, and i is no factor: the L stands nowhere without its index, and the index
nowhere as a quantity.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Big, Comma, Factor, Fenced, Name, Node, Product, Relation, Script
from chainrule.sheet.syntax.names import children, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import INDEX_LETTERS

Pair = tuple[str, str]


def indices_on_the_line(formulas: Iterable[Node]) -> frozenset[Pair]:
    """The names that a document writes so, each with its index."""
    formulas = list(formulas)
    indexed = {
        (n.base.text, n.sub.text)
        for formula in formulas
        for n in walk(formula)
        if isinstance(n, Script) and isinstance(n.base, Name) and isinstance(n.sub, Name)
    }
    glued, alone = set[Pair](), set[str]()
    for formula in formulas:
        if not (isinstance(formula, Name) and formula.text in INDEX_LETTERS):
            _note(formula, glued, alone)
    return frozenset(p for p in glued & indexed if not alone & {*p})


def _note(node: Node, glued: set[Pair], alone: set[str]) -> None:
    """Notes the pairs of a formula on the line, and the names that stand there otherwise."""
    if isinstance(node, Script):
        if not isinstance(node.base, Name):
            _note(node.base, glued, alone)
    elif isinstance(node, Name):
        alone.add(node.text)
    elif isinstance(node, Product):
        pairs = dict(_pairs(node.factors))
        glued |= set(pairs.values())
        for at, factor in enumerate(node.factors):
            if at not in pairs and at - 1 not in pairs:
                _note(factor.node, glued, alone)
    elif not isinstance(node, Big):
        named = isinstance(node, (Relation, Comma, Fenced))  # `i, j \\in [1, N]` makes no quantity of an i
        for part in children(node):
            if not (named and isinstance(part, Name) and part.text in INDEX_LETTERS):
                _note(part, glued, alone)


def with_indices(node: Node, pairs: frozenset[Pair]) -> Node:
    """A formula with those indices below their names."""

    def below(n: Node) -> Node | None:
        if not isinstance(n, Product):
            return None
        found = [at for at, pair in _pairs(n.factors) if pair in pairs]
        if not found:
            return None
        factors: list[Factor] = []
        for at, factor in enumerate(n.factors):
            if at - 1 in found:
                base = factors[-1].node
                factors[-1] = replace(factors[-1], node=Script(base.span.join(factor.node.span), base, factor.node))
            else:
                factors.append(factor)
        return factors[0].node if len(factors) == 1 else replace(n, factors=tuple(factors))

    return rebuilt(node, below)


def _pairs(factors: tuple[Factor, ...]) -> list[tuple[int, Pair]]:
    """Where a letter has an index letter right behind it, without a space or sign."""
    found = []
    for at, (one, two) in enumerate(pairwise(factors)):
        a, b = one.node, two.node
        if not (isinstance(a, Name) and isinstance(b, Name)) or two.op or a.style or b.style:
            continue
        if a.span.end == b.span.start and len(a.text) == 1 and a.text.isupper() and b.text in INDEX_LETTERS:
            found.append((at, (a.text, b.text)))
    return found
