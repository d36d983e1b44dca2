"""Numeric factors, other numbers, exponents."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.check.diagnosis.edits.edit import Edit, grouped, said, short, whole
from chainrule.check.diagnosis.edits.order import products, without_superscript
from chainrule.check.diagnosis.edits.parts import dropped
from chainrule.check.diagnosis.edits.places import QUANTITY, Side
from chainrule.read.tree import (
    Comma,
    Dots,
    Fenced,
    Fraction,
    Name,
    Node,
    Number,
    Script,
    Sum,
)
from chainrule.sheet.syntax.names import reference

OTHER_NUMBERS = {"0": ("1",), "1": ("2", "0"), "2": ("1", "3"), "3": ("2",), "4": ("2",)}


def number_removed(side: Side) -> Iterator[Edit]:
    """A numeric factor or denominator too many."""
    for product in products(side):
        units = side.units(product)
        for n, unit in enumerate(units):
            if unit.kind == "number" and len(units) > 1:
                source = side.source(unit.node)
                yield said(dropped(units, n), f"factor {source} removed", f"the factor {source} does not belong there")
    for node in side.in_role(*QUANTITY):
        if isinstance(node, Fraction) and side.kind(node.denominator) == "number" and side.kind(node) != "number":
            source, span = side.source(node.denominator), side.span(node)
            body = side.source(node.numerator)
            text = grouped(body) if isinstance(node.numerator, Sum) else body
            words = f"the division by {source} does not belong there"
            yield Edit(span.start, span.end, text, f"division by {source} removed", words)


def number_added(side: Side) -> Iterator[Edit]:
    """A numeric factor missing before the whole side."""
    numbers = ["2", r"\frac{1}{2}", *(rf"\frac{{1}}{{{n}}}" for n in side.sizes), *side.sizes]
    for number in numbers:
        yield said(whole(side, side.node, number + " "), f"factor {number} added", f"a factor {number} is missing")


def number_added_inside(side: Side) -> Iterator[Edit]:
    """A numeric factor missing before one term, an argument or an exponent."""
    for node in side.in_role("term", "body", "exponent"):
        if isinstance(node, (Comma, Dots)) or side.kind(node) == "number":
            continue
        source = short(side.source(node))
        for number in ("2", r"\frac{1}{2}"):
            words = f"a factor {number} is missing before {source}"
            yield said(whole(side, node, number + " "), f"factor {number} added", words)


def other_numbers(side: Side) -> Iterator[Edit]:
    """1 for 2, 2 for 1, and their like."""
    for place in side.places:
        if isinstance(place.node, Number) and place.role != "exponent":
            span, old = side.span(place.node), place.node.text
            for new in OTHER_NUMBERS.get(old, ()):
                yield Edit(span.start, span.end, new, f"{new} for {old}", f"the number {old} is wrong")


def exponents(side: Side) -> Iterator[Edit]:
    """A square too many, a square missing, another exponent."""
    for node in side.in_role(*QUANTITY):
        span, old = side.span(node), side.source(node)
        if isinstance(node, Script) and isinstance(node.sup, Number):
            new = without_superscript(side, node)
            base, power = short(side.source(node.base)), node.sup.text
            if new is not None:
                words = f"{base} does not stand to the power {power} here"
                yield Edit(span.start, span.end, new, f"exponent {power} removed", words)
            inner = side.span(node.sup)
            for n in OTHER_NUMBERS.get(node.sup.text, ()):
                yield Edit(inner.start, inner.end, n, f"exponent {n} for {power}", f"the exponent of {base} is wrong")
        elif isinstance(node, Fenced) or (_unpowered(node) and reference(node, side.glossary) is not None):
            what = f"{short(old)}^2 for {short(old)}"
            yield Edit(span.end, span.end, "^2", what, f"{short(old)} must be squared")


def _unpowered(node: Node) -> bool:
    return isinstance(node, Name) or (isinstance(node, Script) and node.sup is None)
