"""Definitions that several lines contradict and none bears out.

An author errs in a line here and there. Where three lines or more that rest on one definition differ, no small edit
makes any of them true, and no line that rests on it holds, it is rather the definition that is read otherwise than it
is meant: another way to count, another meaning of a letter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.records.finding import Finding
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.spelling import spelled_out

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

LEAST = 3
DIGITS = frozenset({"wrong-digit", "digits"})
"""Codes of what was worked out to its digits: numbers say more than that sides differ. So do shapes."""


def contradicted(judge: Judge, lines: Iterable[Equation], findings: dict[int, Finding]) -> dict[int, Finding]:
    """New findings for lines that are refuted without a repair, all together, by the reading of one definition."""
    world = judge.world
    own = [e for e in lines if findings[e.position].code not in DIGITS]
    rests = {
        x.equation.position: {b for b in x.names if b in world.sites or b in world.functions}
        for x in lines_of(world, own)
    }
    wrong = {p for p in rests if findings[p].code == "unequal" and findings[p].suggestion is None}
    against = Counter(base for p in wrong for base in rests[p])
    borne_out = {base for p in rests if findings[p].verdict == "verified" for base in rests[p]}
    doubtful = {base for base, n in against.items() if n >= LEAST} - borne_out
    return {p: _doubted(findings[p], rests[p] & doubtful, against) for p in wrong if rests[p] & doubtful}


def _doubted(found: Finding, bases: set[str], against: Counter[str]) -> Finding:
    base = max(sorted(bases), key=lambda b: against[b])
    name = spelled_out(base)
    text = f"{against[base]} lines that rest on {name} differ, no small edit mends one of them, and none holds"
    message = f"{text}; how {name} is read may not be what is meant"
    return replace(
        found, verdict="unsupported", code="uncorroborated", message=message, counterexample=None, evidence=None
    )
