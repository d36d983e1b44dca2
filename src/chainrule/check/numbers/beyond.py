"""Whether a formula that is right at the numbers a sheet gives is right at others too.

Where every input has a number, a claim is judged there: it may well rest on what is special about the numbers, a given
0 or an orthogonal matrix. Whether it is more than that, the same claim at other numbers tells.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from chainrule.check.comparison.compare import Comparer, Different, guard
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.settle import Rows, Settled
from chainrule.check.records.report import Note
from chainrule.expr import Const, Definitions, const
from chainrule.read.tree import Number
from chainrule.sheet.definitions.put_in import is_arithmetic
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import walk

AT_NUMBERS = Note("at-numbers", "right at the given numbers, not at all others")
PLAIN = frozenset({"0", "1", "2"})


def only_there(lines: Lines, e: Equation, variant: Variant) -> bool:
    """Whether a claim without numbers put in, true at the given ones, is false at others."""
    if not _symbolic(lines, e):
        return False
    settled = variant.settled
    other = replace(
        settled,
        universe=replace(settled.universe, definitions=_elsewhere(settled)),
        data={s: _moved(rows, n) for n, (s, rows) in enumerate(settled.data.items())},
    )
    comparer = Comparer(other, lines.options.seed, lines.deadline)
    frame, lhs, rhs = variant.typed[e.position]
    return isinstance(guard(lambda: comparer.compare(lhs, rhs, lines.condition(e, frame))), Different)


def _symbolic(lines: Lines, e: Equation) -> bool:
    numbers = {n.text for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Number)}
    return numbers <= PLAIN and not any(is_arithmetic(lines.world, side) for side in (e.lhs, e.rhs))


def _elsewhere(settled: Settled) -> Definitions:
    """The definitions with other numbers for the names that are given one."""
    definitions = settled.universe.definitions.copy()
    for n, symbol in enumerate(sorted(settled.universe.instances)):
        given = definitions.get(symbol)
        if given is not None and isinstance(given.body, Const):
            number = _moved(((given.body.value,),), n)[0][0]
            definitions.add(replace(given, body=const(number)))
    return definitions


def _moved(rows: Rows, seed: int) -> Rows:
    """Other numbers of the same signs: each entry times 1 + k/16, with another k for each."""
    return tuple(
        tuple(x * Fraction(16 + 1 + (7 * i + 3 * j + 5 * seed) % 6, 16) for j, x in enumerate(row))
        for i, row in enumerate(rows)
    )
