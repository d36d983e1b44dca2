r"""Densities that a chain says in passing: `L(r) = \prod_i p(x_i | r) = \prod_i r e^{-r x_i}`.

A density without a formula is what stands for it, factor by factor, in the next product over the same index, or in the
next sum of logarithms. Where the chain goes on with a formula for the whole, `= r^n e^{-r \sum_i x_i}`, that formula is
the meaning of the name before the chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Big, Factor, Fenced, Name, Node, Product, Script
from chainrule.sheet.definitions.sites import add_written
from chainrule.sheet.records.definable import call_form
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.statistics.distributions import is_named_density, told_by
from chainrule.sheet.statistics.overloads import chosen
from chainrule.sheet.syntax.arguments import arguments, pattern
from chainrule.sheet.syntax.derivative_signs import rest_of
from chainrule.sheet.syntax.function_words import LOGARITHMS
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import node_key, reference, walk
from chainrule.sheet.syntax.normal_laws import is_density
from chainrule.sheet.syntax.spelling import spelled_out


def densities_in_chains(world: World, equations: list[Equation]) -> None:
    """Give the densities without a formula, and the names made of them, what chains say of them."""
    for e in equations:
        if e.op in DEFINING and e.source == "formula":
            _factor_by_factor(world, e)
    for e in equations:
        if e.link and e.op in DEFINING and e.source == "formula" and not is_numeric(e.rhs):
            _for_the_whole(world, e)
    for e in equations:
        others = {r.base for side in (e.lhs, e.rhs) for r in references(side, world)} & world.functions.keys()
        if any(map(is_density, others)) and (any(_lacking(world, e.lhs, e)) or any(_lacking(world, e.rhs, e))):
            world.lacking.add(e.position)


def _factor_by_factor(world: World, e: Equation) -> None:
    """`\\prod_i p(x_i | r) = \\prod_i r e^{-r x_i}`."""
    left, right = _running(e.lhs), _running(e.rhs)
    if left is None or right is None or left[0] != right[0]:
        return
    density, body = left[1], right[1]
    if call_form(density, world) is None or not _unknown(world, density, e.position) or any(_lacking(world, body, e)):
        return
    add_written(world, e, density, body)
    form = call_form(density, world)
    found = world.functions.get(form[0].base, []) if form is not None else []
    line = e.line
    for n, site in enumerate(found):
        if site.position == e.position:
            text = f"{spelled_out(site.base)} is taken from line {line}: it is what stands for it there"
            found[n] = replace(site, assumed=text)


def _running(side: Node) -> tuple[object, Node] | None:
    """What stands before a product or sum with its sign, as a key, and what it runs over, without a logarithm."""
    factors = side.factors if isinstance(side, Product) else ()
    place = next((n for n, f in enumerate(factors) if isinstance(f.node, Big) and f.node.op in ("prod", "sum")), None)
    if place is None or place + 1 >= len(factors):
        return None
    head, rest = factors[: place + 1], factors[place + 1 :]
    logarithm = isinstance(rest[0].node, Name) and rest[0].node.text in LOGARITHMS and len(rest) > 1
    over = head[-1].node
    if (over.op == "sum") != logarithm:  # type: ignore[attr-defined]
        return None
    key = tuple((f.op, node_key(f.node)) for f in head)
    return (key, logarithm), _bare(rest_of(rest[1:] if logarithm else rest))


def _bare(node: Node) -> Node:
    while isinstance(node, Fenced) and node.open in "([{":
        node = node.body
    return node


def _unknown(world: World, call: Node, position: int) -> bool:
    """Whether nothing says what a density is, neither a formula nor a distribution."""
    if not isinstance(call, Product) or len(call.factors) < 2:
        return False
    return any(_of_unknown(world, call.factors, position))


def _lacking(world: World, node: Node, e: Equation) -> Iterator[bool]:
    """One for each density without a formula that is called in a side."""
    for product in (n for n in walk(node) if isinstance(n, Product)):
        yield from _of_unknown(world, product.factors, e.position)


def _of_unknown(world: World, factors: tuple[Factor, ...], position: int) -> Iterator[bool]:
    for first, second in pairwise(factors):
        fence = second.node.base if isinstance(second.node, Script) else second.node
        ref = reference(first.node, world.glossary)
        if ref is None or ref.postfix or second.op or not isinstance(fence, Fenced) or fence.open != "(":
            continue
        now = pattern(fence, world.glossary)
        known = is_named_density(ref.base, now) or ref.base in world.roles or not is_density(ref.base, now)
        if known or not now.variables or None in now.variables:
            continue
        if chosen(world, ref, position, now, arguments(fence)) is None and told_by(world, now, position) is None:
            yield True


def _for_the_whole(world: World, e: Equation) -> None:
    """The formula at which a chain arrives is the meaning of the name before it, where that before has a density
    without a formula in it."""
    if not any(_lacking(world, e.lhs, e)) or any(_lacking(world, e.rhs, e)):
        return
    heads = [x for x in world.equations if x.document is e.document and x.chain == e.chain and not x.link]
    for table in (world.functions, world.sites):
        for sites in table.values():
            for n, site in enumerate(sites):
                if heads and site.position == heads[0].position and _made_of_unknown(world, site, e):
                    sites[n] = replace(site, body=e.rhs, written=site.written or site.body)


def _made_of_unknown(world: World, site: Site, e: Equation) -> bool:
    return any(_lacking(world, site.body, e))
