"""Formulas of Markdown: what is one, where it begins and ends, and what only looks like one."""

from __future__ import annotations

import pytest

from chainrule.read.document import Break, Document, Heading, Math, Words
from chainrule.read.load import from_text


def document(text: str) -> Document:
    return from_text(text, kind="markdown")


def formulas(text: str, kind: str = "markdown") -> list[str]:
    found = from_text(text, kind=kind)
    return [found.source(piece.span) for piece in found.pieces if isinstance(piece, Math)]


def words(text: str, kind: str = "markdown") -> list[str]:
    return [piece.text for piece in from_text(text, kind=kind).pieces if isinstance(piece, Words)]


FOUND = [
    ("Let $x = 1$ hold.", ["x = 1"]),
    ("lenient $ x = 1 $ here", ["x = 1"]),
    ("a space $ \\frac{1}{2}$ before, or $y_i $ behind", ["\\frac{1}{2}", "y_i"]),
    ("one name $ x $ alone", ["x"]),
    ("over\n$a +\nb$ lines", ["a +\nb"]),
    ("$a$$b$", ["a", "b"]),
    ("$k$'s and the $i$th", ["k", "i"]),
    ("text in it $$p = \\text{if $q$}$$ and $r$", ["p = \\text{if $q$}", "r"]),
    ("$x = \\mbox{if $y > 0$}$ and $z$", ["x = \\mbox{if $y > 0$}", "z"]),
    (r"\(a\) and \[b\] and \\(c\\) and \\[d\\]", ["a", "b", "c", "d"]),
    (r"\[a \\[2ex] b\]", [r"a \\[2ex] b"]),
    (r"\\$f = g$", ["f = g"]),
    ("$`x_1`$", ["x_1"]),
    ("$$\na\n\n\\frac{b}{c} = d\n$$", ["a\n\n\\frac{b}{c} = d"]),
    ("$$x\n= y\n- z\n+ w\n> 0$$ end", ["x\n= y\n- z\n+ w\n> 0"]),
    ("$$\nx\n===\n$$", ["x\n==="]),
    ("(a) Then\n\n    $$ a = b $$\n\n    $$\n    c\n    $$", ["a = b", "c"]),
    ("1. $$\n   a\n   $$\n\n   so $b$", ["a", "b"]),
    ("```math\na = b\n```", ["a = b"]),
    ("- item\n\n  ```math\n  a = b\n  ```\n", ["a = b"]),
    ("text\n\\begin{align*}\na &= b\n\\end{align*}\nmore $c$", ["a &= b", "c"]),
    ("\\begin{alignat}{2} a \\end{alignat}", ["a"]),
    ("\\begin{cases} a \\\\ b \\end{cases}", ["\\begin{cases} a \\\\ b \\end{cases}"]),
    ("| a | b |\n|---|---|\n| $x|y$ | $z$ |", ["x|y", "z"]),
    ("> $$\n> a = b\n> $$\n", ["a = b"]),
    ("# Title with $t$\n\nbody", ["t"]),
    ("we need $ dA, dB1 $, as $ x = y $ tells", ["dA, dB1", "x = y"]),
    ("[link $x$](http://a.b/$c$) and $y$", ["x", "y"]),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_formula_is_found(text: str, expected: list[str]) -> None:
    assert [" ".join(one.split()) for one in formulas(text)] == [" ".join(one.split()) for one in expected]
    assert not document(text).problems


NOT_FOUND = [
    "It costs $5 and $6.",
    "between $5 and $10, or 3$ to 4$",
    "from $20,000 to $30,000 a year",
    r"an escaped \$x\$ dollar",
    "`$x$` and ``a `$y$` b``",
    "```python\n$x$\n```",
    "~~~\n$$x$$\n~~~",
    "1. ```\n   $x$\n   ```",
    "<!-- $x$ -->",
    "<!--\n$$\nx\n$$\n-->",
    "<pre>$x$</pre> <code>$y$</code>",
    "[a](http://b.c/$x$)",
    '<a href="?q=b&c=$d">e</a>',
    "words $$ only",
    "from $ US, CA to $ CA, US",
    "two lines of\n$ shell prompt\n$ commands",
]


@pytest.mark.parametrize("text", NOT_FOUND)
def test_no_formula_where_there_is_none(text: str) -> None:
    assert formulas(text) == []


@pytest.mark.parametrize(
    ("text", "display"),
    [
        ("$x$", False),
        ("\\(x\\)", False),
        ("\\[x\\]", True),
        ("$$x$$", True),
        ("- $$x$$", True),
        ("see $$x$$", False),
        ("$$x$$ where", False),
        ("**Note** $$x$$", False),
        ("$$x$$.", True),
        ("text\n$$x$$\ntext", True),
        ("see $$x\n= y$$ there", True),
        ("| $$x$$ | b |\n|---|---|\n", False),
    ],
)
def test_display_or_inline(text: str, display: bool) -> None:
    [math] = [piece for piece in document(text).pieces if isinstance(piece, Math)]
    assert math.display is display


@pytest.mark.parametrize(
    ("text", "env"),
    [
        ("\\begin{align*}a\\end{align*}", "align*"),
        ("$$\\begin{align} a \\end{align}$$", "align"),
        ("$$ \\begin{aligned} a \\end{aligned} $$", ""),
        ("$$ \\begin{align} a \\end{align} b $$", ""),
        ("```math\n\\begin{gather}\na\n\\end{gather}\n```", "gather"),
    ],
)
def test_environment_names_the_display(text: str, env: str) -> None:
    [math] = [piece for piece in document(text).pieces if isinstance(piece, Math)]
    assert math.env == env


def test_pieces_in_reading_order() -> None:
    kinds = [type(piece) for piece in document("Let $x$ be.\n\n- one\n- $y$ two\n").pieces]
    assert kinds == [Words, Math, Words, Break, Words, Break, Math, Words, Break]


def test_span_is_exact() -> None:
    found = document("The loss\n\n  $$  l = 1  $$")
    [math] = [piece for piece in found.pieces if isinstance(piece, Math)]
    assert found.source(math.span) == "l = 1"
    assert found.position(math.span.start) == (3, 7)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**bold** and *this* and __that__ and _it_", "bold and this and that and it"),
        ("w_{13} and a * b", "w_{13} and a * b"),
        ("[the rule](http://a.b) ![x](y.png) `code`", "the rule code"),
        ("x<sub>i</sub> &amp; y", "xi &amp; y"),
        (r"costs \$5, \circ denotes", r"costs $5, \circ denotes"),
        ("> quoted\n> text", "quoted text"),
    ],
)
def test_words_are_plain(text: str, expected: str) -> None:
    assert words(text) == [expected]


