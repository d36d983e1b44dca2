r"""Names that are told apart by a number behind them: `\delta 1`, `\delta 2`, `\delta 3 = \delta 1 + \delta 2`.

TeX prints `\delta 1` as it prints `\delta1`, and nobody writes a factor of one behind a name. A letter that has a 1 and
another number behind it in a document is several names there, `\delta_1` and `\delta_2`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from chainrule.read.symbols import GREEK
from chainrule.read.tree import Factor, Name, Node, Number, Product, Script
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.syntax.rebuilding import rebuilt


def numbered_names(formulas: Iterable[Node]) -> frozenset[str]:
    """The letters of a document with a number behind them that is part of the name."""
    found: dict[str, set[str]] = {}
    for product in (n for f in formulas for n in walk(f) if isinstance(n, Product)):
        for one, other in pairwise(product.factors):
            if _is_numbered(one, other) and isinstance(one.node, Name) and isinstance(other.node, Number):
                found.setdefault(one.node.text, set()).add(other.node.text)
    return frozenset(text for text, numbers in found.items() if "1" in numbers and len(numbers) > 1)


def with_numbers_below(node: Node, letters: frozenset[str]) -> Node:
    """A formula with those numbers below their names."""

    def choose(part: Node) -> Node | None:
        if not isinstance(part, Product):
            return None
        out: list[Factor] = []
        for factor in part.factors:
            last = out[-1] if out else None
            if last is not None and _is_numbered(last, factor) and getattr(last.node, "text", "") in letters:
                whole = Script(last.node.span.join(factor.node.span), last.node, factor.node, None, 0)
                out[-1] = replace(last, node=whole)
            else:
                out.append(replace(factor, node=rebuilt(factor.node, choose)))
        if len(out) == len(part.factors):
            return None
        return replace(out[0].node, span=part.span) if len(out) == 1 else replace(part, factors=tuple(out))

    return rebuilt(node, choose)


def _is_numbered(one: Factor, other: Factor) -> bool:
    """Whether a whole number stands behind a letter with a gap; without one it is read with the letter."""
    letter = isinstance(one.node, Name) and (len(one.node.text) == 1 or one.node.text in GREEK)
    gap = other.node.span.start > one.node.span.end
    return letter and gap and not other.op and isinstance(other.node, Number) and other.node.text.isdigit()
