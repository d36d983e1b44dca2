"""Numerator layout: every step is the transpose of the one in denominator layout, and reads back as verified."""

from __future__ import annotations

import pytest
from tests.test_catalogue import CASES, Case, derived

import chainrule
from chainrule.calculus.arrays.notation import Array
from chainrule.calculus.arrays.products import transpose
from chainrule.derive import recheck
from chainrule.derive.gradient import Derivation
from chainrule.derive.layout import Turned, turned
from chainrule.derive.recheck import Unsure
from chainrule.derive.record import answer
from chainrule.notebook import VIEWS
from chainrule.write.derivation import Page, View

STEPS = {
    ("sum((tanh(relu(X @ W) @ w) - y)**2) / 2", "W"): [
        r"\frac{\partial L}{\partial z} = "
        r"\left(\left(h - y\right) \odot \left(\mathbf{1} - h^{\odot 2}\right)\right)^{\top}",
        r"\frac{\partial L}{\partial Z} = \left(w \frac{\partial L}{\partial z}\right)"
        r" \odot \mathbb{1}\left[Z > 0\right]^{\top}",
        r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial Z} X",
    ],
    ("sum(tanh(V @ tanh(W @ x)) * c)", "W"): [
        r"\frac{\partial L}{\partial z_{2}} = \left(\left(\mathbf{1} - h_{2}^{\odot 2}\right) \odot c\right)^{\top}",
        r"\frac{\partial L}{\partial z_{1}} = \left(\frac{\partial L}{\partial z_{2}} V\right)"
        r" \odot \left(\mathbf{1} - h_{1}^{\odot 2}\right)^{\top}",
        r"\frac{\partial L}{\partial W} = x \frac{\partial L}{\partial z_{1}}",
    ],
    ("sum((X @ w - y)**2)", "w"): [r"\frac{\partial L}{\partial w} = 2 \left(X w - y\right)^{\top} X"],
    ("a * b**2", "b"): [r"\frac{\partial L}{\partial b} = 2 b a"],
}  # fmt: skip
SOME = CASES[::7]


@pytest.mark.parametrize(("text", "wrt"), STEPS)
def test_steps_follow_the_layout(text: str, wrt: str) -> None:
    shapes = {"x": ("n",), "c": ("m",), "V": ("m", "h"), "W": ("h", "n")} if "V" in text else {}
    if "b" in text and wrt == "b":
        shapes = {"a": (), "b": ()}
    found = answer(text, [wrt], shapes)
    page = Page(found, found.derivations[0], View(layout="numerator"))
    assert [line.tex for line in page.steps()] == STEPS[text, wrt]
    assert page.result().right == [*page.steps()][-1].right


@pytest.mark.parametrize("case", SOME, ids=lambda case: case.id)
def test_every_line_in_numerator_layout_is_read_back_and_verified(case: Case) -> None:
    report = chainrule.check(VIEWS["markdown"](derived(case), View(layout="numerator")))
    statements = [s for d in report.documents for s in d.statements]
    assert any(s.verdict == "verified" for s in statements)
    assert [(s.tex, s.verdict, s.code) for s in statements if s.verdict not in ("verified", "definition")] == []


def test_components_have_no_layout() -> None:
    found = answer("sum((X @ W - Y)**2) / 2", ["W"], {})
    pages = [Page(found, found.derivations[0], View(form="index", layout=x)) for x in ("denominator", "numerator")]  # type: ignore[arg-type]
    assert [line.tex for line in pages[0].steps()] == [line.tex for line in pages[1].steps()]
    for name, write in VIEWS.items():
        said = "omponents are the same in both layouts"
        assert said in write(found, View(form="index", layout="numerator")), name
        assert said not in write(found, View(layout="numerator")), name


def test_a_hessian_is_the_same_in_both_layouts() -> None:
    found = answer("x @ A @ x", ["x"], {"x": ("n",), "A": ("n", "n")}, order=2)
    page = Page(found, found.derivations[0], View(layout="numerator"))
    assert [line.right for line in page.steps()] == [
        r"x^{\top} \left(A + A^{\top}\right)",
        r"A + A^{\top}",
    ]


def test_a_step_that_is_no_transpose_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(derivation: Derivation) -> Turned:
        found = turned(derivation)
        (form,) = found.forms
        assert form is not None
        return Turned((Array("product", (transpose(transpose(form)), form), form.axes, form.data),), frozenset(), {})

    monkeypatch.setattr(recheck, "turned", wrong)
    found = answer("sum((X @ W - Y)**2) / 2", ["W"], {})
    with pytest.raises(Unsure):
        Page(found, found.derivations[0], View(layout="numerator"))
