"""What conditions are solved for: what they are said to be solved for, what lines give, and multipliers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from chainrule.check.comparison.lines import Variant
from chainrule.check.comparison.points import free_symbols
from chainrule.check.conditions.held import Held
from chainrule.check.conditions.vanishing import Vanishing
from chainrule.expr import Symbol
from chainrule.sheet.syntax.names import reference

# Domains in which a solution is looked for among all real values; one that is not symmetric where it has to be is none.
SOLVABLE = (None, "positive", "unit", "symmetric", "covariance")


@dataclass
class Unknowns(Vanishing):
    """The conditions of a world with what is unknown in them."""

    known: set[str] = field(default_factory=set)  # the unknowns of conditions that those in force imply

    def _restricted(self, held: Held, bases: set[str]) -> set[Symbol]:
        """What a condition restricts: its unknowns, or all its names when it says of none, and what later lines give as
        its solution (a multiplier)."""
        free = self._free(held.residual.term)
        named = {s for s in free if self._base_of(s) in self._given}
        return (unknowns_of(held, bases, self.variant) or free) | named

    def _bases(self, held: list[Held]) -> set[str]:
        """The base names that conditions are to be solved for."""
        return self.known.union(*(h.unknowns for h in held)) if any(h.unknowns for h in held) else set()

    def data(self, held: Held) -> set[Symbol]:
        """The arrays without numbers in a condition that nobody differentiates by: data that are never printed."""
        return {s for s in self._free(held.residual.term) if s.axes and self._solvable(s) and not self._by(s)}

    def _choices(self, held: list[Held]) -> Iterator[frozenset[Symbol]]:
        """What conditions may be solved for, in the order in which it is tried: what they are said to be solved for
        and what the document differentiates by, what later lines give, and multipliers."""
        free = [{s for s in self._free(h.residual.term) if self._solvable(s)} for h in held]
        every = {s for found in free for s in found}
        declared = {s for h in held for s in unknowns_of(h, self._bases(held), self.variant)}
        declared |= {s for s in every if declared and self._by(s)}
        given = {s for s in every if self._base_of(s) in self._given}
        filled = {s for found in free if not found & declared for s in found}
        tried = [declared | filled, {s for s in declared | filled | every if not s.axes or s in declared | filled}]
        if given and all(found & (declared | given) for found in free):
            tried.insert(1 if declared else 0, declared | given)
        yield from dict.fromkeys(map(frozenset, tried))

    @cached_property
    def _given(self) -> set[str]:
        """The base names that lines of the document give as solutions of conditions."""
        world = self.lines.world
        lines = (e for e in self.lines.equations if e.position in world.solutions)
        refs = (reference(e.lhs, world.glossary) for e in lines)
        return {self._base(ref.base) for ref in refs if ref is not None}

    def _base_of(self, symbol: Symbol) -> str | None:
        instance = self.variant.universe.instances.get(symbol)
        return None if instance is None else instance.base

    def _solvable(self, symbol: Symbol) -> bool:
        """Whether a symbol may take any real value."""
        instance = self.variant.universe.instances.get(symbol)
        domain = None if instance is None else self.lines.world.family(instance.base).domain_kind
        return symbol.kind == "real" and symbol not in self.variant.settled.data and domain in SOLVABLE

    def _base(self, base: str) -> str:
        return self.lines.world.aliases.get(base, base)

    def _by(self, symbol: Symbol) -> bool:
        instance = self.variant.universe.instances.get(symbol)
        return instance is not None and self.lines.world.family(instance.base).by > 0


def unknowns_of(held: Held, bases: set[str], variant: Variant) -> set[Symbol]:
    """The symbols of a condition that are to be solved for, given the base names of all unknowns."""
    definitions, instances = variant.universe.definitions, variant.universe.instances
    aliases = variant.universe.world.aliases
    names = {aliases.get(b, b) for b in bases}
    return {s for s in free_symbols([held.residual.term], definitions) if s in instances and instances[s].base in names}
