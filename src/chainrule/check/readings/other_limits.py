r"""Verified lines with a sum that stops elsewhere than the same sum does in other lines: `\sum_{i=1}^d f(y_i)`, where
y_1 to y_m are what the document sums, and d is how many of something else there are.

The sizes of a document are found from all its lines, so that a line with a wrong limit makes two of them equal, and is
right then. Where nothing else says that they are, it verifies nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chainrule.check.records.finding import Finding
from chainrule.read.tree import Big, Node, Number, Relation, Sum
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import letter_of, size_name, walk

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

Slot = tuple[str, int]
Limits = dict[Slot, set[str]]


def with_the_same_limits(judge: Judge, e: Equation, found: Finding) -> Finding:
    """The verdict on a line that sums an index to one size where others sum it to another one."""
    if found.verdict != "verified" or not any(_limit(n) for side in (e.lhs, e.rhs) for n in walk(side)):
        return found
    others = _together(judge, (x for x in judge.equations if x.chain != e.chain))
    for letter, limit, slots in _sums(judge, e):
        known = set().union(*(others.get(s, set()) for s in slots))
        elsewhere = {s for s, limits in others.items() if limit in limits and not limits & known}
        if known and limit not in known and elsewhere and not judge.world.defined(limit):
            text = f"the sum over {letter} goes to {limit}, and in other lines to {min(known)}"
            return Finding("unsupported", "index-scope", text)
    return found


def _together(judge: Judge, equations: Iterator[Equation]) -> Limits:
    """For each place of a subscript where sums over it stop."""
    found: Limits = {}
    for e in equations:
        for _, limit, slots in _sums(judge, e):
            for slot in slots:
                found.setdefault(slot, set()).add(limit)
    return found


def _sums(judge: Judge, e: Equation) -> Iterator[tuple[str, str, set[Slot]]]:
    """The letters that a line sums over up to a size, each with the size and the places where it stands."""
    for side in (e.lhs, e.rhs):
        limits: dict[str, set[str]] = {}
        for letter, limit in filter(None, map(_limit, walk(side))):
            limits.setdefault(letter, set()).add(limit)
        for letter, names in limits.items():
            refs = references(side, judge.world)
            slots = {(r.base, n) for r in refs for n, s in enumerate(r.subs) if letter_of(s) == letter}
            if len(names) == 1:
                yield letter, min(names), slots


def _limit(node: Node) -> tuple[str, str] | None:
    r"""The letter and the size of `\sum_{i=1}^n` and `\sum_{i=0}^{n-1}`."""
    if not isinstance(node, Big) or not isinstance(node.sub, Relation) or node.sup is None:
        return None
    letter, first = letter_of(node.sub.first), node.sub.links[0].node
    if letter is None or len(node.sub.links) != 1 or not isinstance(first, Number):
        return None
    match first.text, node.sup:
        case "1", high:
            name = size_name(high)
        case "0", Sum(terms=(size, one)) if one.sign == "-" and isinstance(one.node, Number) and one.node.text == "1":
            name = size_name(size.node)
        case _:
            return None
    return None if name is None else (letter, name)
