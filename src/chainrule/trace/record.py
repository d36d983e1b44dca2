"""The trace of a sheet: which quantities it has, and their numbers at every step."""

from __future__ import annotations

from dataclasses import dataclass, field

from chainrule.expr.model import Array


@dataclass(frozen=True)
class Version:
    """Where a version stands in a name: as primes, or as a number in a `script` such as `^{(•)}`."""

    script: str
    first: int = 0

    def at(self, step: int) -> str:
        """The writing of the version so many updates later."""
        if self.script == "'":
            return "'" * (self.first + step)
        return self.script.replace("•", str(self.first + step))


@dataclass(frozen=True)
class Quantity:
    """A quantity of the sheet: its name, what it is, its line, the pieces of which its name at a step is made, and
    whether it is what is minimised.

    It is "data", a "parameter", a "value", a "gradient", the step of a rule ("direction"), or a "new" parameter.
    """

    name: str
    kind: str
    line: int
    pieces: tuple[str | Version, ...]
    exercise: str = ""
    loss: bool = False
    order: int = 0

    def at(self, step: int) -> str:
        """The name so many updates later, as the sheet writes versions."""
        return "".join(p if isinstance(p, str) else p.at(step) for p in self.pieces)


@dataclass(frozen=True)
class Trouble:
    """A quantity that could not be computed, its line, and why."""

    name: str
    line: int
    message: str
    exercise: str = ""
    order: int = 0


@dataclass
class Step:
    """The numbers of one step: scalars, vectors and matrices by the names of the quantities."""

    number: int
    values: dict[str, Array] = field(default_factory=dict)
    exercise: str = ""


@dataclass
class Trace:
    """All steps, what is the same in all of them, and what is missing."""

    path: str
    quantities: list[Quantity] = field(default_factory=list)
    given: dict[str, Array] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
