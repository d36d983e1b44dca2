"""The record of a check: what every view (terminal, JSON, SARIF, annotations, notebook) is drawn from.

The JSON of `Report.record()` is the contract `chainrule.check/1`; keys that do not apply are absent.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["definition", "verified", "refuted", "assumed", "unsupported"]
Kind = Literal["definition", "claim", "numeric", "range"]
Method = Literal["proved", "sampled", "digits"]

VERDICTS: tuple[Verdict, ...] = ("verified", "refuted", "assumed", "definition", "unsupported")


@dataclass(frozen=True)
class Evidence:
    """What a verified or refuted verdict rests on: `points` sample points over the listed `sizes` of the dimensions."""

    method: Method
    points: int | None = None
    sizes: dict[str, int] = field(default_factory=dict)
    seed: int | None = None
    precision: str | None = None


@dataclass(frozen=True)
class Counterexample:
    """Numbers at which the two sides differ: numbers or nested lists. `where` names the entry: "entry (2,3)"."""

    values: dict[str, Any]
    lhs: Any
    rhs: Any
    where: str | None = None


@dataclass(frozen=True)
class Suggestion:
    """The smallest edit found that makes the relation true: the repaired side in TeX and the edit in words."""

    tex: str
    edit: str
    explains: str


@dataclass(frozen=True)
class Note:
    """What is true but worth saying."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Missing:
    r"""Something the document never says of `name` (TeX): a definition, function, dependence, number, shape, condition.

    `detail` is the role, the domain, or TeX of what it depends on; `shape` is what its uses suggest, to be put behind
    the name (`\in \mathbb{R}^d`, `is a matrix`), "" when they do not tell; `lines` are the lines that want it, 1-based.
    """

    name: str
    kind: str
    detail: str = ""
    shape: str = ""
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Statement:
    """One relation of a document and what was found of it. Lines and columns are 1-based, `end_column` is exclusive."""

    id: str
    line: int
    column: int
    end_line: int
    end_column: int
    tex: str
    lhs: str
    op: str
    rhs: str
    kind: Kind
    verdict: Verdict
    code: str
    message: str
    evidence: Evidence | None = None
    counterexample: Counterexample | None = None
    suggestion: Suggestion | None = None
    assumptions: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    def record(self) -> dict[str, Any]:
        """This statement as JSON-ready data."""
        data: dict[str, Any] = _present(self)
        return data


@dataclass(frozen=True)
class DocumentReport:
    """All statements of one document, the lines of its text (for carets), the conventions inferred from it,
    and what it leaves unsaid (for the context file; no part of the JSON record)."""

    path: str
    statements: tuple[Statement, ...]
    problems: tuple[Note, ...] = ()
    conventions: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    seconds: float = 0.0
    text: str = field(default="", repr=False)

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many statements have each verdict."""
        seen = Counter(s.verdict for s in self.statements)
        return {v: seen[v] for v in VERDICTS}

    def record(self) -> dict[str, Any]:
        """This document as JSON-ready data."""
        data: dict[str, Any] = {
            "path": self.path,
            "counts": dict(self.counts),
            "statements": [s.record() for s in self.statements],
        }
        if self.problems:
            data["problems"] = [_present(p) for p in self.problems]
        if self.conventions:
            data["conventions"] = list(self.conventions)
        return data


@dataclass(frozen=True)
class Report:
    """The documents that were checked, in the order given."""

    documents: tuple[DocumentReport, ...]

    SCHEMA = "chainrule.check/1"

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All statements of all documents."""
        return tuple(s for d in self.documents for s in d.statements)

    @property
    def refuted(self) -> tuple[Statement, ...]:
        """The statements that are wrong."""
        return tuple(s for s in self.statements if s.verdict == "refuted")

    @property
    def exit_status(self) -> int:
        """0 when nothing is refuted, 1 when something is."""
        return 1 if self.refuted else 0

    def record(self) -> dict[str, Any]:
        """The whole report as JSON-ready data, schema `chainrule.check/1`."""
        return {"schema": self.SCHEMA, "documents": [d.record() for d in self.documents]}


def _present(value: Any) -> Any:
    """Dataclasses to dictionaries, leaving out what does not apply (None and empty containers)."""
    if hasattr(value, "__dataclass_fields__"):
        pairs = ((name, getattr(value, name)) for name in value.__dataclass_fields__)
        return {name: _present(item) for name, item in pairs if item is not None and item != () and item != {}}
    if isinstance(value, dict):
        return {k: _present(v) for k, v in value.items()}
    if isinstance(value, (tuple, list)):
        return [_present(v) for v in value]
    return value
