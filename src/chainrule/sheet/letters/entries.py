r"""A matrix by its general entry in brackets: `A = [a_{ij}]`, `J = \left[\frac{\partial f_i}{\partial x_j}\right]`.

The letters that nothing else in the equation has run over the rows and the columns, in the order they are written in.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Comma, Fenced, Fraction, Link, Matrix, Name, Node, Number, Product, Relation, Script
from chainrule.sheet.syntax.names import Glossary, letter_of, outside_letters, reference, walk


def with_ranges(node: Node, glossary: Glossary) -> Node | None:
    """An equation with the ranges of such entries written out; None for anything else."""
    if not isinstance(node, Relation) or any(link.op not in ("=", ":=", "≡") for link in node.links):
        return None
    sides = [node.first, *(link.node for link in node.links)]
    whole = [side for side in sides if not _is_entry(side)]
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
    """One name with subscripts or one derivative in brackets."""
    return isinstance(node, Fenced) and node.open in "([" and isinstance(node.body, (Script, Fraction))


def _ranged(node: Node, glossary: Glossary) -> Node:
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
