r"""Matrices whose entries stand in brackets in their places: `[x_{ij}]`, and `x_{11}, x_{12}, ...` row below row.

Where a formula gives the matrix, `O = P V = [o_{ij}]`, the brackets give nothing: they say how its entries are called.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Comma, Dots, Fenced, Matrix, Name, Node, Number, Product, Relation, Script, Span, Text
from chainrule.sheet.records.statements import DEFINING
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import node_key, walk

KNOWN = frozenset({"", "cdot", "times", "odot", "circ", "/"})
"""Signs of products whose entries are known."""


def gathered(node: Node) -> Name | None:
    r"""The x of `(x_{ij})`, `[x_{ij}]_{i,j=1}^{m,n}` and of a matrix that begins with `x_{11}`."""
    node = node.base if isinstance(node, Script) and isinstance(node.base, Fenced | Matrix) else node
    while isinstance(node, Fenced) and isinstance(node.body, Matrix):
        node = node.body
    if isinstance(node, Fenced) and node.open in "([":
        entry = node.body
    elif isinstance(node, Matrix) and len(node.rows) > 1 and len(node.rows[0]) > 1:
        entry = node.rows[0][0]
    else:
        return None
    two = isinstance(entry, Script) and entry.sup is None and count_of(entry) == 2
    return entry.base if two and isinstance(entry, Script) and isinstance(entry.base, Name) else None


def is_computed(relations: list[Relation], small: str, whole: Name) -> bool:
    """Whether a matrix is given by a formula of others before its entries stand in brackets, or beside them."""
    given = False
    for relation in relations:
        sides = [relation.first, *(link.node for link in relation.links if link.op in DEFINING)]
        if any(node_key(side) == node_key(whole) for side in sides):
            given |= any(_gives(side, small, whole) for side in sides)
            if any(is_in_place(side, small) for side in sides):
                return given
    return False


def _gives(side: Node, small: str, whole: Name) -> bool:
    """Whether a side is a formula of other names whose signs and functions are known, so that its entries are."""
    inside = list(walk(side))
    letters = {n.text for n in inside if isinstance(n, Name)}
    if isinstance(side, Name) or not letters or letters & {small, whole.text}:
        return False
    return all(_is_known(n) for n in inside)


def _is_known(node: Node) -> bool:
    """Whether a part of a formula has a fixed meaning: a star may be a convolution, and a word anything."""
    match node:
        case Product(factors=factors):
            return all(f.op in KNOWN for f in factors)
        case Text(text=word):
            return is_function_word(word)
        case Name(text=word, style=style):
            return not (len(word) > 1 and "rm" in style) or is_function_word(word)
        case Fenced(body=Comma()):
            return False
    return True


def is_in_place(node: Node, small: str) -> bool:
    """Whether a formula is `[x_{ij}]`, or a matrix of which every entry that is written out stands in its place."""
    name = gathered(node)
    if name is None or name.text != small or (isinstance(node, Script) and node.sub is None):
        return False  # a matrix transposed has its entries in other places
    while isinstance(node, Fenced):
        node = node.body
    cells = [(place, cell) for place, cell in _cells(node) if not isinstance(cell, Dots)]
    return all(isinstance(cell, Script) and core(cell) == small and _is_at(cell, place) for place, cell in cells)


def core(node: Script) -> str:
    """The letter below which the subscripts stand."""
    return node.base.text if isinstance(node.base, Name) else ""


def count_of(node: Script) -> int:
    """How many subscripts stand on a name, counted by its letters and numbers."""
    match node.sub:
        case Comma(items=items):
            return len(items)
        case Product(factors=factors) if not any(f.op for f in factors):
            return len(factors)
        case None:
            return 0
    text = getattr(node.sub, "text", "")
    return len(text) if text.isdigit() else 1


def apart(sub: Node | None) -> Node | None:
    """Two digits, `11`, and two letters as a row and a column."""
    match sub:
        case Number(span=span, text=text) if len(text) == 2 and text.isdigit():
            middle = span.end - 1
            halves = (Span(span.start, middle), Span(middle, span.end))
            return Comma(span, tuple(Number(half, digit) for half, digit in zip(halves, text, strict=True)))
        case Product(span=span, factors=(one, other)) if not other.op:
            return Comma(span, (one.node, other.node))
    return sub


def _cells(node: Node) -> Iterator[tuple[tuple[str, str], Node]]:
    """The cells of a matrix with their row and column, counted from 1."""
    for n, row in enumerate(node.rows if isinstance(node, Matrix) else ()):
        for m, cell in enumerate(row):
            yield (str(n + 1), str(m + 1)), cell


def _is_at(cell: Script, place: tuple[str, str]) -> bool:
    """Whether the subscripts of an entry are its row and column; at the end of dots stand letters."""
    subs = apart(cell.sub)
    items = subs.items if isinstance(subs, Comma) else ()
    named = (isinstance(x, Name) or (isinstance(x, Number) and x.text == n) for x, n in zip(items, place, strict=False))
    return len(items) == 2 and all(named)
