"""What a caller can set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`deadline` in seconds for one document; `seed` for the sample points; whether repairs are looked for, which no
    line needs to be verified."""

    deadline: float = 60.0
    seed: int = 0
    repairs: bool = True


DEFAULTS = Options()
