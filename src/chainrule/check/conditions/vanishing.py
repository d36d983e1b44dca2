"""What a condition says vanishes, and both sides of a line, as terms.

What a condition says is taken from the derivative it sets to zero, where the document says what that is, else from the
line before that begins with the same derivative, else from the side that stands beside the zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.points import free_symbols, reach
from chainrule.check.conditions.held import Sides
from chainrule.check.conditions.solve import Residual
from chainrule.expr import Definitions, Expr, ExprError, Index, Symbol, Unknown
from chainrule.sheet.conditions.imposed import differentiates, variables_of
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.shapes import Untyped, Val
from chainrule.sheet.records.sites import Imposed
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_zero


@dataclass
class Vanishing:
    """The terms of the conditions and lines of a world."""

    lines: Lines

    @property
    def variant(self) -> Variant:
        return self.lines.variant()

    def _residual(self, condition: Imposed) -> Residual | None:
        head = None if condition.head is None else self._vanishing(condition.head)
        if head is not None and condition.head is not None:
            return self._worked_out(condition.head) or head
        before = None if condition.head is None or condition.said else self._told_before(condition.head)
        if before is not None:
            return before
        if condition.said:
            return None if condition.head is None else self._written(condition.head)
        sides = self.sides(condition.equation)
        return None if sides is None or not self._free(sides.difference.term) else sides.difference

    def _worked_out(self, head: Equation) -> Residual | None:
        """What a line that holds says of a derivative: the same numbers, with less to compute."""
        return self._written(head) if head.position in self.lines.holding else None

    def of_another_slope(self, condition: Imposed, residual: Residual) -> bool:
        r"""Whether what vanishes stands beside a slope that the document defines, and has other names in it:
        `\partial L / \partial b = -\sum_i a_i x_i = 0` for an L in which b stands beside y alone."""
        head = condition.head
        slope = None if head is None or head.position not in self.lines.unsettled else self._slope(head)
        return slope is not None and bool(self._free(residual.term) - self._free(slope.term))

    def _vanishing(self, head: Equation) -> Residual | None:
        """The derivative on the left of a line, when the document says what is differentiated; where the line itself
        only holds if something unsaid does, it is what the line says that is set to zero."""
        return None if head.position in self.lines.unsettled else self._slope(head)

    def _slope(self, head: Equation) -> Residual | None:
        if head.position not in self.variant.typed:
            return None
        val = self.variant.typed[head.position][1]
        try:
            term = self.variant.comparer.terms(val, list(axes := _axes(self.variant, val)))
        except (Untyped, ExprError, RecursionError, ValueError):
            return None
        if not self._free(term) or any(isinstance(t, Unknown) for t in reach([term], self._definitions)):
            return None
        return Residual(term, _over(axes, term))

    def _written(self, head: Equation) -> Residual | None:
        """What stands last beside a derivative: set to zero where the derivative itself says nothing."""
        beside = [x for x in self.lines.chain(head) if not differentiates(x.rhs) and not is_zero(x.rhs)]
        sides = self.sides(beside[-1]) if beside else None
        if sides is None or not self._free(sides.right):
            return None
        own = (i for i in sides.axes if i.name.startswith("·") or i in sides.right.free)  # not a letter beside it alone
        return Residual(sides.right, tuple(own))

    def _told_before(self, head: Equation) -> Residual | None:
        """What the line before that begins with the same derivative says of it: of a function that nobody defines,
        this is what is set to zero."""
        world = self.lines.world
        before = [x for x in self.lines.equations if x.position < head.position and not x.link]
        told = (self._written(x) for x in reversed(before) if _alike(world, x, head))
        return next((r for r in told if r is not None), None)

    @property
    def _definitions(self) -> Definitions:
        return self.variant.universe.definitions

    def _free(self, term: Expr) -> set[Symbol]:
        """The symbols a term can be solved for; none for what could not be given a meaning."""
        symbols = free_symbols([term], self._definitions)
        return set() if symbols & set(self.variant.settled.broken) else symbols

    def sides(self, e: Equation) -> Sides | None:
        """Both sides of a typed line as terms."""
        if e.position not in self.variant.typed or e.position in self.variant.failed:
            return None
        _, lhs, rhs = self.variant.typed[e.position]
        axes = _axes(self.variant, lhs if lhs.dims else rhs)
        try:
            left, right = (self.variant.comparer.terms(v, list(axes)) for v in (lhs, rhs))
        except (Untyped, ExprError, RecursionError, ValueError):
            return None
        return Sides(left, right, _over(axes, left, right))


def _alike(world: World, x: Equation, head: Equation) -> bool:
    """Whether two lines begin with the derivative of the same function by the same variable."""
    if x.document is not head.document or not differentiates(x.lhs):
        return False
    variables = set(variables_of(world, x.lhs))
    return variables == set(variables_of(world, head.lhs)) and variables | names_in(world, x.lhs) == (
        variables | names_in(world, head.lhs)
    )


def _axes(variant: Variant, val: Val) -> tuple[Index, ...]:
    dims = variant.universe.dims
    return tuple(Index(f"·e{n}", dims.dim(d)) for n, d in enumerate(val.dims))


def _over(axes: Iterable[Index], *terms: Expr) -> tuple[Index, ...]:
    """The axes of a side, then the free letters of its line."""
    free = {i for t in terms for i in t.free}
    return (*axes, *sorted(free - set(axes)))
