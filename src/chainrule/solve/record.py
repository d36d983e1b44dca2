"""A solution sheet: its text, and what became of every question."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answered:
    """A question: what was asked, its line in the sheet, and why there is no answer ("" where there is one)."""

    asked: str
    line: int
    why_not: str = ""


@dataclass
class Solution:
    """The text of the solution sheet, of the kind of the sheet, and its questions."""

    path: str
    text: str
    questions: list[Answered] = field(default_factory=list)

    @property
    def open(self) -> list[Answered]:
        """The questions without an answer."""
        return [q for q in self.questions if q.why_not]
