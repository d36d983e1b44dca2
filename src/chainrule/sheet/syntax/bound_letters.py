"""The letters that a subscript binds: those of `\\sum_{i=1}^n`, of a condition, of a set."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Comma, Infix, Node, Product, Relation
from chainrule.sheet.syntax.names import letter_of
from chainrule.sheet.syntax.script_words import INDEX_LETTERS

ORDERS = frozenset({"=", "≠", "<", ">", "≤", "≥"})


def bound_letters(node: Node) -> Iterator[str]:
    """Letters that a subscript condition ranges over: `i`, `i=1`, `i,j`, `j \\neq y_i`, `i < j`, `w \\in V`."""
    letter = letter_of(node)
    if letter is not None:
        yield letter
        return
    match node:
        case Comma(items=items):
            for item in items:
                yield from bound_letters(item)
        case Relation(first=first, links=links):
            yield from bound_letters(first)
            limited = len(links) > 1 and links[-1].op in ("≤", "<")  # n in `1 \\le i < j \\le n`
            inner = links[:-1] if limited else links
            others = (letter_of(link.node) for link in inner if link.op in ORDERS)
            yield from (x for x in others if x is not None and x.rstrip("'") in INDEX_LETTERS)
        case Product(factors=factors) if all(f.op == "" for f in factors):
            for f in factors:
                yield from bound_letters(f.node)
        case Infix(left=left):
            yield from bound_letters(left)
