r"""Laws under a capital whose density has the small letter: `\mathbb{E}_{x \sim P}[\log q(x)]` beside `p(x)`; and laws
that a sentence gives, "let $P$ be the normal distribution $\mathcal{N}(\mu, \sigma^2)$".

A capital that is nothing but a law, drawn from, compared or below an expectation, is written as its density.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.document import Math, Piece, Words
from chainrule.read.grammar.formula import Row
from chainrule.read.tree import Fenced, Infix, Link, Name, Node, Product, Relation, Script
from chainrule.sheet.sums.drawn_letters import EXPECTATIONS
from chainrule.sheet.syntax.names import spelled, walk
from chainrule.sheet.syntax.normal_laws import density, normal_parameters
from chainrule.sheet.syntax.rebuilding import rebuilt

Pieces = list[tuple[Piece, tuple[Row, ...]]]
_KIND = r"(?:[\"“”'`]*[\w-]+[\"“”'`]*\s+){0,3}?(?:distribution|law|gaussian|normal|density)"
GIVEN = re.compile(rf"(?:be|is|denotes?|means)\s+(?:an?|the|some|our)\s+{_KIND}(?:\s+(?:distribution|law))?", re.I)


def with_laws_given(pieces: Pieces) -> Pieces:
    """The formulas of a document with `P = \\mathcal{N}(\\mu, \\sigma^2)` for a law that a sentence gives to a name."""
    done = list(pieces)
    for n in range(2, len(pieces)):
        (first, named), (between, _), (last, law) = pieces[n - 2 : n + 1]
        inline = isinstance(first, Math) and isinstance(last, Math) and not (first.display or last.display)
        if not (inline and isinstance(between, Words) and GIVEN.fullmatch(between.text.strip())):
            continue
        name = named[0].node if len(named) == 1 and len(law) == 1 else None
        if name is not None and density(name) is not None and normal_parameters(law[0].node) is not None:
            span = law[0].node.span
            told = Relation(span, name, (Link("=", span, law[0].node),))
            done[n] = last, (replace(law[0], node=told),)
    return done


def capitals_of_laws(formulas: Iterable[Node]) -> frozenset[str]:
    """The capitals that are nothing but laws, where a function of the small letter is called."""
    formulas = [f for f in formulas if not isinstance(f, Name)]  # which only mentions it
    nodes = [n for f in formulas for n in walk(f)]
    laws = Counter(x for n in nodes for x in _laws(n))
    if not laws:
        return frozenset()
    names = Counter(n.text for n in nodes if isinstance(n, Name) and not n.style)
    products = (n for n in nodes if isinstance(n, Product))
    called = {
        getattr(a.node, "text", "") for n in products for a, b in pairwise(n.factors) if _opens(b.node) and not b.op
    }
    return frozenset(x for x, count in laws.items() if count == names[x] and x.lower() in called)


def with_their_densities(node: Node, capitals: frozenset[str]) -> Node:
    """A formula with the densities for their laws."""

    def choose(part: Node) -> Node | None:
        law = isinstance(part, Name) and part.text in capitals and not part.style
        return replace(part, text=part.text.lower()) if law and isinstance(part, Name) else None

    return rebuilt(node, choose)


def _opens(node: Node) -> bool:
    return isinstance(node, Fenced) and node.open == "("


def _laws(node: Node) -> Iterator[str]:
    """The capitals that stand in a node where laws do."""
    found: list[Node | None] = []
    match node:
        case Script(base=Name() as sign, sub=law) if spelled(sign) in EXPECTATIONS:
            found = [law]
        case Relation(first=first, links=links):
            found = [x.node for x in links if x.op == "∼"]
            found += [first] if any(normal_parameters(x.node) is not None for x in links) else []
        case Infix(op="‖", left=left, right=right):
            found = [left, right]
    for law in found:
        if isinstance(law, Name) and len(law.text) == 1 and law.text.isupper() and not law.style:
            yield law.text
