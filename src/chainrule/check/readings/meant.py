"""What else a line may mean, tried: the line in another writing or in another world, and whether it is true there.

A refuted line that may be read otherwise is only spared where it is true when it is read so. What is unclear of a line
that is wrong either way does not matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chainrule.check.conditions import given
from chainrule.check.records.budget import Budget
from chainrule.expr import ExprError
from chainrule.read.tree import Node
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.sites import Imposed, Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.rebuilding import rebuilt

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


# What is true under a condition that is unsaid, or if a gradient is a row.
TRUE_IF = frozenset({("assumed", "condition"), ("unsupported", "layout")})


@dataclass(frozen=True)
class Meant:
    """Another meaning of a line: how it is said, the line as it is then, and the judge of the world it stands in. One
    that cannot be `tried`, as the document contradicts itself, spares the line."""

    text: str
    line: Equation
    judge: Judge
    outright: bool = False
    """Whether it must be true as it stands, and not under a condition that is unsaid as well."""
    tried: bool = True
    supposing: tuple[Imposed, ...] = ()
    """What is taken to hold besides, as lines before it say that are not settled."""

    def holds(self, before: Judge) -> bool:
        """Whether the line is true so, where the conditions hold that are in force for the judge of it `before`, or
        would be under one that is unsaid. No repair is looked for, and nothing is learnt from it."""
        if not self.tried:
            return True
        world = self.judge.world
        apart = replace(world, sites=dict(world.sites), roles=dict(world.roles), taken=dict(world.taken), derived={})
        trial = replace(self.judge, world=apart, budget=Budget(0), variants={})
        trial.conditions = given.over(trial, before.conditions)
        for condition in self.supposing:
            trial.conditions.hold(condition)
        trial.deadline()
        try:
            found = trial.claim(self.line)
        except (Untyped, ExprError, RecursionError):
            return False
        unsaid = (found.verdict, found.code) in TRUE_IF
        return found.verdict == "verified" or (unsaid and not self.outright)


def written(judge: Judge, e: Equation, choose: Callable[[Node], Node | None], text: str) -> Meant | None:
    """A line with some of its nodes written in another way; None where there are none."""
    line = replace(e, lhs=rebuilt(e.lhs, choose), rhs=rebuilt(e.rhs, choose))
    return None if line.lhs is e.lhs and line.rhs is e.rhs else Meant(text, line, judge.with_line(line))


def written_throughout(judge: Judge, e: Equation, choose: Callable[[Node], Node | None], text: str) -> Meant:
    """A line with some of its nodes written in another way, in the definitions that it rests on as well."""
    line = replace(e, lhs=rebuilt(e.lhs, choose), rhs=rebuilt(e.rhs, choose))
    return Meant(text, line, within(judge, rewritten(judge.world, choose)).with_line(line))


def within(judge: Judge, world: World) -> Judge:
    """The judge of the same lines in another world."""
    return replace(judge, world=world, variants={})


def rewritten(world: World, choose: Callable[[Node], Node | None]) -> World:
    """The world with some nodes of its definitions written in another way."""

    def other(site: Site) -> Site:
        body = rebuilt(site.body, choose)
        return site if body is site.body else replace(site, body=body)

    sites, functions = (
        {base: [other(s) for s in found] for base, found in table.items()} for table in (world.sites, world.functions)
    )
    return replace(world, sites=sites, functions=functions, derived={}, bodies={})
