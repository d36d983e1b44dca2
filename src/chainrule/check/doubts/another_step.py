"""`Q^t(z)` where only Q(z) has a formula: the function of a step may be another one, with parameters of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.read.tree import Fenced, Node, Product, Script
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref, reference, walk


def of_another_step(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """A function with a label on it is no claim of the one without."""
    for ref, node in (x for side in (e.lhs, e.rhs) for x in _called(lines.world, side) if x[0].labels):
        site = lines.world.function(ref.base, e.position)
        if site is not None and not site.ref.labels and site.position != e.position:
            text = f"{e.text(node)} may be another function than the one without a label, which alone has a formula"
            return assumed("undefined-symbol", text)
    return None


def _called(world: World, side: Node) -> Iterator[tuple[Ref, Node]]:
    """The names that a side applies to something in parentheses."""
    for node in walk(side):
        for f, behind in pairwise(node.factors) if isinstance(node, Product) else ():
            fence = behind.node.base if isinstance(behind.node, Script) else behind.node
            ref = reference(f.node, world.glossary)
            if ref is not None and not behind.op and isinstance(fence, Fenced):
                yield ref, f.node
