r"""Sections beside each other, two formulas for one function, one name for a value and its target: what a refuted line
may rest on otherwise.

`y = W x + b` under "Linear layer" says nothing of the x and y of "Mean squared error", a title of the same rank, where
`m = \frac{1}{N} (x - y)^T (x - y)` is a formula of both. And `\sigma(z) = \frac{z}{1 + z}` with `z = e^x` is, behind
`\sigma(x) = \frac{1}{1 + e^{-x}}`, the same value by another letter: `\sigma(x)` is what it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from chainrule.check.comparison.forms import has_derivative
from chainrule.check.readings.meant import Meant, within
from chainrule.read.tree import Fenced, Node, Product, Script, Sum
from chainrule.sheet.conditions.titles import beside
from chainrule.sheet.definitions.redefine import behind
from chainrule.sheet.records.lines import lines_of, names_in
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation, standing_at
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivative_signs import slashed
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.spelling import spelled_out

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def by_a_section_beside(judge: Judge, e: Equation) -> Iterator[Meant]:
    """A derivative of what its own section defines, and a name in it that only a section beside this one defines."""
    world = judge.world
    top = _differentiated(world, e)
    own = None if top is None else world.site(top, e.position) or world.function(top, e.position)
    if own is None or _is_beside(judge, own, e):
        return
    for base in sorted(names_in(world, own.body)):
        found = world.sites.get(base, ())
        if found and all(_is_beside(judge, s, e) for s in found):
            sites = {b: s for b, s in world.sites.items() if b != base}
            text = f"right if {spelled_out(base)} is free here, as only another section gives it a formula"
            other = replace(world, sites=sites, derived={}, bodies={})
            yield Meant(text, e, within(judge, other), outright=True)


def _differentiated(world: World, e: Equation) -> str | None:
    for side in (e.lhs, e.rhs):
        parts = derivative_of(_whole(side))
        ref = None if parts is None else reference(parts[0], world.glossary)
        if ref is not None:
            return ref.base
    return None


def _whole(side: Node) -> Node:
    """A side with a slash written as the fraction it is."""
    found = slashed(side) if isinstance(side, Product) else None
    return side if found is None else found.factors[0].node if len(found.factors) == 1 else found


def _is_beside(judge: Judge, site: Site, e: Equation) -> bool:
    """Whether a definition stands under a title that is none of those above a line."""
    origin = standing_at(judge.equations, site.position)
    return origin is not None and beside(origin, e)


def by_an_earlier_formula(judge: Judge, e: Equation) -> Iterator[Meant]:
    """A function that has one formula by x and another by z, where z is itself given by x: that by x may be meant."""
    world = judge.world
    for base in sorted(lines_of(world, [e])[0].names & world.functions.keys()):
        sites = [s for s in world.functions[base] if s.position < e.position]
        for earlier, later in pairwise(sites):
            one, other = (_parameter(world, s) for s in (earlier, later))
            if one is None or other is None or one == other or not _rests_on(world, other, one):
                continue
            functions = {**world.functions, base: [s for s in world.functions[base] if s is not later]}
            text = f"{spelled_out(base)} has a formula by {spelled_out(one)} too, and is right by that one"
            changed = replace(world, functions=functions, derived={}, bodies={})
            yield Meant(text, e, within(judge, changed), outright=True)


def applied_in_its_section(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`l(b + W^T \sigma(u))` under a title, where only sections beside it have a formula for l, `l = \sum_t l_t`: no
    product with that l, but a function that nobody defines."""
    world = judge.world
    for product in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Product)):
        for f, arguments in pairwise(product.factors):
            ref = reference(f.node, world.glossary)
            called = (
                isinstance(arguments.node, Fenced | Script) and not arguments.op and _in_parentheses(arguments.node)
            )
            sites = world.sites.get(ref.base, ()) if ref is not None and ref.bare and called else ()
            sites = sites if ref is not None and _is_differentiated(world, ref.base) else ()
            if ref is not None and sites and all(_is_beside(judge, s, e) for s in sites):
                text = f"{spelled_out(ref.base)} has a formula in another section only, and may be a function here"
                yield Meant(text, e, judge, tried=False)
                return


def _is_differentiated(world: World, base: str) -> bool:
    """Whether derivatives are taken of a name: a matrix before a sum in parentheses is no function."""
    family = world.family(base)
    return family.differentiated or family.graded


def _in_parentheses(node: Node) -> bool:
    """Whether a node is a sum in parentheses; `p(a | b)` is a call in any section."""
    core = node.base if isinstance(node, Script) else node
    return isinstance(core, Fenced) and core.open == "(" and isinstance(core.body, Sum)


def by_what_is_data(judge: Judge, e: Equation) -> Iterator[Meant]:
    """A name with a formula, `y = softmax(z)`, that the words call the target or the label too: in a derivative it may
    be the one or the other."""
    world = judge.world
    told = {b for b in lines_of(world, [e])[0].names & world.given if world.sites.get(b)} if has_derivative(e) else ()
    for base in sorted(told):
        sites = {b: s for b, s in world.sites.items() if b != base}
        text = f"{spelled_out(base)} has a formula, and the words call it data too; right if nothing changes it"
        yield Meant(text, e, within(judge, replace(world, sites=sites, derived={}, bodies={})))


def _parameter(world: World, site: Site) -> str | None:
    refs = [reference(p, world.glossary) for p in site.params or ()]
    return refs[0].base if len(refs) == 1 and refs[0] is not None else None


def _rests_on(world: World, name: str, base: str) -> bool:
    return any(base in behind(world, s.body) for s in world.sites.get(name, ()))
