r"""Numbers that rest on a name which one chain gives two formulas: `a_2 = g(z_1) = \frac{1}{1 + e^{-z_2}}`.

Only one of the two is what the author goes on with. The chain is wrong; a number that misses the first formula may be
right by the second.
"""

from __future__ import annotations

from chainrule.check.comparison.forms import has_decimals
from chainrule.check.comparison.lines import Lines
from chainrule.check.records.finding import Finding
from chainrule.sheet.definitions.put_in import is_arithmetic
from chainrule.sheet.definitions.redefine import behind
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.spelling import spelled_out


def on_two_formulas(lines: Lines, e: Equation, found: Finding) -> Finding | None:
    """The finding on a number that is wrong by a name whose own chain was found to contradict itself."""
    if found.verdict != "refuted" or found.kind != "numeric" or is_arithmetic(lines.world, e.lhs):
        return None
    wrong = {x.chain: x for x in lines.equations if x.link and x.position in lines.wrong and _of_formulas(lines, x)}
    if not wrong or e.chain in wrong:
        return None
    names = names_in(lines.world, e.lhs) | behind(lines.world, e.lhs)
    for x in (x for x in lines.equations if x.chain in wrong and not x.link and x.position < e.position):
        for base in sorted(names & names_in(lines.world, x.lhs)):
            if any(s.position == x.position for s in lines.world.sites.get(base, ())):
                line = wrong[x.chain].document.position(wrong[x.chain].span.start)[0]
                text = f"line {line} gives {spelled_out(base)} two formulas that differ; which one is meant is not said"
                return Finding("unsupported", "ambiguous", text, "numeric")
    return None


def _of_formulas(lines: Lines, x: Equation) -> bool:
    """Whether a link compares two formulas and no numbers."""
    sides = (x.lhs, x.rhs)
    return not any(has_decimals(side) or is_arithmetic(lines.world, side) for side in sides)
