"""Points written as tuples: `(x_1, y_1) = (1, 1) - 0.1 (2, 6)` gives each coordinate its own formula."""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Comma, Factor, Fenced, Node, Product, Sum, Term


def places(side: Node, n: int) -> tuple[Node, ...]:
    """The n coordinates of a sum of tuples, each with numbers before it; none where a side is anything else."""
    terms = side.terms if isinstance(side, Sum) else (Term("+", side),)
    found = [_places(t.node, n) for t in terms]
    if len(terms) == 1 or not all(found):
        return ()
    return tuple(
        Sum(side.span, tuple(replace(t, node=items[k]) for t, items in zip(terms, found, strict=True)))
        for k in range(n)
    )


def _places(node: Node, n: int) -> tuple[Node, ...]:
    """The coordinates of a tuple, or of a product whose last factor is one."""
    if isinstance(node, Fenced) and node.open == "(" and isinstance(node.body, Comma) and len(node.body.items) == n:
        return tuple(Fenced(i.span, "(", i, ")") for i in node.body.items)
    if not isinstance(node, Product) or any(isinstance(f.node, Fenced) for f in node.factors[:-1]):
        return ()
    *before, last = node.factors
    inner = _places(last.node, n) if before else ()
    return tuple(replace(node, factors=(*before, Factor(last.op, i))) for i in inner)
