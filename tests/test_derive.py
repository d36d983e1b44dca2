"""`chainrule derive`: what it answers, what it refuses and in which words, and that no view of it is empty."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import chainrule
from chainrule.calculus.arrays.notation import number as constant
from chainrule.calculus.arrays.products import product
from chainrule.cli import app
from chainrule.derive.build import build
from chainrule.derive.gradient import first_order
from chainrule.derive.recheck import Unsure, recheck
from chainrule.derive.record import answer, dimensions
from chainrule.notebook import VIEWS
from chainrule.read.python import FormulaError
from chainrule.write.derivation import View

NETWORK = "sum((tanh(relu(X @ W) @ w) - y) ** 2) / 2"


def test_steps_lead_to_the_result() -> None:
    record = chainrule.derive(NETWORK, "W,w").record
    first, second = record["results"]
    assert record["schema"] == "chainrule.derive/1"
    assert first["where"] == [
        r"Z = X W",
        r"H = \operatorname{relu}\left(Z\right)",
        r"z = H w",
        r"h = \tanh\left(z\right)",
        r"L = \frac{\left(h - y\right)^{\top} \left(h - y\right)}{2}",
    ]
    assert [s["tex"] for s in first["steps"]] == [
        r"\frac{\partial L}{\partial z} = \left(h - y\right) \odot \left(\mathbf{1} - h^{\odot 2}\right)",
        r"\frac{\partial L}{\partial Z} = \left(\frac{\partial L}{\partial z} w^{\top}\right)"
        r" \odot \mathbb{1}\left[Z > 0\right]",
        r"\frac{\partial L}{\partial W} = X^{\top} \frac{\partial L}{\partial Z}",
    ]
    assert second["tex"] == r"H^{\top} \frac{\partial L}{\partial z}"
    assert first["shape"] == ["d", "h"]


@pytest.mark.parametrize(
    ("expression", "tex"),
    [
        ("sum((X @ w - y)**2) / 2", r"X^{\top} X"),
        (
            "logsumexp(X @ w)",
            r"X^{\top} \left(\operatorname{diag}\left(p\right) - p p^{\top}\right) X",
        ),
        ("sum(exp(X @ w))", r"X^{\top} \operatorname{diag}\left(\exp\left(X w\right)\right) X"),
        ("(w @ w)**2", r"8 w w^{\top} + 4 \left(w^{\top} w\right) I"),
    ],
)
def test_hessians(expression: str, tex: str) -> None:
    found = chainrule.derive(expression, "w", shapes={"w": "d"}, order=2)
    assert found.tex == tex


@pytest.mark.parametrize(
    ("expression", "wrt", "tex"),
    [
        ("sum((X @ W - Y)**2) / 2", "W", r"I \otimes X^{\top} X"),
        (
            "logsumexp(W @ x) - y @ W @ x", "W",
            r"x x^{\top} \otimes \left(\operatorname{diag}\left(p\right) - p p^{\top}\right)",
        ),
        ("norm(X - U @ V.T)**2 / 2", "U", r"V^{\top} V \otimes I"),
        ("trace(X.T @ A @ X)", "X", r"I \otimes \left(A + A^{\top}\right)"),
        (
            "sum(logsumexp(X @ W, axis=1)) - sum(Y * (X @ W))", "W",
            r"\sum_{i = 1}^{n} \left(\operatorname{diag}\left(P_{i}\right) - P_{i} P_{i}^{\top}\right)"
            r" \otimes X_{i} X_{i}^{\top}",
        ),
        (
            "sum(tanh(X @ W) @ v) + c * sum(W**2)", "W",
            r"I \otimes 2 c I + \sum_{i = 1}^{n} \operatorname{diag}\left(2 \left(H_{i}^{\odot 3} \odot v"
            r" - v \odot H_{i}\right)\right) \otimes X_{i} X_{i}^{\top}",
        ),
        ("logdet(X)", "X", None),
    ],
)  # fmt: skip
def test_hessians_by_matrices(expression: str, wrt: str, tex: str | None) -> None:
    """As Kronecker products where they are some; numbers are those of automatic differentiation, and the page is read
    back and verified."""
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    found = chainrule.derive(expression, wrt, order=2, shapes={"c": ""} if "c *" in expression else {})
    record = found.record["results"][0]
    report = chainrule.check(found.to("markdown"))
    assert {s.verdict for d in report.documents for s in d.statements} == {"definition", "verified"}
    assert record.get("kronecker", {}).get("tex") == tex
    if tex is None:
        return
    rng, sizes = np.random.default_rng(0), dict(zip("ndhkmpqrs", (3, 2, 4, 5, 3, 2, 4, 3, 2), strict=True))
    problem = found.answer.problem
    data = {n: rng.normal(size=[sizes[d.name] for d in s.axes]) for n, s in problem.inputs.items()}
    names = {"sum": jax.numpy.sum, "norm": jax.numpy.linalg.norm, "trace": jax.numpy.trace}
    names |= {"logsumexp": jax.nn.logsumexp, "tanh": jax.numpy.tanh}
    code = compile(expression, "<hessian>", "eval")
    hessian = jax.hessian(lambda value: eval(code, {**names, **data, wrt: value}))(data[wrt])
    rows, columns = data[wrt].shape
    expected = np.asarray(hessian).transpose(1, 0, 3, 2).reshape(rows * columns, rows * columns)
    found_by_vec = eval(record["kronecker"]["numpy"], {"np": np, "scipy": _scipy(), **data})
    np.testing.assert_allclose(found_by_vec, expected, rtol=1e-9, atol=1e-12)


def _scipy() -> object:
    import scipy.special

    return scipy


def test_labels_are_places() -> None:
    found = chainrule.derive("-log(softmax(W @ x + b)[y])", "b", shapes={"b": "k"})
    assert found.record["results"][0]["steps"][0]["tex"] == (
        r"\frac{\partial L}{\partial z_{i}} = p_{i} - \mathbb{1}\left[i = y\right]"
    )


RESULT = {
    "text": "∂L/∂w = Xᵀ (X w - y)",
    "latex": r"\frac{\partial L}{\partial w} = X^{\top} \left(X w - y\right)",
    "markdown": r"\frac{\partial L}{\partial w} = X^{\top} \left(X w - y\right)",
    "html": "<mi>X</mi><mi>w</mi><mo>&#x02212;</mo><mi>y</mi>",
    "json": r"X^{\\top} \\left(X w - y\\right)",
}


@pytest.mark.parametrize("format", sorted(VIEWS))
@pytest.mark.parametrize("depth", ["full", "brief", "result"])
def test_every_view_holds_the_result(format: str, depth: str) -> None:
    text = chainrule.derive("sum((X @ w - y)**2) / 2", "w").to(format, View(depth))  # type: ignore[arg-type]
    assert RESULT[format] in text
    assert ("Let" in text) == (depth == "full" and format != "json")


@pytest.mark.parametrize(
    ("tex", "wrt", "expected"),
    [
        (r"\operatorname{tr}(X^3)", "X", r"3 X^{\top} X^{\top}"),
        (r"a^\top X^2 b", "X", r"a b^{\top} X^{\top} + X^{\top} a b^{\top}"),
        (r"\ln \det(X^2)", "X", r"2 X^{-\top}"),
        (r"\operatorname{tr}(X^{-2})", "X", r"-2 X^{-\top} X^{-\top} X^{-\top}"),
        (r"\frac{\|x\|^2}{T^2}", "x", r"\frac{2 x}{T^{2}}"),
    ],
)
def test_powers_of_matrices_in_tex_are_products(tex: str, wrt: str, expected: str) -> None:
    """Without a shape a capital letter under a power is a square matrix, where that fits."""
    assert chainrule.derive(tex, wrt).tex == expected


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (
            r"\sum_i \sum_{j \neq y_i} \max(0, s_{ij} - s_{i y_i} + 1)",
            r"\begin{cases} \mathbb{1}\left[1 + s_{ij} - s_{i, y_{i}} > 0\right] & \text{if } j \neq y_{i} \\"
            r" -\sum_{k \neq y_{i}} \mathbb{1}\left[1 + s_{ik} - s_{i, y_{i}} > 0\right]"
            r" & \text{otherwise} \end{cases}",
        ),
        (
            r"\sum_{j \ne y} \max(0, s_j - s_y + \Delta)",
            r"\begin{cases} \mathbb{1}\left[\Delta + s_{i} - s_{y} > 0\right] & \text{if } i \neq y \\"
            r" -\sum_{j \neq y} \mathbb{1}\left[\Delta + s_{j} - s_{y} > 0\right] & \text{otherwise} \end{cases}",
        ),
        (r"-\log \operatorname{softmax}(s)_y", r"p_{i} - \mathbb{1}\left[i = y\right]"),
    ],
)
def test_the_cases_of_a_label(tex: str, expected: str) -> None:
    """A hinge has a derivative by cases, a cross-entropy one with an indicator; both are read back."""
    found = chainrule.derive(tex, "s")
    assert found.tex == expected
    report = chainrule.check(found.to("markdown"))
    assert {s.verdict for d in report.documents for s in d.statements} == {"definition", "verified"}


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"\frac1n 1_n^\top (A x - b)", r"\frac{A^{\top} \mathbf{1}}{n}"),
        (r"\frac{1}{m} \mathbf{1}_m^\top \exp(B x)", r"\frac{B^{\top} \exp\left(B x\right)}{m}"),
        (r"\mathbb{1}_N^\top (C x)^2", r"2 C^{\top} C x"),
        (r"-\log \operatorname{softmax}(x)_n", r"p_{i} - \mathbb{1}\left[i = n\right]"),
    ],
)
def test_below_ones_stands_how_many_there_are(tex: str, expected: str) -> None:
    """A letter for a size below a vector of ones is no label; below anything else it may be one."""
    found = chainrule.derive(tex, "x")
    assert found.tex == expected
    report = chainrule.check(found.to("markdown"))
    assert {s.verdict for d in report.documents for s in d.statements} == {"definition", "verified"}


def test_layout_turns_the_result() -> None:
    found = chainrule.derive("sum((X @ W - Y)**2) / 2", "W")
    (result,) = json.loads(found.to("json", View(layout="numerator")))["results"]
    assert result["tex"] == r"\left(X W - Y\right)^{\top} X"
    assert result["numpy"] == "(X.T @ (X @ W - Y)).T"


def deep(layers: int) -> str:
    lines = ["h0 = tanh(W0 @ x)"] + [f"h{k} = tanh(W{k} @ h{k - 1})" for k in range(1, layers)]
    return "\n".join([*lines, f"sum(h{layers - 1}**2) / 2"])


def test_a_deep_network_has_one_step_a_layer() -> None:
    layers = 60
    shapes = {f"W{k}": ("d", "d") for k in range(layers)} | {"x": ("d",)}
    (found,) = answer(deep(layers), ["W0"], shapes).derivations
    assert len(found.steps) == layers + 1
    assert found.whole is None
    record = json.loads(VIEWS["json"](answer(deep(layers), ["W0"], shapes), View()))
    rng = np.random.default_rng(0)
    data = {name: rng.normal(size=[3] * len(dims)) for name, dims in shapes.items()}
    gradient = eval(record["results"][0]["numpy"], {"np": np, **data})

    def loss(first: np.ndarray) -> float:  # type: ignore[type-arg]
        h = np.tanh(first @ data["x"])
        for k in range(1, layers):
            h = np.tanh(data[f"W{k}"] @ h)
        return float(np.sum(h**2) / 2)

    direction, step = rng.normal(size=(3, 3)), 1e-6
    slope = (loss(data["W0"] + step * direction) - loss(data["W0"] - step * direction)) / (2 * step)
    assert np.sum(gradient * direction) == pytest.approx(slope, rel=1e-4, abs=1e-9)


def test_a_wrong_result_is_not_shown() -> None:
    problem = build("sum((X @ w - y)**2) / 2", {})
    (found,) = first_order(problem, [problem.inputs["w"]])
    assert recheck(found) > 0
    assert found.result.form is not None
    wrong = replace(found.result, form=product(constant(2), found.result.form))
    found.result = wrong
    with pytest.raises(Unsure, match="does not agree"):
        recheck(found)


def test_an_axis_that_is_kept_leaves_the_sizes_of_others_open() -> None:
    (result,) = chainrule.derive("sum((X - mean(X, axis=0, keepdims=True))**2)", "X").record["results"]
    assert result["shape"] == ["n", "d"]
    assert result["tex"] == r"2 \left(X - \frac{\mathbf{1} \mathbf{1}^{\top} X}{n}\right)"


@pytest.mark.parametrize(
    ("expression", "wrt", "shapes", "said"),
    [
        ("sum(X @ w - y)", "q", [], "q does not occur in the expression; it has X, w, y"),
        ("X @ w", "w", ["X: n d", "w: d"], "a scalar is needed and the expression is a vector"),
        ("sum(foo(x))", "x", [], "there is no function 'foo'"),
        ("sum(x))", "x", [], "unmatched"),
        ("x^2", "x", [], "write **"),
        (
            "sum(x * w)",
            "x",
            [],
            'x may be a scalar or a vector; w may be a scalar or a vector. Write for example --shape "x: n"',
        ),
        ("sum(X @ w)", "w", ["X: n d", "w: k"], "the sizes d and k do not fit in @"),
        ("sum(x) if x else 0", "x", [], "a scalar is needed and the expression is a vector"),
        ("__import__('os').system('true')", "x", [], "is no number"),
        ("x.real", "x", [], "an attribute is not read in a formula"),
        ("sum(x**2)", "x", ["x: n", "x: m"], "two shapes are given for x"),
        ("sum(x**2)", "x", ["x: n", "z: m"], "z, which does not occur"),
        ("sum(x**2)", "x", ["x n"], 'a shape is written "NAME: DIMENSIONS"'),
        ("", "x", [], "the expression is empty"),
        (r"\|A x b\|^2", "x", [], "b may be a scalar or a vector; x may be a scalar or a vector"),
        (r"X w", "w", ["X: n d", "w: d"], "no Python-style formula"),
        (r"X \, w", "w", ["X: n d", "w: d"], "it is a column vector of length n, and a scalar is needed"),
        (r"\|A x\|^2", "x", ["A: n d", "x: k"], "a dimension d meets a dimension k"),
        (r"\|A x\|^2", "y", [], "y does not occur in the expression; it has A, x"),
        (r"-\log p_k", "k", [], "k is a label"),
        (r"\frac{1", "x", [], "L could not be read"),
        ("sum(x**2)", "", [], "write for example --wrt x"),
    ],
)
def test_errors_say_what_and_where(expression: str, wrt: str, shapes: list[str], said: str) -> None:
    with pytest.raises(FormulaError) as error:
        answer(expression, [wrt] if wrt else [], dimensions(shapes))
    assert said in str(error.value)


def test_the_command(tmp_path: Path) -> None:
    sheet = tmp_path / "loss.py"
    sheet.write_text("r = X @ w - y\nsum(r**2) / 2\n")
    out = tmp_path / "out.md"
    found = CliRunner().invoke(app, ["derive", str(sheet), "--wrt", "w", "--to", "markdown", "-o", str(out)])
    assert found.exit_code == 0, found.output
    assert r"\frac{\partial L}{\partial w} = X^{\top} \frac{\partial L}{\partial r}" in out.read_text()
    assert CliRunner().invoke(app, ["check", str(out)]).exit_code == 0
    bad = CliRunner().invoke(app, ["derive", "sum(x))", "--wrt", "x"])
    assert bad.exit_code == 2
    assert "unmatched" in bad.output


SHEET = r"""
# A network

