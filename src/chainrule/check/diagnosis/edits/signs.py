"""Signs: of a term, of a difference, of a whole side."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chainrule.check.diagnosis.edits.edit import Edit, said, short, whole
from chainrule.check.diagnosis.edits.places import QUANTITY, Side
from chainrule.read.tree import (
    Comma,
    Dots,
    Node,
    Relation,
    Sum,
)


def signs(side: Side) -> Iterator[Edit]:
    """Plus for minus and minus for plus before one term, wherever a sum stands that is no index."""
    for node in (p.node for p in side.places if p.role != "index"):
        yield from _other_signs(side, node, "")


def shifts(side: Side) -> Iterator[Edit]:
    """`x_{n-k}` for `x_{n+k}`."""
    for node in side.in_role("index"):
        yield from _other_signs(side, node, " in the subscript")


def _other_signs(side: Side, node: Node, where: str) -> Iterator[Edit]:
    for before, term in pairwise(node.terms if isinstance(node, Sum) else ()):
        place = side.sign(side.span(before.node).end, term.node)
        if place is not None and term.sign in "+-":
            new, old = ("+", "-") if term.sign == "-" else ("-", "+")
            words = f"the sign before {short(side.source(term.node))}{where} is wrong"
            yield Edit(place.start, place.end, new, f"{new} for {old}", words)


def turned(side: Side) -> Iterator[Edit]:
    """`b - a` for `a - b`."""
    for node in side.in_role(*QUANTITY, "base", "exponent"):
        match node:
            case Sum(terms=(first, second)) if first.sign == "+" and second.sign == "-":
                a, b = side.span(first.node), side.span(second.node)
                left, right = side.source(first.node), side.source(second.node)
                text = right + side.text[a.end : b.start] + left
                words = f"the difference of {short(left)} and {short(right)} is taken the wrong way round"
                yield Edit(a.start, b.end, text, f"{short(text)} for {short(side.text[a.start : b.end])}", words)


def leading_minus(side: Side) -> Iterator[Edit]:
    """A minus at the beginning of the side, of a sum, parentheses, an exponent or an entry, added or removed."""
    for place in side.places:
        node = place.node
        if isinstance(node, Sum) and place.role != "index":
            yield from _first_sign(side, node)
        if place.role == "side" and not (isinstance(node, Sum) and len(node.terms) == 1):
            yield said(whole(side, node, "-"), "- added", "the sign of the whole side is wrong")
        elif place.role in ("body", "exponent", "cell") and not isinstance(node, (Sum, Comma, Dots, Relation)):
            yield said(whole(side, node, "-"), "- added", f"a minus is missing before {short(side.source(node))}")


def _first_sign(side: Side, node: Sum) -> Iterator[Edit]:
    """The sign of the first term of a sum."""
    first, start = node.terms[0], side.span(node).start
    words = f"the sign before {short(side.source(first.node))} is wrong"
    place = side.sign(start, first.node)
    if first.sign == "-" and place is not None:
        yield Edit(place.start, place.end, "", "- removed", words)
    elif first.sign == "+" and place is None:
        yield Edit(start, start, "-", "- added", words)
