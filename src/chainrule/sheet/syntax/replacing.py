"""A formula with an expression replaced, wherever it stands in it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

from chainrule.read.tree import Node, Product
from chainrule.sheet.syntax.names import node_key


def with_place(node: Node, variable: Node, place: Node) -> Node:
    """A formula with every occurrence of an expression replaced; the very same object when there is none."""
    key = node_key(variable)
    run = tuple(node_key(f) for f in variable.factors) if isinstance(variable, Product) else ()

    def inside(value: object) -> object:
        if isinstance(value, Node) and node_key(value) == key:
            return place
        if isinstance(value, tuple):
            items = tuple(inside(x) for x in value)
            return value if all(a is b for a, b in zip(items, value, strict=True)) else items
        if not is_dataclass(value) or isinstance(value, type):
            return value
        if isinstance(value, Product) and run:
            value = _without_run(value, run, place)
        changes = {}
        for f in fields(value):
            old = getattr(value, f.name)
            if f.name != "span" and (new := inside(old)) is not old:
                changes[f.name] = new
        return replace(value, **changes) if changes else value

    result = inside(node)
    assert isinstance(result, Node)
    return result


def _without_run(product: Product, run: tuple[object, ...], place: Node) -> Product:
    """A product with the factors of the expression, where they stand next to each other, replaced."""
    keys = [node_key(f) for f in product.factors]
    for n in range(len(keys) - len(run) + 1):
        if keys[n + 1 : n + len(run)] == list(run[1:]) and keys[n][-1] == run[0][-1]:  # type: ignore[index]
            first = replace(product.factors[n], node=place)
            return replace(product, factors=(*product.factors[:n], first, *product.factors[n + len(run) :]))
    return product
