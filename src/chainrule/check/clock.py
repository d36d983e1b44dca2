"""The deadline of a document: checked inside our own loops, so that it works in any thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic


class DeadlinePassed(Exception):
    """The time for this document is over."""


@dataclass
class Clock:
    """Raises `DeadlinePassed` once `seconds` have passed since it was made."""

    seconds: float
    started: float = field(default_factory=monotonic)
    until: float = field(init=False)

    def __post_init__(self) -> None:
        self.until = self.started + self.seconds

    def going(self) -> bool:
        """Whether half of the time is left: reading takes no more than the other half, or a quarter of a second."""
        return monotonic() < max((self.started + self.until) / 2, self.started + 0.25)

    def check(self) -> None:
        """Called often; costs a clock reading."""
        if monotonic() > self.until:
            raise DeadlinePassed
