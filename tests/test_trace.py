"""`chainrule trace`: every number against a training loop in plain NumPy, what is missing, the views."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from typer.testing import CliRunner

import chainrule
from chainrule.cli import app
from chainrule.notebook import Traced
from chainrule.trace.run import TraceError
from chainrule.write.trace_views import Detail
from chainrule.write.trace_views import cells as cells_of

ROOT = Path(__file__).resolve().parents[1]
Numbers = dict[str, Any]

X = np.array([[1.0, 0.5], [-0.3, 2.0], [0.7, -1.2]])
Y = np.array([1.0, -0.5, 0.25])


def bmatrix(numbers: Any) -> str:
    rows = np.atleast_2d(np.asarray(numbers, dtype=float).T).T
    body = r" \\ ".join(" & ".join(repr(float(x)) for x in row) for row in rows)
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


# -------------------------------------------------------------------------------------------------- sheets and loops


def elsewhere() -> Iterator[Numbers]:
    w = 0.5
    while True:
        yield {"w": w, "L(w)": w**4}
        w -= 0.01 * 4 * (2 * w) ** 3  # the gradient of L at the point 2w, not the derivative of L(2w)


DATA = rf"$$X = {bmatrix(X)}, \quad y = {bmatrix(Y)}.$$"


def regression() -> Iterator[Numbers]:
    w = np.array([0.1, -0.2])
    while True:
        r = X @ w - Y
        yield {"w": w, "L": r @ r / 2}
        w = w - 0.1 * X.T @ r


def per_sample() -> Iterator[Numbers]:
    for now in regression():
        yield {
            "w": now["w"],
            "L": (X @ now["w"] - Y) ** 2 / 2,
            r"\frac{\partial L}{\partial w}": X.T @ (X @ now["w"] - Y),
        }


def regression_with_bias() -> Iterator[Numbers]:
    w, b = np.array([0.1, -0.2]), 0.5
    while True:
        r = X @ w + b - Y
        yield {"w": w, "b": b, "J": r @ r / 3}
        w, b = w - 0.05 * 2 / 3 * X.T @ r, b - 0.05 * 2 / 3 * r.sum()


def neuron() -> Iterator[Numbers]:
    w, b = np.array([0.2, -0.4]), 0.1
    x, t = np.array([1.0, 0.5]), 1.0
    while True:
        p = 1 / (1 + np.exp(-(w @ x + b)))
        yield {"w_1": w[0], "w_2": w[1], "b": b, r"\hat y": p, "L": -np.log(p)}
        w, b = w - 0.5 * (p - t) * x, b - 0.5 * (p - t)


def network() -> Iterator[Numbers]:
    V = np.array([[0.3, -0.1, 0.2], [0.4, 0.5, -0.6]])
    u = np.array([0.7, -0.2, 0.1])
    while True:
        A = X @ V
        H = np.maximum(A, 0)
        o = H @ u
        p = np.tanh(o)
        d = (p - Y) * (1 - p**2)
        D = np.outer(d, u) * (A > 0)
        yield {"A": A, "H": H, "o": o, "p": p, r"\delta": d, "V": V, "u": u}
        V, u = V - 0.1 * X.T @ D, u - 0.1 * H.T @ d


def momentum() -> Iterator[Numbers]:
    A, b = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([1.0, 1.0])
    v, q = np.zeros(2), np.array([1.0, -1.0])
    while True:
        g = A @ q - b
        yield {r"\theta": q, "v": v, r"L(\theta)": q @ A @ q / 2 - b @ q}
        v = 0.9 * v + g
        q = q - 0.05 * v


def assigned_momentum() -> Iterator[Numbers]:
    w, v = 2.0, 0.0
    while True:
        yield {"w": w, "v": v}
        v = 0.5 * v + 4 * w**3
        w = w - 0.01 * v


def newton() -> Iterator[Numbers]:
    x = 1.5
    while True:
        yield {"x": x, "f(x)": x**2 - 2}
        x = x - (x**2 - 2) / (2 * x)


def adam() -> Iterator[Numbers]:
    w = m = v = 0.0
    k = 0
    while True:
        k += 1
        g = 2 * (w - 3)
        now = {"w": w, "m": m, "v": v, "g": g}
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        mh, vh = m / (1 - 0.9**k), v / (1 - 0.999**k)
        yield now | {r"\hat m": mh, r"\hat v": vh}
        w = w - 0.1 * mh / (np.sqrt(vh) + 1e-8)


def counted() -> Iterator[Numbers]:
    w = np.array([1.0, 1.0])
    while True:
        yield {r"\mathbf{w}": w, r"J(\mathbf{w})": (w[0] ** 2 + 4 * w[1] ** 2) / 2}
        w = w - 0.1 * np.array([w[0], 4 * w[1]])


def decayed() -> Iterator[Numbers]:
    w, k = 1.0, 0
    while True:
        yield {"w": w}
        w, k = w - 0.2 / (1 + 0.5 * k) * 2 * (w - 4), k + 1


def components() -> Iterator[Numbers]:
    w = np.array([0.5, -0.5])
    while True:
        r = X @ w - Y
        yield {"w": w, r"\frac{\partial L}{\partial w_i}": X.T @ r}
        w = (1 - 0.1 * 0.3) * w - 0.1 * X.T @ r


SHEETS: dict[str, tuple[str, Callable[[], Iterator[Numbers]]]] = {
    "primes": (
        rf"""{DATA} The loss is $L = \frac12 \|X w - y\|^2$ with $w = {bmatrix([0.1, -0.2])}$ and $\eta = 0.1$.
        $$w' = w - \eta \frac{{\partial L}}{{\partial w}}$$""",
        regression,
    ),
    "a loss for every sample": (
        rf"""{DATA} The loss of a sample is an entry of $L = \frac12 (s - y)^2$ with $s = X w$ and
        $w = {bmatrix([0.1, -0.2])}$. $$w' = w - 0.1 \frac{{\partial L}}{{\partial w}}$$""",
        per_sample,
    ),
    "code": (
        rf"""{DATA} Let $L = \frac12 \|X w - y\|^2$, where $w = {bmatrix([0.1, -0.2])}$ at first, and the learning rate
        $\eta = 0.1$. Every step of gradient descent sets $$w := w - \eta \nabla_w L.$$""",
        regression,
    ),
    "only spoken of": (
        rf"""{DATA} Let $w = {bmatrix([0.1, -0.2])}$ and $L = \frac12 (X w - y)^\top (X w - y)$.
        Compute $\frac{{\partial L}}{{\partial w}} = X^\top (X w - y)$, then do three steps of gradient descent with a
        learning rate of 0.1.""",
        regression,
    ),
    "two arrows": (
        rf"""{DATA} We fit $\hat y = X w + b$ with $J = \frac13 \sum_{{i=1}}^3 (\hat y_i - y_i)^2$, from
        $w = {bmatrix([0.1, -0.2])}$ and $b = 0.5$.
        $$w \leftarrow w - \alpha \frac{{\partial J}}{{\partial w}}, \quad
        b \gets b - \alpha \frac{{\partial J}}{{\partial b}}$$
        with $\alpha = 0.05$.""",
        regression_with_bias,
    ),
    "new": (
        r"""One neuron: $z = w_1 x_1 + w_2 x_2 + b$, $\hat y = \frac{1}{1 + e^{-z}}$,
        $L = -y \ln \hat y - (1 - y) \ln (1 - \hat y)$.
        The sample is $x_1 = 1$, $x_2 = 0.5$, $y = 1$; the parameters are $w_1 = 0.2$, $w_2 = -0.4$, $b = 0.1$.
        $$w_1^{new} = w_1 - 0.5 \frac{\partial L}{\partial w_1}$$
        $$w_2^{new} = w_2^{old} - 0.5 \frac{\partial L}{\partial w_2}$$
        $$b^{new} = b - 0.5 \frac{\partial L}{\partial b}$$""",
        neuron,
    ),
    "plus": (
        r"""$z = w_1 x_1 + w_2 x_2 + b$, $\hat y = \frac{1}{1 + e^{-z}}$, $L = -\ln \hat y$ as the label is 1.
        Given are $x_1 = 1$, $x_2 = 0.5$, $w_1 = 0.2$, $w_2 = -0.4$, $b = 0.1$ and $\eta = 0.5$.
        $$w_1^+ = w_1 - \eta * \frac{\partial L}{\partial w_1}, \quad
        w_2^+ = w_2 - \eta * \frac{\partial L}{\partial w_2}$$
        $$b^+ = b - \eta * \frac{\partial L}{\partial b}$$""",
        neuron,
    ),
    "error terms": (
        rf"""{DATA}
        $$V = {bmatrix([[0.3, -0.1, 0.2], [0.4, 0.5, -0.6]])}, \quad u = {bmatrix([0.7, -0.2, 0.1])}$$
        Forward: $A = X V$, $H = \operatorname{{ReLU}}(A)$, $o = H u$, $p = \tanh(o)$; the loss is summed over samples,
        $L = \frac12 (p - y)^2$, and $\odot$ is the elementwise product. Backward:
        $$\delta = (p - y) \odot (1 - p \odot p)$$
        $$\Delta u = H^T \delta$$
        $$\Delta V = X^T (\delta u^T \odot \mathbb{{1}}[A > 0])$$
        The updates with $\alpha = 0.1$ are
        $$u' = u - \alpha \Delta u, \quad V' = V - \alpha \Delta V.$$""",
        network,
    ),
    "momentum": (
        r"""Let $L(\theta) = \frac{1}{2} \theta^T A \theta - b^T \theta$ with
        $A = \begin{pmatrix} 3 & 1 \\ 1 & 2 \end{pmatrix}$ and $b = \begin{pmatrix} 1 \\ 1 \end{pmatrix}$.
        $$v_{t+1} = \beta v_t + \nabla L(\theta_t), \qquad \theta_{t+1} = \theta_t - \eta v_{t+1}$$
        Here $\beta = 0.9$, $\eta = 0.05$, $v_0 = \begin{pmatrix} 0 \\ 0 \end{pmatrix}$ and
        $\theta_0 = \begin{pmatrix} 1 \\ -1 \end{pmatrix}$.""",
        momentum,
    ),
    "a velocity is new when it is assigned": (
        r"""Let $f = w^4$, $w = 2$, $v = 0$, $\mu = 0.5$, $\eta = 0.01$.
        $$v \leftarrow \mu v + \frac{\partial f}{\partial w}$$
        $$w \leftarrow w - \eta v$$""",
        assigned_momentum,
    ),
    "Newton": (
        r"""Let $f(x) = x^2 - 2$. Newton's method iterates
        $$x_{n+1} = x_n - \frac{f(x_n)}{f'(x_n)}, \quad x_0 = 1.5.$$""",
        newton,
    ),
    "Adam": (
        r"""$f(w) = (w - 3)^2$, $w_0 = 0$, $m_0 = 0$, $v_0 = 0$.
        $$g_t = \nabla f(w_{t-1})$$
        $$m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t$$
        $$v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2$$
        $$\hat m_t = \frac{m_t}{1 - \beta_1^t}, \quad \hat v_t = \frac{v_t}{1 - \beta_2^t}$$
        $$w_t = w_{t-1} - \alpha \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}$$
        with $\alpha = 0.1$, $\beta_1 = 0.9$, $\beta_2 = 0.999$ and $\epsilon = 10^{-8}$.""",
        adam,
    ),
    "counted above": (
        r"""Gradient descent on $J(\mathbf{w}) = \frac{1}{2} (w_1^2 + 4 w_2^2)$:
        $$\mathbf{w}^{(k+1)} = \mathbf{w}^{(k)} - \eta \nabla J(\mathbf{w}^{(k)})$$
        where $\mathbf{w}^{(0)} = (1, 1)^T$ and $\eta = 0.1$.""",
        counted,
    ),
    "a rate that decays": (
        r"""Let $L = (w - 4)^2$ and $w_0 = 1$; gradient descent with a step size that decays:
        $$\eta_k = \frac{0.2}{1 + 0.5 k}, \qquad w_{k+1} = w_k - \eta_k \frac{\partial L}{\partial w_k}$$""",
        decayed,
    ),
    "the gradient at another point": (
        r"""Let $L(w) = w^4$ with $w = 0.5$ and $\eta = 0.01$. Gradient descent:
        $$w' = w - \eta \nabla L(2 w)$$""",
        elsewhere,
    ),
    "weight decay by components": (
        rf"""{DATA} Let $L = \frac12 \sum_i (\sum_j X_{{ij}} w_j - y_i)^2$ with $w = {bmatrix([0.5, -0.5])}$,
        $\eta = 0.1$, $\lambda = 0.3$.
        $$w_i' = (1 - \eta \lambda) w_i - \eta \frac{{\partial L}}{{\partial w_i}}$$""",
        components,
    ),
}


