"""A refuted line gets the smallest edit that makes it true, and what is suggested is verified when it is put there."""

from __future__ import annotations

import pytest

import chainrule
from chainrule.check.diagnosis import diagnose
from chainrule.check.diagnosis.edits.places import Side
from chainrule.check.diagnosis.edits.table import RULES, edits, grouped, short
from chainrule.check.judge import Judge
from chainrule.check.records import budget
from chainrule.check.records.report import Statement
from chainrule.read.grammar.formula import parse
from chainrule.read.tree import Span
from chainrule.sheet.letters.glossary import collect

SQUARES = (
    r"Let $X \in \mathbb{R}^{n \times d}$, $y \in \mathbb{R}^n$, $w \in \mathbb{R}^d$ and"
    r" $$f = \frac12 \|Xw - y\|^2.$$ Then $$\nabla_w f = @.$$"
)
LAYER = (
    r"Let $W \in \mathbb{R}^{d \times d}$, $x \in \mathbb{R}^d$, $t \in \mathbb{R}^d$, $z = W x$ and"
    r" $L = \frac12 \|z - t\|^2$. Then $$\frac{\partial L}{\partial x} = @.$$"
)
RIDGE = (
    r"Let $X \in \mathbb{R}^{n \times d}$, $y \in \mathbb{R}^n$, $w \in \mathbb{R}^d$ and"
    r" $$J = \|Xw - y\|^2 + \lambda \|w\|^2.$$ Then $$\nabla_w J = @.$$"
)
FORM = r"Let $f(x) = x^\top A x$ with $A \in \mathbb{R}^{n \times n}$, $x \in \mathbb{R}^n$. Then $$\nabla_x f = @.$$"
LOGISTIC = r"Let $p = \sigma(z)$, $L = -y \log p - (1 - y) \log(1 - p)$. Then $$\frac{\partial L}{\partial z} = @.$$"
ROWS = r"Let $y_i = \sum_j W_{ij} x_j$. Then $$\frac{\partial y_i}{\partial x_j} = @.$$"
SOFTMAX = (
    r"Let $p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$. Then $$\frac{\partial p_i}{\partial z_j} = @.$$ Here"
    r" $\delta_{ij}$ is the Kronecker delta."
)
NEURON = (
    r"Let $a = \sigma(z)$, $z = w x$ and $L = \frac12 (a - y)^2$. Then"
    r" $$\frac{\partial L}{\partial w} = @.$$"
)
TANH = (
    r"Let $h = \tanh(a)$ with $a = w x$ and $L = \frac12 (h - y)^2$. Then"
    r" $$\frac{\partial L}{\partial w} = @.$$"
)
SINE = r"Let $f(x) = \sin(2x)$. Then $$f'(x) = @.$$"
CALLED = r"Let $g(u) = u^3$ and $f(x) = g(2x)$. Then $$f'(x) = @.$$"
BELL = r"Let $f(x) = e^{-x^2}$. Then $$f'(x) = @.$$"
SOFTPLUS = r"Let $f(x) = \log(1 + e^x)$. Then $$f'(x) = @.$$"
SQUARE_EXP = r"Let $f(x) = x^2 e^x$. Then $$f'(x) = @.$$"
HINGE = (
    r"Let $\ell = \sum_{j \neq y} \max(0, s_j - s_y + m)$ with scores $s \in \mathbb{R}^n$. For $k \neq y$ we get"
    r" $$\frac{\partial \ell}{\partial s_k} = @.$$"
)

