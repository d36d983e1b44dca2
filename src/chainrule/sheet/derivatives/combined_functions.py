r"""Functions combined before their argument: `(\nabla f)(x)`, `(f g)(x)`, `(\alpha f + \beta g)(x)`.

Sums, products and derivatives of functions are taken value by value, so that the argument belongs to every function in
the parentheses: `\nabla f(x)`, `f(x) g(x)`, `\alpha f(x) + \beta g(x)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Comma, Factor, Fenced, Name, Node, Product, Script, Sum
from chainrule.sheet.syntax.derivative_signs import sign_of
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt, with_parts

COMPOSITIONS = frozenset({"circ", "*"})
Functions = dict[object, set[object]]


def combined_functions(formulas: Iterable[Node]) -> Functions:
    """The functions that stand before an argument in parentheses with others, with what they are applied to."""
    formulas = list(formulas)
    called: Functions = {}
    for node in (n for formula in formulas for n in walk(formula)):
        for one, fence in _pairs(node):
            if isinstance(one.node, Name) and _is_argument(fence):
                called.setdefault(node_key(one.node), set()).add(node_key(fence))
    pairs = (pair for formula in formulas for n in walk(formula) for pair in _pairs(n))
    return called if any(_combined(*pair, called) for pair in pairs) else {}


def with_values(node: Node, called: Functions) -> Node:
    """A formula with the argument behind every function that is combined before it."""
    node = with_parts(node, lambda part: with_values(part, called))
    if not isinstance(node, Product):
        return node
    factors: list[Factor] = []
    for factor in node.factors:
        before = factors[-1] if factors else None
        fence = factor.node if isinstance(factor.node, Fenced) and not factor.op else None
        if before is not None and fence is not None and _combined(before, fence, called):
            factors[-1] = replace(before, node=_applied(before.node, fence, called))
        else:
            factors.append(factor)
    return node if len(factors) == len(node.factors) else replace(node, factors=tuple(factors))


def _applied(node: Node, fence: Fenced, called: Functions) -> Node:
    def choose(part: Node) -> Node | None:
        known = isinstance(part, Name) and node_key(part) in called
        return Product(part.span, (Factor("", part), Factor("", fence))) if known else None

    return rebuilt(node, choose)


def _combined(before: Factor, argument: Fenced, called: Functions) -> bool:
    """Whether functions in parentheses are applied to an argument: each term has one, all are called with it, and none
    is applied to anything already."""
    fence = before.node
    if not isinstance(fence, Fenced) or fence.open not in "([" or not _is_argument(argument):
        return False
    names = [n for n in walk(fence.body) if isinstance(n, Name) and node_key(n) in called]
    applied = any(node_key(a.node) in called for n in walk(fence) for a, _ in _pairs(n))
    composed = any(f.op in COMPOSITIONS for n in walk(fence) if isinstance(n, Product) for f in n.factors)
    if applied or composed or not names or not all(node_key(argument) in called[node_key(n)] for n in names):
        return False
    terms = [t.node for t in fence.body.terms] if isinstance(fence.body, Sum) else [fence.body]
    several = len(names) > 1 or any(_differentiates(n) for n in walk(fence.body))
    return several and all(any(node_key(n) in called for n in walk(term)) for term in terms)


def _differentiates(node: Node) -> bool:
    return (isinstance(node, Name) and node.text == "nabla") or sign_of(node) is not None


def _pairs(node: Node) -> Iterator[tuple[Factor, Fenced]]:
    """What stands before parentheses."""
    for one, after in pairwise(node.factors) if isinstance(node, Product) else ():
        if not after.op and isinstance(after.node, Fenced) and after.node.open == "(":
            yield one, after.node


def _is_argument(fence: Node) -> bool:
    """Names in parentheses, which are no functions there."""
    body = fence.body if isinstance(fence, Fenced) else fence
    items = body.items if isinstance(body, Comma) else (body,)
    return all(isinstance(x, (Name, Script)) for x in items)
