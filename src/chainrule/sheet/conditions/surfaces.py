r"""Surfaces: "the hyperplane $w^T x + b = 0$" says which points lie on it, and sets nothing to zero of the data x_i."""

from __future__ import annotations

import re

from chainrule.sheet.conditions.imposed import differentiates
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import reference

SURFACE = re.compile(
    r"\b(?:(?:hyper-?)?(?:planes?|surfaces?)|boundar(?:y|ies)|(?:straight|separating|dividing)\s+lines?|separators?"
    r"|hyperplans?|hyperebenen?|hiperplanos?|iperpian[oi]|fronti[eè]res?|fronteras?|\w*grenze|гиперплоскост\w*)\b"
    r"|超平面|平面|边界|邊界|直线|直線|分界|境界|초평면|경계",
    re.IGNORECASE,
)
REACH_BEFORE, REACH_AFTER = 100, 50
_SENTENCE_END = re.compile(r"[.;。；](?=\s|\Z)|\n\s*\n")


def note_surfaces(world: World, equations: list[Equation]) -> None:
    """Declare the equations that describe surfaces, in names that elsewhere have the index of a sample."""
    for e in equations:
        formula = e.source == "formula" and not e.link and e.op == "=" and is_numeric(e.rhs)
        if not formula or reference(e.lhs, world.glossary) is not None or differentiates(e.lhs):
            continue
        if _of_any_point(world, e) and SURFACE.search(_words_around(e)):
            world.declaring[e.position] = "says which points lie on a surface"
            world.of_any_sample.add(e.position)


def _of_any_point(world: World, e: Equation) -> bool:
    """Whether a name stands in an equation without the index that it has elsewhere."""
    bare = [r.base for r in references(e.lhs, world) if not r.subs and not r.labels]
    return any(max(world.family(base).sub_counts, default=0) > 0 or world.family(base).slots for base in bare)


def _words_around(e: Equation) -> str:
    """The sentence around an equation, as far as it is near."""
    text = e.document.text
    before = _SENTENCE_END.split(text[max(0, e.span.start - REACH_BEFORE) : e.span.start])[-1]
    after = _SENTENCE_END.split(text[e.span.end : e.span.end + REACH_AFTER])[0]
    return f"{before} {after}"
