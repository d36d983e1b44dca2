r"""Derivatives in short writing, written out: `\partial_x f`, `\partial_j J`, `\partial^2_{xy}`, `\frac1{\partial w}`.

A name below ∂ is the variable. An index below it says which component of the one vector that the document
differentiates by: as it says itself (`\partial_j = \frac{\partial}{\partial\theta_j}`), or by the only name under whose
components it takes derivatives, or by the only argument of its functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import (
    Comma,
    Factor,
    Fenced,
    Fraction,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
)
from chainrule.sheet.syntax.derivative_signs import slashed
from chainrule.sheet.syntax.names import Glossary, letter_of, node_key
from chainrule.sheet.syntax.rebuilding import rebuilt

SIGN = "partial"


def tidied(node: Node, glossary: Glossary) -> Node:
    """A formula with every derivative in short writing written out, where it is clear by what it is taken, and with a
    fraction for every slash in one."""
    return rebuilt(node, lambda n: _written_out(n, glossary))


def _written_out(node: Node, glossary: Glossary) -> Node | None:
    match node:
        case Script(base=Name(text="partial"), sub=Node() as sub, primes=0):
            items = _items(sub)
            known = [v for item in items if (v := _variable(item, glossary)) is not None]
            order = _order(node.sup)
            if len(known) < len(items) or order is None:
                return None
            if len(known) == 1:
                known *= order
            return _operator(node, known) if order in (1, len(known)) else None
        case Fraction(numerator=Number(text="1"), denominator=Product(factors=(first, _, *_))) if _is_sign(first.node):
            return replace(node, numerator=first.node)
        case Product():
            return _slashes(node, glossary)
    return None


def _slashes(node: Product, glossary: Glossary) -> Node | None:
    """Derivatives with a slash as fractions, and what is left of the product read on."""
    whole = slashed(node)
    if whole is None:
        return None
    factors = tuple(replace(f, node=tidied(f.node, glossary)) for f in whole.factors)
    return replace(factors[0].node, span=node.span) if len(factors) == 1 else replace(whole, factors=factors)


def _is_sign(node: Node) -> bool:
    return isinstance(node, Name) and node.text == SIGN


def _order(sup: Node | None) -> int | None:
    """The order that stands above ∂: 1 where none does; None for anything but a small number."""
    if sup is None:
        return 1
    return int(sup.text) if isinstance(sup, Number) and sup.text in {"1", "2", "3", "4"} else None


def _items(sub: Node) -> tuple[Node, ...]:
    match sub:
        case Comma(items=items):
            return items
        case Product(factors=factors) if all(f.op == "" for f in factors):
            return tuple(f.node for f in factors)
    return (sub,)


def _variable(item: Node, glossary: Glossary) -> Node | None:
    """What a derivative is taken by: a name that is a quantity of the document, or a component of its one vector."""
    letter = letter_of(item)
    if letter is None:
        return item if isinstance(item, Script) else None
    if letter in glossary.quantities and letter not in glossary.bound:
        return item
    vector = glossary.vector
    return None if vector is None else Script(item.span, replace(vector, span=item.span), item, None)


def _operator(node: Node, variables: list[Node]) -> Fraction:
    sign = Name(node.span, SIGN)
    order = len(variables)
    top: Node = sign if order == 1 else Script(node.span, sign, None, Number(node.span, str(order)))
    below = tuple(Factor("", part) for v in variables for part in (sign, v))
    return Fraction(node.span, top, Product(node.span, below))


# -------------------------------------------------------------------------------------------------- the one vector


def note_shorthand(nodes: list[Node], everything: list[Node], quantities: set[str], glossary: Glossary) -> None:
    """Note what an index below ∂ stands for in a document, where it uses such a thing."""
    if not any(isinstance(n, Script) and _is_sign(n.base) and n.sub is not None for n in everything):
        return
    glossary.quantities = quantities
    for found in (_said(nodes), _differentiated_by(everything), _arguments(everything)):
        vectors = {node_key(v): v for v in found}
        if vectors:
            glossary.vector = next(iter(vectors.values())) if len(vectors) == 1 else None
            return


def _said(nodes: list[Node]) -> Iterator[Name]:
    r"""`\partial_j` beside `\frac{\partial}{\partial\theta_j}`, in a sentence or in a relation."""
    pairs = list(pairwise(nodes))
    pairs += [(n.first, link.node) for n in nodes if isinstance(n, Relation) for link in n.links]
    for a, b in pairs:
        for short, long in ((a, b), (b, a)):
            if isinstance(short, Script) and _is_sign(short.base) and isinstance(long, Fraction):
                yield from _vector(long, short.sub) if _is_sign(long.numerator) else ()


def _differentiated_by(everything: Iterable[Node]) -> Iterator[Name]:
    for node in everything:
        if isinstance(node, Fraction):
            yield from _vector(node, None)


def _vector(node: Fraction, index: Node | None) -> Iterator[Name]:
    """The name whose component stands below a derivative; with one certain index where that is given."""
    match node.denominator:
        case Product(factors=(first, second)) if _is_sign(first.node):
            match second.node:
                case Script(base=Name() as base, sub=Node() as sub, sup=None) if letter_of(sub) is not None:
                    if index is None or node_key(index) == node_key(sub):
                        yield base


def _arguments(everything: Iterable[Node]) -> Iterator[Name]:
    r"""The only argument of a function that is defined: θ in `J(\theta) = ...`."""
    for node in everything:
        match node:
            case Relation(first=Product(factors=(f, args))) if isinstance(f.node, Name) and args.op == "":
                match args.node:
                    case Fenced(open="(", body=Name() as body):
                        yield body
