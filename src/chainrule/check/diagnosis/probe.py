"""The numbers of one line at sample points, to see at once which of many edits can be right.

The side that stays is typed and evaluated once, in a universe that holds this line alone. Another formula is then
typed beside it and evaluated on the same numbers, which costs a fraction of a comparison. Agreement here proves
nothing and is confirmed elsewhere; a difference rules an edit out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chainrule.check.comparison.compare import APART, POINTS, Comparer, relative_gaps
from chainrule.check.comparison.points import dims_of, free_symbols, needy_symbols
from chainrule.check.comparison.settle import settle
from chainrule.check.comparison.sizes import sizes_for
from chainrule.expr import CyclicDefinition, Expr, ExprError, Index, Model, evaluate
from chainrule.expr.model import Array
from chainrule.read.tree import Node
from chainrule.sheet.inference.typed_lines import mismatch
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped, Val
from chainrule.sheet.records.universe import Universe

LEAST = 3


@dataclass(frozen=True)
class Quantity:
    """A formula with its numbers over (points, free letters of the line, its own axes)."""

    text: str
    kind: str
    dims: tuple[str, ...]
    numbers: Array


@dataclass
class Probe:
    """The side that stays, with what it takes to evaluate others on the same numbers."""

    universe: Universe
    frame: Frame
    fixed: Val
    comparer: Comparer
    letters: list[Index]
    model: Model
    target: Quantity

    def quantity(self, node: Node, text: str) -> Quantity | None:
        """A formula in the place of the other side; None when it has no numbers there."""
        return self._measured(text, lambda: self.frame.value(node))

    def agrees(self, node: Node) -> bool | None:
        """Whether a formula has the numbers of the side that stays; None when these numbers cannot tell."""
        kept, known = self.universe.mark(), len(self.universe.tensors)
        try:
            val = self.frame.value(node)
            if mismatch(self.universe, self.fixed, val):
                return False
            if len(self.universe.tensors) > known or not self.universe.dims.apart(dim.name for dim in self.model.sizes):
                return None
            found = self._numbers(val)
        except (Untyped, RecursionError):
            return False
        except (ExprError, ValueError):
            return None
        finally:
            self.universe.back(kept)
        return found is not None and found.shape == self.target.numbers.shape and same(self.target.numbers, found)

    def holds(self, condition: Expr, axes: list[Index]) -> Array:
        """Where a condition on the letters of the line is true."""
        if condition.free - {*self.letters}:
            raise Untyped("a condition on what the line does not mention", "condition")
        return np.asarray(evaluate(condition, [*self.letters, *axes], self.model) != 0)

    def _measured(self, text: str, value: Callable[[], Val]) -> Quantity | None:
        kept, known = self.universe.mark(), len(self.universe.tensors)
        try:
            val = value()
            if len(self.universe.tensors) > known or not self.universe.dims.apart(dim.name for dim in self.model.sizes):
                return None
            dims = tuple(self.universe.dims.find(d) for d in val.dims)
            numbers = self._numbers(val)
        except (Untyped, ExprError, RecursionError, ValueError):
            return None
        finally:
            self.universe.back(kept)
        return None if numbers is None else Quantity(text, val.kind, dims, numbers)

    def _numbers(self, val: Val) -> Array | None:
        axes = axes_of(self.universe, val)
        term = self.comparer.terms(val, axes)
        if term.free - {*self.letters, *axes}:
            return None
        if free_symbols([term], self.universe.definitions) - set(self.model.values):
            return None
        found = evaluate(term, [*self.letters, *axes], self.model)
        return found if np.isfinite(found).all(axis=tuple(range(1, found.ndim))).sum() >= LEAST else None


def axes_of(universe: Universe, val: Val) -> list[Index]:
    return [Index(f"·e{n}", universe.dims.dim(d)) for n, d in enumerate(val.dims)]


def probe(
    universe: Universe,
    frame: Frame,
    fixed: Node,
    others: list[Node],
    within: Callable[[Frame], Expr | None],
    seed: int,
    deadline: Callable[[], None],
) -> Probe | None:
    """The numbers of the side that stays, where the condition `within` of the line holds.

    `others` are formulas whose names will be needed beside it.
    """
    try:
        val = frame.value(fixed)
        condition = within(frame)
    except (Untyped, RecursionError):
        return None
    terms: list[Val] = [val]
    for node in others:
        kept = universe.mark()
        try:
            terms.append(frame.value(node))
        except (Untyped, RecursionError):
            universe.back(kept)
    comparer = Comparer(settle(universe), seed, deadline)
    try:
        left, *rest = _resolved(comparer, terms)
        letters = sorted(left.free - set(axes_of(universe, val)))
        rest += [] if condition is None else [condition]
        symbols = free_symbols([left, *rest], universe.definitions)
        needy = needy_symbols([left, *rest], universe.definitions)
        dims = dims_of([left, *rest], universe.definitions) | {i.dim for i in letters}
        dims |= {universe.dims.dim(d) for v in terms for d in v.dims}
        mode = "positive where needed" if needy else "real"
        model = comparer.model(symbols, sizes_for(universe, dims, 0), mode, needy, POINTS)
        found = Probe(universe, frame, val, comparer, letters, model, Quantity("", "", (), np.zeros(0)))
        numbers = found._numbers(val)
        holds = None if condition is None else found.holds(condition, axes_of(universe, val))
    except (Untyped, ExprError, RecursionError, ValueError):
        return None
    if numbers is None:
        return None
    if holds is not None:
        numbers = np.where(holds, numbers, np.nan)
    found.target = Quantity("", val.kind, tuple(universe.dims.find(d) for d in val.dims), numbers)
    return found


def _resolved(comparer: Comparer, vals: list[Val]) -> list[Expr]:
    found = [comparer.terms(vals[0], axes_of(comparer.settled.universe, vals[0]))]
    for val in vals[1:]:
        try:
            found.append(comparer.terms(val, axes_of(comparer.settled.universe, val)))
        except (Untyped, CyclicDefinition):
            continue
    return found


def same(a: Array, b: Array) -> bool:
    """Whether two arrays agree where both are numbers, at enough places."""
    mask = np.isfinite(a) & np.isfinite(b)
    return bool(mask.any()) and not bool((relative_gaps(a, b, mask) > APART).any())
