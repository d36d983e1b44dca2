"""Equations with the names they rest on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chainrule.read.tree import Accent, Name, Node, Script
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import children, reference


@dataclass
class Line:
    """An equation with the names it mentions, directly or through definitions."""

    equation: Equation
    names: frozenset[str]
    ordered: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.ordered = tuple(sorted(self.names))


def names_in(world: World, *nodes: Node) -> set[str]:
    """Bases that formulas mention: `L_{hinge}` is one name, and L is not in it."""
    found = set()
    stack = [*nodes]
    while stack:
        part = stack.pop()
        ref = reference(part, world.glossary) if isinstance(part, (Name, Accent, Script)) else None
        if ref is None:
            stack += children(part)
            continue
        found.add(world.aliases.get(ref.base, ref.base))
        stack += (*ref.subs, *ref.labels, *(p.node for p in ref.postfix if p.node is not None))
    return found


def lines_of(world: World, equations: Iterable[Equation]) -> list[Line]:
    """Equations with all names they rest on, directly or through definitions."""
    below: dict[str, frozenset[str]] = {}

    def reach(base: str, seen: frozenset[str]) -> frozenset[str]:
        if base in below:
            return below[base]
        if base in seen:
            return frozenset()
        found = {base}
        for site in (*world.sites.get(base, ()), *world.functions.get(base, ())):
            for name in names_in(world, site.body):
                found |= reach(name, seen | {base})
        result = frozenset(found)
        if not seen:
            below[base] = result
        return result

    lines = []
    for e in equations:
        direct = names_in(world, e.lhs, e.rhs)
        lines.append(Line(e, frozenset(x for name in direct for x in reach(name, frozenset()))))
    return lines
