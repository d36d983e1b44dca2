"""Transposes and the order of factors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from chainrule.check.diagnosis.edits.edit import Edit, short
from chainrule.check.diagnosis.edits.places import QUANTITY, Side, Unit
from chainrule.read.tree import Accent, Fenced, Name, Node, Number, Product, Script
from chainrule.sheet.syntax.names import reference
from chainrule.sheet.syntax.script_words import is_transpose, is_transposed


def operands(side: Side) -> Iterator[Node]:
    """Names and parentheses that stand as a quantity and may be more than a number."""
    for node in side.in_role(*QUANTITY):
        core = node.base if isinstance(node, Script) else node
        named = isinstance(core, (Name, Accent)) and not _flat(side, node) and not side.is_function(node, None)
        if named or (isinstance(core, Fenced) and core.open in ("(", "[")):
            yield node


def _flat(side: Side, node: Node) -> bool:
    """Whether a name is no quantity, or a number by its reading."""
    ref = reference(node, side.glossary)
    return ref is None or side.axes.get(ref.base, 2) <= len(ref.subs)


def transposes(side: Side) -> Iterator[Edit]:
    """A transpose added to or taken from one name or parenthesis."""
    for node in operands(side):
        old = side.source(node)
        new = transposed(side, node)
        if new is not None:
            span = side.span(node)
            yield Edit(span.start, span.end, new, f"{short(new)} for {short(old)}", _transpose_words(node, side))


def _transpose_words(node: Node, side: Side) -> str:
    if isinstance(node, Script) and is_transpose(node.sup):
        return f"{short(side.source(node.base))} must not be transposed"
    return f"{short(side.source(node))} must be transposed"


def transposed(side: Side, node: Node) -> str | None:
    """The source of a node with its transpose added or removed; None where it would clash with another superscript."""
    old = side.source(node)
    if not isinstance(node, Script) or node.sup is None:
        return old + side.transpose
    if is_transpose(node.sup):
        return without_superscript(side, node)
    end = side.span(node.sup).end
    if isinstance(node.sup, Fenced) and side.text[end : end + 1] == "}":
        cut = end - side.span(node).start
        return old[:cut] + side.transpose.lstrip("^{ ").rstrip("} ") + old[cut:]
    layer = isinstance(node.base, Name) and not isinstance(node.sup, Number)
    return f"({old}){side.transpose}" if layer else None


def without_superscript(side: Side, node: Script) -> str | None:
    """The source of a node without its superscript."""
    assert node.sup is not None
    span, sup = side.span(node), side.span(node.sup)
    before, after = side.text[span.start : sup.start], side.text[sup.end : span.end]
    opening = re.search(r"\^\s*(\{\s*)?\Z", before)
    if opening is None:
        return None
    return before[: opening.start()] + (re.sub(r"^\s*\}", "", after) if opening.group(1) else after)


def products(side: Side) -> Iterator[Product]:
    """All products."""
    return (n for n in side.in_role(*QUANTITY, "base", "exponent") if isinstance(n, Product))


def order(side: Side) -> Iterator[Edit]:
    """Two adjacent factors exchanged; a transpose stays in its place or goes along."""
    for product in products(side):
        for a, b in pairwise(side.units(product)):
            if {a.kind, b.kind} <= {"operand", "call"} and b.op in ("", "cdot", "times") and matters(side, a, b):
                yield from _exchanged(side, a, b)


def matters(side: Side, a: Unit, b: Unit) -> bool:
    return not any(u.kind == "operand" and isinstance(u.node, (Name, Script)) and _flat_name(side, u) for u in (a, b))


def _flat_name(side: Side, unit: Unit) -> bool:
    return reference(unit.node, side.glossary) is not None and _flat(side, unit.node)


def _exchanged(side: Side, a: Unit, b: Unit) -> Iterator[Edit]:
    first, second = side.text[a.span.start : a.span.end], side.text[b.span.start : b.span.end]
    gap, old = side.text[a.span.end : b.span.start], side.text[a.span.start : b.span.end]
    gap = gap if gap else " "
    texts = [second + gap + first]
    if is_transposed(a.node) != is_transposed(b.node):
        one, other = transposed(side, a.node), transposed(side, b.node)
        if one is not None and other is not None and a.kind == b.kind == "operand":
            texts.insert(0, other + gap + one)
    for text in texts:
        words = f"{short(first)} and {short(second)} stand in the wrong order"
        yield Edit(a.span.start, b.span.end, text, f"{short(text)} for {short(old)}", words)


def symmetric(side: Side) -> Iterator[Edit]:
    """`(A + A^\\top) x` for `2 A x`: only a symmetric matrix equals its transpose."""
    for product in products(side):
        for a, b in pairwise(side.units(product)):
            if not (isinstance(a.node, Number) and a.node.text == "2" and b.kind == "operand" and b.op == ""):
                continue
            old, other = side.source(b.node), transposed(side, b.node)
            if other is not None and not _flat(side, b.node) and isinstance(b.node, (Name, Script)):
                words = f"{short(old)} is not said to be symmetric"
                text = f"({old} + {other})"
                before = short(side.text[a.span.start : b.span.end])
                yield Edit(a.span.start, b.span.end, text, f"{text} for {before}", words)
