"""TeX in one line: short, and never another formula."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule
from chainrule.write.readable import LIMIT, readable

ROWS = [
    (r"\frac{\partial L}{\partial W} = V^T (o - t)", "∂L/∂W = Vᵀ (o - t)"),
    (r"\frac{a+b}{c d}e", "(a+b)/(c d) e"),
    (r"x\frac12", "x 1/2"),
    (r"\frac{\frac{a}{b}}{c}^2", "(a/b/c)²"),
    (r"{a + b}^2", "(a + b)²"),
    (r"a^\frac{1}{2}", "a^(1/2)"),
    (r"1/\frac{a}{b}", "1/ (a/b)"),
    (r"\log \frac{a}{b} + \frac{\log a}{b}", "log(a/b) + (log a)/b"),
    (r"e^{z}x + w_{out}x", "e^z x + w_out x"),
    (r"\frac{1}{\frac{a}{b}}", "1/(a/b)"),
    (r"W^{[1]} x^{(i)} + e^{(a + b)}", "W^[1] x⁽ⁱ⁾ + e^(a + b)"),
    (r"w_{ij}^{(l)} + w_{out}", "wᵢⱼ⁽ˡ⁾ + w_out"),
    (r"\sigma'(z) = \sigma(z)(1-\sigma(z))", "σ'(z) = σ(z)(1-σ(z))"),
    (r"\|x\|_2^2 = \sum_{i=1}^n x_i^2", "‖x‖₂² = ∑_(i=1)ⁿ xᵢ²"),
    (r"A \in \mathbb{R}^{m \times n}", "A ∈ ℝ^(m × n)"),
    (r"\mathbf{x}^\top \mathbf{A} \hat{y}", "xᵀ A ŷ"),
    (r"\log x + \exp(-\alpha x)", "log x + exp(-α x)"),
    (r"\left( \frac{a}{b} \right)^2", "( a/b )²"),
    (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} x", "[1 2; 3 4] x"),
    (r"\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}", "{x if x > 0; 0 otherwise}"),
    (r"\sqrt{x + 1} \sqrt{y}", "√(x + 1) √y"),
    (r"a &= b \\", "a = b"),
    (r"\mathbf{1}^\top X \mathbf 1 + \mathbf{0}", "𝟏ᵀ X 𝟏 + 𝟎"),
    (r"\frac{x}{\lVert x \rVert^{3}} - \frac{y}{\sqrt{z}}", "x/‖x‖³ - y/√z"),
    (r"-\frac{1}{2} A x - \exp\left(-\frac{x}{2}\right)", "-1/2 A x - exp(-x/2)"),
    (r"\log\left(\left|\det\left(S\right)\right|\right)", "log(|det(S)|)"),
    (r"\mathbb{1}\left[i = \arg\max_{j} x_{j}\right]", "𝟙[i = argmaxⱼ xⱼ]"),
    (r"\{1, 2\}", "{1, 2}"),
    (r"\foo{x} = 1", r"\foo{x} = 1"),
    (r"\frac{a}{b = x", r"\frac{a}{b = x"),
]


@pytest.mark.parametrize(("tex", "text"), ROWS)
def test_rows(tex: str, text: str) -> None:
    assert readable(tex).replace("( ", "(").replace(" )", ")") == text.replace("( ", "(").replace(" )", ")")


SAME = [
    r"\frac{\frac{a}{b}}{c}^2",
    r"\frac{a + b}{c d}e",
    r"\frac{a}{\frac{b}{c}}",
    r"{a + b}^2 c",
    r"a^\frac{1}{2} b",
    r"1/\frac{a}{b}",
    r"\log \frac{a}{b} + \frac{\log a}{b}",
    r"e^{a}b + e^{-a} b^{c}d",
    r"\sqrt{a + b}^{3} \sqrt{c}",
    r"-\frac{a}{b} - \left( \frac{a - b}{c + d} \right)^{2}",
    r"\exp\left(-\frac{1}{2} a^2\right)\frac{b}{\exp(c)}",
    r"\sum_{i=1}^{4} \frac{i a}{b} + \cos a \sin b",
]


@pytest.mark.parametrize("tex", SAME)
def test_it_is_the_same_formula(tex: str) -> None:
    """The reader of documents reads it as it reads the TeX, once an exponent has its braces."""
    text = re.sub(r"([_^])\(([^()]*)\)", r"\1{\2}", readable(tex))
    report = chainrule.check(f"Let $a = 1.7$, $b = 2.3$, $c = 3.1$ and $d = 4.9$.\n\n$${tex} = {text}$$")
    assert [s.verdict for s in report.statements[4:]] == ["verified"]


def test_deep_and_long() -> None:
    assert readable(r"\frac{1}{" * 300 + "x" + "}" * 300)
    assert readable("x" * (LIMIT + 1)) == "x" * (LIMIT + 1)


@given(st.text(st.sampled_from(r"\{}^_&()[]|ab12 ,frac" + "\n"), max_size=60))
def test_any_text_is_one_line(tex: str) -> None:
    assert "\n" not in readable(tex)
    assert not set("\x01\x02\x03\x04\x05") & set(readable(tex))


@given(st.text("ab12 +-=()", max_size=40))
def test_what_is_no_tex_stays(text: str) -> None:
    assert readable(text).replace(" ", "") == text.replace(" ", "")
