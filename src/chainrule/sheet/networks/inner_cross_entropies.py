r"""A cross-entropy of vectors without its sum: `L = -y \log \hat y` behind `\hat y = \mathrm{softmax}(z)`.

What a softmax puts out is a vector and a loss is a number, so the product is over the entries, `y \cdot \log \hat y`.
Steps may be counted below, `y_t \log \hat y_t`; any other letter below may be the entry itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from chainrule.read.tree import Accent, Fenced, Name, Node, Product, Relation, Script
from chainrule.sheet.syntax.function_words import LOGARITHMS
from chainrule.sheet.syntax.names import node_key, spelled, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

DEFINES = frozenset({"=", ":=", "≡"})
STEPS = frozenset({"t"})
"""Letters below a name that count steps, and no entries."""
Vectors = frozenset[object]
"""The names of what a softmax puts out, without steps and labels."""


def outputs_of_softmax(formulas: Iterable[Node]) -> Vectors:
    """The names that a document defines as the softmax of something, whole."""
    relations = [n for f in formulas for n in walk(f) if isinstance(n, Relation)]
    return frozenset(key for r in relations for key in _defined(r))


def with_inner_products(node: Node, vectors: Vectors) -> Node:
    """A formula whose products of targets with the logarithms of such vectors are inner products."""

    def choose(part: Node) -> Node | None:
        if not isinstance(part, Product):
            return None
        factors = list(part.factors)
        for n in range(len(factors) - 2):
            target, log, output = (f.node for f in factors[n : n + 3])
            if _is_log(log) and not factors[n + 1].op and not factors[n + 2].op and _pairs(target, output, vectors):
                factors[n + 1] = replace(factors[n + 1], op="cdot")
                return replace(part, factors=tuple(factors))
        return None

    logarithms = [n for n in walk(node) if isinstance(n, Product) for n in _logged(n)]
    only = all((found := _vector(n)) is not None and found[0] in vectors for n in logarithms)
    return rebuilt(node, choose) if logarithms and only else node


def _defined(relation: Relation) -> Iterator[object]:
    sides = (relation.first, *(link.node for link in relation.links))
    if all(link.op in DEFINES for link in relation.links) and any(map(_is_softmax, sides[1:])):
        yield from (found[0] for side in sides if (found := _vector(side)) is not None)


def _is_softmax(node: Node) -> bool:
    factors = node.factors if isinstance(node, Product) else ()
    called = len(factors) == 2 and isinstance(factors[1].node, Fenced) and not factors[1].op
    return called and isinstance(factors[0].node, Name) and spelled(factors[0].node) == "softmax"


def _logged(product: Product) -> Iterator[Node]:
    """What logarithms are taken of in a product."""
    for log, behind in zip(product.factors, product.factors[1:], strict=False):
        if _is_log(log.node):
            yield behind.node


def _is_log(node: Node) -> bool:
    return isinstance(node, Name) and spelled(node) in LOGARITHMS


def _pairs(target: Node, output: Node, vectors: Vectors) -> bool:
    """Whether these are a target and what a softmax puts out, of the same step and label."""
    one, other = _vector(target), _vector(output)
    return (
        one is not None and other is not None and other[0] in vectors and one[0] not in vectors and one[1] == other[1]
    )


def _vector(node: Node) -> tuple[object, object] | None:
    r"""The name of a whole vector, and its step and label: `\hat y_t`, `(\hat y_t)`, `a^{[2]}`."""
    node = (
        node.body
        if isinstance(node, Fenced) and node.open == "(" and isinstance(node.body, Script | Name | Accent)
        else node
    )
    if isinstance(node, (Name, Accent)):
        return node_key(node), None
    if not isinstance(node, Script) or not isinstance(node.base, (Name, Accent)) or node.primes:
        return None
    step = node.sub is None or (isinstance(node.sub, Name) and node.sub.text in STEPS)
    label = node.sup is None or (isinstance(node.sup, Fenced) and node.sup.open in ("(", "["))
    return (node_key(node.base), (node_key(node.sub), node_key(node.sup))) if step and label else None
