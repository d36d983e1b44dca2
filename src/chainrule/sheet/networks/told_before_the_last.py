r"""Activations that are told for the layer before the last and meant for any: `a^{L-1}_k = \sigma(z^{L-1}_k)` beside
`z^L_j = \sum_k w^L_{jk} a^{L-1}_k + b^L_j`, behind which lines speak of `a^l`.

Nothing else says what `a^l` is. (What is told for the last layer itself is the matter of `definitions.alike_layers`.)

>>> from chainrule.read.grammar.formula import dump, parse
>>> from chainrule.read.tree import Span
>>> texts = r"z^L = w^L a^{L-1}", r"a^{L-1} = \sigma(z^{L-1})", r"d^l = (w^{l+1})^T d^{l+1} \odot \sigma'(z^l)"
>>> formulas = [parse(t, Span(0, len(t)), {}, True)[0].node for t in texts]
>>> dump(for_any_layer(formulas[1], told_before_the_last(formulas)))
'(rel (a ^l) = (* sigma (() (z ^l))))'
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Fenced, Name, Node, Number, Product, Relation, Script, Sum, Term
from chainrule.sheet.derivatives.bare_functions import argument_of
from chainrule.sheet.syntax.names import letter_of, node_key, shifted_letter, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

LAST, ANY = "L", "l"


def told_before_the_last(formulas: list[Node]) -> frozenset[object]:
    """The names whose formula in the layer before the last is meant for any."""
    if not any(shifted_letter(mark) == ANY for f in formulas for _, mark in _marked(f)):
        return frozenset()
    heads = [(f.first, _is_activation(f)) for f in formulas if isinstance(f, Relation) and f.links[0].op in ("=", ":=")]
    told = {node_key(first.base) for first, before in heads if before and isinstance(first, Script)}
    otherwise = {key for first, before in heads if not before for key, mark in _marked(first) if _letter(mark) == ANY}
    return frozenset(told - otherwise)


def for_any_layer(node: Node, names: frozenset[object]) -> Node:
    """A formula for a name in the layer before the last as it is for any."""
    if not isinstance(node, Relation) or not _is_activation(node) or not isinstance(node.first, Script):
        return node
    if node_key(node.first.base) not in names:
        return node

    def any_layer(part: Node) -> Node | None:
        if not isinstance(part, Script) or part.sup is None or not _is_before_last(part.sup):
            return None
        letter = Name(part.sup.span, ANY)
        return replace(part, sup=replace(part.sup, body=letter) if isinstance(part.sup, Fenced) else letter)

    return rebuilt(node, any_layer)


def _is_activation(relation: Relation) -> bool:
    r"""Whether an equation says `a^{L-1} = \sigma(z^{L-1})`."""
    value = relation.links[0].node
    call = isinstance(value, Product) and len(value.factors) == 2 and argument_of(value.factors[1]) is not None
    named = isinstance(relation.first, Script) and isinstance(relation.first.base, Name) and not relation.first.primes
    marks = [mark for side in (relation.first, value) for _, mark in _marked(side)]
    return call and named and len(relation.links) == 1 and len(marks) == 2 and all(map(_is_before_last, marks))


def _is_before_last(mark: Node) -> bool:
    match mark.body if isinstance(mark, Fenced) else mark:
        case Sum(terms=(Term(sign="+", node=Name(text=letter)), Term(sign="-", node=Number(text="1")))):
            return letter == LAST
    return False


def _letter(mark: Node) -> str | None:
    return letter_of(mark.body if isinstance(mark, Fenced) else mark)


def _marked(node: Node) -> Iterator[tuple[object, Node]]:
    """The names in a formula with a mark above them."""
    for n in walk(node):
        if isinstance(n, Script) and isinstance(n.base, Name) and n.sup is not None:
            yield node_key(n.base), n.sup
