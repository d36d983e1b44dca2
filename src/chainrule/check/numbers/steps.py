r"""Steps of a rule that are printed one by one: `x_2 = 0.95` where the sheet says `x_{n+1} = x_n - \eta f'(x_n)`.

Such a line gives x_2 the number that is used from there on, so it is a definition. All the same it can be judged: by
the rule and the right steps printed before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.check.comparison.digits import printed_table
from chainrule.check.comparison.lines import Lines
from chainrule.read.tree import Name, Number, Sum
from chainrule.sheet.definitions.put_in import is_arithmetic
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import Ref, reference


def by_the_rule(lines: Lines, e: Equation) -> Lines | None:
    """The line alone in the world in which its name follows from the rule; None where no rule covers it."""
    world, ref = lines.world, reference(e.lhs, lines.world.glossary)
    if ref is None or e.link or not (printed_table(e.rhs) or is_arithmetic(world, e.rhs)):
        return None
    sites = world.sites.get(ref.base, [])
    rules = [s for s in sites if s.ref.primes == ref.primes and _covers(world, s, ref)]
    before = (_number(world, ref) or 0) - 1  # of many steps at once nobody says that they all went the same way
    if not rules or not any(s.position < e.position and _number(world, s.ref) == before for s in sites):
        return None
    others = [s for s in sites if not is_numeric(s.body) or (s.position < e.position and _holds(lines, s, e))]
    others = [s for s in others if s.position != e.position]
    apart = replace(world, sites={**world.sites, ref.base: others}, derived={}, bodies={}, first_steps={})
    return Lines(apart, [e], lines.options, lines.deadline, ledger=lines.ledger)


def _holds(lines: Lines, site: Site, e: Equation) -> bool:
    """Whether a number may be relied on: it was found right, or it is what another part of the exercise starts from."""
    start = not _number(lines.world, site.ref) and site.section[0] != e.scope.part
    return site.position in lines.holding or start


def _covers(world: World, site: Site, ref: Ref) -> bool:
    """Whether a site is a rule from one step to the next, `x_{n+1} = ...`, and the name a later step of it."""
    number = _number(world, ref)
    steps = [label for label in _labels(world, site.ref) if isinstance(label, Sum)]
    return bool(number) and len(steps) == 1 and isinstance(steps[0].terms[0].node, Name)


def _labels(world: World, ref: Ref) -> Iterator[object]:
    family = world.family(ref.base)
    yield from (s for n, s in enumerate(ref.subs) if family.slot(n) == "label")
    yield from ref.labels


def _number(world: World, ref: Ref) -> int | None:
    """The one number that a name is labelled with."""
    labels = list(_labels(world, ref))
    only = labels[0] if len(labels) == 1 else None
    return int(only.text) if isinstance(only, Number) and only.text.isdigit() else None
