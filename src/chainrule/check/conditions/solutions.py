r"""Solutions of slopes that no words set to zero: `w = (X^T X)^{-1} X^T y` right behind the gradient by w.

Such a line looks like a definition of w. It is a solution where it follows from the slopes before it being zero: no
formula is that by chance, but one that misses it may be a point of its own, unless a marked name is concluded and
misses it by a slip. It is one, too, where the slopes hold for a free w and not for the w that it gives: what they are
taken by has no meaning of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from chainrule.check.comparison.lines import Lines
from chainrule.check.conditions.given import of_its_own
from chainrule.check.conditions.held import Follows
from chainrule.check.conditions.imposed import Conditions
from chainrule.check.conditions.slips import slip
from chainrule.check.records.budget import Budget
from chainrule.read.tree import Node
from chainrule.sheet.conditions.imposed import differentiates, slopes_before
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.statistics.models import Otherwise
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import Ref, reference, walk
from chainrule.sheet.syntax.solution_marks import core
from chainrule.sheet.words.wording import CONCLUDED

MOST = 8


def with_solutions(lines: Lines, otherwise: Otherwise, read: Callable[[Otherwise], Lines]) -> Otherwise:
    """The equations that are no definitions, with the unsaid solutions among them; `read` reads the world anew."""
    otherwise = _named(lines, otherwise)
    slopes = [e for e in lines.equations if not e.link and differentiates(e.lhs)]
    given = list(_given(lines, slopes))[:MOST]
    if not given:
        return otherwise
    trial = read(replace(otherwise, solved=dict.fromkeys((e.position for e in given), "alone")))
    conditions = Conditions(trial)
    found: dict[int, str] = {}
    for e in given:
        before = slopes_before(lines.world, e, slopes)
        missed = (_concluded(lines, e) or _called_a_solution(lines, e, before)) and not of_its_own(e)
        if isinstance(conditions.judge(e), Follows) or (missed and slip(conditions, Budget(), e) is not None):
            found[e.position] = "alone"
        elif any(trial.agree(s) and not lines.agree(s) for s in before):
            found[e.position] = "perhaps"
    return replace(otherwise, solved={**otherwise.solved, **found}) if found else otherwise


def _concluded(lines: Lines, e: Equation) -> bool:
    """Whether a marked name stands right behind the lines before it, or behind a word that concludes."""
    ref = reference(e.lhs, lines.world.glossary)
    words = re.sub(r"⟦\d+⟧|\W", " ", f"{lines.world.told.get(e.position, '')} {e.cue}").strip()
    marked = ref is not None and core(ref.base) != ref.base
    return marked and (not words or CONCLUDED.search(words + ":") is not None)


def _called_a_solution(lines: Lines, e: Equation, slopes: list[Equation]) -> bool:
    """Whether words alone call a marked name the solution of one of the slopes before it."""
    ref = reference(e.lhs, lines.world.glossary)
    marked = ref is not None and core(ref.base) != ref.base
    return marked and any(s.source == "tried" and s.span == e.span for s in slopes)


def _named(lines: Lines, otherwise: Otherwise) -> Otherwise:
    r"""With the lines that give a marked name, `\\hat w = ...`, what conditions on the plain one make of that."""
    world = lines.world
    found: dict[int, str] = {}
    for e in lines.equations if any(not c.unknowns for c in world.imposed) else ():
        ref = reference(e.lhs, world.glossary)
        if ref is None or core(ref.base) == ref.base or ref.base in world.aliases or not _by_itself(lines, e):
            continue
        if e.position in world.solutions:
            continue
        before = [c for c in world.imposed if c.position < e.position]
        sides = [side for c in before for side in (c.equation.lhs, c.equation.rhs)]
        plain = [n for side in sides for n in walk(side) if _is_plain(n, replace(ref, base=core(ref.base)), world)]
        if plain and not is_numeric(e.rhs):
            conditions = Conditions(lines, waiting=[])
            for c in before:
                conditions.hold(c)
            if conditions.follows(replace(e, lhs=plain[0])):
                found[e.position] = "alone"
    return replace(otherwise, solved={**otherwise.solved, **found}) if found else otherwise


def _is_plain(node: Node, ref: Ref, world: World) -> bool:
    found = reference(node, world.glossary)
    return found is not None and found.key == ref.key


def _given(lines: Lines, slopes: list[Equation]) -> Iterator[Equation]:
    """The formulas, without the name itself, for a name that slopes before are taken by and nothing before them
    defines."""
    world = lines.world
    for e in lines.equations:
        ref = reference(e.lhs, world.glossary)
        if ref is None or not _by_itself(lines, e) or is_numeric(e.rhs):
            continue
        keys = {replace(ref, base=base).key for base in (ref.base, core(ref.base))}
        before = slopes_before(world, e, slopes)
        if e.position in world.solutions and not _behind_another_slope(world, e, ref, before):
            continue
        earlier = [s for base in (ref.base, core(ref.base)) for s in world.sites.get(base, ()) if s.ref.key in keys]
        itself = any(r.key in keys for r in references(e.rhs, world))
        if before and not itself and not any(s.position < before[0].position for s in earlier):
            yield e


def _behind_another_slope(world: World, e: Equation, ref: Ref, slopes: list[Equation]) -> bool:
    """Whether a slope by a name stands in the section of a line, where what is said of it before is of another."""
    own = [s.position for s in slopes if s.scope.section == e.scope.section]
    before = [c for c in world.imposed if c.position < e.position]
    said = [c for c in before if core(ref.base) in c.unknowns]
    free = all(c.unknowns for c in before if c.section == e.scope.section)  # no constraint stands there
    return bool(own and said) and free and all(c.section != e.scope.section and c.position < own[0] for c in said)


def _by_itself(lines: Lines, e: Equation) -> bool:
    """Whether an equation begins a chain and is no part of what the document already says of conditions."""
    declared = e.position in lines.world.declaring
    return e.own and not e.link and e.op == "=" and e.source == "formula" and not declared
