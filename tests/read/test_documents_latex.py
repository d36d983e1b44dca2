"""Formulas, comments, sections and macros of LaTeX."""

from __future__ import annotations

import pytest

from chainrule.read.document import Break, Document, Heading, Macro, Math, Words
from chainrule.read.latex import without_comments
from chainrule.read.load import from_text


def document(text: str) -> Document:
    return from_text(text, kind="latex")


def formulas(text: str) -> list[str]:
    found = document(text)
    return [found.source(piece.span) for piece in found.pieces if isinstance(piece, Math)]


def words(text: str) -> list[str]:
    return [piece.text for piece in document(text).pieces if isinstance(piece, Words)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a $x$ b \\(y\\) c \\[z\\] d $$w$$", ["x", "y", "z", "w"]),
        ("$x$\\\\\n$ = y$\\\\", ["x", "= y"]),
        ("\\begin{equation}\\label{a} x = 1 \\end{equation}", ["\\label{a} x = 1"]),
        ("\\begin{subequations}\\begin{align} a \\end{align}\\end{subequations}", ["a"]),
        ("\\begin{align}[t] a \\begin{aligned} b \\end{aligned} \\end{align}", ["a \\begin{aligned} b \\end{aligned}"]),
        ("$$ \\mbox{if $x$} $$ $y$", ["\\mbox{if $x$}", "y"]),
        ("costs \\$5 and $x$ and \\$6", ["x"]),
        ("% $hidden$\n$seen$ % $hidden$", ["seen"]),
        ("50\\% of $x$", ["x"]),
        ("\\begin{align}\na \\\\ % \\end{align}\nb\n\\end{align}", ["a \\\\ % \\end{align}\nb"]),
        ("\\begin{verbatim}$x$\\end{verbatim} $y$ \\verb|$z$|", ["y"]),
        ("\\begin{tikzpicture}\\node {$x$};\\end{tikzpicture} $y$", ["y"]),
        ("\\begin{comment}\n$x$\n\\end{comment}\n$y$", ["y"]),
        ("\\iffalse $x$ \\fi $y$", ["y"]),
        ("\\footnote{with $x$} \\caption{and $y$}", ["x", "y"]),
        ("\\section{On $x$} $y$", ["x", "y"]),
        ("$x$ before\\begin{document}$y$\\end{document}$z$", ["y"]),
        (
            "\\newcommand{\\be}{\\begin{equation}}\\newcommand{\\ee}{\\end{equation}}\n\\be a = b \\ee then $c$",
            ["a = b", "c"],
        ),
        ("\\begin{tabular}{c|c} $a$ & $b$ \\\\ $c$ & d \\end{tabular}", ["a", "b", "c"]),
    ],
)
def test_formula_is_found(text: str, expected: list[str]) -> None:
    assert formulas(text) == expected
    assert not document(text).problems


@pytest.mark.parametrize(
    ("env", "display"),
    [
        ("equation", True),
        ("align*", True),
        ("eqnarray", True),
        ("multline*", True),
        ("displaymath", True),
        ("math", False),
    ],
)
def test_display_environments(env: str, display: bool) -> None:
    [math] = [piece for piece in document(f"\\begin{{{env}}} a \\end{{{env}}}").pieces if isinstance(piece, Math)]
    assert (math.env, math.display) == (env, display)


def test_unknown_environment_is_no_formula() -> None:
    assert formulas("\\begin{figure} a = b \\end{figure}") == []


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("a % b\nc", "a    \nc"),
        ("a\n% b\nc", "a\n    c"),
        ("a\n% b\n\nc", "a\n    \nc"),
        ("a \\% b", "a \\% b"),
        ("a \\\\% b", "a \\\\   "),
    ],
)
def test_comments_are_blanked_in_place(text: str, copy: str) -> None:
    assert without_comments(text) == copy


def test_a_comment_line_ends_no_paragraph() -> None:
    breaks = [piece for piece in document("one\n%\ntwo").pieces if isinstance(piece, Break)]
    assert len(breaks) == 1
    assert words("one\n%\ntwo") == ["one two"]
    assert words("one\n%\n\ntwo") == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\\textbf{bold} and \\emph{this}~one", "bold and this one"),
        ("see \\ref{eq:a} \\cite[p.~3]{b} ``so''", 'see "so"'),
        ("a\\footnote{b} c --- d", "a b c – d"),
        ("\\item[] one", "one"),
    ],
)
def test_words_are_plain(text: str, expected: str) -> None:
    assert words(text) == [expected]


