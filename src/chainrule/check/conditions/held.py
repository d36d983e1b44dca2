"""Conditions in force, and what they say of a line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from chainrule.check.conditions.solve import Residual
from chainrule.check.records.report import Counterexample
from chainrule.expr import Expr, Index, add, const, mul
from chainrule.sheet.records.sites import Imposed
from chainrule.sheet.records.statements import Equation


@dataclass(frozen=True)
class Held:
    """A condition in force and the term that vanishes by it."""

    residual: Residual
    imposed: Imposed

    @property
    def unknowns(self) -> frozenset[str]:
        """The base names it is solved for."""
        return self.imposed.unknowns

    @property
    def section(self) -> int:
        """Where it was imposed."""
        return self.imposed.section

    @property
    def equation(self) -> Equation:
        return self.imposed.equation

    @property
    def supposed(self) -> str:
        """Whether it is only supposed, and how surely."""
        return self.imposed.supposed

    def but(self, **changes: Any) -> Held:
        """The same condition, in force elsewhere or more surely."""
        return replace(self, imposed=replace(self.imposed, **changes))


@dataclass(frozen=True)
class Follows:
    """The line holds wherever the conditions do."""

    points: int
    sizes: dict[str, int]
    origins: tuple[Equation, ...]


@dataclass(frozen=True)
class Contradicts:
    """The line holds nowhere that the conditions do; numbers that show it."""

    counterexample: Counterexample
    sizes: dict[str, int]
    origins: tuple[Equation, ...]


@dataclass(frozen=True)
class Unsolved:
    """The unknowns tried do not solve the conditions, or only with one of them zero."""


@dataclass(frozen=True)
class Another:
    """The line gives one of several solutions: surely, where the conditions have no other names and Newton's method
    comes to it from some `points`; else perhaps."""

    points: int = 0


@dataclass(frozen=True)
class Open:
    """The line differs where the conditions hold (`there`), but something is left free that could make it hold too:
    one of the unknowns, unless the conditions have determined them; or it gives `another` of several solutions."""

    there: Contradicts | None
    determined: bool = False
    another: Another | None = None


Judged = Follows | Contradicts | Open


@dataclass(frozen=True)
class Sides:
    """Both sides of a line as terms over the same indices."""

    left: Expr
    right: Expr
    axes: tuple[Index, ...]

    @property
    def difference(self) -> Residual:
        return Residual(add(self.left, mul(const(-1), self.right)), self.axes)