@pytest.mark.parametrize("name", SHEETS)
def test_every_number_is_that_of_a_training_loop(name: str) -> None:
    text, loop = SHEETS[name]
    traced = chainrule.trace(text, steps=4)
    assert [s.number for s in traced.trace.steps] == [0, 1, 2, 3, 4]
    for step, expected in zip(traced.trace.steps, loop(), strict=False):
        for key, numbers in expected.items():
            found = step.values[key]
            assert np.allclose(found.ravel(), np.ravel(numbers), rtol=1e-12, atol=1e-13), (key, step.number)


@pytest.mark.parametrize(
    ("name", "step", "key", "shown"),
    [
        ("primes", 2, "w", "w''"),
        ("primes", 1, r"\frac{\partial L}{\partial w}", r"\frac{\partial L'}{\partial w'}"),
        ("primes", 1, "w'", "w''"),
        ("momentum", 3, r"\theta", r"\theta_{3}"),
        ("momentum", 3, r"\nabla L(\theta)", r"\nabla L(\theta_{3})"),
        ("Adam", 1, r"\hat m", r"\hat m_{2}"),
        ("counted above", 2, r"\mathbf{w}", r"\mathbf{w}^{(2)}"),
        ("new", 2, "w_1", "w_1"),
    ],
)
def test_names_are_those_of_the_sheet(name: str, step: int, key: str, shown: str) -> None:
    record = chainrule.trace(SHEETS[name][0], steps=3).record
    assert record["steps"][step]["names"].get(key, key) == shown