Let $z = W x + b$, $h = \tanh(z)$ and $\hat y = v^\top h$, where $W \in \mathbb{R}^{m \times d}$ and
$x \in \mathbb{R}^d$. The loss is $L = \frac12 (\hat y - y)^2 + \frac{\lambda}{2} \|W\|_F^2$.
"""


def test_a_sheet_says_what_the_loss_is(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.md"
    sheet.write_text(SHEET)
    found = CliRunner().invoke(app, ["derive", str(sheet), "--wrt", r"W,b,z,\hat y", "--to", "json"])
    assert found.exit_code == 0, found.output
    results = json.loads(found.stdout)["results"]
    assert [r["wrt"] for r in results] == ["W", "b", "z", "y_hat"]
    assert [r["tex"] for r in results] == [
        r"\lambda W + \frac{\partial L}{\partial z} x^{\top}",
        r"\frac{\partial L}{\partial z}",
        r"\frac{\partial L}{\partial \hat y} \left(\left(\mathbf{1} - h^{\odot 2}\right) \odot v\right)",
        r"\hat y - y",
    ]
    assert results[0]["shape"] == ["m", "d"]


def test_the_name_of_the_loss_is_one_that_is_free() -> None:
    for expression in (r"\|L x\|^2", "sum((L @ x)**2)"):
        assert chainrule.derive(expression, "x").record["of"] == "J"
        with pytest.raises(FormulaError, match="give another name with --of"):
            chainrule.derive(expression, "x", of="L")


def test_quantities_of_a_text_are_varied_freely() -> None:
    assert chainrule.derive("r = X @ w - y; sum(r**2) / 2", "r,w").record["results"][0]["tex"] == "r"


@pytest.mark.parametrize(
    ("tex", "wrt", "expected"),
    [
        (r"-\log \operatorname{softmax}(W x + b)_y", "b", r"\frac{\partial L}{\partial z}"),
        (r"-\log p_k", "p", r"-\frac{\mathbb{1}\left[i = k\right]}{p_{k}}"),
        (r"p = \operatorname{softmax}(z), L = -\log p_k", "p", r"-\frac{\mathbb{1}\left[i = k\right]}{p_{k}}"),
        (r"\|X\beta - y\|^2", r"\beta", r"2 X^{\top} \left(X \beta - y\right)"),
        (r"$$(y - \tanh(w x + b))^2$$", "b", r"\frac{\partial L}{\partial z}"),
        ("x^T A x", "x", r"\left(A + A^{\top}\right) x"),
        (r"\ell(f(x))", "x", r"\ell'\left(f\left(x\right)\right) f'\left(x\right)"),
        (r"J = \lambda (1 - w^\top w)", r"\lambda", r"1 - \left(w^{\top} w\right)"),
    ],
)
def test_formulas_in_tex(tex: str, wrt: str, expected: str) -> None:
    assert chainrule.derive(tex, wrt).tex == expected


def test_pages_are_read_back(tmp_path: Path) -> None:
    for format, name in (("markdown", "a.md"), ("latex", "a.tex")):
        path = tmp_path / name
        path.write_text(chainrule.derive(NETWORK, "W").to(format))
        (document,) = chainrule.check(path).documents
        assert {s.verdict for s in document.statements} <= {"verified", "definition"}


def test_a_matrix_of_a_family_is_named_at_its_place() -> None:
    r"""An inverse inside a sum over k is that of `\Sigma_{k}`; what has no name of its own stands in brackets."""
    for formula, by, expected in (
        (r"\sum_k \log\det(\Sigma_k)", r"\Sigma", "Σᵢ⁻¹"),
        (r"\log\det(\Sigma_k + \sum_j A_j)", "A", "]ₘₚ⁻¹"),
    ):
        told = CliRunner().invoke(app, ["derive", formula, "--wrt", by])
        assert told.exit_code == 0
        assert expected in told.output


@pytest.mark.parametrize(
    ("formula", "by"),
    [
        (r"\sum_i (\sum_j W_{ij} x_{kj} - \sum_l y_{il}^2)^3", "W"),
        (r"\sum_j \exp(A_{ij} b_j) + \sum_l \sum_j A_{lj} c_{ij}", "A"),
        (r"\sum_k \log\det(\Sigma_k)", r"\Sigma"),
    ],
)
def test_components_beside_a_place_are_read_back(formula: str, by: str, tmp_path: Path) -> None:
    """No letter of an index is that of a place which the formula names, `x_{kj}`: the page means what it says."""
    path = tmp_path / "found.md"
    assert CliRunner().invoke(app, ["derive", formula, "--wrt", by, "--to", "markdown", "-o", str(path)]).exit_code == 0
    (document,) = chainrule.check(path).documents
    assert [s.tex for s in document.statements if s.verdict not in ("verified", "definition")] == []
    assert any(s.verdict == "verified" for s in document.statements)
