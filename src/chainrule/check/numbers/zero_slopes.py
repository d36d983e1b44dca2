r"""Slopes set to zero though a number was told of their variable: `\varphi'(\alpha) = 19 \alpha - 5 = 0` behind a
step size `\alpha = 1/2` of another method. The line asks where the slope is zero, and says nothing of that number."""

from __future__ import annotations

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.forms import has_derivative
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.read.tree import Node, Script
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.literals import is_literal, is_zero
from chainrule.sheet.syntax.names import walk


def zero_slopes(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """The last link of a chain that begins with a derivative, where something in it has a number by another line."""
    chain = lines.chain(e)
    if not is_zero(e.rhs) or not e.link or not chain or not (has_derivative(chain[0]) or _is_primed(chain[0].lhs)):
        return None
    told = (lines.world.site(base, e.position) for base in names_in(lines.world, e.lhs))
    if not any(site is not None and is_literal(site.body) for site in told):
        return None
    return assumed("condition", "set to zero; the number that was told of its variable before is not meant")


def _is_primed(node: Node) -> bool:
    """`\\varphi'(\\alpha)`."""
    return any(isinstance(n, Script) and n.primes for n in walk(node))
