r"""Weights and biases whose shape nobody says.

b in `z = W x + b` has an entry for each row of the weights W, and w in `X w` one for each column of the data X, where
they start from a zero. Nothing else says so: a number is added to every entry as well, and multiplies them. Beside
data, `X w + b`, b is a number.

In `z^l = w^l a^{l-1} + b^l` w leads from one layer to the next. Where it is transposed on the way back it is a matrix,
and no vector whose entries belong to those of one layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from chainrule.read.tree import Product, Sum
from chainrule.sheet.arrays.zeros import starts_with_zero
from chainrule.sheet.records.families import Reading
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref, node_key, reference, walk

NUMBER = 2.0
"""How unusual it is that such a name is a number."""
VECTOR = 4.0
"""How unusual it is that the weights between two layers are a number for each unit."""
Options = list[tuple[Reading, float]]


def as_arrays(world: World, equations: Iterable[Equation], options: dict[str, Options]) -> dict[str, Options]:
    """The readings of such weights and biases, a number last."""
    starting = {base for base, sites in world.sites.items() if any(starts_with_zero(world, s) for s in sites)}
    turned = {base for base in options.keys() & world.glossary.labelled if world.family(base).transposed}
    if not (starting & options.keys() or turned):
        return {}
    nodes = [n for e in equations for side in (e.lhs, e.rhs) for n in walk(side)]
    products = [n for n in nodes if isinstance(n, Product)]
    found = {base for n in nodes if isinstance(n, Sum) for base in _biases(world, n)}
    found |= {base for n in products for base in _behind_data(world, n)}
    leading = {base for n in products for base in _between_layers(world, n)} & turned
    return {base: _less_likely(options[base], 0, NUMBER) for base in found & starting & options.keys()} | {
        base: _less_likely(options[base], 1, VECTOR) for base in leading
    }


def _less_likely(found: Options, axes: int, cost: float) -> Options:
    """The readings of a name, those with so many axes or fewer at a cost."""
    return sorted(((r, c + cost * (r.axes <= axes)) for r, c in found), key=lambda x: x[1])


def _between_layers(world: World, node: Product) -> Iterator[str]:
    """w in `w^l a^{l-1}`: what stands before a quantity of the layer before."""
    for before, after in pairwise(node.factors):
        weight, unit = (reference(f.node, world.glossary) for f in (before, after))
        if weight is None or unit is None or after.op or not all(_is_whole(ref) for ref in (weight, unit)):
            continue
        if node_key(weight.labels) != node_key(unit.labels):
            yield weight.base


def _is_whole(ref: Ref) -> bool:
    """Whether a name stands with the mark of its layer and nothing else."""
    return bool(ref.labels) and not (ref.subs or ref.primes or ref.postfix)


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
