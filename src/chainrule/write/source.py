"""Lines of a document as a terminal can show them, with marks under a statement.

Columns of a report count characters; columns of a terminal count cells: a combining accent takes none, a Chinese
character two, a tab is shown as spaces. Control and formatting characters of a document never reach the terminal.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from chainrule.check.records.report import Statement

TAB = "    "
MAX_LINES = 5


def shown(char: str) -> str:
    """One character as it may be printed: control characters become pictures of themselves."""
    if char == "\t":
        return TAB
    if ord(char) < 0x20:
        return chr(0x2400 + ord(char))
    if ord(char) == 0x7F:
        return "␡"
    category = unicodedata.category(char)
    if category == "Zs":
        return " "
    return "\ufffd" if category.startswith("C") or category in {"Zl", "Zp"} else char


def plain(text: str) -> str:
    """A text on one line, safe to print."""
    return "".join(shown(c) for c in " ".join(text.split()))


def cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(_cell(c) for c in text)


def _cell(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def clip(text: str, width: int) -> str:
    """The beginning of a text that fits into `width` cells, with an ellipsis where it was cut."""
    if cells(text) <= width:
        return text
    used, kept = 1, []
    for char in text:
        used += _cell(char)
        if used > width:
            break
        kept.append(char)
    return "".join(kept) + "…"


@dataclass(frozen=True, slots=True)
class Marked:
    """A source line ready to print, with `marks` carets under it after `indent` blanks. Number 0: lines left out."""

    number: int
    text: str
    indent: int
    marks: int


def excerpt(text: str, statement: Statement, width: int) -> list[Marked]:
    """The source lines of a statement with its place marked, each cut to `width` cells.

    >>> s = Statement("s1", 1, 5, 1, 10, "y = 1", "y", "=", "1", "claim", "refuted", "sign", "")
    >>> excerpt("let y = 1 now", s, 40)
    [Marked(number=1, text='let y = 1 now', indent=4, marks=5)]
    """
    lines = text.split("\n")
    numbers = [n for n in range(statement.line, statement.end_line + 1) if n <= len(lines)]
    rows = [_marked(lines[n - 1], n, *_columns(lines[n - 1], n, statement), width) for n in numbers]
    if len(rows) <= MAX_LINES:
        return rows
    return [*rows[: MAX_LINES - 2], Marked(0, "⋮", 0, 0), rows[-1]]


def _columns(line: str, number: int, statement: Statement) -> tuple[int, int]:
    """The half-open range of characters of a line that belong to the statement, without blanks around it."""
    start = statement.column - 1 if number == statement.line else 0
    end = statement.end_column - 1 if number == statement.end_line else len(line)
    start, end = min(start, len(line)), min(end, len(line))
    part = line[start:end]
    return start + len(part) - len(part.lstrip()), end - (len(part) - len(part.rstrip()))


def _marked(line: str, number: int, start: int, end: int, width: int) -> Marked:
    """Show the whole line if it fits, else a window that begins a little before the statement."""
    end = max(start, end)
    before, inside, after = (_safe(part) for part in (line[:start], line[start:end], line[end:].rstrip()))
    if cells(before) + cells(inside) + cells(after) > width:
        before = _tail(before, max(width - cells(inside) - 1, width // 4))
    text = clip(before + inside + after, width)
    marks = min(cells(inside), cells(text) - cells(before))
    return Marked(number, text, cells(before), max(marks, 0))


def _safe(text: str) -> str:
    return "".join(shown(c) for c in text)


def _tail(text: str, width: int) -> str:
    """The end of a text that fits into `width` cells, with an ellipsis where it was cut."""
    if cells(text) <= width:
        return text
    used, kept = 1, 0
    for char in reversed(text):
        if used + _cell(char) > width:
            break
        used, kept = used + _cell(char), kept + 1
    return "…" + (text[-kept:] if kept else "")
