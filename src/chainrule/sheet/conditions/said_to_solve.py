r"""Lines that are said to solve the one before them: `A x = b \Rightarrow x = A^{-1} b`, or the rows of one display.

The first is no definition and speaks of a name that has no meaning yet; the second gives the name a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.read.tree import Node
from chainrule.sheet.derivatives.degrees import is_derivative
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import reference, walk

FOLLOWS = re.compile(
    r"(?:[\s&$,;.:]|<!--(?:(?!-->).)*-->|%[^\n]*|\\\\|\\q?quad|\\[,;:! \[\]()]|\\(?:begin|end)\{[a-z]+\*?\}"
    r"|(?P<said>\\(?:Longr|R|r)ightarrow|\\implies|\\therefore|⇒|→|\\to\b|=>"
    r"|\\text\{[^{}]*\}|\b(?:so|thus|hence|therefore|then|that|and|we|which|gives?|giving|yields?|get|obtain|implies|solving"
    r"|for|donc|d'où|daher|somit|folglich|luego|quindi|portanto|logo)\b|所以|因此|故|则|得|解得|よって))*"
)


def said_to_solve(world: World, e: Equation) -> Equation | None:
    """The equation right before a formula for a name that the formula is said to solve."""
    ref = reference(e.lhs, world.glossary)
    if ref is None or not ref.bare or e.link or e.op != "=" or e.source != "formula" or is_numeric(e.rhs):
        return None
    before = max((x for x in world.equations if x.position < e.position), key=lambda x: x.position, default=None)
    if before is None or before.link or before.op != "=" or before.source != "formula" or not _leads_to(before, e):
        return None
    sites = [s for s in world.sites.get(ref.base, ()) if s.ref.key == ref.key]
    if any(s.position < e.position for s in sites) or _names(world, e.rhs) & {ref.base}:
        return None
    gives = reference(before.lhs, world.glossary) is not None or any(s.position == before.position for s in _all(world))
    slope = any(is_derivative(n) for side in (before.lhs, before.rhs) for n in walk(side))
    return None if gives or slope or ref.base not in _names(world, before.lhs) | _names(world, before.rhs) else before


def solved_later(world: World, e: Equation) -> Equation | None:
    """The line behind an equation that is said to solve it."""
    later = min((x for x in world.equations if x.position > e.position), key=lambda x: x.position, default=None)
    return later if later is not None and said_to_solve(world, later) is e else None


def _leads_to(before: Equation, e: Equation) -> bool:
    """Whether nothing but words that conclude, an arrow or the end of a row stands between two lines."""
    if before.document is not e.document or before.own != e.own or before.scope != e.scope:
        return False
    gap = FOLLOWS.fullmatch(before.document.text, before.span.end, e.span.start)
    between = before.document.text[before.span.end : e.span.start]
    return gap is not None and (gap["said"] is not None or (e.display and "$" not in between and "\\]" not in between))


def _all(world: World) -> Iterator[Site]:
    return (s for group in (world.sites, world.functions) for found in group.values() for s in found)


def _names(world: World, node: Node) -> set[str]:
    return {r.base for r in references(node, world)}
