"""Totals and their terms under one letter: `L = \\frac1N \\sum_i L_i` uses L for the whole, L_i for one sample; so do
`L(w) = \\sum_i L_i(w)` and a loss `L = \\sum_i (...)` beside `L_i = ...`.

The term is a name of its own then, L_each with the index i, and not a component of L. Where the document only writes
`E = -\\sum_n (...) = \\sum_n E_n`, the term E_n is what stands under the first sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chainrule.read.tree import (
    Accent,
    Big,
    Factor,
    Fenced,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Span,
    Sum,
    Term,
)
from chainrule.sheet.records.statements import DEFINING_LEFT
from chainrule.sheet.syntax.names import Glossary, Ref, letter_of, node_key, reference
from chainrule.sheet.syntax.spelling import names_loss


@dataclass(frozen=True, slots=True)
class Total:
    """A side that is one sum: its sign, what stands before the sum, what it runs over, and its summand."""

    minus: bool
    before: tuple[object, ...]
    over: object
    body: Node


def total_of(side: Node) -> Total | None:
    """`-\\frac1N \\sum_{i=1}^N body` taken apart; None for anything else."""
    minus = False
    if isinstance(side, Sum) and len(side.terms) == 1:
        minus, side = side.terms[0].sign == "-", side.terms[0].node
    if not isinstance(side, Product):
        return None
    place = next((n for n, f in enumerate(side.factors) if isinstance(f.node, Big)), None)
    if place is None or place + 1 >= len(side.factors):
        return None
    big, rest = side.factors[place].node, side.factors[place + 1 :]
    if not isinstance(big, Big) or big.op != "sum":
        return None
    body = rest[0].node if len(rest) == 1 else _product(rest)
    return Total(minus, tuple(node_key(f.node) for f in side.factors[:place]), node_key(big.sub), body)


def _product(factors: tuple[Factor, ...]) -> Node:
    span = Span(factors[0].node.span.start, factors[-1].node.span.end)
    return Product(span, (Factor("", factors[0].node), *factors[1:]))


def totals_of(relations: Iterable[Relation], glossary: Glossary) -> set[str]:
    """The letters that stand for a total, and with one index or mark for a term of it."""
    relations = list(relations)
    found = {base for relation in relations if (base := _whole_and_term(relation, glossary)) is not None}
    wholes = {base: total for relation in relations for base, total in _said_whole(relation, glossary)}
    for relation in relations:
        ref = named(relation.first, glossary)
        if ref is None or ref.base not in wholes or not indexed(ref) or relation.links[0].op not in DEFINING_LEFT:
            continue
        same = _unsigned(relation.links[0].node) == _unsigned(wholes[ref.base].body)
        if same or names_loss(ref.base):
            found.add(ref.base)
    return found


def _whole_and_term(relation: Relation, glossary: Glossary) -> str | None:
    """The letter of `L = \\frac1N \\sum_i L_i`, if a chain equates a name with the sum of its own indexed version."""
    sides = (relation.first, *(link.node for link in relation.links))
    bare = {ref.base for side in sides if (ref := named(side, glossary)) is not None and ref.bare}
    for side in sides:
        for term in side.terms if isinstance(side, Sum) else (Term("+", side),):
            found = total_of(term.node)
            ref = None if found is None else named(found.body, glossary)
            if ref is not None and ref.base in bare and indexed(ref):
                return ref.base
    return None


def _said_whole(relation: Relation, glossary: Glossary) -> Iterable[tuple[str, Total]]:
    """The name of a relation that equates a name with one sum, or with the square of a norm, and the sum."""
    ref = named(relation.first, glossary)
    for link in relation.links if ref is not None and ref.bare else ():
        total = total_of(link.node) or _squared_norm(link.node)
        if ref is not None and total is not None and link.op in DEFINING_LEFT:
            yield ref.base, total


def _squared_norm(side: Node) -> Total | None:
    r"""`\frac12 \|R - UV^T\|^2`, which is a sum of squares too."""
    last = side.factors[-1].node if isinstance(side, Product) else side
    base = last.base if isinstance(last, Script) and isinstance(last.sup, Number) else None
    return Total(False, (), None, last) if isinstance(base, Fenced) and base.open == "‖" else None


def _unsigned(node: Node) -> object:
    """A formula without its sign and the brackets around it."""
    while True:
        if isinstance(node, Sum) and len(node.terms) == 1:
            node = node.terms[0].node
        elif isinstance(node, Fenced) and node.open in "([{":
            node = node.body
        else:
            return node_key(node)


def indexed(ref: Ref) -> bool:
    """Whether a reference carries one index letter, or two, below or in parentheses above, and nothing else."""
    marks = (*ref.subs, *ref.labels)
    return 0 < len(marks) <= 2 and all(letter_of(x) is not None for x in marks) and not (ref.primes or ref.postfix)


def named(side: Node, glossary: Glossary) -> Ref | None:
    """The name of `L`, `L_i`, `L(w)` and `L_i(w)`."""
    if isinstance(side, Product) and len(side.factors) == 2 and isinstance(side.factors[1].node, Fenced):
        side = side.factors[0].node
    return reference(side, glossary) if isinstance(side, (Name, Accent, Script)) else None
