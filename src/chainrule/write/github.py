"""GitHub workflow annotations: `::error file=..,line=..::message`, at most ten of each level, the rest in one line.

A step shows ten annotations per level and drops the others without a word; so when there are more, the tenth says
how many were left out and where.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.check.records.report import DocumentReport, Report, Statement
from chainrule.write.places import relative
from chainrule.write.sentences import total

CAP = 10
LISTED = 20
LEVELS = {"refuted": "error", "unsupported": "notice", "assumed": "notice"}


def to_github(report: Report) -> str:
    """The report as workflow commands, one to a line, and a last line in words."""
    lines = [command for level in ("error", "warning", "notice") for command in _capped(level, report)]
    return "\n".join([*lines, total(report.documents)]) + "\n"


def _capped(level: str, report: Report) -> list[str]:
    found = [*_problems(level, report), *_statements(level, report)]
    if len(found) <= CAP:
        return [command for command, _ in found]
    rest = [place for _, place in found[CAP - 1 :]]
    places = ", ".join(rest[:LISTED]) + (", ..." if len(rest) > LISTED else "")
    summary = _command(level, {"title": "chainrule"}, f"and {len(rest)} more: {places}")
    return [*(command for command, _ in found[: CAP - 1]), summary]


def _statements(level: str, report: Report) -> Iterator[tuple[str, str]]:
    for document in report.documents:
        for s in document.statements:
            if LEVELS.get(s.verdict) == level:
                yield _command(level, _where(document.path, s), _message(s)), f"{relative(document.path)}:{s.line}"


def _problems(level: str, report: Report) -> Iterator[tuple[str, str]]:
    for document in report.documents:
        for problem in document.problems if level == _level_of_problems(document) else ():
            place = {"file": relative(document.path), "title": problem.code}
            yield _command(level, place, problem.message or problem.code), relative(document.path)


def _level_of_problems(document: DocumentReport) -> str:
    """A document that was not read at all has no text."""
    return "warning" if document.text else "error"


def _where(path: str, s: Statement) -> dict[str, str]:
    place = {"file": relative(path), "line": str(s.line), "endLine": str(s.end_line)}
    if s.line == s.end_line:  # columns of several lines are not accepted
        place |= {"col": str(s.column), "endColumn": str(s.end_column)}
    return place | {"title": f"{s.verdict} [{s.code}]"}


def _message(s: Statement) -> str:
    parts = [s.tex, s.message, f"Try: {s.suggestion.tex}" if s.suggestion else ""]
    return "\n".join(part for part in parts if part)


def _command(level: str, properties: dict[str, str], message: str) -> str:
    listed = ",".join(f"{key}={_escaped(value, _PROPERTY)}" for key, value in properties.items())
    return f"::{level} {listed}::{_escaped(message, _MESSAGE)}"


_MESSAGE = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_PROPERTY = (*_MESSAGE, (":", "%3A"), (",", "%2C"))


def _escaped(text: str, table: tuple[tuple[str, str], ...]) -> str:
    for char, code in table:
        text = text.replace(char, code)
    return text
