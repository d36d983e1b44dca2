r"""Partial derivatives by a subscript: `f_x(2, 5)`, `f_{xy}`, `f_{xx} f_{yy} - f_{xy}^2` beside `f(x, y) = ...`.

The subscript consists of arguments of a function of several that the document gives a formula. Where such a name is
called with another number of arguments, as a marginal density or the function of one argument that is left, or is said
in the function itself, as the row sum `c_x = \\sum_y c(x, y)`, it is no derivative, and neither is any other of that
function. A name alone, `s_x = 3 x`, may be a component: words have to speak of derivatives, or a subscript be of two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from chainrule.read.tree import Comma, Factor, Fenced, Fraction, Name, Node, Number, Product, Relation, Script
from chainrule.sheet.syntax.names import children, node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

PARTIAL = "partial"
MOST_ORDER = 3
SPEAKS = re.compile(
    r"\b(?:partials?|derivatives?|differentiat\w+|gradients?|slopes?|hessian|marginal (?:utilit|cost|produc)\w+"
    r"|Ableitung\w*|dérivées?|derivad\w+|derivat[ae]|afgeleide\w*)\b|导数|偏导|偏微分|微分|производн",
    re.IGNORECASE,
)
"""Words of a document whose subscripts may be derivatives."""
GIVES = frozenset({"=", ":=", "≡"})

Functions = dict[object, tuple[Node, ...]]
"""The arguments of each function of several, by the key of its name."""


@dataclass(frozen=True)
class _Derived:
    """`f_{xy}`: the name of the function, and by which of its arguments it is differentiated."""

    function: Node
    by: tuple[Node, ...]


def differentiated_below(formulas: list[Node], words: str) -> Functions:
    """The functions of a document whose derivatives stand as subscripts."""
    functions = {key: params for f in formulas for key, params in _defined(f)}
    nodes = [n for f in formulas for n in walk(f)] if functions else []
    derived = [found for n in nodes if (found := _derived(n, functions)) is not None]
    used = {node_key(found.function) for found in derived if len(found.by) > 1 or SPEAKS.search(words)}
    used |= {key for n in nodes for key, times in _called(n, functions) if times == len(functions[key])}
    used -= {key for n in nodes for key, times in _called(n, functions) if times != len(functions[key])}
    used -= {key for n in nodes for key in _said_in_itself(n, functions)}
    return {key: params for key, params in functions.items() if key in used}


def with_partials(node: Node, functions: Functions) -> Node:
    """A formula with such derivatives as fractions."""

    def written(part: Node) -> Node | None:
        found = _derived(part, functions)
        if found is None or not isinstance(part, Script):
            return None
        derivative = _fraction(part, found)
        if part.sup is None:
            return derivative
        return replace(part, base=Fenced(part.span, "(", derivative, ")"), sub=None)

    return rebuilt(node, written)


def _defined(node: Node) -> Iterator[tuple[object, tuple[Node, ...]]]:
    """`f(x, y) = ...`: the function and its arguments, which are names; entries of a vector are not put in one by
    one."""
    for part in walk(node):
        match part:
            case Relation(first=Product(factors=(Factor(node=Name() as f), call)), links=(link, *_)):
                named = isinstance(call.node, Fenced) and call.node.open == "(" and not call.op
                params = call.node.body if named and isinstance(call.node, Fenced) else None
                if isinstance(params, Comma) and link.op in GIVES and all(isinstance(x, Name) for x in params.items):
                    yield node_key(f), params.items


def _derived(node: Node, functions: Functions) -> _Derived | None:
    match node:
        case Script(base=Name() as base, sub=Node() as sub, primes=0) if node_key(base) in functions:
            own = {node_key(p): p for p in functions[node_key(base)]}
            items = tuple(f.node for f in sub.factors) if isinstance(sub, Product) else (sub,)
            if len(items) <= MOST_ORDER and all(node_key(x) in own for x in items):
                return _Derived(base, items)
    return None


def _called(node: Node, functions: Functions) -> Iterator[tuple[object, int]]:
    """The functions of which such a name is called, with the number of arguments."""
    for factor, after in pairwise(node.factors) if isinstance(node, Product) else ():
        found = _derived(factor.node, functions)
        if found is not None and not after.op and isinstance(after.node, Fenced) and after.node.open == "(":
            items = after.node.body.items if isinstance(after.node.body, Comma) else (after.node.body,)
            yield node_key(found.function), len(items)


def _said_in_itself(node: Node, functions: Functions) -> Iterator[object]:
    """The functions of which such a name has a formula that holds the function, `c_x = \\sum_y c(x, y)`."""
    if not isinstance(node, Relation) or node.links[0].op not in GIVES:
        return
    found = _derived(node.first, functions)
    for link in node.links:
        if found is not None and node_key(found.function) in {node_key(n) for n in _names(link.node, functions)}:
            yield node_key(found.function)


def _names(node: Node, functions: Functions) -> Iterator[Node]:
    """The names that stand in a formula, but for those with such a subscript."""
    if _derived(node, functions) is None:
        if isinstance(node, Name):
            yield node
        for part in children(node):
            yield from _names(part, functions)


def _fraction(node: Node, found: _Derived) -> Fraction:
    sign = Name(node.span, PARTIAL)
    order = len(found.by)
    top = sign if order == 1 else Script(node.span, sign, None, Number(node.span, str(order)))
    above = Product(node.span, (Factor("", top), Factor("", replace(found.function, span=node.span))))
    below = tuple(Factor("", part) for v in found.by for part in (sign, replace(v, span=node.span)))
    return Fraction(node.span, above, Product(node.span, below))
