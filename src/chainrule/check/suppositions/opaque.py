"""Quantities of which a document gives only the number, though it differentiates them or has formulas for their like.

"Carrying out the same process for h2 we get 0.5969": the number is a result, so what a derivative through it is cannot
be said, and a line that misses our value is not wrong.
"""

from __future__ import annotations

import re

from chainrule.calculus import resolve
from chainrule.check.comparison.exact import term_of, typed_again
from chainrule.check.comparison.forms import has_derivative_node
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.points import reach
from chainrule.check.comparison.writing import name_of
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import Need, dependences, depends, differentiated
from chainrule.expr import Component, Const, Symbol
from chainrule.read.tree import Fraction, Node
from chainrule.sheet.arrays.tensors import reached
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.spelling import spelled_out


def opaque(lines: Lines, e: Equation, variant: Variant) -> Finding | None:
    """The finding of a line with a derivative that rests on a quantity known by its number alone."""
    universe = variant.universe
    for base in (b for side in (e.lhs, e.rhs) for n in walk(side) for b in differentiated(lines.world, n)):
        site = lines.world.function(base, e.position)
        if site is not None and is_numeric(site.body) and lines.world.family(base).called:
            text = f"{spelled_out(base)} is given as a number only; how it depends on the others is not said"
            return assumed("undefined-symbol", text, needs=(Need("dependence", Instance(base)),))
    for node, variables in _derivatives(lines, e):
        for symbol in sorted(_behind(variant, e, node)):
            instance = universe.instances.get(symbol)
            if instance is None or not _number_only(variant, symbol) or not _a_result(lines, variant, instance):
                continue
            if any(stem(instance) == stem(v) or v.base == instance.base for v in variables):
                continue
            text = f"{name_of(universe, symbol)} is given as a number only; how it depends on the others is not said"
            return assumed("undefined-symbol", text, needs=(Need("dependence", instance),))
    return None


def cut_off(lines: Lines, e: Equation, variant: Variant) -> Finding | None:
    r"""The finding of a line that prints a number for a derivative which is zero as far as is known: `a = \sigma(6)`
    says nothing of how a depends on the weights."""
    universe, names = variant.universe, names_in(lines.world, e.lhs, e.rhs)
    owners = {f"@{e.position}", *(i.shown for i in universe.instances.values() if i.base in names)}
    taken = [samples for owner, samples in universe.taken.items() if owner.partition("#")[0] in owners]
    for _, _, change in (sample() for samples in taken for sample in samples):
        found = resolve(change, universe.definitions)
        if isinstance(found, Const) and found.value == 0:
            text = depends(lines.world, e, e.lhs)
            return assumed("undefined-symbol", text, needs=dependences(lines.world, e, (e.lhs, e.rhs)))
    return None


def stem(instance: Instance) -> str:
    """What a quantity has in common with its like: `out_{h1}` and `out_{h2}`, `y_1` and `y_2`."""
    return re.sub(r"\d+", "#", instance.base)


def _derivatives(lines: Lines, e: Equation) -> list[tuple[Node, list[Instance]]]:
    """What is differentiated in a line, each with the variables."""
    found: list[tuple[Node, list[Instance]]] = []
    sides = [s for s in (e.lhs, e.rhs) if has_derivative_node(s)]
    for node in (n for side in sides for n in walk(side)):
        top = above(node.numerator) if isinstance(node, Fraction) else None
        bottom = below(node.denominator) if isinstance(node, Fraction) else None
        if top is not None and top.body is not None and bottom is not None:
            refs = [reference(v, lines.world.glossary) for v in bottom[1]]
            found.append((top.body, [Instance(r.base) for r in refs if r is not None]))
    return found


def _behind(variant: Variant, e: Equation, node: Node) -> set[Symbol]:
    val = typed_again(variant, e, node)
    if val is None:
        return set()
    terms = reach([term_of(variant, val)[0]], variant.universe.definitions)
    return {t.symbol for t in terms if isinstance(t, Component)}


def _number_only(variant: Variant, symbol: Symbol) -> bool:
    definition = variant.universe.definitions.get(symbol)
    return definition is not None and isinstance(definition.body, Const)


def _a_result(lines: Lines, variant: Variant, instance: Instance) -> bool:
    """Whether the document differentiates a quantity, or has a formula for another of its kind; no start of steps."""
    sites = lines.world.sites.get(instance.base, ())
    bodies = (r.base for s in sites for r in references(s.body, lines.world))
    if any(instance.base in reached(lines.world, base) for base in bodies):
        return False
    if lines.world.family(instance.base).differentiated:
        return True
    like = [s for s, i in variant.universe.instances.items() if i != instance and stem(i) == stem(instance)]
    formulas = [variant.universe.definitions.get(s) for s in like]
    terms = [d.body for d in formulas if d is not None]
    return any(isinstance(t, Component) for t in reach(terms, variant.universe.definitions))
