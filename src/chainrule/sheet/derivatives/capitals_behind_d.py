r"""A capital behind a d for a small letter: `dB = \frac{1}{m} \sum dZ` beside `Z = W X + b`.

The gradients of a batch are written by capitals, the biases themselves are not. So B is b where no formula has it but
behind a d or alone, and a formula has b.

>>> from chainrule.read.grammar.formula import dump, parse
>>> from chainrule.read.tree import Span
>>> texts = r"Z = W X + b", r"dB = dZ", r"dW = dZ X^T"
>>> formulas = [parse(t, Span(0, len(t)), {}, True)[0].node for t in texts]
>>> dump(with_small_letters(formulas[1], capitals_behind_d(formulas)))
'(rel (* d b) = (* d Z))'
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Name, Node, Product, Relation, Script
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.syntax.rebuilding import rebuilt


def capitals_behind_d(formulas: list[Node]) -> frozenset[str]:
    """The capitals that stand for small letters in the formulas of a document."""
    related = [f for f in formulas if isinstance(f, Relation)]
    behind = [name for f in related for name in _behind_d(f)]
    places = {id(name) for name in behind}
    others = {n.text for f in related for n in walk(f) if isinstance(n, Name) and id(n) not in places}
    capitals = {name.text for name in behind if len(name.text) == 1 and name.text.isupper() and not name.style}
    return frozenset(x for x in capitals if x not in others and x.lower() in others)


def with_small_letters(node: Node, capitals: frozenset[str]) -> Node:
    """A formula with the small letters for the capitals."""

    def small(part: Node) -> Node | None:
        found = isinstance(part, Name) and part.text in capitals and not part.style
        return replace(part, text=part.text.lower()) if isinstance(part, Name) and found else None

    return rebuilt(node, small)


def _behind_d(node: Node) -> Iterator[Name]:
    """The names right behind a d."""
    pairs = (pair for n in walk(node) if isinstance(n, Product) for pair in pairwise(n.factors))
    for sign, factor in pairs:
        name = factor.node.base if isinstance(factor.node, Script) else factor.node
        if isinstance(sign.node, Name) and sign.node.text == "d" and not factor.op and isinstance(name, Name):
            yield name
