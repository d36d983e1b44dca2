"""Totals and their terms under one letter: `L = \\frac1N \\sum_i L_i` uses L for the whole and L_i for one sample.

The term is a name of its own then, L_each with the index i, and not a component of L. Where the document only writes
`E = -\\sum_n (...) = \\sum_n E_n`, the term E_n is what stands under the first sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chainrule.read.tree import Accent, Big, Factor, Fenced, Name, Node, Product, Relation, Span, Sum, Term
from chainrule.sheet.names import EACH, Glossary, Ref, letter_of, node_key, reference

if TYPE_CHECKING:
    from chainrule.sheet.statements import Equation
    from chainrule.sheet.world import World


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


def whole_and_term(relation: Relation, glossary: Glossary) -> str | None:
    """The letter of `L = \\frac1N \\sum_i L_i`, if a chain equates a name with the sum of its own indexed version."""
    sides = (relation.first, *(link.node for link in relation.links))
    bare = {ref.base for side in sides if (ref := _bare(side, glossary)) is not None}
    for side in sides:
        for term in side.terms if isinstance(side, Sum) else (Term("+", side),):
            found = total_of(term.node)
            ref = None if found is None else reference(found.body, glossary)
            if ref is not None and ref.base in bare and one_index(ref):
                return ref.base
    return None


def one_index(ref: Ref) -> bool:
    """Whether a reference carries one index letter and nothing else."""
    return len(ref.subs) == 1 and letter_of(ref.subs[0]) is not None and not (ref.labels or ref.primes or ref.postfix)


def _bare(side: Node, glossary: Glossary) -> Ref | None:
    """`L` and `L(w)`."""
    if isinstance(side, Product) and len(side.factors) == 2 and isinstance(side.factors[1].node, Fenced):
        side = side.factors[0].node
    ref = reference(side, glossary) if isinstance(side, (Name, Accent)) else None
    return ref if ref is not None and ref.bare else None


def summands(world: World, equations: Iterable[Equation]) -> Iterable[tuple[Equation, Ref, Node]]:
    """The terms that only a chain says: `-\\sum_n f_n = \\sum_n E_n` makes E_n the summand on the left."""
    for e in equations:
        if e.op != "=" or not e.link:
            continue
        left, right = total_of(e.lhs), total_of(e.rhs)
        if left is None or right is None or left.over != right.over or left.before != right.before:
            continue
        ref = reference(right.body, world.glossary)
        if ref is None or not ref.base.endswith(EACH) or world.defined(ref.base):
            continue
        body = left.body
        if left.minus != right.minus:
            body = Sum(body.span, (Term("-", body),))
        yield e, ref, body