# -------------------------------------------------------------------------------------------------- what is no update


@pytest.mark.parametrize(
    "text",
    [
        r"Let $x = 0.5$, $h = \tanh(x)$, $h' = 1 - h^2$ and $L = h^2$.",
        r"$h_0 = 0.5$, $W = 0.3$; a residual network: $h_{l+1} = h_l + \tanh(W h_l)$ and $L = h_2^2$.",
        r"Let $x = 2$ and $\sigma(x) = \frac{1}{1 + e^{-x}}$ with $\sigma' = \sigma (1 - \sigma)$, $a = \sigma(x)$.",
    ],
)
def test_derivatives_and_layers_are_no_updates(text: str) -> None:
    traced = chainrule.trace(text, steps=3).trace
    assert [s.number for s in traced.steps] == [0]
    assert traced.rules == []


def test_what_has_no_number_is_said_in_its_place() -> None:
    text = (
        r"Let $x = 2$, $z = w x$ and $a = \tanh(x)$. $$L = (z - t)^2$$ $$w' = w - 0.1 \frac{\partial L}{\partial w}$$"
    )
    traced = chainrule.trace(text)
    assert {t.name: t.message for t in traced.trace.troubles}["z"] == "w has no number"
    lines = traced.to("text").splitlines()
    places = [next(n for n, line in enumerate(lines) if line.strip().startswith(key)) for key in ("z ", "a ", "L ")]
    assert places == sorted(places)
    assert "not computed (line 1): w has no number" in lines[places[0]]


