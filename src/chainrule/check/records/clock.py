"""The deadline of a document: checked inside our own loops, so that it works in any thread.

It is counted in the processor time of the thread that works on the document, so that a verdict does not depend on what
else the machine does; as a guard for a machine that stands still, a few times as much may pass on the wall.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic, thread_time

ON_THE_WALL = 4


class DeadlinePassed(Exception):
    """The time for this document is over."""


@dataclass
class Clock:
    """Raises `DeadlinePassed` once `seconds` of work have passed since it was made, in the thread that made it."""

    seconds: float
    worked: float = field(default_factory=thread_time)
    started: float = field(default_factory=monotonic)

    def passed(self) -> float:
        """How much of the time has been used, in seconds."""
        return max(thread_time() - self.worked, (monotonic() - self.started) / ON_THE_WALL)

    def going(self) -> bool:
        """Whether half of the time is left: reading takes no more than the other half, or a quarter of a second."""
        return self.passed() < max(self.seconds / 2, 0.25)

    def check(self) -> None:
        """Called often; costs two clock readings."""
        if self.passed() > self.seconds:
            raise DeadlinePassed
