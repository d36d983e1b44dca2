r"""A matrix by its general entry in brackets: `A = [a_{ij}]`, `J = \left[\frac{\partial f_i}{\partial x_j}\right]`.

The letters that nothing else in the equation has run over the rows and the columns, in the order they are written in.
Square brackets may have a sign, a factor or other terms without letters beside them: `-2 [a_{ij}]`.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import (
    Comma,
    Fenced,
    Fraction,
    Link,
    Matrix,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Sum,
)
from chainrule.sheet.syntax.names import Glossary, letter_of, outside_letters, reference, walk


def with_ranges(node: Node, glossary: Glossary) -> Node | None:
    """An equation with the ranges of such entries written out; None for anything else."""
    if not isinstance(node, Relation) or any(link.op not in ("=", ":=", "≡") for link in node.links):
        return None
    sides = [node.first, *(link.node for link in node.links)]
    whole = [side for side in sides if not _has_entry(side, glossary)]
    indexed = any(_letters(side, glossary) for side in whole if not _is_written_out(side))
    if len(whole) == len(sides) or not whole or indexed:
        return None
    links = tuple(replace(link, node=_ranged(link.node, glossary)) for link in node.links)
    return replace(node, first=_ranged(node.first, glossary), links=links)


def with_entries(node: Node, glossary: Glossary) -> Node | None:
    r"""`(a_{ij} - b_{ij})_{ij}`, `(x_i)_i`: the letters below what they already index run over all of it."""
    if not isinstance(node, Script) or not isinstance(node.base, Fenced) or node.sub is None or node.sup is not None:
        return None
    if node.base.open not in "([" or isinstance(node.base.body, (Comma, Relation)) or node.primes:
        return None
    letters = [letter_of(x) for x in _below(node.sub)]
    inside = outside_letters(node.base.body)
    if not 0 < len(letters) <= 2 or None in letters or not set(letters) <= inside or len(set(letters)) < len(letters):
        return None
    one = Link("=", node.span, Number(node.span, "1"))
    ranges = tuple(Relation(node.span, Name(node.span, str(x)), (one,)) for x in letters)
    return replace(node, sub=ranges[0] if len(ranges) == 1 else Comma(node.span, ranges))


def _below(sub: Node) -> tuple[Node, ...]:
    if isinstance(sub, Comma):
        return sub.items
    return (
        tuple(f.node for f in sub.factors)
        if isinstance(sub, Product) and not any(f.op for f in sub.factors)
        else (sub,)
    )


def _is_written_out(node: Node) -> bool:
    """A matrix with its entries, whose subscripts are places: `x_d` at the end of a diagonal."""
    return isinstance(node.body if isinstance(node, Fenced) else node, Matrix)


def _is_entry(node: Node) -> bool:
    """One name with subscripts or one derivative in brackets; in square ones, numbers may stand before a derivative."""
    if not isinstance(node, Fenced) or node.open not in "([":
        return False
    body = node.body
    if node.open == "[" and isinstance(body, Product) and all(isinstance(f.node, Number) for f in body.factors[:-1]):
        return isinstance(body.factors[-1].node, Fraction)
    return isinstance(body, (Script, Fraction))


def _has_entry(node: Node, glossary: Glossary) -> bool:
    """Such an entry alone, or in square brackets beside what has no letters."""
    return _is_entry(node) or (isinstance(node, (Sum, Product)) and _at(node, glossary) is not None)


def _at(node: Sum | Product, glossary: Glossary) -> int | None:
    """Where the one entry in brackets stands in a sum or a product."""
    items = _items(node)
    found = [n for n, x in enumerate(items) if _letters(x, glossary)]
    if len(found) != 1:
        return None
    one = items[found[0]]
    if isinstance(one, Product):
        return found[0] if _at(one, glossary) is not None else None
    if not isinstance(one, Fenced) or one.open != "[" or not _is_entry(one):
        return None
    matrix = len(_letters(one, glossary)) == 2 or not isinstance(one.body, Script)
    return found[0] if matrix else None  # `L = -[t_i]` may be a loss of one sample


def _items(node: Sum | Product) -> list[Node]:
    return [t.node for t in node.terms] if isinstance(node, Sum) else [f.node for f in node.factors]


def _ranged(node: Node, glossary: Glossary) -> Node:
    at = _at(node, glossary) if isinstance(node, (Sum, Product)) else None
    if at is not None and isinstance(node, Sum):
        terms = list(node.terms)
        terms[at] = replace(terms[at], node=_ranged(terms[at].node, glossary))
        return replace(node, terms=tuple(terms))
    if at is not None and isinstance(node, Product):
        factors = list(node.factors)
        factors[at] = replace(factors[at], node=_ranged(factors[at].node, glossary))
        return replace(node, factors=tuple(factors))
    letters = _letters(node, glossary) if _is_entry(node) else []
    if not 0 < len(letters) <= 2:
        return node
    one = Link("=", node.span, Number(node.span, "1"))
    ranges = tuple(Relation(node.span, Name(node.span, x), (one,)) for x in letters)
    return Script(node.span, node, ranges[0] if len(ranges) == 1 else Comma(node.span, ranges), None)


def _letters(node: Node, glossary: Glossary) -> list[str]:
    """The index letters in the subscripts of a formula, in the order they are written in."""
    found: dict[str, int] = {}
    for part in walk(node):
        ref = reference(part, glossary)
        for sub in ref.subs if ref is not None else ():
            if (letter := letter_of(sub)) is not None:
                found.setdefault(letter, sub.span.start)
                found[letter] = min(found[letter], sub.span.start)
    return sorted(found, key=lambda x: found[x])
