r"""Weights and biases that start from a zero without a shape.

b in `z = W x + b` has an entry for each row of the weights W, and w in `X w` one for each column of the data X. Nothing
else says so: a number is added to every entry as well, and multiplies them. Beside data, `X w + b`, b is a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from chainrule.read.tree import Product, Sum
from chainrule.sheet.arrays.zeros import starts_with_zero
from chainrule.sheet.records.families import Reading
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref, reference, walk

NUMBER = 2.0
"""How unusual it is that such a name is a number."""
Options = list[tuple[Reading, float]]


def as_arrays(world: World, equations: Iterable[Equation], options: dict[str, Options]) -> dict[str, Options]:
    """The readings of such weights and biases, a number last."""
    starting = {base for base, sites in world.sites.items() if any(starts_with_zero(world, s) for s in sites)}
    if not starting & options.keys():
        return {}
    nodes = [n for e in equations for side in (e.lhs, e.rhs) for n in walk(side)]
    found = {base for n in nodes if isinstance(n, Sum) for base in _biases(world, n)}
    found |= {base for n in nodes if isinstance(n, Product) for base in _behind_data(world, n)}
    return {base: _number_last(options[base]) for base in found & starting & options.keys()}


def _number_last(found: Options) -> Options:
    return sorted(((r, c + NUMBER * (r.axes == 0)) for r, c in found), key=lambda x: x[1])


def _biases(world: World, node: Sum) -> Iterator[str]:
    """What is added to `W x` or `X W`, where W is a capital that is differentiated by, and x is not."""
    products = [t.node for t in node.terms if isinstance(t.node, Product) and len(t.node.factors) == 2]
    pairs = [[reference(f.node, world.glossary) for f in p.factors] for p in products]
    if any(_weighs(world, [ref for ref in pair if ref is not None]) for pair in pairs):
        yield from (ref.base for t in node.terms if (ref := reference(t.node, world.glossary)) is not None)


def _weighs(world: World, refs: list[Ref]) -> bool:
    weights = [ref for ref in refs if world.family(ref.base).by]
    return len(refs) == 2 and len(weights) == 1 and _is_capital(weights[0])


def _behind_data(world: World, node: Product) -> Iterator[str]:
    """w in `X w`, where X is a capital that is not differentiated by."""
    for before, after in pairwise(node.factors):
        data, ref = (reference(f.node, world.glossary) for f in (before, after))
        if data is not None and ref is not None and after.op == "" and _is_capital(data) and not _is_capital(ref):
            yield from () if world.family(data.base).by else (ref.base,)


def _is_capital(ref: Ref) -> bool:
    return ref.base.rpartition(" ")[2][:1].isupper()
