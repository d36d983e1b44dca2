r"""Equations between functions: `\sigma' = \sigma (1 - \sigma)`, `\tanh' = 1 - \tanh^2`.

They hold at every argument, so the one that the document applies the function to is written behind it. Where the
document defines the function, `f(x) = ...`, its argument is that of the definition, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import pairwise

from chainrule.read.tree import Factor, Fenced, Link, Name, Node, Product, Relation, Script
from chainrule.sheet.derivatives.bare_functions import argument_of
from chainrule.sheet.derivatives.bare_slopes import SQUASHING, function_of
from chainrule.sheet.syntax.names import children, node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

Arguments = dict[object, Node]
USUAL = SQUASHING | {"sigma"}
ANYTHING = "u"


def functions_of_formulas(formulas: Iterable[Node]) -> Arguments:
    """What is written behind each function that such an equation speaks of."""
    formulas = list(formulas)
    defined = {node_key(f) for node in formulas if (f := _defined(node)) is not None}
    spoken = {k: f for x in formulas if (f := _spoken_of(x)) is not None and (k := node_key(f)) not in defined}
    applied: Arguments = {}
    for node in formulas if spoken else ():
        for name, argument in _calls(node):
            key = node_key(name)
            if key in spoken and not _has(argument, key):
                applied.setdefault(key, argument)
    usual = {key: f for key, f in spoken.items() if isinstance(f, Name) and f.text in USUAL}
    free = all(not (isinstance(n, Name) and n.text == ANYTHING) for node in formulas for n in walk(node))
    return {**{key: Name(f.span, ANYTHING) for key, f in usual.items() if free}, **applied}


def at_their_argument(node: Node, at: Arguments) -> Node:
    """Such an equation with the argument behind every function in it."""
    name = _spoken_of(node)
    argument = None if name is None else at.get(node_key(name))
    if argument is None or not isinstance(node, Relation):
        return node
    fence = Fenced(argument.span, "(", argument, ")")
    write = partial(_written, key=node_key(name), fence=fence)
    links = tuple(Link(x.op, x.span, rebuilt(x.node, write)) for x in node.links)
    return Relation(node.span, rebuilt(node.first, write), links)


def _defined(node: Node) -> Node | None:
    """The f of `f(x) = ...`."""
    first = node.first if isinstance(node, Relation) else None
    if not isinstance(first, Product) or len(first.factors) != 2 or argument_of(first.factors[1]) is None:
        return None
    name = function_of(first.factors[0].node)
    return name if name is first.factors[0].node else None


def _spoken_of(node: Node) -> Node | None:
    """The f of `f' = f (1 - f)`: a slope on the left, and nothing but the function on the right."""
    if not isinstance(node, Relation) or any(x.op != "=" for x in node.links):
        return None
    name = function_of(node.first)
    if name is None or name is node.first:
        return None
    key = node_key(name)
    alone = all(_made_of(x.node, key) for x in node.links)
    return name if alone and any(_has(x.node, key) for x in node.links) else None


def _made_of(node: Node, key: object) -> bool:
    """Whether there is no name but the function in a formula, and nothing that it is applied to."""
    names = (n for n in walk(node) if isinstance(n, Name))
    return all(node_key(n) == key for n in names) and all(_has(argument, key) for _, argument in _calls(node))


def _has(node: Node, key: object) -> bool:
    return any(node_key(n) == key for n in walk(node))


def _calls(node: Node) -> Iterator[tuple[Node, Node]]:
    """The functions of a formula, each with the one thing in parentheses behind it."""
    if isinstance(node, Product):
        for factor, behind in pairwise(node.factors):
            name, argument = function_of(factor.node), argument_of(behind)
            if name is not None and argument is not None:
                yield name, argument
    for child in children(node):
        yield from _calls(child)


def _written(node: Node, key: object, fence: Fenced) -> Node | None:
    name = function_of(node)
    if name is not None and node_key(name) == key:
        call = Product(node.span, (Factor("", node), Factor("", fence)))
        return Fenced(node.span, "(", call, ")")
    if isinstance(node, Script) and node_key(node.base) == key and node.sub is None and not node.primes:
        call = Product(node.span, (Factor("", node.base), Factor("", fence)))
        return Script(node.span, Fenced(node.span, "(", call, ")"), None, node.sup)
    return None
