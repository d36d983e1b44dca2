"""Which relations one row of a formula is: several beside each other, or what is given before a sign."""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Comma, Fenced, Infix, Node, Product, Relation
from chainrule.sheet.syntax.names import node_key


def side_by_side(node: Comma) -> list[Relation]:
    """`i = 1, \\dots, N` stays one relation; `a = 1, b = 2` are two; `A, B = 1, 2` pairs up; `f(x), x = (a, b)` says
    what x is."""
    found: list[Relation] = []
    names: list[Node] = []
    for item in node.items:
        if isinstance(item, Relation):
            alone = found or not names or _mentioned(names, item)
            found.append(item if alone else _with_names(names, item))
        elif found:
            found[-1] = _with_more(found[-1], item)
        else:
            names.append(item)
    return found


def _mentioned(names: list[Node], relation: Relation) -> bool:
    """Whether functions stand before an equation that says what they are or what they are functions of: mentioned."""
    calls = [n.factors for n in names if isinstance(n, Product) and len(n.factors) == 2]
    parts = [(f[0].node, f[1].node.body) for f in calls if isinstance(f[1].node, Fenced) and not f[1].op]
    equal = all(link.op in ("=", ":=") for link in relation.links)
    first = node_key(relation.first)
    return equal and len(parts) == len(names) and all(first in map(node_key, p) for p in parts)


def _with_names(names: list[Node], relation: Relation) -> Relation:
    first = Comma(names[0].span.join(relation.first.span), (*names, relation.first))
    return replace(relation, span=names[0].span.join(relation.span), first=first)


def _with_more(relation: Relation, item: Node) -> Relation:
    last = relation.links[-1]
    before = last.node.items if isinstance(last.node, Comma) else (last.node,)
    tail = Comma(last.node.span.join(item.span), (*before, item))
    return replace(relation, span=relation.span.join(tail.span), links=(*relation.links[:-1], replace(last, node=tail)))


def given_at(node: Relation) -> Relation:
    r"""`x | y = 1 \sim N`: what stands between the bar and the sign is given, and no relation of its own."""
    at = next((n for n, link in enumerate(node.links) if link.op == "∼"), 0)
    first = node.first
    if not at or not isinstance(first, Infix) or first.op != "|":
        return node
    value = Relation(first.right.span.join(node.links[at - 1].node.span), first.right, node.links[:at])
    drawn = replace(first, span=first.span.join(value.span), right=value)
    return replace(node, first=drawn, links=node.links[at:])
