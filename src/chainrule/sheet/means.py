r"""The bar of the sample mean: `\bar x` beside `\sum_{i=1}^n x_i` is the mean of the x_i, where nothing defines it.

The custom needs the sum written out somewhere, which says how many there are, and is said as an assumption.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from chainrule.read.tree import Big, Factor, Fraction, Name, Node, Number, Product, Relation
from chainrule.sheet.names import Ref, letter_of, reference, walk
from chainrule.sheet.spelling import spelled_out
from chainrule.sheet.statements import Equation
from chainrule.sheet.world import Site, World

BEFORE_ALL = 0


def sample_means(world: World, equations: Iterable[Equation]) -> None:
    """Give every bar without a definition its meaning, if a sum over the samples is written."""
    sums = {base: (node, count) for e in equations for base, node, count in _sums(world, e)}
    for name, family in list(world.families.items()):
        base, (bar, _, word) = name, name.partition("_")
        inner = bar[4:-1] if bar.startswith("bar(") else ""
        if inner not in sums or family.by or family.called or family.sub_counts > {0} or world.defined(base):
            continue
        total, count = sums[inner]
        if word in ("", count.text) and family.declared_rank is None:
            mean = Fraction(total.span, total, count)
            text = f"{spelled_out(base)} is not defined; it is read as the mean of {spelled_out(inner)}"
            world.sites[base] = [Site(base, Ref(base), mean, BEFORE_ALL, assumed=text)]


def _sums(world: World, e: Equation) -> Iterator[tuple[str, Node, Name]]:
    r"""The `\sum_{i=1}^n x_i` in an equation: the name, the sum and its upper end."""
    for node in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Product)):
        for big, term in pairwise(f.node for f in node.factors):
            if not (isinstance(big, Big) and big.op == "sum" and isinstance(big.sup, Name)):
                continue
            ref = reference(term, world.glossary)
            if ref is None or ref.postfix or not isinstance(big.sub, Relation):
                continue
            first = big.sub.links[0].node
            from_one = isinstance(first, Number) and first.text == "1"
            if from_one and [letter_of(s) for s in ref.subs] == [letter_of(big.sub.first)]:
                yield ref.base, Product(node.span, (Factor("", big), Factor("", term))), big.sup
