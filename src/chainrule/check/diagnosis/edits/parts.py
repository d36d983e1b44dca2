"""Factors and terms too many or missing, products entry by entry, complements and components."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from chainrule.check.diagnosis.edits.edit import Edit, said, short, whole
from chainrule.check.diagnosis.edits.order import matters, products
from chainrule.check.diagnosis.edits.places import QUANTITY, Side, Unit
from chainrule.read.tree import (
    Accent,
    Name,
    Number,
    Script,
    Sum,
)
from chainrule.sheet.syntax.names import reference

UNIT = re.compile(r"^factor (?:\\?[A-Za-z]+\s*\{?\s*)?(?:1|[IJ]|ones?)(?![A-Za-z])")


def dropped(units: list[Unit], n: int) -> Edit:
    """A unit of a product left out, with the sign before it."""
    if n:
        return Edit(units[n - 1].span.end, units[n].span.end, "", "", "")
    return Edit(units[0].span.start, units[1].span.start, "", "", "")


def factor_dropped(side: Side) -> Iterator[Edit]:
    """A factor too many."""
    for product in products(side):
        units = side.units(product)
        for n, unit in enumerate(units):
            if unit.kind in ("operand", "call") and len(units) > 1:
                source = short(side.text[unit.span.start : unit.span.end])
                yield said(dropped(units, n), f"factor {source} removed", f"the factor {source} does not belong there")


def quantity_dropped(side: Side) -> Iterator[Edit]:
    """A factor too many that is no matrix or vector of ones, which only spreads a number out."""
    return (edit for edit in factor_dropped(side) if not UNIT.search(edit.edit))


def term_dropped(side: Side) -> Iterator[Edit]:
    """A term too many."""
    for node in (p.node for p in side.places if p.role != "index"):
        if not isinstance(node, Sum) or len(node.terms) < 2:
            continue
        for n, term in enumerate(node.terms):
            span, source = side.span(term.node), short(side.source(term.node))
            if n:
                start, end = side.span(node.terms[n - 1].node).end, span.end
            else:
                start, end = side.span(node).start, side.span(node.terms[1].node).start
                sign = side.sign(span.end, node.terms[1].node)
                end = sign.start if sign is not None and node.terms[1].sign == "-" else end
            yield Edit(start, end, "", f"term {source} removed", f"the term {source} does not belong there")


def factor_added(side: Side) -> Iterator[Edit]:
    """A factor missing: something that the other side or a definition mentions."""
    for mention in side.mentions:
        words = f"the factor {short(mention)} is missing"
        what = f"factor {short(mention)} added"
        yield said(whole(side, side.node, suffix=" " + mention), what, words)
        yield said(whole(side, side.node, suffix=r" \odot " + mention), what, words)
        yield said(whole(side, side.node, prefix=mention + " "), what, words)
        if re.fullmatch(r"\\?\w+", mention) and "(" not in mention and side.axes.get(mention.lstrip("\\"), 2) > 0:
            flipped = mention + side.transpose
            what = f"factor {flipped} added"
            words = f"the factor {flipped} is missing"
            yield said(whole(side, side.node, prefix=flipped + " "), what, words)
            yield said(whole(side, side.node, suffix=" " + flipped), what, words)


def product_signs(side: Side) -> Iterator[Edit]:
    r"""A matrix product where entries are multiplied, or the other way round."""
    for product in products(side):
        units = side.units(product)
        for a, b in pairwise(units):
            if not {a.kind, b.kind} <= {"operand", "call"}:
                continue
            if b.op in ("odot", "circ", "*", "ast"):
                words = "the product here is a matrix product, not entry by entry"
                yield Edit(a.span.end, b.span.start, " ", "matrix product for elementwise product", words)
            elif b.op in ("", "cdot", "times") and matters(side, a, b):
                words = "the product here is entry by entry"
                yield Edit(a.span.end, b.span.start, r" \odot ", r"\odot added", words)


def complements(side: Side) -> Iterator[Edit]:
    """`1 - x` for `x`, `x` for `1 - x`."""
    for node in side.in_role(*QUANTITY, "base"):
        match node:
            case Sum(terms=(first, second)) if isinstance(first.node, Number) and first.node.text == "1":
                if second.sign == "-":
                    span, old, new = side.span(node), side.source(node), side.source(second.node)
                    yield Edit(span.start, span.end, new, f"{new} for {short(old)}", f"1 minus {short(new)} is wrong")
            case Name() | Script() | Accent() if reference(node, side.glossary) is not None:
                if not side.is_function(node, None):
                    span, old = side.span(node), side.source(node)
                    what = f"(1 - {short(old)}) for {short(old)}"
                    yield Edit(span.start, span.end, f"(1 - {old})", what, f"{short(old)} must be 1 minus {short(old)}")


def components(side: Side) -> Iterator[Edit]:
    """One component where the whole vector stands."""
    span, source = side.span(side.node), side.source(side.node)
    for letter in side.letters:
        text = rf"\left({source}\right)_{{{letter}}}"
        words = "the other side is one component, so this side must be one too"
        yield Edit(span.start, span.end, text, f"component {letter} of this side", words)
