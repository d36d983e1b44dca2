r"""Messages name things as their author writes them: no typeface words, no numbers in the place of general labels."""

from __future__ import annotations

import pytest

import chainrule
from chainrule.sheet.syntax.spelling import spelled_out

SHEETS = {
    "calligraphic": (r"Let $z = w x$. $$\frac{\partial z}{\partial w} = x + \mathcal{Q}.$$", r"\mathcal{Q}"),
    "bold": (r"Let $z = w x$. $$\frac{\partial z}{\partial w} = x + \boldsymbol\mu.$$", r"\boldsymbol{\mu}"),
    "accent": (r"Let $z = w x$. $$\frac{\partial z}{\partial w} = x + \tilde{q}_{out}.$$", r"\tilde{q}_{\text{out}}"),
    "macro": (
        "\\newcommand{\\rate}{\\boldsymbol{r}}\nLet $z = w x$. $$\\frac{\\partial z}{\\partial w} = x + \\rate.$$",
        r"\rate",
    ),
    "a general layer": (
        r"Let $a^{[l]} = w^{[l]} a^{[l-1]}$. $$\frac{\partial a^{[l]}}{\partial w^{[l]}} = a^{[l-1]} + b^{[l]}.$$",
        r"b^{[l]}",
    ),
    "numbered": (r"Let $u = v_1 q_2$. $$\frac{\partial u}{\partial v_1} = q_2 + q_3.$$", r"q_3"),
}


@pytest.mark.parametrize("name", SHEETS)
def test_an_undefined_name_is_shown_as_it_is_written(name: str) -> None:
    sheet, shown = SHEETS[name]
    found = [s for s in chainrule.check(sheet).statements if s.verdict == "assumed"]
    assert [s.message.startswith(shown + " ") for s in found] == [True], [s.message for s in found]


def test_the_numbers_of_a_counterexample_are_named_as_written() -> None:
    sheet = (
        r"Let $\mathcal{E} = \frac12 (\hat{\boldsymbol y} - \boldsymbol t)^\top (\hat{\boldsymbol y} - \boldsymbol t)$"
        r" with $\hat{\boldsymbol y}, \boldsymbol t \in \mathbb{R}^n$."
        r" $$\frac{\partial \mathcal{E}}{\partial \hat{\boldsymbol y}} = \hat{\boldsymbol y} + \boldsymbol t.$$"
    )
    (wrong,) = chainrule.check(sheet).refuted
    assert wrong.counterexample is not None
    assert set(wrong.counterexample.values) == {r"\hat{\mathbf{y}}", r"\mathbf{t}"}


@pytest.mark.parametrize("base", ["x", "cal L", "bold W", "bold theta", "hat(y)", "hat(bold y)_hid", "E_total", "w^*"])
def test_what_is_spelled_out_is_read_as_the_same_name(base: str) -> None:
    from chainrule.read.load import from_text
    from chainrule.sheet.gather import gather
    from chainrule.sheet.syntax.names import reference

    sheet = gather(from_text(f"${spelled_out(base)} = 1$", "<text>", "markdown"))
    found = reference(sheet.equations[0].lhs, sheet.glossary)
    assert found is not None and found.base == base
