r"""The entries `x_{ij}` of a matrix `X = (x_{ij})` beside a vector x or a function x(t): they are written `X_{ij}`.

Two subscripts are entries of the matrix and one is a component of the vector; the letter alone would be one array of
both. Where an equation makes the matrix of what has one subscript, `X = (x_1, \ldots, x_n)`, it is one letter indeed.

So are the entries of a matrix that is computed, `O = P V = [o_{ij}]`: the brackets give nothing, they say which letter
its entries have. Where nothing else gives the matrix, the brackets do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, permutations

from chainrule.read.tree import Comma, Fenced, Matrix, Name, Node, Number, Product, Relation, Script
from chainrule.sheet.arrays.gathered import apart, core, count_of, gathered, is_computed
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

Wholes = dict[str, Name]


def wholes_of_entries(formulas: list[Node]) -> Wholes:
    """The capital for each small letter whose entries a formula gathers, where it is a vector or a function as well or
    where the matrix is computed."""
    relations = [n for f in formulas for n in walk(f) if isinstance(n, Relation)]
    pairs = [(a, b) for r in relations for a, b in permutations((r.first, *(link.node for link in r.links)), 2)]
    found: Wholes = {}
    for whole, entries in pairs:
        small = gathered(entries)
        if small is not None and isinstance(whole, Name) and whole.text == small.text[:1].upper() + small.text[1:]:
            found.setdefault(small.text, whole)
    others = {name.text for name, other in pairs if isinstance(name, Name) and _is_vector(name, other)}
    others |= {x for x, whole in found.items() if is_computed(relations, x, whole)}
    others |= {x for f in formulas for n in walk(f) for x in _functions(n)} if found else set()
    own = _of_layers(formulas, found) if found else set()
    return {x: w for x, w in found.items() if x in others and x not in own and not _listed(relations, w, x)}


def _of_layers(formulas: list[Node], found: Wholes) -> set[str]:
    """The letters whose entries, or those of their capital, carry a mark above: each layer has entries of its own."""
    small = {w.text: x for x, w in found.items()} | {x: x for x in found}
    entries = (n for f in formulas for n in walk(f) if isinstance(n, Script) and count_of(n) == 2)
    return {small[core(n)] for n in entries if isinstance(n.sup, (Fenced, Name)) and core(n) in small}


def _functions(node: Node) -> Iterator[str]:
    """The f of `f(x)`."""
    for f, g in pairwise(node.factors) if isinstance(node, Product) else ():
        name = isinstance(f.node, Name) and isinstance(g.node, Fenced) and isinstance(g.node.body, Name)
        if name and isinstance(f.node, Name) and not g.op:
            yield f.node.text


def _is_vector(name: Name, other: Node) -> bool:
    r"""Whether a name is a list of its components, `[x_1, \ldots, x_n]^T`, or in `\mathbb{R}^n`."""
    if (
        isinstance(other, Script)
        and isinstance(other.base, Name)
        and other.base.text == "R"
        and "bb" in other.base.style
    ):
        return isinstance(other.sup, (Name, Number))
    while isinstance(other, Script) and isinstance(other.base, (Fenced, Matrix)):
        other = other.base
    if isinstance(other, Matrix):
        items = [cell for row in other.rows for cell in row] if 1 in (len(other.rows), len(other.rows[0])) else []
    else:
        body = other.body if isinstance(other, Fenced) and other.open in "([" else None
        items = list(body.items) if isinstance(body, Comma) else []
    first = items[0] if len(items) > 1 else None
    return isinstance(first, Script) and count_of(first) == 1 and core(first) == name.text


def with_entries_of(node: Node, wholes: Wholes) -> Node:
    """A formula with the entries under the name of their matrix."""

    def choose(part: Node) -> Node | None:
        if not isinstance(part, Script) or not isinstance(part.base, Name) or count_of(part) != 2:
            return None
        whole = wholes.get(part.base.text)
        return None if whole is None else replace(part, base=replace(whole, span=part.base.span), sub=apart(part.sub))

    return rebuilt(node, choose)


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
        if isinstance(part, Script) and isinstance(part.base, Name) and count_of(part) == 1:
            yield part.base.text
