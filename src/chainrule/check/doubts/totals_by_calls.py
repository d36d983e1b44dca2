r"""Totals and their terms under one letter, told apart by arguments: `\nabla J = \sum_j \nabla J(v, w_{t+j})`.

What nobody defines is one thing wherever its letter stands; where one side calls it with an index that a sum runs over,
and the other side has it without that index, the line says that the one is the sum of the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import Need
from chainrule.read.tree import Big, Fenced, Node, Product
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.bound_letters import letters_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.spelling import spelled_out


def total_of_calls(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """A line that makes a total of calls of a name without a definition."""
    world = lines.world
    for side, other in ((e.lhs, e.rhs), (e.rhs, e.lhs)):
        running = {x for n in walk(side) if isinstance(n, Big) and n.sub is not None for x in letters_of(n.sub)}
        terms = {base for base, inside in _calls(world, side) if inside & running}
        plain = {r.base for r in references(other, world)} - {
            b for b, inside in _calls(world, other) if inside & running
        }
        for base in sorted(terms & plain):
            if world.family(base).differentiated and not world.defined(base) and not is_function_word(base):
                text = f"{spelled_out(base)} is never defined; the line may be what says of which terms it is the sum"
                return assumed("undefined-symbol", text, needs=(Need("definition", Instance(base)),))
    return None


def _calls(world: World, side: Node) -> Iterator[tuple[str, set[str]]]:
    """Each name that is applied to something, with the letters in what it is applied to."""
    for node in (n for n in walk(side) if isinstance(n, Product)):
        for name, after in pairwise(node.factors):
            ref = reference(name.node, world.glossary)
            if ref is not None and isinstance(after.node, Fenced) and not after.op:
                yield ref.base, letters_of(after.node)
