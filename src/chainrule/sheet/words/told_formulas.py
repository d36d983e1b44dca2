"""Formulas that words alone tell, as they may be meant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Told:
    """What words may mean by a name: what they call it, the name, its formula in TeX, and that as a text with what goes
    with it; whether it may be meant with another factor, and whether lines may be wrong by it."""

    kind: str
    name: str
    formula: str
    text: str
    scaled: bool
    firm: bool = True
