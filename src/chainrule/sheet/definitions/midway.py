r"""Names that get their meaning in the middle of a chain: `f(x) = p = \mathrm{softmax}(z)` says what p is.

What stands behind the name defines it where nothing else does and no line before the chain has used it: the chain
could as well be written as two lines. A name that was used before is left as it is: `\hat\mu = \mu = \bar x` says
where it lies, not what it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.read.tree import Node
from chainrule.sheet.definitions.sites import definable, derivative_of, mentions, site_key
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import Site, World
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import Ref, reference


def define_midway(world: World, equations: Sequence[Equation]) -> None:
    """Give the names that stand in the middle of a chain, and nowhere before it, what stands behind them."""
    heads: dict[tuple[int, int], Equation] = {}
    for e in equations:
        head = heads.setdefault((id(e.document), e.chain), e)
        ref = reference(e.lhs, world.glossary) if e.link and e.op in DEFINING and _defines(world, head) else None
        if ref is not None and _is_new(world, ref, head, equations) and _is_formula(world, ref, e.rhs):
            section = (e.scope.part, e.scope.section)
            site = Site(ref.base, ref, e.rhs, e.position, section=section, own=e.own)
            sites = world.sites.setdefault(ref.base, [])
            sites.append(site)
            sites.sort(key=lambda s: s.position)


def _defines(world: World, head: Equation) -> bool:
    """Whether a chain begins with a definition."""
    tables = (world.sites, world.functions)
    return any(s.position == head.position for table in tables for sites in table.values() for s in sites)


def _is_new(world: World, ref: Ref, head: Equation, equations: Sequence[Equation]) -> bool:
    """Whether a name has no definition, and no line before the chain uses it."""
    other = (world.functions, world.roles, world.size_names, world.aliases)
    if not definable(world, ref) or ref.postfix or any(ref.base in names for names in other):
        return False
    key = site_key(world, ref)
    if any(site_key(world, s.ref) == key for s in world.sites.get(ref.base, ())):
        return False
    before = (r for e in equations if e.position < head.position for n in (e.lhs, e.rhs) for r in references(n, world))
    return not any(r.base == ref.base and site_key(world, r) == key for r in before)


def _is_formula(world: World, ref: Ref, body: Node) -> bool:
    """Whether a side can be the meaning of a name: no printed value, no derivative, and not made of the name itself."""
    if is_numeric(body) or derivative_of(body) is not None or mentions(world, body, ref):
        return False
    return any(True for _ in references(body, world))
