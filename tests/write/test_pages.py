"""HTML and Markdown: complete, typeset, and closed to what a document may smuggle in."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from chainrule.check.records.report import Note, Report
from chainrule.write.html import to_html
from chainrule.write.markdown import to_markdown
from chainrule.write.tex import display

VOID = {"br", "hr", "img", "input", "meta", "link"}


class Tags(HTMLParser):
    """All tags in order; fails on one that is closed without having been opened."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_closed_and_self_contained(report: Report) -> None:
    page = to_html(report)
    tags = Tags(page)
    assert tags.open == []
    assert not {"script", "link", "img", "iframe"} & set(tags.seen)
    assert "http" not in page


def test_html_shows_everything(report: Report) -> None:
    page = to_html(report)
    assert r"\(dL/dW = x \delta^T\)" in page
    assert '<span class="pill refuted">refuted</span>' in page
    assert "12 points, m=2, n=3" in page
    assert "try: " in page
    assert page.count("<tr class=") == len(report.statements)
    assert r"<code>f(x) = \foo x</code>" in page  # not typeset: it was not read


def test_html_escapes(report: Report) -> None:
    evil = "<script>alert(1)</script>\"'"
    bad = replace(
        report.statements[1], tex=evil, message=evil, code=evil, notes=(Note(evil, evil),), assumptions=(evil,)
    )
    page = to_html(Report((replace(report.documents[0], statements=(bad,), path=evil, conventions=(evil,)),)))
    assert "script" not in Tags(page).seen


@pytest.mark.parametrize("tex", [r"\href{javascript:alert(1)}{x} = 1", r"\style{x}{y} = 1", r"\htmlData{a=b}{x} = 1"])
def test_tex_that_makes_links_is_not_typeset(report: Report, tex: str) -> None:
    bad = Report((replace(report.documents[0], statements=(replace(report.statements[2], tex=tex),)),))
    assert rf"\({tex}" not in to_html(bad)
    assert f"${tex}" not in to_markdown(bad)


def test_wrong_entries_are_marked(report: Report) -> None:
    page = to_html(report)
    assert '<span class="differs">0.593369992</span>' in page
    assert '<span class="differs">0.25</span>' not in page  # entry (1,1) agrees


def test_markdown(report: Report) -> None:
    lines = to_markdown(report).splitlines()
    assert lines[0].startswith("**notes/a sheet.md**: 6 statements:")
    assert lines[3] == (
        "- line 4, **refuted** `transposed`: $dL/dW = x \\delta^T$ The left side is 2 x 3, the right side is 3 x 2."
        " Try $\\delta x^T$ (the gradient has the shape of W)."
    )
    assert r"`f(x) = \foo x`" in lines[5]


def test_markdown_escapes(report: Report) -> None:
    bad = replace(report.statements[1], message="<b> [x](http://y) $ | `", suggestion=None)
    page = to_markdown(Report((replace(report.documents[0], statements=(bad,)),)))
    assert r"\<b\> \[x\](http://y) \$ \| \`" in page


def test_alignment_marks_get_their_environment() -> None:
    assert display("a &= b \\\\\n &= c") == r"\begin{aligned}a &= b \\ &= c\end{aligned}"
    assert display(r"a \& b") == r"a \& b"
