r"""A line with a value in parentheses behind it: `a = b \quad (h_0 = 0)` holds where h_0 is zero."""

from __future__ import annotations

from dataclasses import replace

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.read.tree import Fenced, Node
from chainrule.sheet.records.lines import lines_of, names_in
from chainrule.sheet.records.statements import Equation
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
