"""Pages of HTML with mathematics in MathML."""

from __future__ import annotations

import pytest

from chainrule.write.page import displayed, mathml, page, worded


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"\mathbf{1}", "𝟏"),
        (r"\mathbb{1}", "𝟙"),
        (r"\boldsymbol{\theta}", "𝜽"),
        (r"\mathbf{x}", "𝐱"),
    ],
)
def test_styles_are_characters_because_browsers_know_no_others(tex: str, shown: str) -> None:
    found = mathml(tex, "inline")
    assert shown in found.replace("&#x1D431;", "𝐱")
    assert 'mathvariant="bold' not in found
    assert 'mathvariant="double' not in found


def test_a_minus_behind_a_sign_of_equality_is_no_difference() -> None:
    assert '<mo form="prefix">' in mathml("y = -1", "inline")
    assert "prefix" not in mathml("y = 2 - 1", "inline")


def test_words_are_functions_and_cases_begin_on_the_left() -> None:
    found = mathml(r"\operatorname{softmax}\left(z\right)", "inline")
    assert "<mi>softmax</mi>" in found
    found = mathml(r"\begin{cases} a & \text{if } b \\ c & d \end{cases}", "inline")
    assert found.count('<mtd style="text-align:left">') == 4


def test_a_page_fits_its_screen() -> None:
    found = page("a < b", displayed("x") + worded("with $x$ & y"))
    assert "<title>a &lt; b</title>" in found
    assert "width=device-width" in found
    assert "color-scheme:light dark" in found
    assert '<p class="math"><math' in found
    assert "&amp; y" in found
