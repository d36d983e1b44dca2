"""The letters of a formula: those that a subscript binds, as in `\\sum_{i=1}^n`, a condition or a set, and others."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Big, Comma, Infix, Name, Node, Product, Relation, Script
from chainrule.sheet.syntax.names import letter_of, walk
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


def running_letters(node: Node) -> set[str]:
    """The letters that run in a formula: those under its big operators, and in its subscripts. The n of `\\sum_{i=1}^n`
    is a size even where another formula sums over n."""
    found: set[str] = set()
    for part in walk(node):
        if isinstance(part, Big) and part.sub is not None:
            found |= set(bound_letters(part.sub))
        elif isinstance(part, Script) and part.sub is not None:
            found |= {x for n in walk(part.sub) if (x := letter_of(n)) is not None}
    return found


def plain_names(node: Node) -> set[str]:
    """All plain names in a formula."""
    return {n.text for n in walk(node) if isinstance(n, Name)}


def bound_by(node: Node) -> tuple[str, ...]:
    """The letters that a big operator binds; anything else binds none."""
    return tuple(bound_letters(node.sub)) if isinstance(node, Big) and node.sub is not None else ()


def letters_of(node: Node) -> set[str]:
    """The plain letters in a formula."""
    return {x for n in walk(node) if (x := letter_of(n)) is not None}
