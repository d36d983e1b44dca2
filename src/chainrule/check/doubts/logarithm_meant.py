r"""A name that stands for its own logarithm: `\partial L / \partial\mu` after `\ln L = ...` and nothing else of L.

The document only ever says what the logarithm is, and goes on as if that were the name. Where a line with a derivative
holds with the logarithm in the place of the name it is `assumed`, and says so.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.forms import has_derivative
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.read.tree import Factor, Fenced, Name, Node, Product
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.function_words import LOGARITHMS
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.spelling import spelled_out


def logarithm_meant(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A line with a derivative that holds with the logarithm of a name that only its logarithm defines."""
    for base in sorted(names_in(lines.world, e.lhs, e.rhs)) if has_derivative(e) else ():
        if not _by_its_logarithm(lines, base):
            continue

        def choose(node: Node, base: str = base) -> Node | None:
            ref = reference(node, lines.world.glossary)
            if ref is None or ref.base != base or ref.postfix or ref.primes:
                return None
            log = Product(node.span, (Factor("", Name(node.span, "ln")), Factor("", node)))
            return Fenced(node.span, "(", log, ")")

        if lines.holds_as(replace(e, lhs=rebuilt(e.lhs, choose), rhs=rebuilt(e.rhs, choose)), variant):
            return assumed("condition", f"holds if {spelled_out(base)} stands for its logarithm")
    return None


def _by_its_logarithm(lines: Lines, base: str) -> bool:
    """Whether all that is said of a name is its logarithm."""
    tables = (lines.world.sites, lines.world.functions)
    sites = [s for table in tables for s in table.get(base, ())]
    positions = {s.position for s in sites}
    sides = [e.lhs for e in lines.equations if e.position in positions]
    return bool(sites) and all(map(_is_logarithm, sides))


def _is_logarithm(side: Node) -> bool:
    return any(isinstance(n, Name) and n.text in LOGARITHMS for n in walk(side))
