"""Quantities that an algorithm computes first and holds fixed: the responsibilities of the EM algorithm.

In the M-step the expected log-likelihood is differentiated with the weights of the E-step as numbers, although a
formula gives them by the very parameters. A line that holds so is `assumed`; what it rests on is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.forms import has_derivative
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.normal_laws import is_density
from chainrule.sheet.syntax.spelling import spelled_out


def held_fixed(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """A derivative that is right when a computed quantity is taken as given, where the text speaks of such steps or the
    quantity is computed from densities."""
    if not has_derivative(e):
        return None
    for base in computed(lines, e):
        if replace(lines, world=without_formula(lines.world, base), variants={}).agree(e):
            text = f"holds if {spelled_out(base)} is held fixed, which the document does not say here"
            return assumed("condition", text)
    return None


def without_formula(world: World, base: str) -> World:
    """The world in which nothing says how a name is computed, and it depends on nothing: where the document
    differentiates it, it differentiates the formula."""
    sites = {b: s for b, s in world.sites.items() if b != base}
    functions = {b: s for b, s in world.functions.items() if b != base}
    return replace(
        world, sites=sites, functions=functions, independent=world.independent | {base}, derived={}, bodies={}
    )


def computed(lines: Lines, e: Equation) -> Iterator[str]:
    """The indexed names behind a line that have one definition, by what the document differentiates by."""
    world = lines.world
    for base in sorted(lines_of(world, [e])[0].names):
        found = (*world.sites.get(base, ()), *world.functions.get(base, ()))
        bodies = {s.position: s for s in found if all(r.base != base for r in references(s.body, world))}
        sites = list(bodies.values())  # `r_{ik} = r_k(x_i)` but names it otherwise
        if len(sites) != 1 or not (sites[0].ref.subs or sites[0].params) or world.family(base).by:
            continue
        if world.stepwise or any(is_density(r.base) or r.base == "cal N" for r in references(sites[0].body, world)):
            yield base
