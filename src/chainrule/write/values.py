"""Numbers of a counterexample as small aligned tables: scalars, vectors and matrices, cut where they grow large."""

from __future__ import annotations

from typing import Any

MAX_ROWS = 6
MAX_COLUMNS = 8
DIGITS = 6
PRECISIONS = (DIGITS, 9, 12, 17)

Grid = list[list[str]]


def number(value: Any, digits: int = DIGITS) -> str:
    """One number with at most `digits` significant digits.

    >>> number(0.30000000000000004), number(3), number(-1234567.0)
    ('0.3', '3', '-1.23457e+06')
    """
    if isinstance(value, float):
        return format(value, f".{digits}g")
    return str(value)


def grid(value: Any, digits: int = DIGITS) -> Grid:
    """Rows of cells of a number, a vector (one row), a matrix, or the slices of a larger tensor below each other.

    >>> grid([[1.0, 0.5], [2.0, 0.25]])
    [['1', '0.5'], ['2', '0.25']]
    """
    return [_cut(row, "…", MAX_COLUMNS) for row in _cut_rows(_rows(value, digits))]


def _rows(value: Any, digits: int) -> Grid:
    if not isinstance(value, list):
        return [[number(value, digits)]]
    if any(isinstance(item, list) for item in value):
        return [row for item in value for row in _rows(item, digits)]
    return [[number(item, digits) for item in value]]


def _cut_rows(rows: Grid) -> Grid:
    return rows if len(rows) <= MAX_ROWS else [*rows[: MAX_ROWS - 1], ["⋮"]]


def _cut(row: list[str], sign: str, limit: int) -> list[str]:
    return row if len(row) <= limit else [*row[: limit - 1], sign]


def aligned(rows: Grid) -> list[str]:
    """A grid as lines of text with its columns right-aligned; one number stands without brackets.

    >>> aligned([["1", "0.5"], ["-2", "0.25"]])
    ['[ 1   0.5]', '[-2  0.25]']
    """
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0]
    count = max((len(row) for row in rows), default=0)
    full = [row + [""] * (count - len(row)) for row in rows]
    widths = [max(len(row[i]) for row in full) for i in range(count)]
    return ["[" + "  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) + "]" for row in full]


def apart(lhs: Any, rhs: Any, least: int = DIGITS) -> tuple[Grid, Grid]:
    """Both sides with `least` digits, or as many as it takes to see that they differ.

    >>> apart(0.593269992, 0.593269981)
    ([['0.593269992']], [['0.593269981']])
    """
    left, right = grid(lhs, least), grid(rhs, least)
    for digits in (p for p in PRECISIONS if p >= least):
        left, right = grid(lhs, digits), grid(rhs, digits)
        if left != right:
            break
    return left, right
