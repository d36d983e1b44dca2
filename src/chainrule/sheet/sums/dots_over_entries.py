r"""Sums with dots over the entries of a matrix: `x_{11} + x_{12} + \dots + x_{mn}` is a sum over both subscripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from chainrule.read.tree import Big, Dots, Factor, Link, Name, Node, Number, Product, Relation, Script, Term
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.parts import factors_of
from chainrule.sheet.syntax.rebuilding import rebuilt

ROWS, COLUMNS = "k", "j"


def used(node: Node) -> frozenset[str]:
    """The names of a formula."""
    return frozenset(n.text for n in walk(node) if isinstance(n, Name))


def spread(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Terms with the two digits of `x_{12}` apart, as in `x_{1n}`, where a term beside them has such a pair."""
    if not any(_pair(n) for t in terms for n in walk(t.node) if isinstance(n, Script)):
        return terms

    def choose(node: Node) -> Node | None:
        if not isinstance(node, Script) or not isinstance(node.sub, Number):
            return None
        text = node.sub.text
        apart = tuple(Factor("", Number(node.sub.span, x)) for x in text)
        return replace(node, sub=Product(node.sub.span, apart)) if len(text) == 2 and text.isdigit() else None

    return tuple(replace(t, node=rebuilt(t.node, choose)) for t in terms)


def over_both(terms: Sequence[Term], taken: frozenset[str]) -> tuple[Term, ...] | None:
    """`f(x_{11}) + f(x_{12}) + ... + f(x_{mn})` as one term; None for anything else."""
    match terms:
        case (first, second, Term(node=Dots()), last) if len({t.sign for t in terms}) == 1:
            ends = next(_ends(last.node), None)
        case _:
            return None
    if ends is None or {ROWS, COLUMNS} & taken:
        return None
    span = first.node.span
    one, two = Number(span, "1"), Number(span, "2")
    begins = [node_key(_with(last.node, ends, pair)) for pair in ((one, one), (one, two))]
    if begins != [node_key(first.node), node_key(second.node)]:
        return None
    body = _with(last.node, ends, (Name(span, ROWS), Name(span, COLUMNS)))
    sums = tuple(
        Factor("", Big(span, "sum", Relation(span, Name(span, letter), (Link("=", span, one),)), end))
        for letter, end in zip((ROWS, COLUMNS), ends, strict=True)
    )
    inside = factors_of(body)
    return (Term(first.sign, Product(span, (*sums, *inside))),)


def _pair(node: Script) -> tuple[Node, Node] | None:
    """The two subscripts of `x_{1n}`."""
    factors = node.sub.factors if isinstance(node.sub, Product) else ()
    two = len(factors) == 2 and not any(f.op for f in factors)
    plain = two and all(isinstance(f.node, (Name, Number)) for f in factors)
    return (factors[0].node, factors[1].node) if plain else None


def _ends(node: Node) -> Iterator[tuple[Name, Name]]:
    """The m and n of `x_{mn}`."""
    for part in walk(node):
        pair = _pair(part) if isinstance(part, Script) else None
        if pair is not None and isinstance(pair[0], Name) and isinstance(pair[1], Name):
            yield pair[0], pair[1]


def _with(node: Node, ends: tuple[Node, Node], pair: tuple[Node, Node]) -> Node:
    """An item with other subscripts where it has those of the last one."""

    def choose(part: Node) -> Node | None:
        found = _pair(part) if isinstance(part, Script) else None
        if not isinstance(part, Script) or found is None or [*map(node_key, found)] != [*map(node_key, ends)]:
            return None
        assert part.sub is not None
        return replace(part, sub=Product(part.sub.span, tuple(Factor("", x) for x in pair)))

    return rebuilt(node, choose)
