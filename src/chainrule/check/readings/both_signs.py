r"""A line with ± on both sides says two things: `(a \pm b)^2 = a^2 \pm 2ab + b^2` holds with the upper signs and with
the lower ones. With ± on one side alone it says something else: that a value is one of two, or how far off it may be.
A row of `no_claims.NO_CLAIMS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.readings.meant import written
from chainrule.check.records.finding import Finding
from chainrule.read.tree import Node, Sum
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.syntax.rebuilding import rebuilt

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

UPPER, LOWER = {"±": "+", "∓": "-"}, {"±": "-", "∓": "+"}


def both_signs(judge: Judge, e: Equation) -> Finding | None:
    """The verdict on a line that stands for two: true when both are, and what the first one that is not comes to."""
    if not all(any(map(_has_two, walk(side))) for side in (e.lhs, e.rhs)):
        return None
    found = []
    for signs in (UPPER, LOWER):
        one = written(judge, e, _signed(signs), "")
        if one is None:
            return None
        found.append(one.judge.claim(one.line))
    return next((x for x in found if x.verdict != "verified"), found[0])


def _has_two(node: Node) -> bool:
    return isinstance(node, Sum) and any(t.sign in UPPER for t in node.terms)


def _signed(signs: dict[str, str]) -> Callable[[Node], Node | None]:
    """Sums with the upper or the lower signs."""

    def one(node: Node) -> Node | None:
        if not isinstance(node, Sum) or not _has_two(node):
            return None
        terms = (replace(t, sign=signs.get(t.sign, t.sign), node=rebuilt(t.node, one)) for t in node.terms)
        return replace(node, terms=tuple(terms))

    return one
