r"""Recipes and what is cooked by them: `L(x, \lambda) = f(x) - \lambda g(x)` for any f and g, then `L(v, \lambda) =
v^T C v - \lambda (v^T v - 1)` for some.

A formula of functions that the sheet never gives, applied to the parameters alone, says how another one is built. The
first formula for the same name that has none of them is the function that is meant from there on.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chainrule.read.tree import Fenced, Node, Product
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import reference, walk


def in_particular(world: World, earlier: Site, body: Node) -> bool:
    """Whether a formula is a particular case of what an earlier one says of any functions."""
    params = {r.base for p in earlier.params or () if (r := reference(p, world.glossary)) is not None}
    open_functions = {base for base, names in _applied(world, earlier.body) if names <= params} - set(_given(world))
    return bool(open_functions) and not open_functions & {base for base, _ in _applied(world, body)}


def _applied(world: World, body: Node) -> Iterator[tuple[str, set[str]]]:
    """The functions that a formula applies to names, with these names."""
    for product in walk(body):
        for factor, behind in pairwise(product.factors) if isinstance(product, Product) else ():
            ref = reference(factor.node, world.glossary)
            if ref is None or behind.op or not isinstance(behind.node, Fenced) or is_function_word(ref.base):
                continue
            names = [reference(a, world.glossary) for a in arguments(behind.node)]
            if names and None not in names and not ref.postfix:
                yield ref.base, {r.base for r in names if r is not None}


def _given(world: World) -> Iterator[str]:
    """The functions that a line gives a formula of its arguments."""
    for e in world.equations:
        for base, names in _applied(world, e.lhs):
            if names & {r.base for n in walk(e.rhs) if (r := reference(n, world.glossary)) is not None}:
                yield base
