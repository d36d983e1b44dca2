r"""The bar of the sample mean: `\bar x` beside `\sum_{i=1}^n x_i` is the mean of the x_i, where nothing defines it.

The custom needs a sum or product over the x_i somewhere, which says how many there are, and is said as an assumption.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

from chainrule.read.tree import Big, Factor, Fraction, Name, Node, Number, Product, Relation, Script
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref, letter_of, reference, walk
from chainrule.sheet.syntax.spelling import spelled_out

BEFORE_ALL = 0


def sample_means(world: World, equations: Iterable[Equation]) -> None:
    """Give every bar without a definition its meaning, if a sum over the samples is written."""
    sums: dict[str, dict[str, tuple[Node, Name]]] = {}
    for base, node, count in (found for e in equations for found in _sums(world, e)):
        sums.setdefault(base, {}).setdefault(count.text, (node, count))
    for name, family in list(world.families.items()):
        base, (bar, _, word) = name, name.partition("_")
        inner = _summed(world, bar[4:-1], sums) if bar.startswith("bar(") else ""
        if inner not in sums or family.by or family.called or family.sub_counts > {0} or world.defined(base):
            continue
        counts = sums[inner]
        if (word in counts or (not word and len(counts) == 1)) and family.declared_rank is None:
            total, count = counts[word or next(iter(counts))]
            mean = Fraction(total.span, total, count)
            text = f"{spelled_out(base)} is not defined; it is read as the mean of {spelled_out(inner)}"
            world.sites[base] = [Site(base, Ref(base), mean, BEFORE_ALL, assumed=text)]


def _summed(world: World, inner: str, sums: Container[str]) -> str:
    r"""The name below a bar, or the x of the samples x_i for the `\bar{X}` of the variable that they are drawn from."""
    small = inner.lower()
    another = inner in world.families or f"bar({small})" in world.families
    return small if len(inner) == 1 and inner not in sums and small in sums and not another else inner


def _sums(world: World, e: Equation) -> Iterator[tuple[str, Node, Name]]:
    r"""The names whose components stand under a `\sum_{i=1}^n` or `\prod_{i=1}^n` in an equation, the sum of those
    components and its upper end."""
    for node in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Product)):
        at = next((n for n, f in enumerate(node.factors) if isinstance(f.node, Big)), len(node.factors))
        big = node.factors[at].node if at + 1 < len(node.factors) else None
        if not (isinstance(big, Big) and big.op in ("sum", "prod") and isinstance(big.sup, Name)):
            continue
        first = big.sub.links[0].node if isinstance(big.sub, Relation) else None
        if not (isinstance(big.sub, Relation) and isinstance(first, Number) and first.text == "1"):
            continue
        for term in (n for f in node.factors[at + 1 :] for n in walk(f.node) if isinstance(n, Script)):
            ref = reference(term, world.glossary)
            if ref is not None and [letter_of(s) for s in ref.subs] == [letter_of(big.sub.first)]:
                total = replace(big, op="sum", span=node.span)
                bare = replace(term, sup=None) if ref.postfix else term
                yield ref.base, Product(node.span, (Factor("", total), Factor("", bare))), big.sup