def test_nothing_to_compute() -> None:
    with pytest.raises(TraceError, match=r"no quantity of this sheet has a number.*give the data"):
        chainrule.trace(r"Let $y = w x$.")


def test_without_a_rule_there_is_one_step_and_it_is_said() -> None:
    traced = chainrule.trace(r"Let $x = 2$, $w = 3$ and $L = (w x)^2$.", steps=5)
    assert len(traced.trace.steps) == 1
    assert "there is no update rule" in traced.to("text")


# -------------------------------------------------------------------------------------------------- views


def a_trace() -> Traced:
    return chainrule.trace(SHEETS["error terms"][0], steps=2)


def test_json_is_what_the_schema_says() -> None:
    schema = json.loads((ROOT / "docs" / "trace.schema.json").read_text(encoding="utf-8"))
    record = json.loads(a_trace().to("json"))
    jsonschema.validate(record, schema)
    assert record == a_trace().record
    assert np.asarray(record["steps"][0]["values"]["A"]).shape == (3, 3)
    assert np.allclose(np.asarray(record["steps"][1]["values"]["V"]), a_trace()["V"][1])


def test_csv_holds_every_number() -> None:
    rows = list(csv.DictReader(io.StringIO(a_trace().to("csv", digits=12))))
    found = [float(r["value"]) for r in rows if r["step"] == "1" and r["name"] == "V"]
    assert np.allclose(found, a_trace()["V"][1].ravel(), atol=1e-12)


