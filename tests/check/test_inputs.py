"""Networks with random numbers whose data, first weights and targets are left out: nothing right may be refuted, and
no wrong digit accepted, however many digits are printed and wherever they were rounded."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.check.engine import check_document
from chainrule.check.records.options import Options
from chainrule.read.load import from_text

ACTIVATIONS = {
    r"\tanh(S)": (np.tanh, lambda a: 1 - a * a, r"(1 - P \circ P)"),
    r"\sigma(S)": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a), r"P \circ (1 - P)"),
    r"\max(0, S)": (lambda z: np.maximum(z, 0), lambda a: (a > 0) * 1.0, r"\mathbb{1}[P > 0]"),
}
INTRODUCTION = "Here $\\circ$ is the Hadamard product, $\\sigma$ the logistic sigmoid and $\\eta = 0.5$.\n\n"
Printed = list[tuple[str, str, np.ndarray]]


def printed(rng: np.random.Generator, rounded: bool, digits: int) -> Printed:
    """Two steps of descent as names, formulas and numbers; `rounded` at every step as on a pocket calculator."""
    samples, inputs, units = rng.integers(2, 5), rng.integers(2, 4), rng.integers(1, 4)
    text, (act, slope, slope_text) = list(ACTIVATIONS.items())[rng.integers(3)]
    x, w, y = (np.round(rng.normal(size=s), 1) for s in ((samples, inputs), (inputs, units), (samples, units)))
    found: Printed = []
    for step in range(2):
        marks, show = "'" * step, (lambda a: np.round(a, digits)) if rounded else (lambda a: a)
        s = show(x @ w)
        p = show(act(s))
        d = show((p - y) * slope(p))
        g = show(x.T @ d)
        w = show(w - 0.5 * g)
        formulas = ("X W", text, rf"(P - Y) \circ {slope_text}", "X^T D")
        for name, formula, value in zip("SPDG", formulas, (s, p, d, g), strict=True):
            found.append((name + marks, "" if step else f"{formula} = ", value))
        found.append((f"W{marks}'", "" if step else r"W - \eta G = ", w))
    return found


def table(numbers: np.ndarray, digits: int) -> str:
    rows = (" & ".join(f"{x:.{digits}f}" for x in row) for row in np.atleast_2d(numbers))
    return r"\begin{bmatrix} " + r" \\ ".join(rows) + r" \end{bmatrix}"


@pytest.mark.parametrize("seed", range(8))
def test_only_wrong_tables_are_refuted(seed: int) -> None:
    rng = np.random.default_rng(seed)
    digits = int(rng.integers(3, 8))
    tables = printed(rng, rounded=seed % 2 == 1, digits=digits)
    wrong = ""
    if seed % 4 >= 2:
        k = int(rng.integers(len(tables)))
        wrong, formula, value = tables[k]
        changed = value.copy()
        changed.flat[int(rng.integers(value.size))] += 20 * 10.0**-digits
        tables[k] = wrong, formula, changed
    lines = [f"$$ {name} = {formula}{table(value, digits)} $$\n" for name, formula, value in tables]
    report = check_document(from_text(INTRODUCTION + "\n".join(lines), "x.md"), options=Options(deadline=120.0))
    for s in report.statements:
        name = "" if s.line < 3 else tables[(s.line - 3) // 2][0]
        if s.kind == "numeric" and name == wrong:
            assert s.verdict != "verified", s
        elif s.kind == "numeric":
            assert s.verdict != "refuted", s
