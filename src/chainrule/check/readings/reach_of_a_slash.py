r"""How far a slash reaches: `(x - \mu)^2 / 2 \sigma^2` may be meant as one fraction over all that stands behind it. A
row of `ambiguous.REASONS`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chainrule.check.readings.meant import Meant, written_throughout
from chainrule.read.tree import Factor, Fenced, Fraction, Node, Number, Product
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.derivative_signs import rest_of
from chainrule.sheet.syntax.names import walk

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def reach_of_a_slash(judge: Judge, e: Equation) -> Iterator[Meant]:
    """A number right behind a slash, with a factor right behind it, and more than a number before."""
    names = lines_of(judge.world, [e])[0].names
    tables = (judge.world.sites, judge.world.functions)
    bodies = [s.body for table in tables for base in names for s in table.get(base, ())]
    if any(_over_all(node) is not None for side in (e.lhs, e.rhs, *bodies) for node in walk(side)):
        yield written_throughout(judge, e, _over_all, "how far the slash reaches is not written")


def _over_all(node: Node) -> Node | None:
    """The product with all that stands behind its slash below it."""
    factors = node.factors if isinstance(node, Product) else ()
    at = next((n for n, f in enumerate(factors) if f.op == "/"), None)
    if not at or at + 1 >= len(factors) or any(f.op for f in factors[at + 1 :]):
        return None
    if not isinstance(factors[at].node, Number) or all(isinstance(f.node, Number) for f in factors[:at]):
        return None
    below = Product(node.span, (Factor("", factors[at].node), *factors[at + 1 :]))
    return Fraction(node.span, rest_of(factors[:at]), Fenced(node.span, "(", below, ")"))
