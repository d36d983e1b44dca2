r"""Slopes and numbers that are told beside them.

`\varphi'(\alpha) = 19 \alpha - 5 = 0` behind a step size `\alpha = 1/2` of another method asks where the slope is
zero, and says nothing of that number. `J_{12} = \partial p_1 / \partial z_2 = -0.21` behind an example `p = (0.7,
0.3)` is the slope of what p is a function of, and not zero as that of numbers is.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.forms import has_derivative
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.read.tree import Fraction, Node, Script
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.literals import is_literal, is_zero
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.spelling import spelled_out


def zero_slopes(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """The last link of a chain that begins with a derivative, where something in it has a number by another line."""
    chain = lines.chain(e)
    if not is_zero(e.rhs) or not e.link or not chain or not (has_derivative(chain[0]) or _is_primed(chain[0].lhs)):
        return None
    told = (lines.world.site(base, e.position) for base in names_in(lines.world, e.lhs))
    if not any(site is not None and is_literal(site.body) for site in told):
        return None
    return assumed("condition", "set to zero; the number that was told of its variable before is not meant")


def of_a_value(lines: Lines, e: Equation, found: Finding) -> Finding:
    """The verdict on a line that holds: not if slopes are zero in it because a name has numbers."""
    doubtful = slope_of_a_value(lines.world, e) if found.verdict == "verified" else None
    return doubtful or found


def slopes_of_values(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """A line that fails where a name with a formula has numbers, and rests on a slope of it."""
    return slope_of_a_value(lines.world, e)


def slope_of_a_value(world: World, e: Equation) -> Finding | None:
    """Whether a line rests on the slope of a name with a formula, of which only numbers are known where it stands."""
    seen = set[str]()
    sides = [e.lhs, e.rhs]
    while sides:
        side = sides.pop()
        for base in sorted(_differentiated(world, side)):
            site = world.site(base, e.position)
            formulas = [
                *world.functions.get(base, ()),
                *(s for s in world.sites.get(base, ()) if not is_literal(s.body)),
            ]
            whole = site is not None and site.ref.bare and is_literal(site.body)
            if site is not None and whole and any(s.position < site.position for s in formulas):
                text = f"the slope of {spelled_out(base)}, of which only the numbers are known here"
                return assumed("condition", text)
        for base in names_in(world, side) - seen:
            seen.add(base)
            sites = (*world.sites.get(base, ()), *world.functions.get(base, ()))
            sides += [s.body for s in sites if s.holds(e.position)]
    return None


def _differentiated(world: World, side: Node) -> Iterator[str]:
    """The names of which derivatives are taken in a formula."""
    for node in walk(side):
        top = above(node.numerator) if isinstance(node, Fraction) and below(node.denominator) is not None else None
        ref = None if top is None or top.body is None else reference(top.body, world.glossary)
        if ref is not None:
            yield ref.base


def _is_primed(node: Node) -> bool:
    """`\\varphi'(\\alpha)`."""
    return any(isinstance(n, Script) and n.primes for n in walk(node))
