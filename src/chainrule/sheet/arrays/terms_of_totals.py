r"""Terms of a total that nobody defines: the L_t of `L = \sum_t L_t`.

What the total is differentiated by, a term depends on, each step on what is of that step; and all terms are of one
kind, so that what one of them is differentiated by at its step, every other one depends on at its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.read.tree import Node, Sum, Term
from chainrule.sheet.letters.totals import total_of
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import EACH, Ref, reference
from chainrule.sheet.syntax.spelling import names_loss

Numerators = dict[tuple[Instance, int], set[Instance]]


def undefined_terms(world: World) -> frozenset[str]:
    """The names of the terms without a definition, of totals that are customary for a loss."""
    if "terms" not in world.derived:
        found = (_term(world, base) for base in world.sites if names_loss(base))
        world.derived["terms"] = frozenset(term for term in found if term is not None)
    return world.derived["terms"]


def _term(world: World, base: str) -> str | None:
    sites = world.sites.get(base, ())
    total = total_of(sites[0].body) if len(sites) == 1 else None
    ref = None if total is None else reference(total.body, world.glossary)
    return ref.base if ref is not None and names_loss(ref.base) and not world.defined(ref.base) else None


def of_its_terms(universe: Universe, instance: Instance, below: Instance) -> Instance | None:
    """The term of a total that depends on what the total is differentiated by."""
    if not undefined_terms(universe.world) or len(below.labels) > 1 or instance.labels:
        return None
    term = _term(universe.world, instance.base)
    return None if term in (None, below.base) else Instance(str(term), below.labels or (universe.top,))


def alike(universe: Universe, numerators: Numerators) -> Numerators:
    """What each term depends on, with what the others depend on at their steps."""
    terms = undefined_terms(universe.world)
    found = {key: set(below) for key, below in numerators.items()}
    for (instance, epoch), below in numerators.items():
        if instance.base not in terms or len(instance.labels) != 1:
            continue
        typed: list[tuple[Instance, int]] = [key for key in universe.tensors if isinstance(key, tuple)]
        for other in (x for x, n in typed if x.base == instance.base and n == epoch):
            found.setdefault((other, epoch), set()).update(_moved(b, instance, other) for b in below)
    return found


def _moved(below: Instance, term: Instance, other: Instance) -> Instance:
    """The same quantity at the step of another term."""
    if below.labels != term.labels:
        return below
    return Instance(below.base, other.labels, below.primes, below.sampled, below.step)


def summands(world: World, equations: Iterable[Equation]) -> Iterable[tuple[Equation, Ref, Node]]:
    """The terms that only a chain says: `-\\sum_n f_n = \\sum_n E_n` makes E_n the summand on the left."""
    for e in equations:
        if e.op != "=" or not e.link:
            continue
        left, right = total_of(e.lhs), total_of(e.rhs)
        if left is None or right is None or left.over != right.over or left.before != right.before:
            continue
        ref = reference(right.body, world.glossary)
        if ref is None or not ref.base.endswith(EACH) or world.defined(ref.base):
            continue
        body = left.body
        if left.minus != right.minus:
            body = Sum(body.span, (Term("-", body),))
        yield e, ref, body
