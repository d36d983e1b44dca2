"""What can go wrong with an expression, each with the words a message needs."""

from __future__ import annotations

from collections.abc import Sequence


class ExprError(Exception):
    """Any trouble with a typed expression that the caller can report."""


class TooLarge(ExprError):
    """A number, a tensor or a contraction would exceed its bound; nothing was computed."""


class CyclicDefinition(ExprError):
    """Definitions that need each other; `names` is the cycle, first name first."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"these definitions need each other: {' -> '.join((*self.names, self.names[0]))}")


class MissingValue(ExprError):
    """A symbol, a dimension or a node kind that cannot be evaluated because nothing gives it a number."""


class OutOfRange(ExprError):
    """An index left the range of its axis (ball arithmetic; in double precision the entry is NaN)."""


class Undecided(ExprError):
    """A comparison of overlapping balls: the precision does not settle it."""