@pytest.mark.parametrize(
    ("text", "closer", "before", "after"),
    [
        ("$$ a = b\n\nThen we go on with $c$.", "$$", "a = b", "c"),
        ("$$ a = b\n\nThen\n\n$$ c = d $$", "$$", "a = b", "c = d"),
        ("\\[ a = b\n\nThen $c$.", "\\]", "a = b", "c"),
        ("\\begin{align} a = b\n\nThen $c$.", "\\end{align}", "a = b", "c"),
        ("\\begin{align} a\n\n\\begin{align} c \\end{align}", "\\end{align}", "a", "c"),
        ("Let $a = b and $c$ hold", "$", "a = b and", "c"),
    ],
)
def test_unclosed_formula_is_a_problem_and_the_rest_is_read(text: str, closer: str, before: str, after: str) -> None:
    found = document(text)
    [problem] = found.problems
    assert problem.code == "unclosed-math"
    assert f"`{closer}`" in problem.message
    assert formulas(text) == [before, after]
    [inside] = [piece for piece in found.pieces if isinstance(piece, Math) and piece.span.end <= problem.span.end]
    assert found.source(inside.span) == before


def test_a_comment_that_is_never_closed_is_said() -> None:
    found = document("$a$\n\n<!--\n$b$")
    assert [problem.code for problem in found.problems] == ["unclosed-comment"]
    assert formulas("$a$\n\n<!--\n$b$") == ["a"]


def test_macros_of_markdown() -> None:
    found = document(
        "$$\\newcommand{\\R}{\\mathbb{R}}$$\n\n\\def\\half#1{\\frac{#1}{2}} Let $x \\in \\R$.\n\n`\\def\\no{}`"
    )
    assert {name: (macro.arity, macro.body) for name, macro in found.macros.items()} == {
        "R": (0, "\\mathbb{R}"),
        "half": (1, "\\frac{#1}{2}"),
    }
    assert [found.source(piece.span) for piece in found.pieces if isinstance(piece, Math)] == ["x \\in \\R"]


def test_table_cells_end_with_a_break() -> None:
    found = document("a | b\n---|---\n$x$ | y\n\nafter | this\n")
    texts = [piece.text if isinstance(piece, Words) else type(piece).__name__ for piece in found.pieces]
    assert texts == ["a", "Break", "b", "Break", "Math", "Break", "y", "Break", "after | this", "Break"]


def test_heading_keeps_its_formula() -> None:
    pieces = document("### Trace of $X$, again\n").pieces
    assert isinstance(pieces[0], Heading)
    assert pieces[0].title == "Trace of $X$, again"
    assert isinstance(pieces[1], Math)


def test_plain_text_without_tex() -> None:
    text = (
        "The loss is a number = 3 that nobody here knows\nL = (y - t)^2\nwhere y = W x\nGradient: dL/dy = 2 (y - t)\n"
    )
    assert formulas(text, "plain") == ["L = (y - t)^2", "y = W x", "dL/dy = 2 (y - t)"]
    assert words(text, "plain")[1:] == ["where", "Gradient:"]


def test_plain_text_with_tex_is_read_like_markdown() -> None:
    assert formulas("L = 3 and $x = 1$", "plain") == ["x = 1"]
