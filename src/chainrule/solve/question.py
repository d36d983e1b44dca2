"""A question, and a formula of a paragraph."""

from __future__ import annotations

from dataclasses import dataclass, field

from chainrule.read.tree import Node, Span

LOSS = r"\loss"
"""Asks for the value of what the sheet minimises, whatever its name."""
FORWARD, PREDICTION = r"\forward", r"\prediction"
"""Ask for the values of all that the sheet defines, and of what its loss compares with the target."""
OPTIMUM = "optimum"
"""A minimum or a maximum, whichever the place is."""


def fits(kind: str, found: frozenset[str]) -> bool:
    """Whether a place that is found to be of some kinds, with other numbers, can be of the kind that is asked for."""
    return bool(found & {"minimum", "maximum"}) if kind == OPTIMUM else kind in found


@dataclass(frozen=True)
class Root:
    """Where a derivative is zero: the kind of the place, "minimum" or "maximum", `OPTIMUM`, or "" for any, the names
    that are written in the question, the one among them, if any, that is the name of the place, and the unknowns that
    are asked for after this one; `over` are all unknowns. Of some the `value` there is asked for, or which `nature` it
    has."""

    kind: str = ""
    said: tuple[str, ...] = ()
    name: str = ""
    beside: tuple[str, ...] = ()
    value: bool = False
    nature: bool = False
    over: tuple[str, ...] = ()


@dataclass(frozen=True)
class Constraint:
    """An equation that holds where an extremum is sought: both sides, in TeX, where it stands, and whether the right
    one can be taken away without brackets."""

    left: str
    right: str
    span: Span
    simple: bool


@dataclass(frozen=True)
class Extremum:
    """An extremum under constraints: "minimum", "maximum" or "", the name of what is to be extremal and what it
    is, the unknowns and the multipliers that the sentence names, in TeX, and its words."""

    kind: str
    name: str
    of: str
    over: tuple[str, ...]
    constraints: tuple[Constraint, ...]
    multipliers: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Start:
    """Where updates begin: names without their marks, "" for a mere tuple, with their values, in TeX; the rate, if the
    sentence says it, the sign before it, the words, the formulas, and the goal of Newton's method, a kind and a
    function, if the sentence says nothing else of it."""

    at: tuple[tuple[str, str], ...]
    rate: str = ""
    sign: str = "-"
    words: str = field(default="", compare=False)
    told: str = field(default="", compare=False)
    goal: tuple[str, str] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Summand:
    r"""A term of a Taylor polynomial in TeX: the derivative, its value at the point, the powers of `x - a`, and the
    number that the term is divided by."""

    slope: str
    value: str
    moved: str
    below: int


@dataclass(frozen=True)
class Expansion:
    """A Taylor polynomial, a tangent "line" or a "plane": its order, the function, the point, and its terms."""

    kind: str
    order: int
    name: str
    point: str
    summands: tuple[Summand, ...] = ()


@dataclass(frozen=True)
class Question:
    """What is asked: the value of a formula in TeX, or so many updates (`updates`); where it stands, the end of its
    paragraph, the blank to be filled where there is one, the name that the sheet gives to what is asked, the case it is
    asked for (`k \\neq y`), what it is to be shown to equal, whether the blank is only a part of the right side, and
    whether it is a `cell` of a table. With a `root` the derivative is not asked for, but where it is zero. `words` are
    those of a question that is about nothing of these; updates begin at the `start`, if it is named, by a `method`, if
    it is named, and after `since` others, if they are `further` ones. At the `points`, `x = 1` or `(1, 2)`, the value
    is asked for too. What is `supposed`, `\\lambda = 0`, holds for the answer. With a `rule`, the sign and the rate of
    it, the update by the derivative is asked for; with an `extremum` the place under its constraints. What was
    `written` is the answer if the checker confirms it; an `expansion` is put together of the values of its terms. A
    `general` question is not answered in numbers."""

    tex: str
    span: Span
    end: int
    blank: Span | None = None
    updates: int = 0
    named: str = ""
    case: str = ""
    shown: str = ""
    partial: bool = False
    words: str = ""
    root: Root | None = None
    cell: bool = False
    points: tuple[str, ...] = ()
    start: Start | None = None
    supposed: tuple[str, ...] = ()
    rule: str = ""
    extremum: Extremum | None = None
    final: str = ""
    method: str = ""
    further: bool = False
    since: int = 0
    written: str = ""
    expansion: Expansion | None = None
    general: bool = False


@dataclass(frozen=True)
class Formula:
    """A formula of a paragraph: what it is and where."""

    node: Node
    span: Span
    tex: str

    def part(self, node: Node) -> str:
        """A part of it as it is written."""
        return self.tex[node.span.start - self.span.start : node.span.end - self.span.start].strip()
