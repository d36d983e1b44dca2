r"""The transpose of a value, written on the function: `J^T(x) r(x)` is `J(x)^T r(x)` where `J(x)` is written too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Accent, Factor, Fenced, Name, Node, Product, Script
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import is_transpose, word_above

Calls = frozenset[tuple[object, object]]


def called_plainly(formulas: list[Node]) -> Calls:
    """The functions that are transposed before an argument, `J^T(x)`, and stand before it as they are, too."""
    calls = {
        (node_key(f.node), node_key(g.node))
        for a in formulas
        for n in walk(a)
        for f, g in _calls(n)
        if _is_name(f.node)
    }
    turned = {
        (node_key(base), node_key(g.node))
        for a in formulas
        for n in walk(a)
        for f, g in _calls(n)
        if (base := _transposed(f.node)) is not None
    }
    return frozenset(calls & turned)


def with_transposed_values(node: Node, calls: Calls) -> Node:
    """A formula with the sign of a transpose behind the argument."""

    def choose(part: Node) -> Node | None:
        found = [f for f, g in _calls(part) if (_key(f, g)) in calls]
        if not found or not isinstance(part, Product):
            return None
        factors: list[Factor] = []
        before: Factor | None = None
        for factor in part.factors:
            if before is not None and any(before is f for f in found) and isinstance(before.node, Script):
                factors[-1] = replace(before, node=before.node.base)
                node = Script(before.node.span.join(factor.node.span), factor.node, None, before.node.sup)
                factors.append(replace(factor, node=node))
            else:
                factors.append(replace(factor, node=with_transposed_values(factor.node, calls)))
            before = factor
        return replace(part, factors=tuple(factors))

    return rebuilt(node, choose)


def _key(function: Factor, argument: Factor) -> tuple[object, object]:
    base = _transposed(function.node)
    return (None if base is None else node_key(base), node_key(argument.node))


def _calls(node: Node) -> Iterator[tuple[Factor, Factor]]:
    """Factors before one name in parentheses."""
    for f, g in pairwise(node.factors) if isinstance(node, Product) else ():
        if not g.op and isinstance(g.node, Fenced) and g.node.open == "(" and _is_name(g.node.body):
            yield f, g


def _is_name(node: Node) -> bool:
    return isinstance(node, (Name, Accent)) or (isinstance(node, Script) and node.sup is None and _is_name(node.base))


def _transposed(node: Node) -> Node | None:
    """J for `J^T`."""
    if isinstance(node, Script) and node.sup is not None and is_transpose(node.sup) and not node.primes:
        if isinstance(node.base, Name) and word_above(node.sup, node.base.text) is not None:
            return None  # the loss on the training set
        return replace(node, sup=None) if node.sub is not None else node.base
    return None
