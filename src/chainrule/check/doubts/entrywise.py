r"""Quantities that nobody defines, taken entry by entry: `\partial C/\partial w_{jk}` through the $a_j$ alone.

Notes on layers often write the chain rule before, or without, the equations of the layer. What is not defined could
depend on all of what it is differentiated by, and then a path through one unit alone is too few; a layer whose units
have weights of their own has no other. Such a line is `assumed` and says on what it rests.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.check.comparison.compare import Different, Same
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.points import reach
from chainrule.check.comparison.writing import name_of
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import Need
from chainrule.expr import Component, Symbol
from chainrule.sheet.records.statements import Equation


def entry_by_entry(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """A line that holds if every entry of an undefined quantity depends on entries with its own index only."""
    undefined = arrays_behind(variant, different)
    if not undefined:
        return None
    config = replace(variant.universe.config, entrywise=True)
    world = variant.universe.world
    other = lines.variant(world.layout, variant.choices, config, world.customary)
    if not isinstance(lines.outcome(e, other), Same):
        return None
    name = name_of(variant.universe, undefined[0])
    text = f"holds if each entry of {name} depends on entries with its own index only, which the document does not say"
    return assumed("condition", text, needs=(Need("definition", variant.universe.instances[undefined[0]]),))


def arrays_behind(variant: Variant, different: Different) -> list[Symbol]:
    """The arrays behind the sides of a line that nobody defines, though they are differentiated."""
    found = {t.symbol for t in reach(list(different.terms), variant.universe.definitions) if isinstance(t, Component)}
    return sorted(s for s in found if s.axes and s in variant.settled.unknown)
