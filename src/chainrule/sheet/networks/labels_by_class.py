r"""Labels that words make one-hot, beside a loss by the true class: `L = -\log p_c = -\sum_k y_k \log p_k`, where "y is
the one-hot vector of the class c".

The loss is given by c and its slopes by y, so that these meet only where the entries of y are `[k = c]`.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Big, Factor, Fenced, Link, Name, Node, Product, Relation, Script
from chainrule.sheet.records.world import Site, World
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import Ref, letter_of, walk

LETTERS = ("k", "j", "i")


def labels_by_class(world: World) -> None:
    """Give such labels their entries, where a formula speaks of the place of the 1 and its left side does not."""
    for base, letter in world.hot.items():
        family = world.family(base)
        if world.defined(base) or family.domain_kind != "one-hot" or not family.sub_counts <= {0, 1}:
            continue
        site = next((s for sites in world.sites.values() for s in sites if letter in _places(s)), None)
        if site is None:
            continue
        index = next(x for x in LETTERS if x != letter)
        ref, body = Ref(base, (Name(site.body.span, index),)), _one_at(site.body, index, letter)
        world.sites[base] = [Site(base, ref, body, site.position, section=site.section, own=site.own)]


def _places(site: Site) -> set[str]:
    """The letters below names of a formula that neither a sum in it nor its left side binds."""
    below = {x for n in walk(site.body) if isinstance(n, Script) and (x := letter_of(n.sub)) is not None}
    given = {letter_of(n) for n in (*site.ref.subs, *site.ref.labels)}
    return below - set(_bound(site.body)) - given


def _bound(body: Node) -> Iterator[str]:
    for node in walk(body):
        if isinstance(node, Big) and node.sub is not None:
            yield from bound_letters(node.sub)


def _one_at(body: Node, index: str, letter: str) -> Node:
    r"""`\mathbb{1}[k = c]`."""
    span = body.span
    same = Relation(span, Name(span, index), (Link("=", span, Name(span, letter)),))
    return Product(span, (Factor("", Name(span, "1", ("bb",))), Factor("", Fenced(span, "[", same, "]"))))
