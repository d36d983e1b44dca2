r"""Refuted lines that may be about another case than the formulas they are compared with.

`\frac{\partial y}{\partial a} = 1` in one item of a list and `\frac{\partial y}{\partial a} = y (1 - y)` in the next
are about two kinds of outputs; `\frac{\partial L}{\partial a} = \frac{\partial}{\partial a} [\dots]` says which L is
meant; a sum without end has a value only where it converges. Nothing can be tried for such a line, and it refutes
nothing. An equation for an unknown is true for the value that the lines below find.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from chainrule.check.comparison.forms import has_derivative
from chainrule.check.readings.meant import Meant, within
from chainrule.read.tree import Big, Name, Node
from chainrule.sheet.records.families import Reading
from chainrule.sheet.records.lines import lines_of, names_in
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation, standing_at
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import Ref, node_key, reference, walk
from chainrule.sheet.syntax.spelling import spelled_out

MOST_STEPS = 3
"""How many lines below an equation its solution is looked for."""

NAMING = frozenset({":=", "=:", "≡"})
"""What says that a name is given."""

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def by_a_guess(judge: Judge, e: Equation) -> Iterator[Meant]:
    """Another slope of a name that is only known by its slope, in another item or section."""
    for site in _sites_of_the_slope(judge, e):
        if site.read_off and site.assumed and site.position != e.position and not _same_place(judge, site, e):
            text = f"{spelled_out(site.base)} is only known by its derivative in another part; here it may be another"
            yield Meant(text, e, judge, tried=False)


def said_below_the_derivative(judge: Judge, e: Equation) -> Iterator[Meant]:
    """The formula of another section for what is differentiated, where the line writes out one of its own."""
    left, right = derivative_of(e.lhs), derivative_of(e.rhs)
    if left is None or right is None or node_key(left[1]) != node_key(right[1]):
        return
    if reference(right[0], judge.world.glossary) is not None:
        return
    for site in _sites_of_the_slope(judge, e):
        if not _same_place(judge, site, e):
            text = f"the line writes out what {spelled_out(site.base)} is here; its formula stands in another section"
            yield Meant(text, e, judge, tried=False)


def by_an_end_of_a_chain(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`C'(x) = 2 x = p`: the p may be a quantity of its own, to which the value is set equal."""
    world = judge.world
    named = {x.position: x for x in judge.equations if x.position in world.named_last and x.op not in NAMING}
    for base in sorted(lines_of(world, [e])[0].names):
        kept = [s for s in world.sites.get(base, ()) if s.position not in named]
        if len(kept) < len(world.sites.get(base, ())):
            text = f"{spelled_out(base)} stands at the end of a chain, and may be a quantity of its own; right if it is"
            last = next(named[s.position] for s in world.sites[base] if s.position in named)
            readings = {**_read_as(judge, base, last), **world.readings}
            other = replace(world, sites={**world.sites, base: kept}, readings=readings, derived={}, bodies={})
            yield Meant(text, e, within(judge, other))


def _read_as(judge: Judge, base: str, named: Equation) -> dict[str, Reading]:
    """What a name is by its shape, of which nothing else is known: what an equation sets it equal to."""
    typed = judge.usual(named).typed.get(named.position)
    return {} if typed is None else {base: Reading(len(typed[1].dims), typed[1].kind == "row")}


def without_end(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`\sum_{x=1}^\infty \theta^x`, in the line or in a formula behind it."""
    world = judge.world
    names = lines_of(world, [e])[0].names
    bodies = [s.body for base in names for s in (*world.sites.get(base, ()), *world.functions.get(base, ()))]
    if any(map(_is_endless, (n for side in (e.lhs, e.rhs, *bodies) for n in walk(side)))):
        yield Meant(
            "a sum without end has a value only where it converges, which is not decided", e, judge, tried=False
        )


def solved_below(judge: Judge, e: Equation) -> Iterator[Meant]:
    """`4 x - 12 = 25 x` before `x = -4/7`: an equation for x, and no identity."""
    world = judge.world
    if e.link or has_derivative(e) or reference(e.lhs, world.glossary) is not None:
        return
    names = names_in(world, e.lhs, e.rhs)
    later = (x for x in judge.equations if x.position > e.position and x.scope == e.scope and x.op == "=")
    for x in islice(later, MOST_STEPS):
        ref = reference(x.lhs, world.glossary)
        if ref is None or not ref.bare or ref.base not in names or not is_literal(x.rhs):
            continue
        line = x.line
        text = f"an equation that line {line} solves for {spelled_out(ref.base)}, and no identity"
        yield Meant(text, e, within(judge, _with_value(world, ref, x)), outright=True)


def _with_value(world: World, ref: Ref, x: Equation) -> World:
    """The world in which a name has one meaning, that which an equation gives it."""
    site = Site(ref.base, ref, x.rhs, -1, section=x.section, own=x.own)
    return replace(world, sites={**world.sites, ref.base: [site]}, derived={}, bodies={})


def _sites_of_the_slope(judge: Judge, e: Equation) -> list[Site]:
    """The formulas of the name that the left side differentiates."""
    parts = derivative_of(e.lhs)
    ref = None if parts is None else reference(parts[0], judge.world.glossary)
    return [] if ref is None else judge.world.sites.get(ref.base, [])


def _same_place(judge: Judge, site: Site, e: Equation) -> bool:
    origin = standing_at(judge.equations, site.position)
    return origin is None or origin.section == e.section


def _is_endless(node: Node) -> bool:
    return (
        isinstance(node, Big) and isinstance(node.sup, Name) and node.sup.text == "infty" and node.op in ("sum", "prod")
    )
