r"""Whether a matrix that is declared with two sizes is one with others: `A \in R^{m \times n}` beside `x^T A x`.

Authors declare a matrix once for a list of examples, and in some it has to be square. Nothing but definitions that fit
no shapes ask for that, and it counts only where lines hold then that do not hold otherwise, and no line is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from chainrule.check.comparison.compare import Same
from chainrule.check.judge import Judge
from chainrule.check.no_claims import defines
from chainrule.check.one_entry import borne_out
from chainrule.expr import ExprError
from chainrule.sheet.infer import LAYOUTS
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World

MOST = 3
"""How many matrices are tried, as each costs that all lines are read again."""


def of_other_sizes(judge: Judge, changed: Callable[[str], Judge]) -> Judge:
    """The judge of a world in which the sizes of a matrix are open, where the lines bear it out."""
    return borne_out(judge, list(_disputed(judge)), changed, _holds)


def _disputed(judge: Judge) -> Iterator[str]:
    """The matrices in definitions that the declared sizes do not fit."""
    world, failed = judge.world, judge.variant().failed
    misfits = [e for e in judge.equations if e.position in failed and failed[e.position].code == "shape"]
    lines = [e for e in misfits if defines(judge, e)]
    found = {base for e in lines for side in (e.lhs, e.rhs) for base in names_in(world, side)}
    yield from islice(sorted(b for b in found if len(set(world.family(b).declared_dims)) == 2), MOST)


def _holds(judge: Judge, e: Equation) -> bool:
    """Whether a claim holds in any layout."""
    judge.deadline()
    try:
        return any(isinstance(judge.outcome(e, judge.variant(layout)), Same) for layout in LAYOUTS)
    except (Untyped, ExprError, RecursionError):
        return False


def opened(world: World, base: str) -> None:
    """Forget the sizes that a name is declared with."""
    world.opened = base
    family = world.family(base)
    family.declared_dims = tuple(None for _ in family.declared_dims)
    family.labelled_dims.clear()
