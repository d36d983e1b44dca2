r"""Derivatives at an estimate: `\frac{d^2 \ell(\hat m)}{dm^2}` is the derivative of \ell by m, at the estimate."""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Fenced, Node, Product
from chainrule.sheet.arguments import arguments
from chainrule.sheet.frame import Frame
from chainrule.sheet.names import node_key, reference
from chainrule.sheet.solution_marks import core


def point_of_estimate(frame: Frame, body: Node, variables: list[Node]) -> tuple[Node, Node] | None:
    """The function at its variable, and the estimate of that at which the derivative is meant; None where no function
    stands at one."""
    world = frame.world
    if not isinstance(body, Product) or len(body.factors) != 2 or body.factors[1].op:
        return None
    name, called = body.factors
    if not isinstance(fence := called.node, Fenced):
        return None
    if len({node_key(v) for v in variables}) != 1 or len(args := arguments(fence)) != 1:
        return None
    by, at, of = (reference(x, world.glossary) for x in (variables[0], args[0], name.node))
    if by is None or at is None or of is None or not by.bare or at.base == by.base or core(at.base) != by.base:
        return None
    site = world.function(of.base, frame.position)
    if at.base in world.aliases or site is None or len(site.params or ()) != 1:
        return None
    if (param := reference((site.params or ())[0], world.glossary)) is None or param.base != by.base:
        return None
    general = replace(called, node=replace(fence, body=variables[0]))
    return replace(body, factors=(name, general)), args[0]