def test_sections_are_headings() -> None:
    text = "\\section{Exercise 2}\n\\subsection*{2.1 (a)}\n\\subsection{}\n\\paragraph{On $\\log p$}\n"
    titles = [piece for piece in document(text).pieces if isinstance(piece, Heading)]
    assert [(one.title, one.number, one.part) for one in titles] == [
        ("Exercise 2", "2", ""),
        ("2.1 (a)", "2.1", "a"),
        ("", "", ""),
        ("On $\\log p$", "", ""),
    ]
    assert [one.level for one in titles] == [2, 3, 3, 5]


def test_marked_items_and_paragraphs_are_headings() -> None:
    items = "\\begin{enumerate}\n\\item[(a)] First $x$\n\\item \\textbf{(b)} Second\n\\end{enumerate}"
    text = items + "\n\\noindent\\textbf{Problem 3.} Go"
    titles = [piece for piece in document(text).pieces if isinstance(piece, Heading)]
    assert [(one.number, one.part) for one in titles] == [("", "a"), ("", "b"), ("3", "")]
    assert words(text) == ["First", "Second", "Go"]


MACROS = [
    ("\\newcommand{\\R}{\\mathbb{R}}", Macro("R", 0, "\\mathbb{R}")),
    ("\\newcommand\\R{\\mathbb{R}}", Macro("R", 0, "\\mathbb{R}")),
    ("\\newcommand*{\\v}[1]{\\mathbf{#1}}", Macro("v", 1, "\\mathbf{#1}")),
    ("\\renewcommand{\\d}[2][x]{\\frac{d#2}{d#1}}", Macro("d", 2, "\\frac{d#2}{d#1}", "x")),
    ("\\providecommand{\\a}{b}", Macro("a", 0, "b")),
    ("\\def\\p#1#2{\\frac{\\partial #1}{\\partial #2}}", Macro("p", 2, "\\frac{\\partial #1}{\\partial #2}")),
    ("\\let\\eps=\\varepsilon", Macro("eps", 0, "\\varepsilon")),
    ("\\DeclareMathOperator{\\tr}{tr}", Macro("tr", 0, "\\operatorname{tr}")),
    ("\\DeclareMathOperator*{\\argmax}{arg\\,max}", Macro("argmax", 0, "\\operatorname*{arg\\,max}")),
    ("\\DeclarePairedDelimiter{\\norm}{\\lVert}{\\rVert}", Macro("norm", 2, "\\left\\lVert #2 \\right\\rVert", "")),
    ("\\NewDocumentCommand{\\E}{O{p} m}{\\mathbb{E}_{#1}[#2]}", Macro("E", 2, "\\mathbb{E}_{#1}[#2]", "p")),
]


@pytest.mark.parametrize(("text", "macro"), MACROS)
def test_macros_are_collected(text: str, macro: Macro) -> None:
    assert document(text + "\\begin{document}x\\end{document}").macros == {macro.name: macro}
    assert document("% " + text).macros == {}


@pytest.mark.parametrize(
    "text", ["\\newcommand{\\R}{\\mathbb{R}", "\\def\\x", "\\newcommand", "\\def\\x(#1){y}", "\\let"]
)
def test_malformed_declaration_declares_nothing(text: str) -> None:
    assert document(text).macros == {}


def test_input_is_refused_by_name() -> None:
    [problem] = document("$a$ \\input{macros/common} $b$").problems
    assert problem.code == "input-refused"
    assert "'macros/common'" in problem.message
    assert "--context" in problem.message


def test_unclosed_formula_ends_at_the_blank_line() -> None:
    found = document("Let $a = b\n\nthen $c$ and \\begin{align} d\n\n$e$")
    assert [problem.code for problem in found.problems] == ["unclosed-math"] * 2
    assert [found.source(piece.span) for piece in found.pieces if isinstance(piece, Math)] == ["a = b", "c", "d", "e"]
