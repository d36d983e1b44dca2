r"""A name that only renames another: "let `v = \sigma^2`", and a derivative by v of what is written in \sigma^2.

As definitions go v rests on \sigma, and nothing on v; the author means the same quantity by both. Where a line holds
with the one written for the other it is `assumed`, and says so.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.forms import has_derivative
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.read.tree import Node
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import reference
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.spelling import spelled_out


def renamed(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A line with a derivative that holds with the first name of a renamed quantity in the place of its second."""
    for base, body in _renamings(lines, e).items() if has_derivative(e) else ():

        def choose(node: Node, base: str = base, body: Node = body) -> Node | None:
            ref = reference(node, lines.world.glossary)
            return body if ref is not None and ref.base == base and ref.bare and not ref.postfix else None

        meant = replace(e, lhs=rebuilt(e.lhs, choose), rhs=rebuilt(e.rhs, choose))
        if lines.holds_as(meant, variant):
            return assumed(
                "condition", f"holds if {spelled_out(base)} is another name for {e.document.source(body.span)}"
            )
    return None


def _renamings(lines: Lines, e: Equation) -> dict[str, Node]:
    """The names of a line that are defined as another name, perhaps squared, and that no definition is written in."""
    found: dict[str, Node] = {}
    tables = (lines.world.sites, lines.world.functions)
    used = {b for table in tables for sites in table.values() for s in sites for b in names_in(lines.world, s.body)}
    for base in sorted(names_in(lines.world, e.lhs, e.rhs)):
        site = lines.world.site(base, e.position)
        ref = None if site is None or not site.ref.bare else reference(site.body, lines.world.glossary)
        if site is None or ref is None or ref.base == base or ref.subs or base in used:
            continue
        if lines.world.family(base).by:
            found[base] = site.body
    return found
