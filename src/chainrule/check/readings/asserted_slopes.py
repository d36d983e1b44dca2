r"""Lines that use a derivative which an earlier line only asserts: `\frac{\partial L}{\partial z} = p - y` for a loss
without a formula, and then `\frac{\partial L}{\partial W} = (p - y) x^T`.

The first line is assumed, as nothing bears it out. What follows from it is judged with the derivative in the place of
its formula, and rests on that line.

What a loss without a formula is made of is not known. Where anything else is computed from the variable of a line, as
by another head or at the next step, the loss may depend on that too, and nothing follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Same
from chainrule.check.records.finding import Finding
from chainrule.expr import ExprError
from chainrule.read.tree import Fenced, Fraction, Node, Product, Sum
from chainrule.sheet.derivatives.degrees import is_derivative
from chainrule.sheet.records.references import references
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.names import Ref, node_key, reference, shifted_letter, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.spelling import names_loss

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def by_what_is_asserted(judge: Judge, e: Equation, found: Finding) -> Finding:
    """The verdict on a line that lacks a formula, with the derivative which that formula is asserted to be."""
    if (found.verdict, found.code) != ("assumed", "undefined-symbol") or e.op not in DEFINING:
        return found
    for x in _asserted(judge, e):
        put_in = replace(e, rhs=_with(e.rhs, x.rhs, x.lhs))
        if put_in.rhs is e.rhs or node_key(put_in.rhs) == node_key(e.rhs) or node_key(e.lhs) == node_key(x.lhs):
            continue
        if not _by_this_alone(judge, e, x):
            continue
        trial = judge.alone(put_in, judge.world)
        variant = trial.usual(put_in)
        try:
            outcome = trial.outcome(put_in, variant)
            if isinstance(outcome, Same) and not variant.comparer.vanishes(variant.typed[e.position][1]):
                told = trial.verified(put_in, variant, outcome)
                line = x.line
                return replace(told, assumptions=(*told.assumptions, f"line {line} is taken as it stands"))
        except (Untyped, ExprError):
            continue
    return found


def _asserted(judge: Judge, e: Equation) -> Iterator[Equation]:
    """The lines before that were only assumed, and say what the derivative of a loss without a formula is: the first of
    each loss, as those after it may be at odds with it."""
    seen = set[str]()
    for x in judge.equations:
        if x.position >= e.position or x.position not in judge.unsettled or x.link or x.op not in DEFINING:
            continue
        loss = _loss(judge, x.lhs)
        if loss is not None and isinstance(x.rhs, Sum) and loss not in seen and not judge.world.defined(loss):
            seen.add(loss)
            yield x


def _by_this_alone(judge: Judge, e: Equation, asserted: Equation) -> bool:
    """Whether all that is computed from the variable of a line ends in that of the asserted derivative, and this is one
    quantity: not that of each step."""
    variable, through = _variable(judge, e.lhs), _variable(judge, asserted.lhs)
    if variable is None or through is None or _is_one_of_many(through):
        return False
    todo, seen = [variable], {variable.key}
    while todo:
        ref = todo.pop()
        if not _may_be(ref, through):
            computed = list(_computed_from(judge, ref))
            if not computed:
                return False
            todo += [x for x in computed if x.key not in seen]
            seen |= {x.key for x in computed}
    return True


def _computed_from(judge: Judge, ref: Ref) -> Iterator[Ref]:
    """The quantities in whose formulas a name stands, but for gradients."""
    for site in (s for sites in judge.world.sites.values() for s in sites):
        own = {r.base for p in site.params or () for r in references(p, judge.world)}
        names = references(site.body, judge.world)
        gradient = any(is_derivative(n) for n in walk(site.body))
        if not gradient and any(_may_be(ref, r) and r.base not in own for r in names):
            yield site.ref


def _may_be(one: Ref, other: Ref) -> bool:
    """Whether two names may be of one quantity: the same, or with a small letter that stands for any number."""
    if one.base != other.base:
        return False
    open_marks = not one.subs + one.labels or not other.subs + other.labels or any(map(_is_one_of_many, (one, other)))
    return open_marks or one.key[1:3] == other.key[1:3]


def _is_one_of_many(ref: Ref) -> bool:
    """Whether a small letter tells which one of several is meant."""
    marks = (shifted_letter(n) for mark in (*ref.subs, *ref.labels) for n in walk(mark))
    return any(letter is not None and letter.islower() for letter in marks)


def _variable(judge: Judge, side: Node) -> Ref | None:
    """What a derivative is by, the last one of those written step by step."""
    last = side.factors[-1].node if isinstance(side, Product) else side
    told = derivative_of(last) if isinstance(last, Fraction) else None
    return None if told is None else reference(told[1], judge.world.glossary)


def _loss(judge: Judge, side: Node) -> str | None:
    """The loss of a derivative, or of one that is written step by step."""
    factors = [f.node for f in side.factors] if isinstance(side, Product) else [side]
    steps = [derivative_of(f) if isinstance(f, Fraction) else None for f in factors]
    told = [s for s in steps if s is not None]
    if len(told) != len(steps) or any(node_key(a[1]) != node_key(b[0]) for a, b in pairwise(told)):
        return None
    loss = reference(told[0][0], judge.world.glossary)
    return loss.base if loss is not None and loss.bare and names_loss(loss.base) else None


def _with(side: Node, formula: Node, slope: Node) -> Node:
    """A side with a derivative in the place of the formula it is asserted to be."""
    key = node_key(formula)
    if node_key(side) == key:
        return slope
    if not any(isinstance(n, Fenced) and node_key(n.body) == key for n in walk(side)):
        return side
    return rebuilt(
        side, lambda n: replace(n, body=slope) if isinstance(n, Fenced) and node_key(n.body) == key else None
    )
