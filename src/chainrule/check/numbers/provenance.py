"""Where the numbers of a line come from: printed before, worked out of what was (a product of two, what is left to 1),
or the rounding of a part of it.

Numbers that are put into a formula in another order, or several steps of it at once, cannot be laid beside its parts
one by one. Where each of them is known from before and the line is right as far as their digits go, which are fine
enough to tell, only rounding is between the sides.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

import numpy as np

from chainrule.check.comparison.digits import may_be, printed
from chainrule.check.comparison.exact import number_of
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.numbers.rounding import slack, unrounded
from chainrule.expr.model import Array
from chainrule.read.tree import Node, Number
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import walk

FINE = 0.02
"""Digits tell something where their rounding moves the result by no more than this share of it."""
MOST_KNOWN = 60


def right_but_for_rounding(lines: Lines, e: Equation, variant: Variant, target: Array) -> bool:
    """Whether numbers that are all known from before make the target, as far as their digits go."""
    value, most = number_of(variant, e, e.rhs), slack(variant, e, e.rhs, _exact(lines, e))
    if value is None or most is None:
        return False
    if value.shape != target.shape and 1 in value.shape:
        value, most = value.T, most.T
    if value.shape != target.shape or np.any(np.abs(value - target) > most * 1.01):
        return False
    scale = np.abs(target)
    return bool(np.all(most <= FINE * np.where(scale > 0, scale, scale.max()))) and _all_known(lines, e, variant)


def _exact(lines: Lines, e: Equation) -> set[str]:
    """The numbers that are no roundings: those of the left side, and the given ones."""
    given = (site.body for sites in lines.world.sites.values() for site in sites if is_numeric(site.body))
    return {n.text for node in (e.lhs, *given) for n in walk(node) if isinstance(n, Number)}


def _all_known(lines: Lines, e: Equation, variant: Variant) -> bool:
    """Whether each decimal of the right side is printed before, worked out of such numbers, or a part rounded."""
    texts = set(_texts(lines, e))
    rounded = {id(n) for n, values in unrounded(lines.ledger, variant, e, e.rhs) if values}
    missing = [n for n in _decimals(e.rhs) if n.text not in texts and id(n) not in rounded]
    if not missing or len(texts) > MOST_KNOWN:
        return not missing
    exact = {abs(v) for v, _ in lines.ledger.cells()}
    numbers = sorted({float(t) for t in texts} | (exact if len(exact) < MOST_KNOWN else set()))
    made = [a * b for a, b in combinations_with_replacement(numbers, 2)] + [abs(1 - a) for a in numbers]
    cells = [printed(n) for n in missing]
    return all(cell is not None and any(may_be(value, cell) for value in made) for cell in cells)


def _texts(lines: Lines, e: Equation) -> Iterator[str]:
    """The decimals of the lines before that hold, and of the left side."""
    before = [x for x in lines.equations if x.position < e.position and x.position in lines.holding]
    for node in (e.lhs, *(side for x in before for side in (x.lhs, x.rhs))):
        yield from (n.text for n in walk(node) if isinstance(n, Number) and len(n.text) < 20)


def _decimals(side: Node) -> list[Number]:
    return [n for n in walk(side) if isinstance(n, Number) and "." in n.text]
