r"""Derivatives at an estimate: `\frac{d^2 \ell(\hat m)}{dm^2}` is the derivative of \ell by m, at the estimate."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chainrule.read.tree import Accent, Fenced, Name, Node, Product, Script
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.names import node_key, reference, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.solution_marks import core


def point_of_estimate(frame: Frame, body: Node, variables: list[Node]) -> tuple[Node, Node] | None:
    """What is differentiated with its variable in the place of an estimate of it, and this estimate; None where no
    function of the variable stands at one, or the variable stands there too."""
    by = reference(variables[0], frame.world.glossary)
    if by is None or not by.bare or len({node_key(v) for v in variables}) != 1:
        return None
    points = {node_key(a): a for a in _arguments(frame, body, by.base)}
    if len(points) != 1:
        return None
    ((key, point),) = points.items()
    general = rebuilt(body, lambda node: Name(node.span, "·") if node_key(node) == key else None)
    if any((r := reference(n, frame.world.glossary)) and r.base == by.base for n in walk(general) if _names(n)):
        return None
    return rebuilt(body, lambda node: variables[0] if node_key(node) == key else None), point


def _arguments(frame: Frame, body: Node, variable: str) -> Iterator[Node]:
    """The estimates of a variable at which functions of it stand."""
    world = frame.world
    for product in (n for n in walk(body) if isinstance(n, Product)):
        for name, called in pairwise(product.factors):
            of = reference(name.node, world.glossary)
            site = None if of is None else world.function(of.base, frame.position)
            if site is None or called.op or not isinstance(called.node, Fenced):
                continue
            for param, arg in zip(site.params or (), arguments(called.node), strict=False):
                p, a = reference(param, world.glossary), reference(arg, world.glossary)
                if p is None or a is None or p.base != variable or a.postfix or a.base in world.aliases:
                    continue
                if a.base != variable and core(a.base) == variable:
                    yield arg


def _names(node: Node) -> bool:
    return isinstance(node, (Name, Accent, Script))
