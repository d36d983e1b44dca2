"""The deadline of a document: checked inside our own loops, so that it works in any thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic


class DeadlinePassed(Exception):
    """The time for this document is over."""


@dataclass
class Clock:
    """Raises `DeadlinePassed` once `seconds` have passed since it was made; a statement may have a shorter share."""

    seconds: float
    started: float = field(default_factory=monotonic)
    until: float = field(init=False)

    def __post_init__(self) -> None:
        self.until = self.started + self.seconds

    def check(self) -> None:
        """Called often; costs a clock reading."""
        if monotonic() > self.until:
            raise DeadlinePassed

    def share(self, seconds: float) -> Clock:
        """A clock for one piece of the work, which ends no later than this one."""
        inner = Clock(seconds)
        inner.until = min(inner.until, self.until)
        return inner

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return monotonic() - self.started
