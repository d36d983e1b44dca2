r"""Functions that a sheet gives by an integral, `A(\eta) = \log \int h(y) e^{\eta y} dy`.

The integral is not computed, and the function is one that nobody defines: what holds for every function holds for it.
It must be one of its parameters alone, else derivatives by what stands under the integral would vanish.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Big, Fenced, Name, Node, Product
from chainrule.sheet.records.references import references
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import node_key, reference, walk

CONSTANTS = frozenset({"pi", "e", "infty", "d", "bb R"})


def by_an_integral(world: World, lhs: Node, rhs: Node) -> bool:
    """Whether a function is said to be an integral, of its own parameters alone."""
    factors = lhs.factors if isinstance(lhs, Product) else ()
    if len(factors) != 2 or factors[1].op or not isinstance(factors[1].node, Fenced):
        return False
    name, params = reference(factors[0].node, world.glossary), arguments(factors[1].node)
    known = {r.base for p in params if (r := reference(p, world.glossary)) is not None}
    if name is None or not name.bare or len(known) != len(params) or not any(_is_integral(n) for n in walk(rhs)):
        return False
    called, over = set(_called(world, rhs)), set(_over(rhs))
    inside = {r.base for r in references(rhs, world)} - known - called - over - CONSTANTS
    return not any(base for base in inside if not is_function_word(base))


def _is_integral(node: Node) -> bool:
    return isinstance(node, Big) and node.op == "int"


def _called(world: World, node: Node) -> Iterator[str]:
    """The functions that are called in a formula, and have no formula themselves."""
    for product in (n for n in walk(node) if isinstance(n, Product)):
        for n, f in enumerate(product.factors[:-1]):
            ref, fence = reference(f.node, world.glossary), product.factors[n + 1]
            if ref is not None and isinstance(fence.node, Fenced) and not fence.op and not world.defined(ref.base):
                yield ref.base


def _over(node: Node) -> Iterator[str]:
    """The letters that integrals run over."""
    for product in (n for n in walk(node) if isinstance(n, Product)):
        for n, f in enumerate(product.factors[:-1]):
            after = product.factors[n + 1].node
            if node_key(f.node) == node_key(Name(f.node.span, "d")) and isinstance(after, Name):
                yield " ".join([*(s for s in after.style if s != "rm"), after.text])
