r"""Values of a function that stand under its own letter: `r_{ij} = r_j(x_i)` says what an r with two subscripts is."""

from __future__ import annotations

from chainrule.read.tree import Fenced, Node, Product
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import letter_of, reference


def values_of_a_function(world: World, e: Equation, lhs: Node, rhs: Node) -> bool:
    """Take an equation for what gives a name with more subscripts than the function of its letter has its values, from
    either side."""
    return _given(world, e, lhs, rhs) or _given(world, e, rhs, lhs)


def _given(world: World, e: Equation, name: Node, call: Node) -> bool:
    ref = reference(name, world.glossary)
    factors = call.factors if isinstance(call, Product) else ()
    of = reference(factors[0].node, world.glossary) if len(factors) == 2 and not factors[1].op else None
    if ref is None or of is None or ref.base != of.base or not isinstance(factors[1].node, Fenced):
        return False
    counts = [len(s.ref.subs) for s in world.functions.get(ref.base, ())]
    letters = [letter_of(s) for s in ref.subs]
    if not counts or not max(counts) < len(letters) or None in letters or len(set(letters)) < len(letters):
        return False
    if ref.labels or ref.primes or ref.postfix:
        return False
    site = Site(ref.base, ref, call, e.position, section=e.section, own=e.own)
    world.sites.setdefault(ref.base, []).append(site)
    return True
