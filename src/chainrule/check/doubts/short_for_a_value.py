r"""A function without its argument, in a line about its values elsewhere: `\sigma (1 - \sigma) x_i` in a chain that has
`\sigma(x_i^T w)`, beside the definition of `\sigma(a)`.

The letter alone is short for one of the values that the chain speaks of, and not for the value at the letter that the
function was defined with.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding
from chainrule.read.tree import Fenced, Node, Product, Script
from chainrule.sheet.derivatives.bare_functions import argument_of, function_of
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import node_key, reference, walk
from chainrule.sheet.syntax.spelling import spelled_out


def short_for_a_value(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """That a line has a function without its argument, and its chain the function at other things."""
    world = lines.world
    chain = [side for x in (e, *lines.chain(e)) for side in (x.lhs, x.rhs)]
    called = {base: argument for side in chain for base, argument in _calls(lines, side)}
    for node in (n for side in (e.lhs, e.rhs) for n in _bare(side)):
        ref = reference(node, world.glossary)
        argument = None if ref is None or not ref.bare else called.get(ref.base)
        site = None if argument is None or ref is None else world.function(ref.base, e.position)
        if ref is None or argument is None or site is None or site.params is None:
            continue
        if node_key(argument) not in {node_key(p) for p in site.params}:
            text = f"{spelled_out(ref.base)} without its argument may be its value where the line speaks of it"
            return Finding("unsupported", "ambiguous", text)
    return None


def _calls(lines: Lines, side: Node) -> Iterator[tuple[str, Node]]:
    """The functions that a side applies to something, with what."""
    for node in (n for n in walk(side) if isinstance(n, Product)):
        for a, b in pairwise(node.factors):
            name, argument = function_of(a.node), argument_of(b)
            ref = None if name is None else reference(name, lines.world.glossary)
            inside = set() if argument is None else {node_key(n) for n in walk(argument)}
            if ref is not None and argument is not None and node_key(a.node) not in inside:  # `f (1 + f)` is a product
                yield ref.base, argument


def _bare(side: Node) -> Iterator[Node]:
    """The names of a side that are applied to nothing: the g of `g'(z)` is applied to z."""
    nodes = list(walk(side))
    pairs = (pair for n in nodes if isinstance(n, Product) for pair in pairwise(n.factors))
    applied = [function_of(a.node) for a, b in pairs if not b.op and _opens(b.node)]
    known = {id(n) for n in applied if n is not None}
    yield from (n for n in nodes if id(n) not in known and function_of(n) is n)


def _opens(node: Node) -> bool:
    """Whether a factor is in brackets: `(z)`, and `(z)^2` too."""
    return isinstance(node.base if isinstance(node, Script) else node, Fenced)
