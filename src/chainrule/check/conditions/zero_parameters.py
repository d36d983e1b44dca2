r"""Sums that are set to zero and are what a parameter is: `\sum_i a_i y_i x_i = 0` behind `w = \sum_i a_i y_i x_i`.

A slope is set to zero, a constraint is; what solves them is not. Such a line says that the parameter vanishes, which
nothing before it says: it has likely lost a term or has one factor too many, as `\sum_i a_i y_i = 0` has not. What
stands in a loss before it is given is a parameter; `z = w^T x + b` is given before anything is a function of z, and
`w^T x + b = 0` is a boundary.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.check.comparison.lines import Lines
from chainrule.read.tree import Node
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import reference


def parameter_made_zero(lines: Lines, e: Equation, side: Node) -> Equation | None:
    """The line before that gives a parameter, of which something is a function, as what is set to zero here."""
    world = lines.world
    names, called, before = names_in(world, side), _arguments(world), set[str]()
    for given in lines.equations:
        if given.position >= e.position:
            return None
        mentioned, before = before, before | names_in(world, given.lhs, given.rhs)
        ref = reference(given.lhs, world.glossary)
        if ref is None or given.op != "=" or ref.primes or ref.base not in mentioned:
            continue
        if not (world.family(ref.base).by or ref.base in called) or names_in(world, given.rhs) != names:
            continue
        same = replace(e, lhs=given.rhs, rhs=side)
        if lines.with_line(same).agree(same):
            return given
    return None


def _arguments(world: World) -> set[str]:
    """The names of which functions are given, `L(w, b, a) = ...`."""
    sites = (site for found in world.functions.values() for site in found)
    return {base for site in sites for node in site.params or () for base in names_in(world, node)}
