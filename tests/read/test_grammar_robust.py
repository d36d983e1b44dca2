"""Bad input: the smallest region is lost, nothing raises, nothing runs away."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.read.document import Macro
from chainrule.read.grammar.formula import dump, parse
from chainrule.read.symbols import COMMANDS
from chainrule.read.tree import Relation, Span, Unread


def rows(tex: str, macros: dict[str, Macro] | None = None) -> list[str]:
    return [dump(row.node) for row in parse(tex, Span(0, len(tex)), macros or {}, True)]


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"a = b ( c + d \\ e = f", ["(rel a = (* b !unbalanced))", "(rel e = f)"]),
        (r"a = b + c ) \\ e = f", ["(rel a = (+ b +(* c !unbalanced)))", "(rel e = f)"]),
        ("a = (b + c = d", ["(rel a = !unbalanced = d)"]),
        (r"a = \left( b \\ c = d", ["(rel a = !unbalanced)", "(rel c = d)"]),
        (r"a = { b \\ c = d", ["(rel a = !unbalanced)", "(rel c = d)"]),
        (r"\foo{a}{b} = c \\ d = e", ["(rel !unknown-macro = c)", "(rel d = e)"]),
        (r"\begin{picture} a \end{picture} = c", ["(rel !unknown-environment = c)"]),
        (r"a = b + \\", ["(rel a = (+ b +!missing-operand))"]),
        (r"{n \atop k} = a", ["(rel (* n !unsupported-notation k) = a)"]),
        (r"\frac{a}{b", ["(frac a !unbalanced)"]),
    ],
)
def test_only_the_smallest_region_is_lost(tex: str, shown: list[str]) -> None:
    assert rows(tex) == shown


def test_an_unread_region_says_where_and_why() -> None:
    tex = r"x = \foo{a b} + 1"
    (row,) = parse(tex, Span(0, len(tex)), {}, True)
    assert isinstance(row.node, Relation)
    unread = next(t.node for t in row.node.links[0].node.terms if isinstance(t.node, Unread))  # type: ignore[attr-defined]
    assert tex[unread.span.start : unread.span.end] == r"\foo{a b}"
    assert "\\foo is not a known command" in unread.reason


@pytest.mark.parametrize(
    "tex",
    [
        "{" * 5000 + "x",
        "(" * 5000 + "x" + ")" * 5000,
        r"\frac{1}{" * 3000 + "x" + "}" * 3000,
        r"\hat" * 5000 + "x",
        "x" + "^x" * 5000,
        "x" + "{}^T" * 3000,
        r"\left(" * 4000,
        "-" * 5000 + "x",
        "a:" * 4000,
        r"\begin{pmatrix}" * 1000,
    ],
    ids=lambda tex: tex[:12],
)
def test_deep_nesting_is_unread(tex: str) -> None:
    assert rows(tex) == ["!too-deep"]


def test_reasonable_nesting_is_read() -> None:
    assert "!" not in rows("(" * 40 + "x" + ")" * 40)[0]
    assert "!" not in rows(r"\frac{1}{1+" * 30 + "x" + "}" * 30)[0]


def test_a_formula_that_never_ends_is_too_long() -> None:
    assert rows("x+" * 20_000) == ["!too-long"]


# -- macros -----------------------------------------------------------------------------------------------------------


def test_macros_expand_with_arguments_and_defaults() -> None:
    macros = {
        "pd": Macro("pd", 2, r"\frac{\partial #1}{\partial #2}"),
        "half": Macro("half", 0, r"\tfrac{1}{2}"),
        "v": Macro("v", 2, r"\mathbf{#2}_{#1}", "i"),
    }
    assert rows(r"\pd{L}{w} = \half x", macros) == ["(rel (frac (* partial L) (* partial w)) = (* (frac 1 2) x))"]
    assert rows(r"\v{x} + \v[j]{x} + \pd\half y", macros) == [
        "(+ (bold.x _i) +(bold.x _j) +(frac (* partial (frac 1 2)) (* partial y)))"
    ]
    assert rows(r"\pd{L}{w}", {"pd": Macro("pd", 2, "#2 #1")}) == ["(* w L)"]


def test_the_documents_own_macro_wins() -> None:
    assert rows(r"\norm{x}", {"norm": Macro("norm", 1, "n(#1)")}) == ["(* n (() x))"]
    assert rows(r"\vec{x}", {"vec": Macro("vec", 1, r"\mathbf{#1}")}) == ["bold.x"]


def test_what_a_macro_brings_has_the_place_of_the_call() -> None:
    tex = r"a = \sq{y} + b"
    (row,) = parse(tex, Span(0, len(tex)), {"sq": Macro("sq", 1, "#1^2")}, True)
    assert isinstance(row.node, Relation)
    right = row.node.links[0].node
    assert tex[right.span.start : right.span.end].endswith("+ b")
    assert dump(right) == "(+ (y ^2) +b)"


@pytest.mark.parametrize(
    "macros",
    [
        {"a": Macro("a", 0, r"\a")},
        {"a": Macro("a", 0, r"\b\b"), "b": Macro("b", 0, r"\a x")},
        {"a": Macro("a", 0, r"x \a \a")},
    ],
)
def test_a_macro_loop_is_unread(macros: dict[str, Macro]) -> None:
    assert "!macro-loop" in rows(r"y = \a", macros)[0]


def test_nested_calls_are_no_loop() -> None:
    nested = r"\n{\n{\n{x}}}"
    assert rows(nested, {"n": Macro("n", 1, "(#1)")}) == ["(() (() (() x)))"]


# -- any input --------------------------------------------------------------------------------------------------------

_PIECES = st.sampled_from(
    [
        *"abx12 +-*/=<>()[]{}^_&|'.,;:!~$#%αŷ½²é",
        *(f"\\{word} " for word in COMMANDS),
        *("\\\\", "\\left(", "\\right)", "\\left.", "\\begin{cases}", "\\end{cases}", "\\begin{aligned}"),
        *("\\end{aligned}", "\\foo", "\\m", "\\text{if $x$}", "||", "\\|", "\\", "\\begin{array}{c}", "\\end{array}"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=40).map("".join))
def test_no_input_raises_and_spans_stay_inside(tex: str) -> None:
    text = "before " + tex + " after"
    span = Span(7, 7 + len(tex))
    for row in parse(text, span, {"m": Macro("m", 1, r"\frac{#1}{#1}")}, True):
        dump(row.node)
        assert span.start <= row.span.start <= row.span.end <= span.end
        assert span.start <= row.node.span.start <= row.node.span.end <= span.end


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    for row in parse(text, Span(0, len(text)), {}, False):
        dump(row.node)