# definitions, wrong side, repaired side, reason code
MISTAKES = [
    (SQUARES, r"X^\top (Xw + y)", r"X^\top (Xw - y)", "sign"),
    (SQUARES, r"X^T (y - Xw)", r"X^T (Xw - y)", "sign"),
    (SQUARES, r"2 X^\top (Xw - y)", r"X^\top (Xw - y)", "factor"),
    (LAYER, r"W (z - t)", r"W^\top (z - t)", "transposed"),
    (LAYER, r"W^T (z + t)", r"W^T (z - t)", "sign"),
    (RIDGE, r"2 X^\top (Xw - y) + \lambda w", r"2 (X^\top (Xw - y) + \lambda w)", "unequal"),
    (RIDGE, r"2 X^\top (Xw - y) + 3 \lambda w", r"2 X^\top (Xw - y) + 2 \lambda w", "factor"),
    (RIDGE, r"2 X^\top (Xw - y) + 2 \lambda w + w", r"2 X^\top (Xw - y) + 2 \lambda w", "missing-term"),
    (FORM, r"2 A x", r"(A + A^\top) x", "transposed"),
    (FORM, r"(A - A^\top) x", r"(A + A^\top) x", "sign"),
    (LOGISTIC, r"y - p", r"p - y", "sign"),
    (ROWS, r"W_{ji}", r"W_{ij}", "index"),
    (SOFTMAX, r"p_i (\delta_{ij} - p_i)", r"p_j (\delta_{ij} - p_i)", "index"),
    (NEURON, r"(a - y) x", r"(a - y) x \sigma'(z)", "factor"),
    (CALLED, r"2 g(2x)", r"2 g'(2x)", "wrong-function"),
    (CALLED, r"2 g'(x)", r"2 g'(2 x)", "factor"),
    (NEURON, r"(a - y) a (1 - a) x x", r"(a - y) a (1 - a) x", "factor"),
    (TANH, r"(h - y)(1 + h^2) x", r"(h - y)(1 - h^2) x", "sign"),
    (TANH, r"(h - y)(1 - h) x", r"(h - y)(1 - h^2) x", "unequal"),
    (SINE, r"\cos(2x)", r"2 \cos(2x)", "factor"),
    (SINE, r"2\sin(2x)", r"2\cos(2x)", "wrong-function"),
    (BELL, r"2x e^{-x^2}", r"-2x e^{-x^2}", "sign"),
    (BELL, r"-2x e^{x^2}", r"-2x e^{-x^2}", "sign"),
    (SOFTPLUS, r"\frac{1}{1 + e^x}", r"\frac{1}{1 + e^{-x}}", "sign"),
    (SQUARE_EXP, r"2x e^x + x e^x", r"2x e^x + x^2 e^x", "unequal"),
    (SQUARE_EXP, r"2x e^x - x^2 e^x", r"2x e^x + x^2 e^x", "sign"),
    (HINGE, r"\mathbb{1}[s_k - s_y > m]", r"\mathbb{1}[s_k - s_y > -m]", "sign"),
]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine changes no result."""
    monkeypatch.setattr(budget, "SECONDS_FOR_ALL", 60.0)


def last(sheet: str) -> Statement:
    """The claim of a one-claim sheet."""
    return [s for s in chainrule.check(sheet).documents[0].statements if s.kind == "claim"][-1]


@pytest.mark.parametrize(("sheet", "wrong", "right", "code"), MISTAKES)
def test_one_mistake_is_repaired(sheet: str, wrong: str, right: str, code: str) -> None:
    found = last(sheet.replace("@", wrong))
    assert found.verdict == "refuted"
    assert found.suggestion is not None
    assert (found.suggestion.tex, found.code) == (right, code)
    assert found.suggestion.edit and found.suggestion.explains


@pytest.mark.parametrize(("sheet", "right"), sorted({(sheet, right) for sheet, _, right, _ in MISTAKES}))
def test_what_is_suggested_is_verified(sheet: str, right: str) -> None:
    found = last(sheet.replace("@", right))
    assert (found.verdict, found.suggestion) == ("verified", None)


@pytest.mark.parametrize(
    ("sheet", "wrong", "words"),
    [
        (SQUARES, r"-X^\top (Xw - y)", "the sides differ by their sign: "),
        (SQUARES, r"2 X^\top (Xw - y)", "the right side is 2 times the left side: "),
        (FORM, r"A x + A x", "the sides differ by one transpose: "),
        (RIDGE, r"2 X^\top (Xw - y)", "the sides differ by exactly one term: "),
        (NEURON, r"(a - y) a (1 - a)", "the sides differ by exactly one factor: "),
        (FORM, r"5 A^\top x - 3 A x", "the sides differ: "),
    ],
)
def test_the_message_says_in_what_the_sides_differ(sheet: str, wrong: str, words: str) -> None:
    assert last(sheet.replace("@", wrong)).message.startswith(words)


@pytest.mark.parametrize(
    ("sheet", "wrong"),
    [
        (SINE, r"x^3 + 7"),
        (SQUARES, r"3 X^\top (Xw + y) + w"),
        (FORM, r"5 A^\top x - 3 A x"),
        (ROWS, r"W_{ji} W_{ij} + 3"),
        (NEURON, r"7 (a + y) a x"),
    ],
)
def test_two_mistakes_are_not_repaired_by_one_edit(sheet: str, wrong: str) -> None:
    found = last(sheet.replace("@", wrong))
    assert (found.verdict, found.suggestion) == ("refuted", None)


def test_a_chain_keeps_its_head() -> None:
    """After a wrong link the wrong side is repaired, not the right one after it."""
    sheet = (
        r"Let $f(x) = (x^2 + 1)^3$. Then \begin{align} f'(x) &= 3 (x^2 + 1)^2 \cdot 2x \\"
        r" &= 6 x (x^2 - 1)^2 \\ &= 6x (x^4 + 2x^2 + 1) \end{align}"
    )
    right, wrong, after = (s for s in chainrule.check(sheet).documents[0].statements if s.kind == "claim")
    assert right.verdict == "verified"
    assert wrong.suggestion is not None and wrong.suggestion.tex == r"6 x (x^2 + 1)^2"
    assert after.suggestion is not None and after.suggestion.tex == r"6 x (x^2 + 1)^2"
    assert after.suggestion.edit.endswith("on the left side")


def test_a_left_side_that_holds_is_not_edited() -> None:
    """`2x` is right by the link before it; changing it to fit the wrong end of the chain would repair nothing."""
    found = last(r"Let $f(x) = x^2$. Then $$f'(x) = 2 \cdot x = 4 \cdot x \cdot x.$$")
    assert (found.verdict, found.suggestion) == ("refuted", None)


def test_an_equation_between_two_terms_may_be_repaired_on_the_left() -> None:
    found = last(r"Let $x \in \mathbb{R}$ and $y \in \mathbb{R}$. Then $$(x + y)(x + y) = x^2 - y^2.$$")
    assert found.verdict == "refuted" and found.suggestion is not None
    assert found.suggestion.tex in (r"(x - y)(x + y)", r"(x + y)(x - y)")
    assert found.suggestion.edit == "- for + on the left side"


def test_the_rest_of_the_source_stays_as_written() -> None:
    found = last(SQUARES.replace("@", r"X^{T}\,\bigl( Xw  + y\bigr)"))
    assert found.suggestion is not None
    assert found.suggestion.tex == r"X^{T}\,\bigl( Xw  - y\bigr)"


def test_a_macro_of_the_document_may_stand_in_the_line() -> None:
    sheet = r"\newcommand{\res}{(Xw - y)} " + SQUARES
    assert last(sheet.replace("@", r"X^\top \res")).verdict == "verified"
    found = last(sheet.replace("@", r"-X^\top \res"))
    assert found.suggestion is not None and found.suggestion.tex == r"X^\top \res"


@pytest.mark.parametrize("limit", ["SECONDS_FOR_ALL", "MOST_FOR_A_LINE", "MOST_FOR_ALL"])
def test_nothing_to_spend_gives_no_suggestion_and_no_error(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(budget, limit, 0)
    found = last(SINE.replace("@", r"2\sin(2x)"))
    assert (found.verdict, found.suggestion) == ("refuted", None)


@pytest.mark.parametrize(
    ("line", "right"),
    [
        (r"\nabla_w f = X (Xw - y)", r"X^\top (Xw - y)"),
        (r"\nabla_w f = X^\top (Xw - y) w", r"X^\top (Xw - y)"),
    ],
)
def test_a_line_whose_shapes_do_not_fit_can_be_repaired(monkeypatch: pytest.MonkeyPatch, line: str, right: str) -> None:
    """With $X$ declared n x d the line has no value at all; the search needs none."""
    found = []
    judged = Judge.judge

    def judge(self: Judge, e):  # type: ignore[no-untyped-def]
        if e.text(e.lhs).startswith(r"\nabla"):
            found.append(diagnose.suggest(self, self.budget, e, self.variant()))
        return judged(self, e)

    monkeypatch.setattr(Judge, "judge", judge)
    chainrule.check(SQUARES.replace(r"\nabla_w f = @", line))
    (repair,) = found
    assert repair is not None and repair.suggestion.tex == right


# ---------------------------------------------------------------------------------------------------- the table


def side(tex: str, **known: object) -> Side:
    (row,) = parse(tex, Span(0, len(tex)), {}, True)
    return Side(tex, row.node, collect([row.node]), **known)  # type: ignore[arg-type]


def made(rule: str, tex: str, **known: object) -> list[str]:
    """The sides that one rule of the table makes of a side."""
    (row,) = (r for r in RULES if r.name == rule)
    return [e.applied(tex, 0, len(tex)) for e in row.edits(side(tex, **known))]


@pytest.mark.parametrize(
    ("rule", "tex", "expected"),
    [
        ("sign of a term", r"a - b + c", [r"a + b + c", r"a - b - c"]),
        ("sign of a term", r"\mathbb{1}[p > q - \text{margin}]", [r"\mathbb{1}[p > q + \text{margin}]"]),
        ("sign of a term", r"x - {y + z}", [r"x + {y + z}", r"x - {y - z}"]),
        ("difference turned round", r"2 (a - b)", [r"2 (b - a)"]),
        ("leading minus", r"-a", [r"a"]),
        ("leading minus", r"e^x", [r"-e^x", r"e^{-x}"]),
        ("numeric factor removed", r"\frac{1}{2} a b", [r"a b"]),
        ("numeric factor removed", r"\frac{a + b}{2}", [r"(a + b)"]),
        ("transpose", r"A^\top x", [r"A x", r"A^\top x^\top"]),
        ("transpose", r"A^{T} x", [r"A x", r"A^{T} x^{T}"]),
        ("subscripts exchanged", r"W_{ij} A_{k,l}", [r"W_{ji} A_{k,l}", r"W_{ij} A_{l,k}"]),
        ("order of factors", r"W x", [r"x W"]),
        ("order of factors", r"x \delta^T", [r"\delta x^T", r"\delta^T x"]),
        ("matrix taken as symmetric", r"2 A x", [r"(A + A^\top) x"]),
        ("exponent", r"h^2", [r"h", r"h^1", r"h^3"]),
        ("function", r"\sin x", [r"\cos x"]),
        ("derivative of a function", r"f'(x)", [r"f(x)"]),
        ("factor too many", r"a \odot b", [r"b", r"a"]),
        ("term too many", r"a - b + c", [r"- b + c", r"a + c", r"a - b"]),
        ("complement", r"a (1 - a)", [r"(1 - a) (1 - a)", r"a (a)", r"a (1 - (1 - a))"]),
        ("product sign", r"a \odot b", [r"a b"]),
    ],
)
def test_rows_of_the_table(rule: str, tex: str, expected: list[str]) -> None:
    assert made(rule, tex) == expected


def test_indices_and_labels_come_from_the_line() -> None:
    assert made("index", r"p_i", letters=("i", "j")) == [r"p_j"]
    assert made("label", r"a^{(l)}", labels=("l", "l+1")) == [r"a^{(l+1)}"]
    assert made("index", r"p_i", letters=("i",)) == []


def test_a_scalar_is_neither_transposed_nor_exchanged() -> None:
    assert made("transpose", r"\lambda w", axes={"lambda": 0, "w": 1}) == [r"\lambda w^\top"]
    assert made("order of factors", r"\lambda w", axes={"lambda": 0, "w": 1}) == []


def test_a_constant_ratio_brings_the_scaling_rules_first() -> None:
    first, *_ = edits(side(r"a - b"), ratio=True)
    assert first[0].scales
    first, *_ = edits(side(r"a - b"))
    assert first[0].name == "sign of a term"


def test_names_of_rules_are_unique() -> None:
    assert len({r.name for r in RULES}) == len(RULES)


def test_numbers_do_not_run_together() -> None:
    assert r"2 \cdot 3 a" in made("numeric factor added", "3 a")
    assert r"2 a" in made("numeric factor added", "a")


def test_messages_are_short() -> None:
    assert len(short("a + " * 60)) < 60
    assert short("a\n  + b") == "a + b"
    assert grouped(r"\frac{a}{b}") == r"\left(\frac{a}{b}\right)"
