"""Printed numbers and matrices of printed numbers, exactly, and what more than numbers is in a formula."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from chainrule.read.tree import Accent, Big, Comma, Fenced, Matrix, Name, Node, Number, Product, Script, Sum
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS


def decimal(text: str) -> Fraction | None:
    """An exact decimal; None when it has absurdly many digits."""
    if len(text) > 400:
        return None
    _, _, exponent = text.lower().partition("e")
    if exponent and abs(int(exponent)) > 400:
        return None
    return Fraction(text if not text.endswith(".") else text + "0")


def literal_number(node: Node) -> Fraction | None:
    """A printed number with its sign, or None."""
    match node:
        case Number(text=text):
            return decimal(text)
        case Sum(terms=(term,)) if term.sign in "+-":
            inner = literal_number(term.node)
            return None if inner is None else (inner if term.sign == "+" else -inner)
    return None


def literal_matrix(node: Node) -> tuple[tuple[Fraction, ...], ...] | None:
    """The entries of a matrix of printed numbers, or None."""
    if not isinstance(node, Matrix) or not node.rows or len({len(r) for r in node.rows}) != 1:
        return None
    rows = [[literal_number(cell) for cell in row] for row in node.rows]
    if any(x is None for row in rows for x in row):
        return None
    return tuple(tuple(x for x in row if x is not None) for row in rows)


def matrix_of_lists(node: Node) -> Matrix | None:
    """`[[1, 2], [0, 1]]`, row by row in brackets; of capitals alone it may be a commutator of commutators."""
    outer = _listed(node)
    rows = tuple(_listed(row) or () for row in outer or ())
    if len({len(r) for r in rows}) != 1 or not rows[0]:
        return None
    capitals = all(isinstance(c, Name) and c.text.isupper() for r in rows for c in r)
    return None if capitals else Matrix(node.span, "bmatrix", rows)


def _listed(node: Node) -> tuple[Node, ...] | None:
    """What a list in brackets holds."""
    if not isinstance(node, Fenced) or (node.open, node.close) != ("[", "]"):
        return None
    return node.body.items if isinstance(node.body, Comma) else (node.body,)


def is_zero(node: Node) -> bool:
    """A printed zero of any shape: `0`, `(0)`, `\\mathbf 0`, `0_n`, `0^T`, `(0, 0)`, a matrix of zeros."""
    while isinstance(node, (Fenced, Script)):
        node = node.body if isinstance(node, Fenced) else node.base
    match node:
        case Comma(items=items):
            return all(map(is_zero, items))
        case Matrix(rows=rows) if rows:
            return all(is_zero(cell) for row in rows for cell in row)
    return isinstance(node, (Name, Number)) and node.text == "0"


def is_numeric(node: Node) -> bool:
    """A printed number or a matrix of printed numbers."""
    return literal_number(node) is not None or (isinstance(node, Matrix) and literal_matrix(node) is not None)


def is_literal(node: Node) -> bool:
    """Numbers alone, whatever they are put into: `0.1`, a matrix of them, `(1, 2)^T`."""
    parts = list(walk(node))
    letters = [n for n in parts if isinstance(n, Name) and n.text not in TRANSPOSE_WORDS]
    return not letters and any(isinstance(n, Number) for n in parts) and not any(isinstance(n, Big) for n in parts)


def has_quantities(node: Node) -> bool:
    """Whether a formula has names in it that are no functions applied to something: none in `\\sigma(0.5) + e^{2}`."""
    called: set[int] = set()
    for part in walk(node):
        for factor, following in pairwise(part.factors) if isinstance(part, Product) else ():
            if isinstance(following.node, Fenced) and not following.op:
                called.add(id(factor.node))
    names = (n for n in walk(node) if isinstance(n, (Name, Accent)) and id(n) not in called)
    return any(isinstance(n, Accent) or not (is_function_word(n.text) or n.text in ("e", "pi")) for n in names)


def is_one(node: Node) -> bool:
    return isinstance(node, Number) and node.text == "1"
