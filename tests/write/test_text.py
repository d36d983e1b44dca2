"""What a person reads on a terminal."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from chainrule.check.records.report import Counterexample, DocumentReport, Note, Report, Statement, Suggestion
from chainrule.write.source import cells
from chainrule.write.text import Detail, console_for, write_text


def shown(report: Report, detail: Detail = "normal", width: int = 80) -> str:
    stream = io.StringIO()
    write_text(report, console_for(stream, width=width), detail)
    return stream.getvalue()


def test_refuted_line_is_shown_in_full(report: Report) -> None:
    lines = shown(report).splitlines()
    head = lines.index("notes/a sheet.md:4:3  refuted [transposed]")
    assert lines[head + 1] == "    4 | $$dL/dW = x \\delta^T$$"
    assert lines[head + 2] == "      |   ^^^^^^^^^^^^^^^^^^ The left side is 2 x 3, the right side is 3 x 2."
    assert "   numbers (the sides differ at entry (1,2)):" in lines
    assert "     x          = [1  -0.5  2]" in lines
    assert "     left side  = [0.25  -0.125  0.5]" in lines
    assert "                  [-1.5    0.75   -3]" in lines
    assert "   try: \\delta x^T (exchange the factors; the gradient has the shape of W)" in lines
    assert "   evidence: 12 points, m=2, n=3" in lines


def test_long_message_stands_below_the_carets(report: Report) -> None:
    long = replace(report.statements[1], message="one two three four five six seven " * 3)
    lines = shown(Report((replace(report.documents[0], statements=(long,)),))).splitlines()
    carets = lines.index("      |   ^^^^^^^^^^^^^^^^^^")
    assert lines[carets + 1].startswith("      = one two three")
    assert lines[carets + 2].startswith("        ")


def test_verified_lines_take_one_line_each(report: Report) -> None:
    (line,) = [line for line in shown(report).splitlines() if "dL/db" in line]
    assert line.split() == ["5", "verified", "dL/db", "=", "δ", "proved"]


def one(statement: Statement, document: DocumentReport, **more: object) -> Report:
    changed = replace(statement, **more)  # type: ignore[arg-type]
    return Report((replace(document, statements=(changed,)),))


def test_a_long_suggestion_begins_with_the_edit(refuted: Statement, document: DocumentReport) -> None:
    long = Suggestion(" + ".join(f"x_{{{i}}}" for i in range(60)), "+ for -", "the sign before x is wrong")
    lines = shown(one(refuted, document, suggestion=long)).splitlines()
    at = lines.index("   try: + for -; the sign before x is wrong")
    assert lines[at + 1].startswith("        x_{0} + x_{1}")
    assert [line for line in lines[at + 1 : at + 5] if line.endswith("…")]


def test_a_right_number_is_told_once(refuted: Statement, document: DocumentReport) -> None:
    digit = Suggestion("0.25", "0.25 for 0.35", "the value recomputed from the definitions, which stand far above")
    assert shown(one(refuted, document, suggestion=digit)).count("0.25 for 0.35") == 1
    assert "\n        0.25\n" not in shown(one(refuted, document, suggestion=digit))


def test_what_the_message_tells_is_not_told_again(refuted: Statement, document: DocumentReport) -> None:
    shapes = Counterexample({}, "a matrix of shape m×n", "a matrix of shape n×m")
    assert "numbers" not in shown(one(refuted, document, counterexample=shapes))
    assert "assuming" not in shown(one(refuted, document, assumptions=(refuted.message,)))
    assert "assuming: something else" in shown(one(refuted, document, assumptions=("something else",)))


def test_a_statement_that_was_cut_is_written_out(refuted: Statement, document: DocumentReport) -> None:
    long = r"\frac{a}{b} = " + " + ".join(f"x_{{{i}}}" for i in range(20))
    lines = ["", "", "", f"$${long}$$"]
    bad = replace(refuted, tex=long, column=3, end_column=3 + len(long))
    page = shown(Report((replace(document, statements=(bad,), text="\n".join(lines)),)))
    assert "      : a/b = x₀ + x₁ + x₂" in page
    assert "      : " not in shown(Report((replace(document, statements=(refuted,)),)))


def test_digits_are_added_until_the_sides_differ(report: Report) -> None:
    assert "left side  = 0.593269992" in shown(report)
    close = replace(report.statements[5].counterexample, lhs=0.5932699921, rhs=0.5932699923)
    twin = replace(report.statements[5], counterexample=close)
    page = shown(Report((replace(report.documents[0], statements=(twin,)),)))
    assert "0.5932699921" in page
    assert "0.5932699923" in page


@pytest.mark.parametrize(
    ("detail", "present", "absent"),
    [
        ("quiet", ["refuted [transposed]"], ["assumed [", "verified    ", "definition  "]),
        ("normal", ["refuted [transposed]", "assumed [undefined-symbol]", "verified    "], ["verified [proved]"]),
        ("verbose", ["verified [proved]", "definition [definition]"], []),
    ],
)
def test_detail(report: Report, detail: Detail, present: list[str], absent: list[str]) -> None:
    page = shown(report, detail)
    assert [p for p in present if p not in page] == []
    assert [a for a in absent if a in page] == []
    assert "6 statements: 1 verified, 2 refuted, 1 assumed, 1 definition, 1 unsupported" in page


def test_total_of_several_documents(document: DocumentReport) -> None:
    page = shown(Report((document, replace(document, path="b.md"))))
    assert "in all: 2 documents, 12 statements: 2 verified, 4 refuted" in page
    assert "in all" not in shown(Report((document,)))


@pytest.mark.parametrize("width", [40, 80, 120])
def test_nothing_is_wider_than_the_terminal(report: Report, width: int) -> None:
    long = replace(report.statements[1], message="a long sentence about it " * 8, assumptions=("word " * 40,))
    page = shown(Report((replace(report.documents[0], statements=(long, *report.statements[2:])),)), "verbose", width)
    heads = ("notes/a sheet.md:", "6 statements", "5 statements")  # a place and a count are never broken
    assert [line for line in page.splitlines() if cells(line) > width and not line.startswith(heads)] == []


def test_no_colour_unless_on_a_terminal(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in shown(report)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in shown(report)
    stream = io.StringIO()
    write_text(report, console_for(stream, no_color=True), "normal")
    assert "\x1b[31" not in stream.getvalue()
    assert "\x1b[1;31" not in stream.getvalue()


def test_control_characters_of_the_document_do_not_reach_the_terminal(refuted: Statement) -> None:
    evil = "\x1b]0;owned\x07 \x9b31m \u202e"
    bad = replace(
        refuted, tex=evil, message=evil, assumptions=(evil,), notes=(Note("x" + evil, evil),), line=1, column=1
    )
    document = DocumentReport(evil, (bad,), (Note("p", evil),), (evil,), text=evil + "\n" + evil)
    page = shown(Report((document,)), "verbose")
    assert [c for c in page if c in "\x1b\x07\x9b\u202e"] == []
    assert "␛]0;owned" in page


def test_document_without_statements() -> None:
    page = shown(Report((DocumentReport("a.md", (), (Note("empty-document", "there is no mathematics here"),)),)))
    assert "problem [empty-document]: there is no mathematics here" in page
    assert "no statements" in page
