"""The records of a document: its equations and sentences in reading order, each with its scope."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chainrule.read.document import Document
from chainrule.read.tree import Node, Number, Relation, Span
from chainrule.sheet.syntax.names import Glossary

DEFINING = frozenset({"=", ":=", "≡", "=:"})
# Those that give a meaning to what stands on their left.
DEFINING_LEFT = DEFINING - {"=:"}


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a statement stands: `number` of the exercise ("" before the first), `part` letter, count of sections and
    list items."""

    number: str = ""
    part: str = ""
    section: int = 0
    counted: bool = False

    def sees(self, other: Scope) -> bool:
        """Names of `other` hold here: same exercise, an enclosing one ("1" for "1.2"), or before all exercises; the
        counted sections of one text see each other."""
        if self.counted and other.counted:
            return True
        return other.number in ("", self.number) or self.number.startswith(other.number + ".")


@dataclass(frozen=True, slots=True)
class Equation:
    """One relation as written: its two sides, where it stands and what was said just before it."""

    position: int
    document: Document
    own: bool
    span: Span
    lhs: Node
    op: str
    rhs: Node
    scope: Scope
    chain: int
    link: int
    display: bool
    cue: str = ""
    conditions: tuple[Relation, ...] = ()
    source: str = "formula"
    spelled: tuple[str, str] | None = None
    sign: Span | None = None
    lead: str = ""
    """The paragraph right before a formula that has no words of its own before it."""
    beside: Relation | None = None
    """A value in parentheses behind a line, `\\quad (h_0 = 0)`: the line holds where it does."""

    @property
    def line(self) -> int:
        """The line of its document on which it begins."""
        return self.document.position(self.span.start)[0]

    @property
    def section(self) -> tuple[str, int]:
        """The part of an exercise and the section that it stands in."""
        return self.scope.part, self.scope.section

    def text(self, node: Node) -> str:
        """The source of one side, without what TeX needs for alignment at its ends."""
        if self.spelled is not None:
            return self.spelled[0] if node is self.lhs else self.spelled[1]
        return trimmed(self.document.source(node.span))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A paragraph of prose with its inline formulas as ⟦0⟧, ⟦1⟧, ...: what the prose tables match against."""

    text: str
    formulas: tuple[Node, ...]
    sources: tuple[str, ...]
    spans: tuple[Span, ...]
    scope: Scope
    position: int
    document: Document
    own: bool


@dataclass
class Sheet:
    """All equations, sentences and unread regions of a document and its context, in reading order."""

    equations: list[Equation] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    expressions: list[tuple[Scope, int, Node]] = field(default_factory=list)
    unread: list[Equation] = field(default_factory=list)
    glossary: Glossary = field(default_factory=Glossary)
    titles: list[str] = field(default_factory=list)
    stopped: int | None = None


def standing_at(equations: Iterable[Equation], position: int) -> Equation | None:
    """The equation at a position, if it is among these."""
    return next((x for x in equations if x.position == position), None)


def trimmed(text: str) -> str:
    """Source of a side without alignment marks, row ends and closing punctuation around it."""
    previous = None
    while text != previous:
        previous = text
        text = text.strip()
        text = re.sub(r"^(&|\\\\|\\,|\\;|\\ )+|(&|\\\\|[,;.]|\\,|\\;|\\ |\\quad|\\qquad)+$", "", text)
    return text


def with_zeros(text: str, formulas: Sequence[Node]) -> str:
    """The words of a paragraph with its zeros in their places: "equating this to ⟦0⟧" for `equating this to $0$`."""

    def shown(found: re.Match[str]) -> str:
        node = formulas[int(found.group(1))]
        return "0" if isinstance(node, Number) and node.text == "0" else found.group(0)

    return re.sub(r"⟦(\d+)⟧", shown, text)
