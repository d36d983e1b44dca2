r"""Lines about expectations that may rest on what a distribution is: `\mathbb{E}[\varepsilon] = 0`.

Expectations are judged for every distribution. Where the text says something of one (its mean, that variables are
independent), where a line gives a moment a value, or names what nobody defines, a difference proves nothing.
"""

from __future__ import annotations

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.read.tree import Product
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.statistics.random_names import expectations_in, expected, run_over
from chainrule.sheet.syntax.names import reference, walk

RESTS = "it is about an expectation, and more may be meant of the distribution than is used"
STATES = "holds if the distribution is such, which nothing else says"


def of_chance(lines: Lines, e: Equation, variant: Variant, different: Different) -> Finding | None:
    """A difference between sides with random names that need not hold for the distribution that is meant."""
    instances, world = variant.universe.instances, lines.world
    symbols = [instances[s] for s in different.left_symbols | different.right_symbols if s in instances]
    drawn = {x.base for x in symbols if x.drawn}
    if not drawn:
        return None
    held = any(x.base in world.random and not x.drawn for x in symbols)
    if world.lawful or drawn & world.of_known_laws or held or _several(lines, e) or _by_a_law_alone(lines, e):
        return Finding("unsupported", "ambiguous", RESTS)
    if _states(lines, e):
        return assumed("condition", STATES)
    return None


def _several(lines: Lines, e: Equation) -> bool:
    """Whether a line is about several variables that may be independent, where a product of expectations or a spread
    makes a difference of it: samples with indices, two names."""
    world = lines.world
    refs = [r for side in (e.lhs, e.rhs) for r in references(side, world) if r.base in world.random]
    if any(r.subs for r in refs):
        return True
    found = [f for side in (e.lhs, e.rhs) for f in expectations_in(side)]
    products = (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Product))
    together = any(sum(expected(p.factors, n) is not None for n in range(len(p.factors))) > 1 for p in products)
    return len({r.base for r in refs}) > 1 and (together or any(f.spread for f in found))


def _by_a_law_alone(lines: Lines, e: Equation) -> bool:
    r"""Whether an expectation names a distribution and no variable, `\mathbb{E}_q[...]`."""
    for found in (f for side in (e.lhs, e.rhs) for f in expectations_in(side) if f.sub is not None):
        below = {r.base for v in run_over(found)[0] if (r := reference(v, lines.world.glossary)) is not None}
        if not below & lines.world.random:
            return True
    return False


def _states(lines: Lines, e: Equation) -> bool:
    """Whether one side has expectations and the other one has nothing but numbers and names without a definition."""
    world = lines.world
    for side, other in ((e.lhs, e.rhs), (e.rhs, e.lhs)):
        chance = any(True for _ in expectations_in(side))
        if chance and not any(b in world.random or world.defined(b) for b in names_in(world, other)):
            return True
    return False
