r"""Expectations under the letter of a law, `\mathbb{E}_P[f(x)]`: over what is drawn from it, as `x \sim P` says, or
over what the density is called with everywhere, `\mathbb{E}_q[\log p(x, z)]` beside `q(z | x)`.

A letter from which one thing alone is drawn in a document names it; where several are, nothing is put in its place. A
dot in an argument is what is drawn, too: `\mathbb{E}_\pi[\phi(s, \cdot)]`. A letter that is never called is short for
the one density that has it with a parameter, `\mathbb{E}_q[\log p(x, z)]` beside `q_\phi(z | x)`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from chainrule.read.tree import Dots, Factor, Fenced, Infix, Link, Name, Node, Product, Relation, Script
from chainrule.sheet.syntax.arguments import parts
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.normal_laws import DENSITIES
from chainrule.sheet.syntax.rebuilding import rebuilt, with_parts

POLICIES = frozenset({"pi"})
DOT = "cdot"


def shortened_laws(formulas: list[Node]) -> dict[str, Node]:
    """The letters alone below expectations that are short for a density with a parameter, called in one way only."""
    nodes = [n for formula in formulas for n in walk(formula)]
    alone = {law.text for n in nodes if isinstance(law := _density(n), Name) and not law.style}
    found: dict[str, dict[object, Node]] = {}
    for one, fence in (pair for n in nodes if alone and isinstance(n, Product) for pair in pairwise(n.factors)):
        name = one.node
        if isinstance(fence.node, Fenced) and not fence.op and isinstance(name, Script) and isinstance(name.base, Name):
            if name.sub is not None and name.sup is None and not name.primes:
                call = Product(name.span, (Factor("", name), Factor("", fence.node)))
                found.setdefault(name.base.text, {})[node_key(call)] = call
        elif isinstance(fence.node, Fenced) and not fence.op and isinstance(name, Name):
            alone.discard(name.text)
    return {letter: next(iter(found[letter].values())) for letter in alone if len(found.get(letter, ())) == 1}


def with_their_parameters(node: Node, laws: dict[str, Node]) -> Node:
    """A formula with the whole name of such a density below each expectation."""

    def choose(part: Node) -> Node | None:
        law = _density(part)
        whole = laws.get(law.text) if isinstance(law, Name) else None
        return None if whole is None or not isinstance(part, Script) else replace(part, sub=whole)

    return rebuilt(node, choose)


@dataclass(frozen=True)
class Laws:
    """What is drawn from the letters below expectations, as the text says, and what densities are called with."""

    told: dict[object, Node]
    called: dict[object, Node]


def laws_of(formulas: list[Node]) -> Laws | None:
    """What is drawn from each letter that stands under an expectation by itself."""
    drawn: dict[object, dict[object, Node]] = {}
    for node in (n for formula in formulas for n in walk(formula)):
        if isinstance(node, Relation) and [link.op for link in node.links] == ["∼"] and isinstance(node.first, Name):
            drawn.setdefault(node_key(node.links[0].node), {})[node_key(node.first)] = node.first
    letters = {node_key(law) for formula in formulas for n in walk(formula) if (law := _law(n)) is not None}
    told = {law: next(iter(found.values())) for law, found in drawn.items() if law in letters and len(found) == 1}
    called = _called_with(formulas)
    return Laws(told, called) if told or called else None


def _called_with(formulas: list[Node]) -> dict[object, Node]:
    """What each density below an expectation is called with, where that is one letter."""
    below = {node_key(_name(law)) for formula in formulas for n in walk(formula) if (law := _density(n)) is not None}
    called: dict[object, dict[object, Node]] = {}
    for product in (n for formula in formulas for n in walk(formula) if below and isinstance(n, Product)):
        for one, fence in pairwise(product.factors):
            if node_key(one.node) in below and isinstance(fence.node, Fenced) and not fence.op:
                before = parts(fence.node)[0]
                first = before[0] if len(before) == 1 else fence.node
                if not isinstance(first, Dots) and not _is_dot(first):
                    called.setdefault(node_key(one.node), {})[node_key(first)] = first
    lone = {law: next(iter(found.values())) for law, found in called.items() if len(found) == 1}
    return {law: first for law, first in lone.items() if isinstance(first, Name) and set(first.style) <= {"bold"}}


def with_what_is_drawn(node: Node, laws: Laws) -> Node:
    """A formula with what is drawn written below each expectation."""
    part = with_parts(node, lambda inner: with_what_is_drawn(inner, laws))
    law = _law(part)
    drawn = None if law is None else laws.told.get(node_key(law))
    if law is not None and drawn is not None and isinstance(part, Script):
        return replace(part, sub=_drawn_from(drawn, law))
    if isinstance(part, Product) and laws.called:
        factors = list(part.factors)
        for n, (sign, body) in enumerate(pairwise(part.factors)):
            found = None if body.op else _written(sign.node, body.node, laws)
            if found is not None:
                factors[n : n + 2] = replace(sign, node=found[0]), replace(body, node=found[1])
        return part if factors == list(part.factors) else replace(part, factors=tuple(factors))
    return part


def _written(sign: Node, body: Node, laws: Laws) -> tuple[Node, Node] | None:
    """An expectation under a density with the variable of the density, which the body has, or a dot in its place."""
    law = _density(sign)
    drawn = None if law is None else laws.called.get(node_key(_name(law)))
    if law is None or drawn is None or not isinstance(sign, Script) or not isinstance(body, Fenced):
        return None
    inside = any(node_key(part) == node_key(drawn) for part in walk(body))
    dots = any(_is_dot(part) for part in walk(body))
    if inside == dots:
        return None
    if dots:
        body = _fenced(rebuilt(body, lambda part: replace(drawn, span=part.span) if _is_dot(part) else None), body)
    return replace(sign, sub=_drawn_from(drawn, law)), body


def _fenced(node: Node, before: Fenced) -> Fenced:
    return node if isinstance(node, Fenced) else before


def _drawn_from(drawn: Node, law: Node) -> Relation:
    return Relation(law.span, replace(drawn, span=law.span), (Link("∼", law.span, law),))


def _law(node: Node) -> Node | None:
    """The P of `\\mathbb{E}_P`: a capital or a calligraphic letter alone below the sign."""
    match node:
        case Script(base=Name(text="E"), sub=Name() as law, primes=0) if law.text[:1].isupper():
            return law
    return None


def _density(node: Node) -> Node | None:
    r"""The density below the sign of an expectation: `q`, `\pi_\theta`, `\pi(\cdot | s)`."""
    if not isinstance(node, Script) or not isinstance(node.base, Name) or node.base.text != "E" or node.sub is None:
        return None
    law = node.sub
    if isinstance(law, Product) and len(law.factors) == 2 and isinstance(law.factors[1].node, Fenced):
        inside = law.factors[1].node.body
        if not _is_dot(inside.left if isinstance(inside, Infix) else inside):
            return None
    name = _name(law)
    letter = name.base if isinstance(name, Script) and name.sup is None else name
    known = isinstance(letter, Name) and letter.text in DENSITIES | POLICIES
    return law if known else None


def _name(law: Node) -> Node:
    return law.factors[0].node if isinstance(law, Product) else law


def _is_dot(node: Node) -> bool:
    return isinstance(node, Name) and node.text == DOT
