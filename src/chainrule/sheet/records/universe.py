"""The tensors of a world under one configuration of what it leaves open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chainrule.expr import Definitions, Expr, Symbol
from chainrule.sheet.records.configurations import Config
from chainrule.sheet.records.families import Instance, Reading
from chainrule.sheet.records.shapes import Dims, Untyped
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.spelling import spelled_out


class Cycle(Untyped):
    """A name is defined through itself; `positions` are the equations that go round."""

    def __init__(self, positions: tuple[int, ...], base: str | None = None) -> None:
        name = "a name" if base is None else spelled_out(base)
        super().__init__(f"{name} is defined through itself", "cyclic")
        self.positions = positions


@dataclass
class Universe:
    """The tensors of a world under one configuration: dimensions, symbols and their definitions, built on demand."""

    world: World
    config: Config
    dims: Dims = field(default_factory=Dims)
    definitions: Definitions = field(default_factory=Definitions)
    tensors: dict[object, Any] = field(default_factory=dict)
    shapes: dict[tuple[Instance, int], tuple[str, ...]] = field(default_factory=dict)
    symbols: dict[tuple[Instance, int], Symbol] = field(default_factory=dict)
    instances: dict[Symbol, Instance] = field(default_factory=dict)
    sized: set[str] = field(default_factory=set)
    taken: dict[str, list[Callable[[], tuple[Expr, Expr, Expr]]]] = field(default_factory=dict)
    laid_out: set[str] = field(default_factory=set)
    flipped: dict[str, list[Any]] = field(default_factory=dict)
    odd: set[str] = field(default_factory=set)
    squared: bool = False  # whether a vector has been squared, entry by entry
    ordered: set[str] = field(default_factory=set)
    between: set[str] = field(default_factory=set)
    called: dict[str, Instance] = field(default_factory=dict)
    roles_taken: set[str] = field(default_factory=set)
    numerators: dict[tuple[Instance, int], set[Instance]] = field(default_factory=dict)
    changes: dict[Symbol, Symbol] = field(default_factory=dict)
    """The symbols of differentials."""
    unchanging: dict[str, set[str]] = field(default_factory=dict)
    """The names that the differentials of each line hold fixed."""
    counted: list[tuple[str, str]] = field(default_factory=list)
    """Dimensions of sums, each with that of the number that a mean divides by."""
    ones: dict[str, list[str]] = field(default_factory=dict)
    """The dimensions of the arrays of ones in each line."""
    building: dict[object, int] = field(default_factory=dict)
    first_steps: Reading | None = None

    def __post_init__(self) -> None:
        self.dims.first = self.world.first

    @property
    def top(self) -> int:
        """The last label of a sequence."""
        return self.config.top + bool(self.world.late)

    def letter(self, name: str) -> int:
        """The integer that a label letter stands for; a last step comes after the ones that are summed up to it."""
        return dict(self.config.letters).get(name, self.top if name in self.world.late else 2)

    def mark(self) -> tuple[Dims, frozenset[object]]:
        """Where typing stands, to come back to when a line does not fit."""
        return self.dims.copy(), frozenset(self.tensors)

    def back(self, mark: tuple[Dims, frozenset[object]]) -> None:
        """Forget what was unified since a mark, and the tensors whose axes were declared since."""
        dims, known = mark
        self.dims.__dict__.update(dims.__dict__)
        for key in [k for k in self.tensors if k not in known]:
            del self.tensors[key]

    def axis_names(self, instance: Instance, axes: int, epoch: int) -> tuple[str, ...]:
        """The dimension names of an instance's axes, one unification variable each."""
        key = (instance, epoch)
        if key not in self.shapes or len(self.shapes[key]) != axes:
            tag = f"{instance.shown}{'°' if instance.sampled else ''}#{epoch}"
            self.shapes[key] = tuple(f"{tag}.{n}" for n in range(axes))
        return self.shapes[key]

    def symbol(self, instance: Instance, axes: tuple[str, ...], epoch: int) -> Symbol:
        """The symbol of an instance; only asked for once dimensions are settled."""
        dims = tuple(self.dims.dim(d) for d in axes)
        symbol = self.symbols.get((instance, epoch))
        if symbol is None or symbol.axes != dims:
            kind = "integer" if self.world.family(instance.base).integer else "real"
            shown = instance.shown + ("°" if instance.sampled else "") + (f"#{epoch}" if epoch else "")
            symbol = Symbol(shown, dims, kind)
            self.symbols[instance, epoch] = symbol
            self.instances[symbol] = instance
        return symbol
