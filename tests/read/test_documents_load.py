"""Files, notebooks, front matter; what is refused and with which words."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.read.document import Document, Heading, Math
from chainrule.read.load import LIMIT, InputError, from_text, load, sheets_in


def formulas(document: Document) -> list[str]:
    return [document.source(piece.span) for piece in document.pieces if isinstance(piece, Math)]


def refused(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        load(path)
    assert str(path) in caught.value.message
    return caught.value


def test_suffix_decides(tmp_path: Path) -> None:
    for name, text in (
        ("a.md", "50% $x$"),
        ("a.tex", "% $y$\n$x$"),
        ("a.txt", "$x$"),
        ("a.Rmd", "$x$"),
        ("a.rst", "$x$"),
    ):
        (tmp_path / name).write_text(text)
        assert formulas(load(tmp_path / name)) == ["x"]
        assert load(str(tmp_path / name)).path == str(tmp_path / name)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    assert refused(tmp_path / "no.md").code == "missing-file"
    assert refused(tmp_path).code == "is-a-folder"
    assert refused(tmp_path / "a\0b").code == "missing-file"


def test_binary_and_other_encodings(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"\x89PNG\0\0")
    assert refused(path).code == "binary-file"
    path.write_bytes(bytes(range(128, 256)) * 10)
    assert refused(path).code == "binary-file"
    path.write_bytes("für $x$".encode("utf-16"))
    assert refused(path).code == "not-utf8"
    path.write_bytes("one\nfür $x$ and more".encode("latin-1"))
    error = refused(path)
    assert error.code == "not-utf8"
    assert "byte 5" in error.message
    assert "line 2" in error.message
    assert "UTF-8" in error.message


def test_size_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"a" * (LIMIT + 1))
    assert refused(path).code == "too-large"
    path.write_bytes(b"a" * 1000)
    assert load(path).pieces


def test_empty_document_is_a_problem_not_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    for text in ("", " \n\n", "<!-- nothing -->"):
        path.write_text(text)
        document = load(path)
        assert document.pieces == ()
        assert [problem.code for problem in document.problems] == ["empty-document"]
    path.write_text("word")
    assert load(path).problems == ()


def test_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"\xef\xbb\xbf# One\r\n\r\n$x$\r\n")
    document = load(path)
    [math] = [piece for piece in document.pieces if isinstance(piece, Math)]
    assert document.position(math.span.start) == (3, 2)
    assert isinstance(document.pieces[0], Heading)


def notebook(*cells: tuple[str, str]) -> str:
    code = {"outputs": [], "execution_count": None}
    rows = [
        {"cell_type": kind, "metadata": {}, "source": source, **(code if kind == "code" else {})}
        for kind, source in cells
    ]
    return json.dumps({"cells": rows, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def test_notebook_keeps_its_markdown_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(notebook(("markdown", "Let $a$\n\n$$ b = c"), ("code", "x = '$no$'"), ("markdown", "# 1.1\n$d$")))
    document = load(path)
    assert document.text == "Let $a$\n\n$$ b = c\n\n# 1.1\n$d$"
    assert formulas(document) == ["a", "b = c", "d"]
    assert [document.position(problem.span.start) for problem in document.problems] == [(3, 1)]


@pytest.mark.parametrize(
    "text", ["", "no json", "[]", "{}", '{"cells": 3}', "[" * 100_000, '{"nbformat": 4, "cells": [1]}']
)
def test_invalid_notebook(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(text)
    assert refused(path).code == "invalid-notebook"


def test_kind_is_guessed() -> None:
    assert formulas(from_text("\\section{A}\n50\\% % $x$\n$y$")) == ["y"]
    assert formulas(from_text("50% $x$")) == ["x"]
    assert formulas(from_text("y = 2 x")) == ["y = 2 x"]
    with pytest.raises(ValueError, match="kind must be"):
        from_text("x", kind="html")


def test_front_matter_is_toml() -> None:
    document = from_text("+++\n[sizes]\nn = 3\n+++\n$x$")
    assert document.front_matter == {"sizes": {"n": 3}}
    assert formulas(document) == ["x"]
    [math] = [piece for piece in document.pieces if isinstance(piece, Math)]
    assert document.position(math.span.start) == (5, 2)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("+++\na = 1\nb =\n+++\n$x$", 3, "line 3"),
        ("+++\na = 1\n\n$x$", 1, "never closed"),
        (f"+++\na = {'[' * 100_000}\n+++\n$x$", None, "front matter"),
        (f"+++\na = {'1' * 10_000}\n+++\n$x$", None, "front matter"),
        ("---\ntitle: a\nchainrule: b\n---\n$x$", 3, "TOML between +++"),
    ],
)
def test_invalid_front_matter_is_said_and_the_rest_is_read(text: str, line: int | None, words: str) -> None:
    document = from_text(text)
    [problem] = document.problems
    assert problem.code == "invalid-front-matter"
    assert words in problem.message
    assert document.front_matter == {}
    assert formulas(document) == ["x"]
    assert line is None or document.position(problem.span.start)[0] == line


def test_yaml_is_skipped_and_a_rule_is_not() -> None:
    blog = from_text("---\ntitle: $5\ntags: [a]\n---\n$x$")
    assert formulas(blog) == ["x"]
    assert blog.problems == ()
    assert formulas(from_text("---\n\nSome text with $x$\n\n---\n\n$y$")) == ["x", "y"]


def test_sheets_of_a_folder(tmp_path: Path) -> None:
    for name in ("b.md", "a.tex", ".hidden.md", "c.py", "sub/d.ipynb", ".git/e.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [path.relative_to(tmp_path).as_posix() for path in sheets_in(tmp_path)] == ["a.tex", "b.md", "sub/d.ipynb"]
    with pytest.raises(InputError):
        sheets_in(tmp_path / "none")


SNIPPETS = [
    *("$", "$$", "\\(", "\\)", "\\[", "\\]", "\\begin{align}", "\\end{align}", "\\begin{cases}", "\\end{cases}"),
    *("{", "}", "\\", "`", "```", "```math\n", "<!--", "-->", "<a ", "](", "|", "|-|-|\n", "> ", "- ", "1. ", "# "),
    *("\n", "\n\n", " ", "    ", "(a)", "1.1", "Exercise 2", "**", "_", "x", "= 1", "some words in a row", "%", "&"),
    *(
        "\\text{",
        "\\newcommand{\\a}{",
        "\\def\\b#1{",
        "\\item",
        "\\section{",
        "\\verb|",
        "---\n",
        "+++\n",
        "5",
        "===\n",
    ),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SNIPPETS), max_size=30).map("".join), st.sampled_from(["markdown", "latex", "plain"]))
def test_any_text_is_read_in_order(text: str, kind: str) -> None:
    document = from_text(text, kind=kind)
    spans = [piece.span for piece in document.pieces if not isinstance(piece, Heading)]
    assert all(0 <= span.start <= span.end <= len(document.text) for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    assert all(document.source(piece.span).strip() for piece in document.pieces if isinstance(piece, Math))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "a.md"
    path.write_bytes(content)
    try:
        load(path)
    except InputError as error:
        assert error.code in {"binary-file", "not-utf8"}


@pytest.mark.parametrize("kind", ["markdown", "latex"])
def test_deep_braces_are_no_matter(kind: str) -> None:
    deep = "{" * 5_000 + "x" + "}" * 5_000
    assert formulas(from_text(f"${deep}$ and $y$", kind=kind)) == [deep, "y"]
