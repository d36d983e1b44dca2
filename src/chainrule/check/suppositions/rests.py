"""What a line rests on that the document does not say: a name taken for something, a function nobody defines, a number
that was read off another line."""

from __future__ import annotations

from chainrule.check.comparison.exact import term_of
from chainrule.check.comparison.lines import Variant
from chainrule.check.comparison.points import reach
from chainrule.check.comparison.writing import name_of, names_of
from chainrule.check.records.need import Need
from chainrule.expr import Component, Symbol
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.lines import lines_of, names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import DEFAULT_ROLES, READ_AS, World
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.spelling import spelled_out


def rests(world: World, e: Equation, variant: Variant) -> dict[str, Need]:
    """What a line rests on, in words, each with what would say it."""
    names = {x for side in (e.lhs, e.rhs) for x in names_in(world, side)}
    off = {s.assumed for sites in world.sites.values() for s in sites if s.assumed and is_numeric(s.body)}
    again = variant.settled.recovered.texts if variant.settled.recovered is not None else {}
    behind = symbols_behind(e, variant) if off or again else set()
    found: dict[str, Need] = {}
    for symbol, text in variant.settled.assumed.items():
        instance = variant.universe.instances.get(symbol)
        if instance is not None and (symbol in behind if text in off else instance.base in names):
            found[text] = Need("definition", instance)
    for symbol in sorted(again.keys() & behind):
        found[again[symbol]] = Need("number", variant.universe.instances[symbol])
    for base in sorted(variant.universe.roles_taken & names):
        role = DEFAULT_ROLES[base]
        text = f"{spelled_out(base)} is not defined; it is read as {READ_AS[role]}"
        found[text] = Need("function", Instance(base), role)
    for base in sorted(world.functions.keys() & names):
        found |= {s.assumed: Need("function", Instance(base)) for s in world.functions[base] if s.assumed is not None}
    for base in sorted(world.taken.keys() & lines_of(world, [e])[0].names):
        found[world.taken[base]] = Need("function", Instance(base))
    for symbol, arguments in variant.settled.unknown.items():
        instance = variant.universe.instances.get(symbol)
        if instance is not None and instance.base in names:
            below = ", ".join(names_of(variant.universe, arguments).values())
            name = name_of(variant.universe, symbol)
            found[f"{name} is some differentiable function of {below}"] = Need("definition", instance, below)
    return found


def symbols_behind(e: Equation, variant: Variant) -> set[Symbol]:
    """The tensors that the two sides of a line rest on, through definitions."""
    if e.position not in variant.typed:
        return set()
    terms = [term_of(variant, val)[0] for val in variant.typed[e.position][1:]]
    return {t.symbol for t in reach(terms, variant.universe.definitions) if isinstance(t, Component)}
