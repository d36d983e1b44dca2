r"""Expectations under the letter of a law, `\mathbb{E}_P[f(x)]`: over what is drawn from it, as `x \sim P` says.

A letter from which one thing alone is drawn in a document names it; where several are, nothing is put in its place.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Link, Name, Node, Relation, Script
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

Laws = dict[object, Node]


def laws_of(formulas: list[Node]) -> Laws:
    """What is drawn from each letter that stands under an expectation by itself."""
    drawn: dict[object, dict[object, Node]] = {}
    for node in (n for formula in formulas for n in walk(formula)):
        if isinstance(node, Relation) and [link.op for link in node.links] == ["∼"] and isinstance(node.first, Name):
            drawn.setdefault(node_key(node.links[0].node), {})[node_key(node.first)] = node.first
    letters = {node_key(law) for formula in formulas for n in walk(formula) if (law := _law(n)) is not None}
    return {law: next(iter(found.values())) for law, found in drawn.items() if law in letters and len(found) == 1}


def with_what_is_drawn(node: Node, laws: Laws) -> Node:
    """A formula with what is drawn written below each expectation."""
    return rebuilt(node, lambda part: _written(part, laws))


def _written(node: Node, laws: Laws) -> Node | None:
    law = _law(node)
    drawn = None if law is None else laws.get(node_key(law))
    if law is None or drawn is None or not isinstance(node, Script):
        return None
    return replace(node, sub=Relation(law.span, replace(drawn, span=law.span), (Link("∼", law.span, law),)))


def _law(node: Node) -> Node | None:
    """The P of `\\mathbb{E}_P`: a capital or a calligraphic letter alone below the sign."""
    match node:
        case Script(base=Name(text="E"), sub=Name() as law, primes=0) if law.text[:1].isupper():
            return law
    return None
