r"""Derivatives that are laid out as most lines of their document are not.

`\frac{\partial A x}{\partial x} = A` and `\frac{\partial A x}{\partial x} = A^T` are both right, each in a layout of
its own; the layout of a document is that in which most of its lines hold. What holds in another one only has as likely
lost a transpose, or gained one, and is not verified. A document that speaks of layouts has several, and where as many
lines stand on one side as on the other nothing says which is meant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Same
from chainrule.check.readings.by_itself import NOTE, apart
from chainrule.check.readings.said_beside import of_any_matrix
from chainrule.check.records.finding import Finding
from chainrule.expr import ExprError
from chainrule.sheet.infer import LAYOUTS
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.shapes import Layout, Untyped
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.spelling import look

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

SEVERAL = re.compile(r"\b(?:numerator|denominator)[-\s]+(?:layout|convention|form)|\blayouts\b", re.I)
MANY = 2
"""So many times more lines must be laid out the other way."""
TURNED = "numerator"
"""The layout in which a derivative by a matrix has the shape of its transpose: few write so, and where as many lines do
as do not, or no other line does, a transpose was lost."""
PARTS: dict[str, Callable[[Layout], str]] = {"gradients": lambda x: x.gradient, "Jacobians": lambda x: x.jacobian}
"""What a layout arranges, each by itself."""


def of_one_layout(judge: Judge, findings: Mapping[int, Finding]) -> dict[int, Finding]:
    """The findings that change, by their positions, when the lines of a scope are looked at together."""
    lines = [e for e in judge.equations if (f := findings.get(e.position)) is not None and f.verdict == "verified"]
    if not any(note.code == "layout" for e in lines for note in findings[e.position].notes):
        return {}  # all of them hold in the usual layout, or in any
    if SEVERAL.search(lines[0].document.text):
        return {}
    judges = {e.position: _read_as(judge, e, findings[e.position]) for e in lines}
    held = {e.position: _layouts(judges[e.position], e) for e in lines}
    by_matrices = {e.position for e in lines if held[e.position] and _is_matrix(judges[e.position], e)}
    changed = {}
    for of, part in PARTS.items():
        told = {position: one for position, found in held.items() if (one := _only({part(x) for x in found}))}
        how_many = Counter(told.values())
        for position, layout in told.items():
            other = next((x for x in how_many if x != layout), "")
            turned = of == "gradients" and layout == TURNED and position in by_matrices
            if turned and not how_many[other] and how_many[layout] == 1 and not _is_known(judge, position):
                changed[position] = _lone(findings[position])
            elif how_many[other] >= (1 if turned else MANY) * how_many[layout]:
                changed[position] = _alone(findings[position], of, layout, other)
    return changed


def _read_as(judge: Judge, e: Equation, found: Finding) -> Judge:
    """The judge that found a line to hold: of any matrix, and of the line by itself where it was read so."""
    of_any = of_any_matrix(judge, e)
    return (apart(of_any, e) if NOTE in found.notes else None) or of_any


def _is_matrix(judge: Judge, e: Equation) -> bool:
    """Whether the sides of a line are matrices."""
    return all(x.kind == "matrix" for x in judge.usual(e).typed.get(e.position, ())[1:])


def _is_known(judge: Judge, position: int) -> bool:
    """Whether a line is about a matrix of known shape, declared or computed, so that its layout shows; or about one
    under a Greek capital: by custom a covariance, which is its own transpose."""
    world = judge.world
    sides = (side for e in judge.equations if e.position == position for side in (e.lhs, e.rhs))
    for base in (base for side in sides for base in names_in(world, side)):
        computed = world.defined(base) and not world.family(base).differentiated
        if computed or world.family(base).declared_rank is not None or look(base) == "greek upper":
            return True
    return False


def _only(layouts: set[str]) -> str | None:
    """The one layout in which a line holds; None where it holds in both."""
    return next(iter(layouts)) if len(layouts) == 1 else None


def _layouts(judge: Judge, e: Equation) -> frozenset[Layout]:
    """The layouts in which a line holds as it stands: a row is no column."""
    usual = judge.usual(e)
    if f"@{e.position}" not in usual.universe.laid_out and e.position not in usual.failed:
        return frozenset()
    found = set()
    for layout in LAYOUTS:
        judge.deadline()
        variant = judge.variant(layout, usual.choices, usual.universe.config)
        sides = variant.typed.get(e.position)
        if e.position in variant.failed or sides is None or {x.kind for x in sides[1:]} == {"row", "column"}:
            continue
        try:
            if isinstance(judge.outcome(e, variant), Same):
                found.add(layout)
        except (Untyped, ExprError, RecursionError):
            continue
    return frozenset(found)


def _alone(found: Finding, of: str, layout: str, other: str) -> Finding:
    """What is said of a line that is not laid out as most lines are."""
    message = (
        f"right in {layout} layout for {of}, and other lines are in {other} layout: a transpose is missing, or one "
        "too many"
    )
    return replace(found, verdict="unsupported", code="layout", message=message, evidence=None)


def _lone(found: Finding) -> Finding:
    """What is said of the only line in a layout that few use: nothing says that it is the one of the document."""
    message = f"right in {TURNED} layout for gradients only, which no other line is in: a transpose may be missing"
    return replace(found, verdict="unsupported", code="layout", message=message, evidence=None)
