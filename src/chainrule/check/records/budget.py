"""How much may be tried to repair the lines of a document, counted in work and not in time.

A repair bears on the verdict, so the same document must find the same repairs on a busy machine as on an idle one. The
clock is only the outermost guard, far beyond what the count allows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import thread_time

MOST_FOR_A_LINE, MOST_FOR_ALL = 600, 5000
SECONDS_FOR_ALL = 30.0
# What it costs to read a candidate and look at its numbers, and to compare its sides in a world of its own. To judge a
# whole document once more costs as much as it has lines, up to a bound.
READ, COMPARED, MOST_JUDGED = 1, 4, 200


class Spent(Exception):
    """What may be tried for a line, or for all of them, has been."""


@dataclass
class Budget:
    """The work left for the repairs of the lines that share it."""

    left: int = field(default_factory=lambda: MOST_FOR_ALL)
    line: int = 0
    until: float = field(default_factory=lambda: thread_time() + SECONDS_FOR_ALL)

    def start(self) -> None:
        """Another line is to be repaired."""
        self.line = MOST_FOR_A_LINE

    def spend(self, work: int) -> None:
        """Pay for work before it is done; raises `Spent` when too little is left."""
        if min(self.left, self.line) < work or thread_time() > self.until:
            raise Spent
        self.left -= work
        self.line -= work
