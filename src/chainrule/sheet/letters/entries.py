r"""A matrix by its general entry in brackets: `A = [a_{ij}]`, `J = \left[\frac{\partial f_i}{\partial x_j}\right]`.

The letters that nothing else in the equation has run over the rows and the columns, in the order they are written in.
Square brackets may have a sign, a factor or other terms without letters beside them: `-2 [a_{ij}]`. They are no more
than parentheses where another name of the equation has the letter open through its definition, or where a letter stands
twice below one bar.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chainrule.read.tree import (
    Accent,
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
from chainrule.sheet.letters.orders_of_letters import in_order
from chainrule.sheet.sums.drawn_letters import EXPECTATIONS
from chainrule.sheet.syntax.derivatives import below
from chainrule.sheet.syntax.names import Glossary, letter_of, outside_letters, reference, spelled, walk


def with_ranges(node: Node, glossary: Glossary, anyway: bool = False) -> Node | None:
    """An equation with the ranges of such entries written out; None for anything else. `anyway`: where names of it have
    the letters open as well."""
    if not isinstance(node, Relation) or node.links[0].op == "∈":
        return None
    *before, last = node.links
    more = last.op == "∈"  # `A = [a_{ij}] \in \mathbb{R}^{m \times n}`
    if any(link.op not in ("=", ":=", "≡") for link in (before if more else node.links)):
        return None
    sides = [node.first, *(link.node for link in (before if more else node.links))]
    whole = [side for side in sides if not _has_entry(side, glossary)]
    indexed = any(_letters(side, glossary) for side in whole if not _is_written_out(side))
    if len(whole) == len(sides) or not whole or indexed:
        return None
    if not anyway and _is_for_one_place(sides, glossary):
        return None
    links = (*(replace(link, node=_ranged(link.node, glossary)) for link in before), last)
    if not more:
        links = (*links[:-1], replace(last, node=_ranged(last.node, glossary)))
    return replace(node, first=_ranged(node.first, glossary), links=links)


def is_ranged(node: Node) -> bool:
    """Whether the ranges of a general entry were written out here, and by no author."""
    if not isinstance(node, Script) or not isinstance(node.base, Fenced) or node.span != node.base.span:
        return False
    ranges = node.sub.items if isinstance(node.sub, Comma) else (node.sub,)
    return all(isinstance(x, Relation) for x in ranges)


def _is_for_one_place(sides: list[Node], glossary: Glossary) -> bool:
    """Whether the brackets in an equation are about the one entry that its other names are about."""
    entries = [x for side in sides if (x := _entry_of(side, glossary)) is not None]
    letters = {x for entry in entries for x in _letters(entry, glossary)}
    if any(_stands_twice(entry, glossary) for entry in entries):
        return True
    inside = {id(n) for entry in entries for n in walk(entry)}
    own = _bases((n for entry in entries for n in walk(entry)), glossary)
    beside = _bases((n for side in sides for n in walk(side) if id(n) not in inside), glossary) - own
    return any(letters & glossary.left_open.get(base, set()) for base in beside)


def _entry_of(side: Node, glossary: Glossary) -> Node | None:
    """The one entry in brackets of a side."""
    while isinstance(side, (Sum, Product)):
        at = _at(side, glossary)
        if at is None:
            return None
        side = _items(side)[at]
    return side if may_be_an_entry(side) and _letters(side, glossary) else None


def _bases(nodes: Iterable[Node], glossary: Glossary) -> set[str]:
    refs = (reference(n, glossary) for n in nodes if isinstance(n, (Name, Accent, Script)))
    return {ref.base for ref in refs if ref is not None}


def _stands_twice(entry: Node, glossary: Glossary) -> bool:
    r"""`\partial x_i^2` or `\partial x_i \partial x_i` below a bar."""
    for fraction in (n for n in walk(entry) if isinstance(n, Fraction)):
        bottom = below(fraction.denominator)
        found = [x for v in (() if bottom is None else bottom[1]) for x in _letters(v, glossary)]
        if len(set(found)) < len(found):
            return True
    return False


def with_entries(node: Node) -> Node | None:
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


def may_be_an_entry(node: Node) -> bool:
    """One name with subscripts or one derivative in brackets; in square ones, numbers may stand before a derivative."""
    if not isinstance(node, Fenced) or node.open not in "([":
        return False
    body = node.body
    if node.open == "[" and isinstance(body, Product) and all(_is_number(f.node) for f in body.factors[:-1]):
        return isinstance(body.factors[-1].node, Fraction)
    return isinstance(body, (Script, Fraction))


def _is_number(node: Node) -> bool:
    return all(isinstance(n, (Number, Fraction)) for n in walk(node))


def _has_entry(node: Node, glossary: Glossary) -> bool:
    """Such an entry alone, or in square brackets beside what has no letters."""
    return may_be_an_entry(node) or (isinstance(node, (Sum, Product)) and _at(node, glossary) is not None)


def _at(node: Sum | Product, glossary: Glossary) -> int | None:
    """Where the one entry in brackets stands in a sum or a product."""
    items = _items(node)
    found = [n for n, x in enumerate(items) if _letters(x, glossary)]
    if len(found) != 1:
        return None
    one = items[found[0]]
    if isinstance(one, Product):
        return found[0] if _at(one, glossary) is not None else None
    if not isinstance(one, Fenced) or one.open != "[" or not may_be_an_entry(one):
        return None
    if isinstance(node, Product) and found[0] and _is_expectation(items[found[0] - 1]):
        return None  # the argument of an expectation
    matrix = len(_letters(one, glossary)) == 2 or not isinstance(one.body, Script)
    return found[0] if matrix else None  # `L = -[t_i]` may be a loss of one sample


def _is_expectation(node: Node) -> bool:
    name = node.base if isinstance(node, Script) else node
    return isinstance(name, Name) and spelled(name) in EXPECTATIONS


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
    letters = _letters(node, glossary) if may_be_an_entry(node) else []
    if not 0 < len(letters) <= 2:
        return node
    one = Link("=", node.span, Number(node.span, "1"))
    order = in_order(node, letters, glossary)
    ranges = tuple(Relation(node.span, Name(node.span, x), (one,)) for x in order or letters)
    sub: Node = ranges[0] if len(ranges) == 1 else Comma(node.span, ranges)
    clear = order is not None and not _is_open_inside(node, letters, glossary)
    return Script(node.span, node, sub if clear else Fenced(node.span, "{", sub, "}"), None)


def _is_open_inside(entry: Node, letters: list[str], glossary: Glossary) -> bool:
    r"""`[\frac{\partial E}{\partial w_i}]` where E is that of one sample i: one letter for two things."""
    return any({*letters} & glossary.always_open.get(base, set()) for base in _bases(walk(entry), glossary))


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
