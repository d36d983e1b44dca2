"""The numbers that a document printed so far and that were found right, by the formula they were printed for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from chainrule.check.comparison.digits import Printed
from chainrule.expr import Symbol
from chainrule.expr.model import Array
from chainrule.read.tree import Node
from chainrule.sheet.syntax.names import node_key


@dataclass(frozen=True)
class Entry:
    """A quantity as a formula, as a tensor if it is one as a whole, with its printed cells and its exact numbers."""

    node: Node
    symbol: Symbol | None
    cells: list[list[Printed]]
    exact: Array

    @property
    def rounded(self) -> Array:
        """The printed numbers."""
        return np.array([[float(c.value) for c in row] for row in self.cells])


@dataclass
class Ledger:
    """What was printed so far; of a quantity that was printed twice, the later numbers."""

    entries: dict[object, Entry] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Note what was printed for a formula."""
        self.entries[node_key(entry.node)] = entry

    def of(self, node: Node) -> Entry | None:
        """What was printed for this very formula."""
        return self.entries.get(node_key(node))

    def cells(self) -> Iterator[tuple[float, Printed]]:
        """Every printed cell with its exact value."""
        for entry in self.entries.values():
            for row, values in zip(entry.cells, entry.exact, strict=True):
                yield from zip(map(float, values), row, strict=True)
