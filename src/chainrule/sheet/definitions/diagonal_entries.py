r"""Diagonal matrices told by their entries: `$W$ is diagonal with $W_{ii} = p_i (1 - p_i)$`."""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.read.tree import Script
from chainrule.sheet.definitions.by_inverse import applied
from chainrule.sheet.definitions.sites import add_written
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import letter_of, reference


def diagonal_entries(world: World, equations: Iterable[Equation]) -> None:
    """Define the matrices that words call diagonal by a formula for their general entry on the diagonal."""
    for e in equations:
        ref = reference(e.lhs, world.glossary)
        if ref is None or e.link or e.op not in DEFINING or e.source != "formula" or not isinstance(e.lhs, Script):
            continue
        letters = [letter_of(sub) for sub in ref.subs]
        twice = len(letters) == 2 and letters[0] is not None and letters[0] == letters[1]
        plain = not (ref.labels or ref.postfix or ref.primes or e.conditions)
        if not twice or not plain or world.family(ref.base).domain_kind != "diagonal" or world.defined(ref.base):
            continue
        known = {letter_of(sub) for r in references(e.rhs, world) for sub in r.subs}
        if letters[0] in known and all(r.base != ref.base for r in references(e.rhs, world)):
            add_written(world, e, e.lhs.base, applied("diag", e.rhs, False))
