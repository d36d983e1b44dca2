r"""Lines that are right up to a transpose, where the document prints what is transposed.

A row that stands for a column is a custom of those who leave transposes out. Where `W` is printed as a column and the
line writes `W^T = \begin{bmatrix} 1 \\ -1 \end{bmatrix}`, the transpose is there, and it does nothing: either W was
printed lying, or the line is wrong. Nothing says which, so the line is not verified.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.records.finding import Finding
from chainrule.read.tree import Matrix, Node, Script
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.literals import literal_matrix
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.syntax.script_words import is_transpose
from chainrule.sheet.syntax.spelling import spelled_out

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

ROW_AND_COLUMN = {"row", "column"}


def of_what_lies(judge: Judge, e: Equation, found: Finding) -> Finding:
    """The verdict on a line once a transpose of what is printed is held to."""
    if found.verdict != "verified":
        return found
    usual = judge.usual(e)
    sides = usual.typed.get(e.position)
    if (
        sides is None
        or {val.kind for val in sides[1:]} != ROW_AND_COLUMN
        or f"@{e.position}" in usual.universe.laid_out
    ):
        return found
    for side, other in ((e.lhs, e.rhs), (e.rhs, e.lhs)):
        base = _printed_and_transposed(judge, side, e.position)
        if base is not None and not names_in(judge.world, other) and any(isinstance(n, Matrix) for n in walk(other)):
            name = spelled_out(base)
            message = f"{name} is transposed here, and the other side lies as {name} does where it is printed"
            return replace(found, verdict="unsupported", code="layout", message=message, evidence=None)
    return found


def _printed_and_transposed(judge: Judge, side: Node, position: int) -> str | None:
    """A name of a side that has a transpose, and that the document defines by its printed entries."""
    for node in walk(side):
        if not isinstance(node, Script) or node.sup is None or not is_transpose(node.sup):
            continue
        for base in sorted(names_in(judge.world, node.base)):
            sites = judge.world.sites.get(base, ())
            if any(literal_matrix(s.body) is not None for s in sites if s.position < position):
                return base
    return None
