"""Parentheses that are missing around a sum: `a + b c` for `(a + b) c`, `a b + c` for `a (b + c)`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chainrule.check.diagnosis.edits.edit import Edit, grouped, short
from chainrule.check.diagnosis.edits.places import Side, Unit
from chainrule.read.tree import Node, Product, Sum

OPERANDS = ("operand", "number")
REACHING = ("big", "derivative")


def brackets(side: Side) -> Iterator[Edit]:
    """Parentheses around what stands in a sum before the last factors of its last term, or behind the first factors of
    its first one. How far a sum sign, a function or a derivative reaches is a question of reading and no slip: where
    one stands in a term no parentheses are tried."""
    for node in (p.node for p in side.places if p.role != "index"):
        if not isinstance(node, Sum) or len(node.terms) < 2 or any(_reaches(side, t.node) for t in node.terms):
            continue
        span = side.span(node)
        for n, unit in _cuts(side, node.terms[-1].node):
            inner, outer = side.text[span.start : n], side.text[unit.span.start : span.end]
            yield _put(span.start, span.end, f"{grouped(inner)}{side.text[n : unit.span.start]}{outer}", inner)
        if side.text[span.start : side.span(node.terms[0].node).start].strip():
            continue  # behind a leading minus
        for n, unit in _cuts(side, node.terms[0].node):
            outer, inner = side.text[span.start : n], side.text[unit.span.start : span.end]
            yield _put(span.start, span.end, f"{outer}{side.text[n : unit.span.start]}{grouped(inner)}", inner)


def _reaches(side: Side, term: Node) -> bool:
    """Whether a sum sign or a derivative stands in a term, which may be meant to reach over the next one."""
    kinds = [u.kind for u in side.units(term)] if isinstance(term, Product) else [side.kind(term)]
    return any(kind in REACHING for kind in kinds)


def _cuts(side: Side, term: Node) -> Iterator[tuple[int, Unit]]:
    """Where a product of plain factors can be cut in two: the end of one part, and the factor that begins the other."""
    units = side.units(term) if isinstance(term, Product) else []
    if any(unit.kind not in OPERANDS for unit in units):
        return
    for before, unit in pairwise(units):
        yield before.span.end, unit


def _put(start: int, end: int, text: str, inner: str) -> Edit:
    words = f"{short(inner)} must stand in parentheses"
    return Edit(start, end, text, f"parentheses around {short(inner)}", words)
