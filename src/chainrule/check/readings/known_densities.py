r"""Formulas for what a density has a formula for already: by its name, `\log \mathcal{N}(x; m, v) = ...`, or by the law
that a line before tells, `p(k) = ...` behind `k \sim \mathrm{Poisson}(\lambda)`.

The name stands for what is written all the same. Another density of a variable may have another formula than its law,
an approximation or a posterior: only what is right is judged of these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.readings.up_to_a_constant import holds_but_for_a_constant
from chainrule.check.records.finding import Finding
from chainrule.check.records.report import Note
from chainrule.read.tree import Infix, Node, Product
from chainrule.sheet.definitions.by_inverse import applied, unwrapped
from chainrule.sheet.records.definable import call_form
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import DEFAULT_ROLES, NORMAL
from chainrule.sheet.statistics.distributions import density_of
from chainrule.sheet.syntax.arguments import pattern, stem
from chainrule.sheet.syntax.names import Ref, node_key, reference
from chainrule.sheet.syntax.normal_laws import is_density

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def known_density(judge: Judge, e: Equation) -> Finding | None:
    """The verdict on the formula for a function of a known density, where it is right; what a document says of the
    density itself, or says otherwise, is its own definition."""
    named = any(DEFAULT_ROLES.get(r.base) == NORMAL for r in references(e.lhs, judge.world))
    if not named or call_form(e.lhs, judge.world) is not None:
        return _by_its_law(judge, e)
    found = judge.claim_without(e)
    return found if found.verdict == "verified" else None


def _by_its_law(judge: Judge, e: Equation) -> Finding | None:
    r"""The verdict on a formula for a density, or its logarithm, of what a line before draws from a law."""
    if e.link or e.op != "=":
        return None
    inner = unwrapped(e.lhs)
    if inner is not None and inner[1:] != ("exp", False):
        return None
    call = e.lhs if inner is None else inner[0]
    form = call_form(call, judge.world)
    if form is None or not is_density(form[0].base) or not isinstance(call, Product):
        return None
    laws = list(_laws(judge, e, form[0], call))
    if not laws:
        return None
    x, density = laws[0]
    line = replace(e, lhs=density if inner is None else applied("log", density, False))
    found = judge.with_line(line).claim(line)
    if found.verdict == "verified":
        judge.said[e.position] = line
        note = Note("likelihood", f"by the law on line {x.line}")
        return replace(found, notes=(*found.notes, note))
    slip = found.verdict == "refuted" and found.suggestion is not None and len(laws) == 1
    others = {b for b in judge.world.functions if is_density(b)} - {form[0].base}
    if not slip or others or x.scope.section != e.scope.section or form[0].base not in ("p", "P"):
        return None
    judge.said[e.position] = line
    return None if holds_but_for_a_constant(judge, line) else found


def _laws(judge: Judge, e: Equation, name: Ref, call: Product) -> Iterator[tuple[Equation, Product]]:
    """The laws before a line of what a density is of, or of the density itself, the last first, with the density."""
    world = judge.world
    now = pattern(call.factors[1].node, world.glossary)
    form = call_form(call, world)
    if form is None or len(now.variables) != 1 or now.variables[0] is None:
        return
    variable, given = form[1][0], {stem(x) for x in now.given if x is not None}
    for x in reversed([x for x in judge.equations if x.op == "∼" and x.position < e.position]):
        drawn, under = (x.lhs.left, x.lhs.right) if isinstance(x.lhs, Infix) and x.lhs.op == "|" else (x.lhs, None)
        ref = reference(drawn, world.glossary)
        behind = {r.base for r in references(under, world)} if under is not None else set()
        parameters = {r.base for r in references(x.rhs, world)}
        itself = ref is not None and ref.key == name.key
        same = ref is not None and stem(now.variables[0]).lower() == ref.base.lower() and _alike(judge, drawn, variable)
        told = itself or (same and behind <= given <= behind | parameters)
        density = density_of(world, variable, x.rhs) if told else None
        if density is not None:
            yield x, density


def _alike(judge: Judge, drawn: Node, variable: Node) -> bool:
    """Whether two samples have the same index."""
    one, other = (reference(n, judge.world.glossary) for n in (drawn, variable))
    return one is not None and other is not None and node_key(one.subs) == node_key(other.subs)
