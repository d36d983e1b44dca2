r"""A zero that a velocity begins with: `M = 0`, `M' = \mu M + \frac{\partial L}{\partial W}`.

It is the zero of the shape of what is added to it, so it is read as zero times that; a velocity is what nothing but
updates is made of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Factor, Node, Product, Sum
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import literal_number


def zero_starts(world: World) -> None:
    """Give the zeros that velocities begin with their shape."""
    tables = (world.sites, world.functions)
    bodies = [s.body for table in tables for sites in table.values() for s in sites if not s.ref.primes]
    used = {r.base for body in bodies for r in references(body, world)}
    for base, sites in world.sites.items():
        if base in used:
            continue
        added = next((term for s in sites if s.ref.primes == 1 for term in _added(world, s)), None)
        if added is not None:
            world.sites[base] = [
                replace(s, body=_times(s.body, added), written=s.body) if _is_zero(s) else s for s in sites
            ]


def _is_zero(site: Site) -> bool:
    return site.ref.bare and site.params is None and literal_number(site.body) == 0


def _added(world: World, site: Site) -> Iterator[Node]:
    """The terms of an update that neither the updated name nor another update is in."""
    for term in site.body.terms if isinstance(site.body, Sum) else ():
        if all(r.base != site.base and not r.primes for r in references(term.node, world)):
            yield term.node


def _times(zero: Node, term: Node) -> Product:
    return Product(zero.span, (Factor("", zero), Factor("cdot", term)))
