"""Letters for what the author did not name: arguments z, values h, probabilities p; capitals for matrices."""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.expr.index import Symbol

SPARE = {"z": ("z", "a", "u", "s", "c", "zz"), "h": ("h", "g", "r", "o", "hh"), "p": ("p", "q", "pp")}
"""Letters for arguments, values and probabilities, where an earlier one is taken."""


class Letters:
    """Names that no name of the author has, with numbers where a letter is used more than once."""

    def __init__(self, reserved: Iterable[str]) -> None:
        self.reserved = set(reserved)
        self.count: dict[str, int] = {}

    def mint(self, letter: str, rank: int) -> tuple[str, str]:
        """A name and its TeX."""
        letter = next(x for x in (_cased(x, rank) for x in SPARE[letter]) if x not in self.reserved)
        number = self.count.get(letter, 0) + 1
        while f"{letter}{number}" in self.reserved:
            number += 1
        self.count[letter] = number
        return f"{letter}{number}", f"{letter}_{{{number}}}"

    def shortened(self, minted: Iterable[Symbol]) -> dict[Symbol, str]:
        """A letter that is used once needs no number."""
        letters = ((s, s.name.rstrip("0123456789")) for s in minted)
        return {s: letter for s, letter in letters if self.count[letter] == 1}


def _cased(letter: str, rank: int) -> str:
    return letter.upper() if rank == 2 else letter
