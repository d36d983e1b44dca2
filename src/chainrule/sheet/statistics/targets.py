r"""Targets of a cross-entropy: words that call `L = -\sum_k t_k \log p_k` one say that the t_k are a distribution."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from chainrule.read.tree import Big, Fraction, Name, Node, Product, Sum
from chainrule.sheet.records.statements import DEFINING, Equation, Sentence
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.function_words import LOGARITHMS
from chainrule.sheet.syntax.names import letter_of, node_key, reference, spelled, walk
from chainrule.sheet.words.losses import CROSS_ENTROPY

OF_CLASSES = re.compile(rf"(?<!binary )(?<!logistic )(?<![A-Za-z])(?:{CROSS_ENTROPY})", re.IGNORECASE)


def targets_of_cross_entropies(world: World, sentences: Iterable[Sentence], equations: Iterable[Equation]) -> None:
    """Note the targets of such losses, where nothing else says what they are: one of its lines that holds for
    distributions alone holds for them."""
    if not any(OF_CLASSES.search(s.text) for s in sentences):
        return
    for e in equations:
        if e.op in DEFINING and e.source == "formula" and not e.link:
            for base in _targets(world, e.rhs):
                if not world.defined(base) and world.family(base).domain_kind is None:
                    world.targets.add(base)


def _targets(world: World, body: Node) -> Iterator[str]:
    r"""The t of a formula that is nothing but `-\sum_k t_k \log p_k`, over samples or steps as well."""
    product = body.terms[0].node if isinstance(body, Sum) and [t.sign for t in body.terms] == ["-"] else None
    nodes = [f.node for f in product.factors] if isinstance(product, Product) else []
    if isinstance(product, Product):
        yield from _of_vectors(world, product, body)
    if len(nodes) < 4 or sum(map(_is_log, walk(body))) != 1 or not _is_log(nodes[-2]):
        return
    big, target, outcome = nodes[-4], reference(nodes[-3], world.glossary), reference(nodes[-1], world.glossary)
    if not isinstance(big, Big) or big.op != "sum" or big.sub is None or target is None or outcome is None:
        return
    if len(target.subs) > 1 and nodes[:-4] and not _is_mean(nodes[:-4]):
        return  # which of two indices that are summed over is that of the classes is not said
    last = letter_of(target.subs[-1]) if target.subs else None
    if last is not None and last in {*bound_letters(big.sub)} and last in map(letter_of, outcome.subs):
        yield target.base


def _of_vectors(world: World, product: Product, body: Node) -> Iterator[str]:
    r"""The t of `-t^T \log p` and `-t \cdot \log p`, over steps as well."""
    factors = product.factors
    if len(factors) < 3 or sum(map(_is_log, walk(body))) != 1 or not _is_log(factors[-2].node):
        return
    target = reference(factors[-3].node, world.glossary)
    summed = all(isinstance(f.node, Big) and f.node.op == "sum" for f in factors[:-3])
    if target is None or not summed:
        return
    transposed = any(p.op == "T" for p in target.postfix)
    if transposed or factors[-2].op == "cdot":
        yield target.base


def _is_mean(nodes: list[Node]) -> bool:
    r"""Whether the mean over samples stands before the sum over the classes: `\frac1N \sum_{n=1}^N`."""
    match nodes:
        case [Fraction(denominator=below), Big(op="sum", sup=Node() as end)]:
            return node_key(below) == node_key(end)
    return False


def _is_log(node: Node) -> bool:
    return isinstance(node, Name) and spelled(node) in LOGARITHMS
