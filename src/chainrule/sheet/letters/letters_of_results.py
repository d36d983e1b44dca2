"""Weights with the letter of what they make: the k of `K = X W_k` beside `Q = X W_q` is the name of K and no index.

A name on the left that carries no such letter itself, with its own letter below a name on the right: where one name
does so for two letters, its letters tell its versions apart, also those that make nothing by their letter (`W_o`). A
letter that a sum over that very name binds stays an index.
"""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.read.tree import Accent, Big, Name, Node, Product, Relation, Script
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import letter_of, walk


def letters_of_results(nodes: Iterable[Node]) -> set[tuple[str, str]]:
    """The names of weights with each of the letters below them."""
    nodes = list(nodes)
    made: dict[str, set[str]] = {}
    for relation in (n for node in nodes for n in walk(node) if isinstance(n, Relation)):
        letter = _letter_of_result(relation.first)
        if letter is None or relation.links[0].op not in ("=", ":="):
            continue
        for part in walk(relation.links[0].node):
            if (carried := _lettered(part)) is not None and carried[1].lower() == letter:
                made.setdefault(carried[0], set()).add(carried[1])
    bases = {base for base, letters in made.items() if len(letters) > 1}
    parts = [n for node in nodes for n in walk(node)] if bases else []
    below = {carried for part in parts if (carried := _lettered(part)) is not None and carried[0] in bases}
    return below - _summed(parts)


def _letter_of_result(node: Node) -> str | None:
    """The small letter of `K`, `\\mathbf{k}`, `k_i`."""
    while isinstance(node, Script | Accent):
        if isinstance(node, Script) and (node.sup is not None or letter_of(node.sub) == letter_of(node.base)):
            return None
        node = node.base if isinstance(node, Script) else node.body
    return node.text.lower() if isinstance(node, Name) and len(node.text) == 1 else None


def _lettered(node: Node) -> tuple[str, str] | None:
    """`W_k` as its name and the one letter below it."""
    match node:
        case Script(base=Name(text=base, style=style), sub=Name(text=letter)) if len(letter) == 1:
            return " ".join([*(s for s in style if s != "rm"), base]), letter
    return None


def _summed(parts: list[Node]) -> set[tuple[str, str]]:
    """The names with a letter that an operator before them binds."""
    found = set()
    for product in (n for n in parts if isinstance(n, Product)):
        operators = [f.node for f in product.factors if isinstance(f.node, Big)]
        bound = {x for big in operators if big.sub is not None for x in bound_letters(big.sub)}
        if bound:
            found |= {carried for n in walk(product) if (carried := _lettered(n)) is not None and carried[1] in bound}
    return found
