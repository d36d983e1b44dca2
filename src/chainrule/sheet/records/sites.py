"""What single equations are to a scope: definitions, conditions, second formulas, and what words call them."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from chainrule.read.tree import Node
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.arguments import Pattern
from chainrule.sheet.syntax.names import Ref


@dataclass(frozen=True, slots=True)
class Site:
    """An equation (or a prose fact) that gives a name its meaning; `read_off`: the equations that put a number in;
    `pattern`: the names among the parameters; `written`: the side of the equation that the body is made of, where it
    is not that side itself; `onward`: a value for an example, "for input $x = 2$", which says nothing of what stands
    before it."""

    base: str
    ref: Ref
    body: Node
    position: int
    params: tuple[Node, ...] | None = None
    assumed: str | None = None
    section: tuple[str, int] = ("", 0)
    own: bool = True
    read_off: tuple[int, ...] = ()
    pattern: Pattern | None = None
    written: Node | None = None
    onward: bool = False
    until: float = inf
    """The first position where it no longer holds."""

    def holds(self, position: int) -> bool:
        """Whether it stands before a position and is still in force there."""
        return self.position <= position < self.until


@dataclass(frozen=True, slots=True)
class Hidden:
    """A definition that could not be given a meaning: where it stands, why, and the names it mentions."""

    site: Site
    line: int
    why: Untyped
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Imposed:
    """A condition: the sides of an equation are set equal, or the derivative that heads it to zero; in force after a
    position, to be solved for some base names. What is only `supposed` ("alone" where it can mean one thing alone)
    makes lines follow, and says nothing against them but that a slip keeps them from following."""

    position: int
    equation: Equation
    head: Equation | None
    unknowns: frozenset[str]
    section: int
    said: bool = False
    supposed: str = ""


@dataclass(frozen=True, slots=True)
class Seconds:
    """Second formulas for a name, by their positions. Those that say in other words what the first one says define
    nothing (`idle`) or are in force too (`equal`); others define the name `anew`."""

    idle: frozenset[int] = frozenset()
    equal: frozenset[int] = frozenset()
    anew: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Called:
    """What words call a formula, a "gradient", "jacobian" or "hessian": the derivative of something by something, where
    they say so; `nouns` are the words for what is differentiated."""

    what: str
    of: Node | None
    by: Node | None
    nouns: tuple[str, ...]
