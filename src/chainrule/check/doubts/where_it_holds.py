r"""Lines that hold where a name has the value that stands beside them or before them: `a = b \quad (h_0 = 0)`, "assume
that the data are centred, $m = 0$"."""

from __future__ import annotations

from dataclasses import replace

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.read.tree import Fenced, Node
from chainrule.sheet.records.lines import lines_of, names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.literals import is_zero
from chainrule.sheet.syntax.names import node_key, reference
from chainrule.sheet.syntax.rebuilding import rebuilt


def where_it_holds(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A line that holds with a value beside it put in; where what has that value stands in its definitions only, this
    is not decided."""
    if e.beside is None:
        return None
    name, value = e.beside.first, e.beside.links[0].node
    put = Fenced(value.span, "(", value, ")")

    def choose(node: Node) -> Node | None:
        return put if node_key(node) == node_key(name) else None

    where = e.document.source(e.beside.span)
    meant = replace(e, lhs=rebuilt(e.lhs, choose), rhs=rebuilt(e.rhs, choose))
    if (meant.lhs is not e.lhs or meant.rhs is not e.rhs) and lines.holds_as(meant, variant):
        return assumed("condition", f"holds where {where}, as it says")
    ref, world = reference(name, lines.world.glossary), lines.world
    names = lines_of(world, [e])[0].names
    bodies = (s.body for table in (world.sites, world.functions) for n in names for s in table.get(n, ()))
    if ref is not None and any(ref.base in names_in(world, body) for body in bodies):
        return Finding("unsupported", "undecided", f"whether it holds where {where} is not decided")
    return None


def where_it_vanishes(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """A line that holds where a quantity is zero that a formula computes, and that a line before says is zero."""
    world = lines.world
    names = lines_of(world, [e])[0].names
    for x in (x for x in lines.equations if x.position < e.position and x.op == "=" and is_zero(x.rhs)):
        ref = reference(x.lhs, world.glossary)
        if ref is None or not ref.bare or ref.base not in names:
            continue
        sites = [s for s in world.sites.get(ref.base, ()) if s.position < x.position]
        if not sites or any(is_zero(s.body) for s in sites):
            continue
        none = {**world.sites, ref.base: [replace(s, body=x.rhs, written=None) for s in sites]}
        if replace(lines, world=replace(world, sites=none, derived={}, bodies={}), variants={}).agree(e):
            return assumed("condition", f"holds where {x.text(x.lhs)} is zero, as line {x.line} says")
    return None
