r"""The entries `x_{ij}` of a matrix `X = (x_{ij})` beside a vector x with components `x_i`: they are written `X_{ij}`.

Two subscripts are entries of the matrix and one is a component of the vector; the letter alone would be one array of
both. Where an equation makes the matrix of what has one subscript, `X = (x_1, \ldots, x_n)`, it is one letter indeed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Comma, Fenced, Matrix, Name, Node, Product, Relation, Script
from chainrule.sheet.names import node_key, walk
from chainrule.sheet.rebuilding import rebuilt

Wholes = dict[str, Name]


def wholes_of_entries(formulas: list[Node]) -> Wholes:
    """The capital for each small letter whose entries a formula gathers, where the letter is a vector as well."""
    relations = [n for f in formulas for n in walk(f) if isinstance(n, Relation)]
    found: Wholes = {}
    for relation in relations:
        sides = [relation.first, *(link.node for link in relation.links)]
        for whole, entries in ((a, b) for a in sides for b in sides if isinstance(a, Name)):
            small = _gathered(entries)
            if small is not None and isinstance(whole, Name) and whole.text == small.text.upper() != small.text:
                found.setdefault(small.text, whole)
    if not found:
        return {}
    nodes = [n for f in formulas for n in walk(f)]
    below = {id(n.base) for n in nodes if isinstance(n, Script) and n.sub is not None}
    bare = {n.text for n in nodes if isinstance(n, Name) and id(n) not in below}
    single = {n.base.text for n in nodes if isinstance(n, Script) and isinstance(n.base, Name) and _count(n) == 1}
    return {x: w for x, w in found.items() if x in bare | single and not _listed(relations, w, x)}


def with_entries_of(node: Node, wholes: Wholes) -> Node:
    """A formula with the entries under the name of their matrix."""

    def choose(part: Node) -> Node | None:
        if not isinstance(part, Script) or not isinstance(part.base, Name) or _count(part) != 2:
            return None
        whole = wholes.get(part.base.text)
        return None if whole is None else replace(part, base=replace(whole, span=part.base.span))

    return rebuilt(node, choose)


def _gathered(node: Node) -> Name | None:
    r"""The x of `(x_{ij})`, `[x_{ij}]_{i,j=1}^{m,n}` and of a matrix that begins with `x_{11}`."""
    node = node.base if isinstance(node, Script) and isinstance(node.base, Fenced | Matrix) else node
    if isinstance(node, Fenced) and node.open in "([":
        entry = node.body
    elif isinstance(node, Matrix) and len(node.rows) > 1 and len(node.rows[0]) > 1:
        entry = node.rows[0][0]
    else:
        return None
    two = isinstance(entry, Script) and entry.sup is None and _count(entry) == 2
    return entry.base if two and isinstance(entry, Script) and isinstance(entry.base, Name) else None


def _count(node: Script) -> int:
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


def _listed(relations: list[Relation], whole: Name, small: str) -> bool:
    """Whether an equation makes the matrix of what has one subscript, its rows or columns."""
    for relation in relations:
        sides = [relation.first, *(link.node for link in relation.links)]
        beside = any(node_key(side) == node_key(whole) for side in sides)
        if beside and any(x == small for side in sides for x in _single(side)):
            return True
    return False


def _single(node: Node) -> Iterator[str]:
    for part in walk(node):
        if isinstance(part, Script) and isinstance(part.base, Name) and _count(part) == 1:
            yield part.base.text
