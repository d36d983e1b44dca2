"""Indices, and the labels of layers and times."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.check.diagnosis.edits.edit import Edit
from chainrule.check.diagnosis.edits.places import Side, is_index
from chainrule.read.tree import (
    Comma,
    Name,
    Node,
    Number,
    Product,
)


def index_order(side: Side) -> Iterator[Edit]:
    """`W_{ji}` for `W_{ij}`."""
    for node in side.in_role("index"):
        edit = exchanged(side, node)
        if edit is not None and not any(c.isdigit() for c in edit.text):
            yield edit


def exchanged(side: Side, sub: Node) -> Edit | None:
    """Two subscripts in the other order, letters or digits: `ji` for `ij`, `21` for `12`."""
    match sub:
        case Number(text=text) if len(text) == 2 and text.isdigit() and text[0] != text[1]:
            span, old, new = side.span(sub), text, text[::-1]
            return Edit(span.start, span.end, new, f"{new} for {old}", f"the subscripts {old} are exchanged")
        case Product(factors=(first, second)) if first.op == second.op == "":
            a, b = first.node, second.node
        case Comma(items=(a, b)):
            pass
        case _:
            return None
    if not ((_letter(a) and _letter(b)) or (isinstance(a, Number) and isinstance(b, Number) and a.text != b.text)):
        return None
    one, two = side.span(a), side.span(b)
    new = side.source(b) + side.text[one.end : two.start] + side.source(a)
    old = side.text[one.start : two.end]
    return Edit(one.start, two.end, new, f"{new} for {old}", f"the subscripts {old} are exchanged")


def _letter(node: Node) -> bool:
    """An index, or one letter of a name: `W_{ho}` for the weights from h to o."""
    return isinstance(node, Name) and len(node.text) == 1


def indices(side: Side) -> Iterator[Edit]:
    """Another index letter of the line in one place."""
    for node in side.in_role("index"):
        if is_index(node, side.glossary):
            old = side.source(node)
            for letter in side.letters:
                if letter != old:
                    span = side.span(node)
                    yield Edit(span.start, span.end, letter, f"{letter} for {old}", f"the index {old} is wrong")


def labels(side: Side) -> Iterator[Edit]:
    """Another layer or time of the line in one place."""
    for node in side.in_role("label"):
        old, span = side.source(node), side.span(node)
        for label in side.labels:
            if label != old:
                yield Edit(span.start, span.end, label, f"({label}) for ({old})", f"the superscript ({old}) is wrong")
