"""The helper that finds what TeX would stop at, and what the writers of formulas write for names with scripts."""

from __future__ import annotations

import pytest
from tests.latex_syntax import faults

from chainrule.write.term_tex import raised, subscripted


@pytest.mark.parametrize(
    "tex",
    [
        r"$h_3_{ij}$",
        r"$w^{(1)}^{\top}$",
        r"$\frac{a}{b$",
        r"$\begin{bmatrix} 1 \end{pmatrix}$",
        r"$\left( a$",
        r"$\unheardof x$",
        r"$x^2'^2$",
    ],
)
def test_faults_are_found(tex: str) -> None:
    assert faults(tex)


@pytest.mark.parametrize(
    "tex",
    [
        r"$$h_{3, ij} + {w^{(1)}}^{\top} \hat y_{i}^{2} w'_{11} + x'^2$$",
        r"\[ \begin{cases} 1 & \text{if } a > 0 \\ 0 & \text{otherwise} \end{cases} \]",
        r"$\left(h_3\right)_{ij} \sum_{k=1}^K a_k^2 \operatorname{tr}\left(X\right)$",
    ],
)
def test_no_faults(tex: str) -> None:
    assert faults(tex) == []


def test_names_with_scripts() -> None:
    assert subscripted("h_3", ["i", "j"]) == "h_{3, ij}"
    assert subscripted(r"h_\alpha", ["i"]) == r"h_{\alpha, i}"
    assert subscripted("z_{out}", ["j"]) == "z_{out, j}"
    assert subscripted(r"w^{(1)}", ["i"]) == r"w^{(1)}_{i}"
    assert raised("x", r"\top") == r"x^{\top}"
    assert raised(r"w^{(1)}", r"\top") == r"{w^{(1)}}^{\top}"
