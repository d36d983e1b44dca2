"""Whether laws of numbers stand beside vectors under their letters (`sheet.statistics.one_dimension`).

The letters are told apart where lines hold then that do not hold otherwise, no line is lost, and none is refuted that
agreed or was open before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from chainrule.check.comparison.compare import Different, Same
from chainrule.check.judge import Judge
from chainrule.check.no_claims import defines
from chainrule.check.records.budget import Budget
from chainrule.expr import ExprError
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import DEFINING, Equation


def of_one_dimension(judge: Judge, other: Callable[[], Judge]) -> Judge:
    """The judge of the world in which these letters are told apart, where the lines bear it out."""
    claims = [e for e in judge.equations if e.op in DEFINING and e.source == "formula" and not defines(judge, e)]
    same, different = _found(judge, claims)
    if len(same) == len(claims):
        return judge
    apart = other()
    now, against = _found(apart, claims)
    if not same < now:
        return judge
    trial = replace(apart, budget=Budget(), other_names={}, said={}, held={})
    lines = (e for e in trial.equations if e.position in against - different)
    return judge if any(trial.judge(e).verdict == "refuted" for e in lines) else apart


def _found(judge: Judge, claims: Iterable[Equation]) -> tuple[set[int], set[int]]:
    """The claims that hold as a world reads them first, and those whose sides differ there."""
    positions = {e.position for e in claims}
    found = {e.position: _outcome(judge, e) for e in judge.equations if e.position in positions}
    holding = {position for position, outcome in found.items() if isinstance(outcome, Same)}
    return holding, {position for position, outcome in found.items() if isinstance(outcome, Different)}


def _outcome(judge: Judge, e: Equation) -> object:
    judge.deadline()
    try:
        return judge.outcome(e, judge.usual(e))
    except (Untyped, ExprError, RecursionError):
        return None