@pytest.mark.parametrize("format", ["text", "markdown", "latex", "html"])
def test_views_show_digits(format: str) -> None:
    number = f"{a_trace()['L'][0].ravel()[0]:.5f}"
    text = a_trace().to(format, digits=5)
    assert number in text
    assert number + "0" not in text


def test_large_arrays_are_short_in_text_and_whole_in_files(tmp_path: Path) -> None:
    sheet = tmp_path / "large.md"
    sheet.write_text(f"Let $x = {bmatrix(np.arange(40) / 7)}$ and $h = \\tanh(x)$.\n")
    shown = CliRunner().invoke(app, ["trace", str(sheet)])
    assert "⋮" in shown.output
    assert f"{np.tanh(39 / 7):.8f}".rstrip("0") not in shown.output
    CliRunner().invoke(app, ["trace", str(sheet), "-o", str(tmp_path / "out.txt")])
    assert f"{np.tanh(39 / 7):.8f}".rstrip("0") in (tmp_path / "out.txt").read_text()


def test_plot(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from chainrule.write.plot import curves

    losses, gradients = curves(a_trace().trace)
    assert [c.name for c in losses] == ["L"]
    assert losses[0].numbers == pytest.approx(a_trace()["L"].sum(axis=(1, 2)).tolist())
    assert sorted(c.name for c in gradients) == ["ΔV", "Δu"]
    assert gradients[0].numbers[1] == pytest.approx(np.linalg.norm(a_trace()[r"\Delta u"][1]))
    a_trace().plot(str(tmp_path / "p.svg"))
    assert "<svg" in (tmp_path / "p.svg").read_text(encoding="utf-8")


def test_the_command(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.md"
    sheet.write_text("$$w' = w - 0.1 \\frac{\\partial L}{\\partial w}$$\n")
    context = tmp_path / "exercise.md"
    context.write_text("Let $w = 2$ and $L = w^2$.\n")
    found = CliRunner().invoke(app, ["trace", str(sheet), "--context", str(context), "--steps", "2"])
    assert found.exit_code == 0, found.output
    assert "1.28" in found.output
    for wrong, said in (
        ([str(tmp_path / "none.md")], "no such file"),
        ([str(sheet)], "no quantity of this sheet has a number"),
        ([str(sheet), "--context", str(context), "--plot", "p.doc"], "a plot is written as .svg, .png, .pdf"),
    ):
        bad = CliRunner().invoke(app, ["trace", *wrong])
        assert bad.exit_code == 2
        assert said in bad.output.lower() or said in bad.output


def test_commands_in_names_are_not_typeset() -> None:
    traced = chainrule.trace(r"Let $\href{javascript:x}{w} = 2$ and $v = 3$.")
    assert "href" not in traced.to("html")


# -------------------------------------------------------------------------------------------------- a real sheet

SEED = ROOT.parent / "shared" / "seeds" / "002.md"
TABLE = re.compile(r"\\begin\{bmatrix\}(.*?)\\end\{bmatrix\}", re.DOTALL)
NAME = re.compile(r"(\\Delta |\\delta|\\mathcal\{L\}|[sSwWz])('*)(?:_\{(\w+)\})?('*)")


def printed_tables(text: str) -> list[tuple[str, int, list[list[str]]]]:
    """Every table of numbers with the name on the left of its line and the number of primes."""
    found = []
    for match in TABLE.finditer(text):
        before = text[: match.start()]
        row = re.split(r"\\\\|\\begin\{aligned\}|\\end\{bmatrix\}\s*,", before)[-1]
        name = row.split("=")[0].replace("&", "").strip()
        cells = [[c.strip() for c in line.split("&")] for line in match[1].split(r"\\")]
        found.append((name.replace("'", ""), name.count("'"), cells))
    return found


@pytest.mark.skipif(not SEED.exists(), reason="the sheet is not part of the project")
def test_all_tables_of_a_real_sheet_but_for_its_misprint() -> None:
    traced = chainrule.trace(SEED, SEED.with_suffix("").with_suffix(".context.md"), steps=3)
    values = {(q.name.replace("'", ""), q.name.count("'")): q.name for q in traced.trace.quantities}
    tables, wrong = printed_tables(SEED.read_text(encoding="utf-8")), list[str]()
    for name, primes, cells in tables:
        own = next(n for n in (1, 0) if (name, n) in values and primes >= n)
        numbers = traced.trace.steps[primes - own].values[values[name, own]]
        shown = cells_of(numbers, Detail(8))
        assert len(shown) == len(cells)
        for row, printed in zip(shown, cells, strict=True):
            wrong += [f"{name} {p}" for s, p in zip(row, printed, strict=True) if float(s) != float(p)]
    assert len(tables) == 33
    assert len(wrong) == 1


HEAVY = r"Let $f(w) = w^2$ and $\alpha = 0.1$, $\beta = 0.5$. Gradient descent with momentum: "


@pytest.mark.parametrize(
    "rule",
    [
        r"$w_0 = w_{-1} = 1$, $w_{t+1} = w_t - \alpha f'(w_t) + \beta (w_t - w_{t-1})$.",
        r"$w_0 = 1$, $w_{t+1} = w_t - \alpha f'(w_t) + \beta (w_t - w_{t-1})$.",
        r"$w^{(-1)} = 1$, $w^{(0)} = 1$, $w^{(k+1)} = w^{(k)} - \alpha f'(w^{(k)}) + \beta (w^{(k)} - w^{(k-1)})$.",
        r"$w_0 = 1$, $w_n = (1 + \beta) w_{n-1} - \beta w_{n-2} - \alpha f'(w_{n-1})$.",
    ],
)
def test_the_step_before_the_last_is_kept(rule: str) -> None:
    found = chainrule.trace(HEAVY + rule, steps=3)
    (name,) = {q.name for q in found.trace.quantities if q.kind == "parameter"}
    assert found[name].tolist() == pytest.approx([1, 0.8, 0.54, 0.302])


def test_the_step_before_the_last_may_begin_elsewhere() -> None:
    rule = r"$w_{-1} = 2$, $w_0 = 1$, $w_{t+1} = w_t - \alpha f'(w_t) + \beta (w_t - w_{t-1})$."
    assert chainrule.trace(HEAVY + rule, steps=1)["w"].tolist() == pytest.approx([1, 0.3])


def test_what_needs_a_quantity_that_cannot_move_has_no_numbers_after_a_step() -> None:
    sheet = r"""Let $L = \frac12 \|W x - y\|^2$, $U = W W$ and $n = y + y$ with
    $W = \begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}$, $x = \begin{pmatrix} 1 \\ 2 \end{pmatrix}$,
    $y = \begin{pmatrix} 1 \\ 0 \end{pmatrix}$, $b = 1$, $c = b^2$, $\eta = 0.1$.

    $$M \leftarrow 0.5 M + \frac{\partial L}{\partial W}, \quad W \leftarrow W - \eta M$$
    $$b \leftarrow b - \eta \frac{\partial c}{\partial b}$$

    At the beginning $M = START$."""
    stuck = chainrule.trace(sheet.replace("START", "3"), steps=2)
    assert {"M", "W"} <= {t.name for t in stuck.trace.troubles}
    last = stuck.record["steps"][-1]["values"]
    assert "c" in last
    assert not {"L", "U", "W", "M"} & last.keys()
    free = chainrule.trace(sheet.replace("START", "0"), steps=2).record["steps"][-1]["values"]
    first = np.outer([0.0, 2.0], [1.0, 2.0])
    second = 0.5 * first + np.outer((np.eye(2) - 0.1 * first) @ [1.0, 2.0] - [1.0, 0.0], [1.0, 2.0])
    assert np.allclose(free["M"], second)


@pytest.mark.parametrize(
    ("sheet", "steps", "said"),
    [
        (
            r"Let $s = w x$ and $L = -\log(1 - s)$ with $w = 1$, $x = 1$.",
            0,
            "L$ is no number before the first update: the logarithm of 0",
        ),
        (
            r"Let $q = \frac{x}{w - 1}$ with $x = 3$ and $w = 1$.",
            0,
            "q$ is no number before the first update: a division by zero",
        ),
        (r"Let $r = \sqrt{w - 2}$ with $w = 1$.", 0, "of the negative number -1"),
        (r"Let $u = e^{w k}$ with $w = 2$ and $k = 800$.", 0, "the exponential of 1600 is beyond the largest number"),
        (
            r"Let $X = \begin{bmatrix} 1 & 2 \\ 2 & 4 \end{bmatrix}$ and $Z = X^{-1}$.",
            0,
            "a matrix that has no inverse",
        ),
        (
            r"Let $L = (w^2 - 1)^2$ with $w = 3$. The update is $w' = w - \frac{\partial L}{\partial w}$.",
            9,
            "after 5 updates: the power 2 of -3.3715039e+183 is beyond the largest number in the formula of $L$",
        ),
    ],
)
def test_what_makes_a_number_infinite_is_said(sheet: str, steps: int, said: str) -> None:
    (note,) = (n for n in chainrule.trace(sheet, steps=steps).trace.notes if "no number" in n)
    assert said in note


def test_a_trace_of_finite_numbers_says_nothing_of_infinite_ones() -> None:
    sheet = r"Let $L = (w - 1)^2$ with $w = 3$. The update is $w' = w - 0.1 \frac{\partial L}{\partial w}$."
    assert not [n for n in chainrule.trace(sheet, steps=9).trace.notes if "no number" in n]


def test_time_that_runs_out_and_one_file_for_two_things(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.md"
    sheet.write_text(SHEETS["error terms"][0], encoding="utf-8")
    late = CliRunner().invoke(app, ["trace", str(sheet), "--deadline", "0.000001"])
    assert late.exit_code == 2
    assert "ran out" in late.output
    asked = CliRunner().invoke(
        app, ["solve", "-", "--deadline", "0.000001"], input="Let $L = w^2$. Derive $\\nabla L$."
    )
    assert asked.exit_code == 2
    assert "ran out" in asked.output
    same = CliRunner().invoke(
        app, ["trace", str(sheet), "--plot", str(tmp_path / "a.svg"), "-o", str(tmp_path / "a.svg")]
    )
    assert same.exit_code == 2
    assert "same file" in same.output


def test_moments_are_rules_of_a_title_with_an_optimiser() -> None:
    text = (
        "# Adam\n\n$w_0 = 1$, $m_0 = 0$, $v_0 = 0$, $g_t = 4 (w_{t-1} + 2)$, $m_t = 0.8 m_{t-1} + 0.2 g_t$, "
        r"$v_t = 0.9 v_{t-1} + 0.1 g_t^2$ and $w_t = w_{t-1} - 0.5 \frac{m_t}{\sqrt{v_t}}$."
    )
    w, m, v, expected = 1.0, 0.0, 0.0, [1.0]
    for _ in range(3):
        g = 4 * (w + 2)
        m, v = 0.8 * m + 0.2 * g, 0.9 * v + 0.1 * g * g
        w -= 0.5 * m / v**0.5
        expected.append(w)
    assert chainrule.trace(text, steps=3)["w"].tolist() == pytest.approx(expected, rel=1e-12)


def test_steps_that_are_no_updates_are_told_apart() -> None:
    told = chainrule.trace(r"Let $u = 0.3$, $s_0 = 0.1$ and $s_k = \tanh(2 s_{k-1} + u)$ for $k = 1, 2$.", steps=1)
    first = math.tanh(2 * 0.1 + 0.3)
    assert told["s_1"].tolist()[0] == pytest.approx(first)
    assert told["s_2"].tolist()[0] == pytest.approx(math.tanh(2 * first + 0.3))
    untold = CliRunner().invoke(
        app, ["trace", "-", "--steps", "1"], input=r"Let $s_0 = 0.1$ and $s_k = \tanh(2 s_{k-1})$."
    )
    assert "which k is meant" in " ".join(untold.output.split())
