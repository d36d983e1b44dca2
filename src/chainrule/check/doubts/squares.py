r"""The square of a vector: `x_i^2 w` where `x_i x_i^T w` is meant, as one writes for numbers.

Read entry by entry such a line may be wrong and still be what its author means by it. Where reading every square of a
vector as an outer or inner product makes it true, it is `assumed` and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.read.tree import Factor, Name, Node, Number, Product, Script
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import reference
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.spelling import look

MEANT = (("x x^T", lambda x, t: (x, t)), ("x^T x", lambda x, t: (t, x)))


def squares_of_vectors(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A line that holds when the squares of vectors in it are products of matrix algebra."""
    for words, order in MEANT:
        meant = replace(e, lhs=_spelled(lines, e.lhs, order), rhs=_spelled(lines, e.rhs, order))
        if meant.lhs is e.lhs and meant.rhs is e.rhs:
            return None
        if lines.holds_as(meant, variant):
            return assumed("condition", f"holds if the square of a vector x stands for {words}, which is not said")
    return None


def _spelled(lines: Lines, node: Node, order: Callable[[Node, Node], tuple[Node, Node]]) -> Node:
    """A formula with the squares of bold names, or of names that are vectors, as products."""

    def choose(part: Node) -> Node | None:
        if not isinstance(part, Script) or not isinstance(part.sup, Number) or part.sup.text != "2":
            return None
        ref = reference(part, lines.world.glossary)
        reading = None if ref is None else lines.world.readings.get(ref.base)
        if ref is None or reading is None or not (reading.axes > len(ref.subs) or look(ref.base) == "bold lower"):
            return None
        plain = replace(part, sup=None) if part.sub is not None or part.primes else part.base
        turned = replace(part, sup=Name(part.span, "T"))
        one, two = order(plain, turned)
        return Product(part.span, (Factor("", one), Factor("", two)))

    return rebuilt(node, choose)
