"""The inner product of matrices with a colon, `A : dX`, which binds stronger than a sum: `A : dX + B : dY`."""

from __future__ import annotations

from chainrule.read.tree import Factor, Infix, Node, Product, Sum, Term
from chainrule.sheet.syntax.rebuilding import rebuilt


def with_products(node: Node) -> Node:
    """A formula with its colons as signs of products."""
    return rebuilt(node, lambda part: _sum(part) if isinstance(part, Infix) and part.op == ":" else None)


def _sum(node: Infix) -> Node:
    """The last term before a colon and the first one behind it are the factors; the others stay terms."""
    terms: list[Term] = []
    for item in _items(node):
        first, *rest = item.terms if isinstance(item, Sum) else (Term("+", item),)
        if terms:
            last = terms.pop()
            span = last.node.span.join(first.node.span)
            sign = last.sign if first.sign == "+" else "-" if last.sign == "+" else "+"
            first = Term(sign, Product(span, (Factor("", last.node), Factor(":", first.node))))
        terms += [first, *rest]
    return terms[0].node if len(terms) == 1 and terms[0].sign == "+" else Sum(node.span, tuple(terms))


def _items(node: Node) -> list[Node]:
    if not isinstance(node, Infix) or node.op != ":":
        return [with_products(node)]
    return [*_items(node.left), *_items(node.right)]
