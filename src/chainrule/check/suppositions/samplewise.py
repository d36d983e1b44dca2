r"""A loss with several entries whose gradient is that of their sum: `\partial L / \partial w = X^T (Xw - y)` for
`L = \frac12 (Xw - y)^2`, and `L = -(y \log p + (1 - y) \log(1 - p))` where guessed shapes make a vector of p.

What is minimised is one number. A line that the sum of the entries makes true is `assumed`, whether or not its shapes
fit as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import differentiated
from chainrule.check.records.report import Note
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.spelling import names_loss, spelled_out


def samplewise(lines: Lines, e: Equation, variant: Variant, _different: Different | None = None) -> Finding | None:
    """A line that holds if the loss that is differentiated in it is summed over its entries."""
    for base in dict.fromkeys(_losses(lines.world, e)):
        if base in lines.world.pooled or not _has_entries(lines, base, variant):
            continue
        world = replace(lines.world, pooled=lines.world.pooled | {base}, derived={})
        if replace(lines, world=world, variants={}).agree(e):
            name = spelled_out(base)
            return assumed("condition", f"holds if {name} is summed over its entries, which the document does not say")
    return None


def of_the_sum(world: World, e: Equation) -> list[Note]:
    """What is said of a line about a loss that is read as the sum of its entries, though no word says so."""
    losses = sorted(world.added_up.intersection(_losses(world, e)))
    return [Note("data-sum", f"{spelled_out(b)} is read as the sum of its entries") for b in losses]


def _losses(world: World, e: Equation) -> Iterator[str]:
    for node in (n for side in (e.lhs, e.rhs) for n in walk(side)):
        yield from (b for b in differentiated(world, node) if names_loss(b))


def _has_entries(lines: Lines, base: str, variant: Variant) -> bool:
    """Whether what a line says a loss is has axes, as it is read."""
    glossary = lines.world.glossary
    for x in lines.equations:
        ref = None if x.link or x.position not in variant.typed else reference(x.lhs, glossary)
        if ref is not None and ref.base == base and variant.typed[x.position][1].dims:
            return True
    return False
