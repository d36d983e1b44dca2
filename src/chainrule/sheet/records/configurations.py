"""How the labels of a line are read: layers, times and steps as numbers, and what is held fixed."""

from __future__ import annotations

from dataclasses import dataclass, field

from chainrule.sheet.records.families import Label


@dataclass(frozen=True, slots=True)
class Dropped:
    """An index that a document stops writing: its letter, for each name the slot it has among how many, and the letter
    beside it where there are two."""

    letter: str
    slots: dict[str, tuple[int, int]]
    beside: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a recurrence: its letter, whether the line sums over it, and the weights that all steps share."""

    letter: str
    summed: bool
    weights: frozenset[str]


@dataclass(frozen=True, slots=True)
class Held:
    """States of a recurrence that are held fixed at one step, where another state of that step is the variable."""

    states: frozenset[str]
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Config:
    """How the labels of a line are read: integers for label letters (layers, times, unrolled samples) and for the last
    label of a sequence; the step at which derivatives by shared weights are taken, where the line speaks of one step
    alone; the states of a recurrence that are held fixed; whether the entries of a quantity that nobody defines depend
    on those of others with the same index only."""

    letters: tuple[tuple[str, int], ...] = ()
    top: int = 3
    step: Step | None = None
    held: Held | None = None
    entrywise: bool = False
