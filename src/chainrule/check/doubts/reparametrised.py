"""A function written with what its parameter was put in by: `J(\\alpha)` after J(w) and `w = X^T \\alpha`.

As a function of its argument alone it would be J at α in the place of w, and such a line is then wrong; its author may
mean J as it depends on α through w. Where that makes the line true, it is `assumed` and says so.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.read.tree import Factor, Fenced, Node, Product
from chainrule.sheet.records.definable import call_form
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import reference
from chainrule.sheet.syntax.rebuilding import rebuilt


def reparametrised(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A line that holds when calls with another name are of the parameter that is defined by it."""
    found: list[Node] = []

    def choose(node: Node) -> Node | None:
        other = _through(lines, node, e.position)
        if other is not None:
            found.append(node)
        return other

    meant = replace(e, lhs=rebuilt(e.lhs, choose), rhs=rebuilt(e.rhs, choose))
    if not found or not lines.holds_as(meant, variant):
        return None
    text = f"holds if {e.document.source(found[0].span)} is the function as it depends on its argument through others"
    return assumed("condition", text)


def _through(lines: Lines, node: Node, position: int) -> Node | None:
    """`J(w)` for `J(\\\\alpha)`, where w is defined by α before the line."""
    world = lines.world
    form = call_form(node, world)
    site = None if form is None else world.function(form[0].base, position)
    if form is None or site is None or site.params is None or len(form[1]) != 1 or len(site.params) != 1:
        return None
    given, parameter = reference(form[1][0], world.glossary), reference(site.params[0], world.glossary)
    if given is None or parameter is None or given.base == parameter.base:
        return None
    put_in = world.site(parameter.base, position)
    if put_in is None or put_in.position > position or given.base not in names_in(world, put_in.body):
        return None
    assert isinstance(node, Product)
    fence = node.factors[1].node
    assert isinstance(fence, Fenced)
    return replace(node, factors=(node.factors[0], Factor("", replace(fence, body=site.params[0]))))
