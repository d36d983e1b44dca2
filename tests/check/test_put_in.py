r"""Lines put into a condition where Newton finds no solution: one root of several is not the one that is meant."""

from __future__ import annotations

import pytest

from chainrule.check.conditions.held import Unsolved
from chainrule.check.conditions.imposed import Conditions
from chainrule.check.engine import check_document
from chainrule.read.load import from_text

MATRICES = r"Let $S = \sum_{i=1}^n x_i x_i^T$ with $x_i \in \mathbb{R}^d$ and let $M$ be a symmetric matrix. "
CONDITIONS = {
    "linear": (r"Let $f(w) = (2 w - a)^2$. ", r"\frac{df}{dw} = 4 (2 w - a) = 0", r"w = \frac{a}{2}", "verified"),
    "two roots": (r"Let $f(w) = \frac13 w^3 - a^2 w$. ", r"\frac{df}{dw} = w^2 - a^2 = 0", "w = a", "assumed"),
    "beside an inverse": (
        MATRICES + r"Let $f(M) = -n \log |M| - \sum_{i=1}^n x_i^T M^{-1} x_i$. ",
        r"\frac{\partial f}{\partial M} = 0",
        r"n M = \sum_{i=1}^n x_i x_i^T",
        "verified",
    ),
    "the square of an inverse": (
        MATRICES + r"Let $f(M) = -n \log |M| - \frac12 \operatorname{tr}(M^{-1} S M^{-1} S)$. ",
        r"\frac{\partial f}{\partial M} = 0",
        r"\sqrt{n} M = \sum_{i=1}^n x_i x_i^T",
        "assumed",
    ),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_line_follows_only_where_the_condition_has_one_solution(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conditions, "_compared", lambda *_args, **_kwargs: Unsolved())
    given, condition, line, verdict = CONDITIONS[name]
    sheet = f"{given}$$ {condition} $$\nSolving for the unknown gives\n$$ {line} $$\n"
    last = check_document(from_text(sheet, "sheet.md", "markdown")).statements[-1]
    assert last.verdict == verdict, last
