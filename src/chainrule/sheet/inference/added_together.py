r"""Capital letters that are vectors: `(C - \alpha F - B)^T (C - \alpha F - B)` beside `\Sigma^{-1} (F - \bar F)`.

What is added has one shape. One name at a time, or two, there is no way from a world of matrices to one of vectors, so
the capitals that stand in sums with each other are tried as columns all at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.read.tree import Factor, Node, Sum
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.spelling import look


def added_together(world: World, equations: Iterable[Equation], open_: Iterable[str]) -> list[frozenset[str]]:
    """The groups of at least two capitals, of those that are `open_`, which stand in sums with each other."""
    open_ = set(open_)
    groups: list[set[str]] = []
    for e in equations:
        for part in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Sum)):
            names = {b for t in part.terms for b in _alone(world, t.node)} & open_
            if len(names) < 2:
                continue
            joined = [g for g in groups if g & names]
            groups = [g for g in groups if not g & names] + [names.union(*joined)]
    return [frozenset(g) for g in sorted(groups, key=len, reverse=True)]


def _alone(world: World, term: Node) -> set[str]:
    """The capital of a term that has one, with numbers before it: `F`, `\\alpha F`, `(1 - \\alpha) B`."""
    factors = getattr(term, "factors", None) or (Factor("", term),)
    refs = [r for f in factors if (r := reference(f.node, world.glossary)) is not None]
    capitals = [r for r in refs if look(r.base) in ("upper", "loss") and r.bare]
    return {capitals[0].base} if len(capitals) == 1 else set()
