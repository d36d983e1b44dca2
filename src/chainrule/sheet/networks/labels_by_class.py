r"""Labels that words make one-hot, beside a loss by the true class: `L = -\log p_c = -\sum_k y_k \log p_k`, where "y is
the one-hot vector of the class c".

The loss is given by c and its slopes by y, so that these meet only where the entries of y are `[k = c]`.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Big, Factor, Fenced, Link, Name, Node, Product, Relation, Script
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import Ref, letter_of, walk
from chainrule.sheet.syntax.spelling import spelled_out

LETTERS = ("k", "j", "i")


def labels_by_class(world: World) -> None:
    """Give such labels their entries, where a formula speaks of the place of the 1 and its left side does not."""
    supposed = dict(_equated(world))
    for base, letter in (supposed | world.hot).items():
        family = world.family(base)
        if world.defined(base) or family.domain_kind != "one-hot" or not family.sub_counts <= {0, 1}:
            continue
        site = next((s for sites in world.sites.values() for s in sites if letter in _places(s)), None)
        if site is None:
            continue
        index = next(x for x in LETTERS if x != letter)
        ref, body = Ref(base, (Name(site.body.span, index),)), _one_at(site.body, index, letter)
        text = None if base in world.hot else f"the 1 of {spelled_out(base)} stands at {letter}, as the loss says"
        world.sites[base] = [Site(base, ref, body, site.position, assumed=text, section=site.section, own=site.own)]


def _equated(world: World) -> Iterator[tuple[str, str]]:
    r"""The one-hot vectors of which only a loss says where they are 1: `L = -\log p_c = -\sum_k y_k \log p_k`."""
    if not any(f.domain_kind == "one-hot" for f in world.families.values()):
        return
    given = {s.position: s for sites in world.sites.values() for s in sites}
    heads = {(id(e.document), e.chain): given[e.position] for e in world.equations if e.position in given}
    for e in (e for e in world.equations if e.link):
        site = heads.get((id(e.document), e.chain))
        letters = set() if site is None else _places(site)
        labels = {r.base for r in references(e.rhs, world) if world.family(r.base).domain_kind == "one-hot" and r.subs}
        if len(letters) == len(labels) == 1 and not any(letter_of(n) in letters for n in walk(e.rhs)):
            yield labels.pop(), letters.pop()


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
