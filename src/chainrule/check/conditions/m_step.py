"""Lines of the M-step, in which the weights that the E-step computed are numbers.

Where a document speaks of the steps of the EM algorithm, the responsibilities, which a formula gives by densities and
which sum to one, are a table of numbers in the expected log-likelihood: it is differentiated, and set to zero, with
them held fixed, although the formula has the very parameters in it. A line that needs this is judged with them so, and
says it in a note; they still sum to one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Same, guard
from chainrule.check.conditions import given
from chainrule.check.conditions.imposed import Conditions
from chainrule.check.doubts.fixed import computed, without_formula
from chainrule.check.records.finding import Finding
from chainrule.check.records.report import Note
from chainrule.expr import const, total
from chainrule.read.tree import Name, Product
from chainrule.sheet.records.references import references
from chainrule.sheet.records.shapes import scalar
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.function_words import LOGARITHMS
from chainrule.sheet.syntax.names import Ref, reference, walk
from chainrule.sheet.syntax.spelling import spelled_out

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def in_m_step(judge: Judge, e: Equation, found: Finding) -> Finding:
    """The verdict on a line, or that which it has with the weights of the E-step held fixed where it holds so."""
    unchecked = found.verdict == "definition" and any(n.code == "condition" for n in found.notes)
    if not judge.world.in_steps or not (found.verdict in ("assumed", "unsupported", "refuted") or unchecked):
        return found
    weights = _weights_of_logarithms(judge.world)
    behind = (e, *(h.equation for h in judge.conditions.held))
    for base in dict.fromkeys(base for x in behind for base in computed(judge, x) if base in weights):
        trial = _held(judge, base)
        given.take_up(trial.conditions, judge.conditions)
        again = trial.claim(e)
        if again.verdict == "verified":
            judge.unsettled.add(e.position)  # a condition on this derivative is on it with them held fixed
            note = Note("held-fixed", f"{spelled_out(base)} is held fixed, as the E-step left it")
            return replace(again, notes=(*again.notes, note))
    return found


def _weights_of_logarithms(world: World) -> set[str]:
    """The names that stand as a factor before a logarithm, as the weights of an expected log-likelihood do."""
    found: set[str] = set()
    for node in (n for e in world.equations for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Product)):
        names = [{n.text for n in walk(f.node) if isinstance(n, Name)} for f in node.factors]
        logs = [n for n, texts in enumerate(names) if texts & LOGARITHMS]
        for f in node.factors[: logs[-1]] if logs else ():
            ref = reference(f.node, world.glossary)
            same = ref is not None and any(r.base == ref.base for n in logs for r in _behind(world, node, n))
            if ref is not None and not same:
                found.add(ref.base)
    return found


def _behind(world: World, node: Product, n: int) -> Iterator[Ref]:
    """The names from a factor on."""
    return (r for f in node.factors[n:] for r in references(f.node, world))


def _held(judge: Judge, base: str) -> Judge:
    """The judge of the world in which a computed quantity is a table of numbers; made once."""
    if base not in judge.held:
        world = _summing_to_one(judge, base, without_formula(judge.world, base))
        trial = replace(judge, world=world, variants={}, held={})
        trial.conditions = Conditions(trial, since=judge.conditions.since)
        judge.held[base] = trial
    return judge.held[base]


def _summing_to_one(judge: Judge, base: str, world: World) -> World:
    """The world with a table's entries known to sum to one where those of its formula do."""
    variant = judge.variant()
    definitions, instances = variant.universe.definitions, variant.universe.instances
    one = scalar(const(1))
    for symbol in (s for s, i in instances.items() if i.base == base and s in definitions and s.axes):
        found = definitions[symbol]
        for index, kind in ((found.indices[-1], "simplex"), (found.indices[0], "simplex down")):
            whole = scalar(total(index, found.body))
            if isinstance(guard(lambda whole=whole: variant.comparer.compare(whole, one)), Same):  # type: ignore[misc]
                family = replace(world.family(base), domain_kind=kind)
                return replace(world, families={**world.families, base: family}, derived={}, bodies={})
    return world
