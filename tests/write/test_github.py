"""Workflow commands of GitHub: escaping and the cap of ten per level."""

from __future__ import annotations

from dataclasses import replace

from chainrule.check.records.report import DocumentReport, Note, Report
from chainrule.write.github import to_github


def test_commands(report: Report) -> None:
    lines = to_github(report).splitlines()
    assert lines[0] == (
        "::error file=notes/a sheet.md,line=4,endLine=4,col=3,endColumn=21,title=refuted [transposed]::"
        "dL/dW = x \\delta^T%0AThe left side is 2 x 3, the right side is 3 x 2.%0ATry: \\delta x^T"
    )
    assert [line.split()[0] for line in lines[:-1]] == ["::error", "::error", "::notice", "::notice"]
    assert lines[-1].startswith("1 document, 6 statements:")


def test_escaping(report: Report) -> None:
    odd = replace(report.statements[1], message="50% of\r\nit, or: so")
    text = to_github(Report((replace(report.documents[0], path="a,b:c%.md", statements=(odd,)),)))
    assert "file=a%2Cb%3Ac%25.md," in text
    assert "50%25 of%0D%0Ait, or: so" in text


def test_text_of_a_document_never_begins_a_line(report: Report) -> None:
    evil = replace(report.statements[1], tex="x\n::set-output name=a::b", message="\n::error::no")
    text = to_github(Report((replace(report.documents[0], statements=(evil,)),)))
    assert [line[:9] for line in text.splitlines() if line.startswith("::")] == ["::error f"]


def test_beyond_ten_the_rest_is_summarised(report: Report) -> None:
    many = tuple(replace(report.statements[1], line=n, end_line=n) for n in range(1, 41))
    errors = [
        line
        for line in to_github(Report((replace(report.documents[0], statements=many),))).splitlines()
        if line.startswith("::error")
    ]
    assert len(errors) == 10
    assert "and 31 more: notes/a sheet.md:10, notes/a sheet.md:11" in errors[-1]
    exactly = Report((replace(report.documents[0], statements=many[:10]),))
    assert "more:" not in to_github(exactly)


def test_unreadable_file_is_an_error(document: DocumentReport) -> None:
    failed = DocumentReport("gone.md", (), (Note("missing-file", "there is no such file"),))
    warned = replace(document, problems=(Note("unclosed-math", "line 3"),), statements=())
    lines = to_github(Report((failed, warned))).splitlines()
    assert lines[0] == "::error file=gone.md,title=missing-file::there is no such file"
    assert lines[1].startswith("::warning file=notes/a sheet.md,title=unclosed-math::")
