"""Carets stand under what they mean, whatever the characters."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.check.records.report import Statement
from chainrule.write.source import Marked, cells, clip, excerpt, plain, shown


def at(statement: Statement, line: int, column: int, end_line: int, end_column: int) -> Statement:
    return replace(statement, line=line, column=column, end_line=end_line, end_column=end_column)


def marked_text(row: Marked) -> str:
    """The characters of a row that stand above its carets."""
    out, used = "", 0
    for char in row.text:
        if row.indent <= used < row.indent + row.marks:
            out += char
        used += cells(char)
    return out


@pytest.mark.parametrize(
    ("before", "inside"),
    [
        ("ab ", "x = y"),
        ("数学 ", "x = y"),
        ("e\u0301 ", "x = y"),
        ("\t", "x = y"),
        ("𝟙 ", "梯度 = 1"),
        ("\x07", "x = y"),
    ],
)
def test_carets_count_cells(refuted: Statement, before: str, inside: str) -> None:
    s = at(refuted, 1, len(before) + 1, 1, len(before) + len(inside) + 1)
    (row,) = excerpt(before + inside + " rest", s, 80)
    assert marked_text(row) == inside
    assert row.indent == sum(cells(shown(c)) for c in before)


def test_wide_and_combining_characters() -> None:
    assert [cells(c) for c in ("x", "数", "e\u0301", "\u0301")] == [1, 2, 1, 0]


def test_statement_of_several_lines(refuted: Statement) -> None:
    text = "so $a\n   = b\n  + c$ end"
    rows = excerpt(text, at(refuted, 1, 5, 3, 6), 80)
    assert [marked_text(row) for row in rows] == ["a", "= b", "+ c"]
    assert [row.number for row in rows] == [1, 2, 3]


def test_many_lines_are_shortened(refuted: Statement) -> None:
    rows = excerpt("\n".join("abcdefghi"), at(refuted, 1, 1, 9, 2), 80)
    assert [row.text for row in rows] == ["a", "b", "c", "⋮", "i"]


def test_long_line_is_cut_around_the_statement(refuted: Statement) -> None:
    line = "word " * 50 + "x = y" + " word" * 50
    (row,) = excerpt(line, at(refuted, 1, 251, 1, 256), 60)
    assert marked_text(row) == "x = y"
    assert row.text.startswith("…")
    assert row.text.endswith("…")
    assert cells(row.text) <= 60


def test_place_outside_the_text_is_not_an_error(refuted: Statement) -> None:
    assert excerpt("", at(refuted, 3, 1, 4, 2), 80) == []
    assert excerpt("ab", at(refuted, 1, 9, 1, 12), 80)[0].marks == 0


printable = st.text(st.characters(exclude_characters="\n"), max_size=60)


@given(printable, printable, printable, st.integers(10, 90))
def test_any_line_fits_and_is_printable(before: str, inside: str, after: str, width: int) -> None:
    s = Statement("s", 1, len(before) + 1, 1, len(before + inside) + 1, "", "", "", "", "claim", "refuted", "sign", "")
    (row,) = excerpt(before + inside + after, s, width)
    assert cells(row.text) <= width
    assert row.indent + row.marks <= cells(row.text)
    assert row.text.isprintable()


@given(st.text(), st.integers(1, 30))
def test_clip(text: str, width: int) -> None:
    cut = clip(plain(text), width)
    assert cells(cut) <= width
    assert cut == plain(text) or cut.endswith("…")
