r"""Lines with a letter that runs over a few numbers: `s_t` "for $t = 1, 2$". Such a line is about each of them.

A letter of layers or steps stands for one number where lines are compared. Where the document lists its numbers, what
holds for that one and not for another is not what the line says.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding
from chainrule.sheet.records.statements import Equation

MOST = 4
"""How many numbers of a letter are tried, as each costs that all lines are read again."""


def fails_for_another(lines: Lines, e: Equation, variant: Variant) -> Finding | None:
    """What is said of a line that holds for one number of its letter, and not for another one."""
    universe, config = variant.universe, variant.universe.config
    frame = variant.typed[e.position][0]
    for letter in sorted(frame.used - dict(config.letters).keys()):
        here = universe.letter(letter)
        numbers = [n for n in lines.world.ranges.get(letter, ()) if isinstance(n, int) and n != here]
        for n in numbers[:MOST]:
            there = replace(config, letters=(*config.letters, (letter, n)))
            other = lines.variant(universe.world.layout, variant.choices, there, universe.world.customary)
            if isinstance(lines.outcome(e, other), Different):
                message = f"right for {letter} = {here}, and not for {letter} = {n}"
                return Finding("unsupported", "ambiguous", message)
    return None
