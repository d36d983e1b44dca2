r"""Numbers that are no results: they stood in the document before a value changed, "Before: $\hat y = 0.735$" behind a
step of weights, or are data themselves.
"""

from __future__ import annotations

from chainrule.check.comparison.digits import Printed
from chainrule.check.comparison.lines import Lines
from chainrule.check.records.finding import Finding, assumed
from chainrule.read.tree import Number
from chainrule.sheet.definitions.put_in import is_arithmetic
from chainrule.sheet.definitions.recurrence import may_be_given
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.spelling import spelled_out

DIGITS = 100
"""A number of fewer digits is printed twice by chance."""


def printed_before(lines: Lines, e: Equation, table: list[list[Printed]]) -> Finding | None:
    """A number alone for a name, which a line before printed too, where a name behind it has a new value since."""
    cell = table[0][0]
    alone = len(table) == len(table[0]) == 1 and not e.link and abs(cell.value) >= DIGITS * cell.unit
    ref = reference(e.lhs, lines.world.glossary)
    if not alone or ref is None:
        return None
    first = next((x for x in lines.equations if x.own and x.position < e.position and _prints(x, cell.text)), None)
    for base in sorted(lines_of(lines.world, [e])[0].names) if first is not None else ():
        sites = [s for s in lines.world.sites.get(base, ()) if is_arithmetic(lines.world, s.body)]
        since = [s for s in sites if first is not None and first.position < s.position < e.position]
        anew = any(s.ref.key == x.ref.key and s.position < x.position for s in sites for x in since)
        if first is not None and (anew or (since and base == ref.base)):
            line = first.line
            text = f"{cell.text} stands on line {line}, before {spelled_out(base)} was given another value"
            return Finding("unsupported", "ambiguous", f"{text}; which value is meant is not said", "numeric")
    return None


def of_the_data(lines: Lines, e: Equation) -> Finding | None:
    """A number that differs from what the formula of its family gives, and may be one of the data."""
    if not may_be_given(lines.world, e):
        return None
    return assumed("redefinition", f"{e.text(e.lhs)} may be given here, whatever its formula says", "numeric")


def _prints(e: Equation, text: str) -> bool:
    return any(isinstance(n, Number) and n.text == text for side in (e.lhs, e.rhs) for n in walk(side))
