"""Bad input and contradictory options of `derive`: each error says where, what, what is there, and what to write."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import chainrule
from chainrule.cli import app
from chainrule.read.python import FormulaError

LOSS = "sum((X @ w - y)**2)"
ERRORS = [
    # names
    (LOSS, ["--wrt", "v"], ["v does not occur", "it has X, w, y"]),
    (LOSS, ["--wrt", ""], ["no name to derive by is given", "--wrt X"]),
    (LOSS, ["--wrt", "w,v"], ["v does not occur"]),
    ("sum(Xw**2)", ["--wrt", "w"], ["w does not occur", "Xw is one name", "X @ w"]),
    ("3", ["--wrt", "x"], ["x does not occur", "no names"]),
    ("z[y]", ["--wrt", "y"], ["y is a label", "no derivative by a label"]),
    ("r = X @ w; s = r; sum(r**2)", ["--wrt", "s"], ["L does not depend on s"]),
    ("r = X @ w; s = v * 2; sum(r**2)", ["--wrt", "v", "--shape", "v:"], ["L does not depend on v"]),
    (r"\|X w - y\|^2", ["--wrt", "v"], ["v does not occur", "it has X, w, y"]),
    (LOSS, ["--wrt", "w", "--of", "w"], ["w is what the expression is called", "another name with --of"]),
    (LOSS, ["--wrt", "w", "--of", "1x"], ["--of is what the expression is called", "found '1x'"]),
    (LOSS, ["--wrt", "w", "--of", "a b"], ["such as L", "found 'a b'"]),
    # shapes
    (LOSS, ["--wrt", "w", "--shape", "X: n d", "--shape", "w: k"], ["d and k do not fit in @", "^"]),
    (LOSS, ["--wrt", "w", "--shape", "X: n d k"], ["at most two axes", "found 3: n d k"]),
    (LOSS, ["--wrt", "w", "--shape", "X n d"], ['written "NAME: DIMENSIONS"', "'X n d'"]),
    (LOSS, ["--wrt", "w", "--shape", "X: n 0"], ["a name or a whole number from 1 on", "'0'"]),
    (LOSS, ["--wrt", "w", "--shape", "q: n"], ["--shape is given for q", "does not occur"]),
    (LOSS, ["--wrt", "w", "--shape", "w: d", "--shape", "w: k"], ["two shapes are given for w: d and k"]),
    ("det(W)", ["--wrt", "W", "--shape", "W: n m"], ["n and m do not fit in det", "^"]),
    ("trace(x)", ["--wrt", "x", "--shape", "x: n"], ["trace cannot be taken of a vector", "one square matrix"]),
    ("s @ x", ["--wrt", "x", "--shape", "s:", "--shape", "x: n"], ["@ cannot be taken of a scalar", "write *"]),
    # what a formula in TeX means and is not read, and what nothing is said of
    (r"\operatorname{foo}(W x)", ["--wrt", "W"], ["there is no function 'foo'", r"foo \cdot"]),
    (r"\operatorname{tr}(e^X)", ["--wrt", "X"], ["the exponential of a matrix"]),
    (r"\operatorname{tr}(\exp(X))", ["--wrt", "X"], ["the function exp of a matrix"]),
    (r"\operatorname{tr}(X^k)", ["--wrt", "X"], ["a square matrix to a power that is no whole number"]),
    (r"\sum_{t=1}^{T} (x_{t+1} - a x_t)^2", ["--wrt", "a"], ["x_{t+1} is counted up", "a name of its own"]),
    (r"\frac1n \sum_i \ell(y_i, w^\top x_i)", ["--wrt", "w"], [r"nothing says what the function \ell is"]),
    (r"\sum_{j=1}^N \|w\|^2", ["--wrt", "w"], ["up to N", "no array has", "the number of terms in front"]),
    # no scalar
    ("X @ w - y", ["--wrt", "w"], ["a scalar is needed", "the expression is a vector", "sum(...)"]),
    ("x", ["--wrt", "x", "--shape", "x: n"], ["a scalar is needed", "is a vector", "sum(...)"]),
    (r"X \, w", ["--wrt", "w", "--shape", "X: n d", "--shape", "w: d"], ["a scalar is needed"]),
    ("x = 3", ["--wrt", "x"], ["the last line defines x", "as the last line"]),
    ("r = X @ w; r = X @ v; sum(r**2)", ["--wrt", "w"], ["r is defined twice"]),
    # functions and options
    ("sum(foo(w))", ["--wrt", "w"], ["no function 'foo'", "^"]),
    ("sum(sigmiod(w))", ["--wrt", "w"], ["did you mean sigmoid"]),
    ("sum(floor(w))", ["--wrt", "w"], ["floor cannot be differentiated", "constant between its jumps", "^"]),
    ("argmax(w)", ["--wrt", "w"], ["argmax cannot be differentiated", "softmax"]),
    ("sum(where(w > 0))", ["--wrt", "w"], ["where cannot be taken of one argument", "where(x > 0, x, 0)", "^"]),
    ("max(w @ v, 0)", ["--wrt", "w"], ["max cannot be taken of 2 arguments", "maximum(a, b)", "^"]),
    ("norm(W, 'nuc')", ["--wrt", "W"], ["only the Frobenius norm", "singular values", "norm(X)"]),
    ("mse_loss(W)", ["--wrt", "W"], ["mse_loss cannot be taken of one argument", "two arrays of one shape", "^"]),
    ("mse_loss(z, y, reduction='max')", ["--wrt", "z"], ["reduction of mse_loss is 'mean', 'sum' or 'none'", "'max'"]),
    ("mse_loss(z, y, axis=1)", ["--wrt", "z"], ["mse_loss has no option axis here; it has reduction", "^"]),
    ("mse_loss(z, y, reduction='none')", ["--wrt", "z"], ["scalar"]),
    (
        "cross_entropy(Z, y)",
        ["--wrt", "Z", "--shape", "Z: n k", "--shape", "y: n"],
        ["as many probabilities", "nll_loss"],
    ),
    ("nll_loss(P, y, weight=2)", ["--wrt", "P"], ["nll_loss has the option reduction", "no other", "^"]),
    ("nll_loss(P, 2)", ["--wrt", "P"], ["the name of their labels", "-log_softmax(z)[y]", "^"]),
    ("slogdet(A)[0]", ["--wrt", "A"], ["only the logarithm", "slogdet(A)[1]", "^"]),
    ("kron(A, W)", ["--wrt", "W"], ["kron cannot be differentiated", "the trace or the sum"]),
    ("sum(cumsum(w))", ["--wrt", "w"], ["cumsum cannot be differentiated", "neighbours", "in TeX"]),
    ("sum(eigvalsh(W))", ["--wrt", "W"], ["eigvalsh cannot be differentiated", "trace, det"]),
    ("einsum('ij,jk->ijk', W, V)", ["--wrt", "W"], ["einsum: arrays of at most two axes", "'ijk'"]),
    ("einsum('ij,j->k', W, v)", ["--wrt", "W"], ["behind the arrow", "'ij,j->k'"]),
    ("sum(eye(3, 4) * W)", ["--wrt", "W"], ["eye takes its size", "eye(n)", "^"]),
    ("trace(matrix_power(W, 99))", ["--wrt", "W"], ["the power is a whole number up to 16", "99"]),
    ("sum(0 < w < 1)", ["--wrt", "w"], ["a comparison", "two"]),
    ("sum(sort(w))", ["--wrt", "w"], ["sort cannot be differentiated here"]),
    (r"\sum_i \lfloor w_i \rfloor", ["--wrt", "w"], ["rounding has no derivative"]),
    ("sum(softmax(w, axis=3)**2)", ["--wrt", "w", "--shape", "w: n"], ["a vector has axis 0, found axis=3"]),
    ("sum(norm(W, axis=5, keepdims=True))", ["--wrt", "W", "--shape", "W: n m"], ["axis 0 and 1, found axis=5"]),
    ("sum(w, foo=1)", ["--wrt", "w"], ["sum has no option foo", "axis, dim, keepdims", "^"]),
    ("var(w, ddof=1)", ["--wrt", "w"], ["var has no option ddof"]),
    ("sum(exp(w, axis=0))", ["--wrt", "w"], ["exp has no option axis here; it has none"]),
    ("sum(w, axis=0, dim=0)", ["--wrt", "w"], ["axis and dim say the same"]),
    ("sum(w, axis=5)", ["--wrt", "w", "--shape", "w: n"], ["a vector has axis 0, found axis=5"]),
    ("sum(w, axis=x)", ["--wrt", "w"], ["the option axis is no number"]),
    ("max(w, 0)", ["--wrt", "w", "--shape", "w: n"], ["max cannot be taken of a vector and a scalar", "maximum(a, b)"]),
    ("sum(w, 1)", ["--wrt", "w", "--shape", "w: n"], ["a vector has axis 0, found axis=1"]),
    ("norm(W, 2)", ["--wrt", "W", "--shape", "W: n m"], ["only the Frobenius norm", "ord=2"]),
    ("norm(W, ord=2)", ["--wrt", "W", "--shape", "W: n m"], ["only the Frobenius norm", "ord=2"]),
    # texts
    ("", ["--wrt", "w"], ["the expression is empty"]),
    ("sum((X @ w - y)**2", ["--wrt", "w"], ["'(' was never closed", "^"]),
    ("sum((X @ w - y)^2)", ["--wrt", "w"], ["^ is no power in Python: write **"]),
    ("lambda w: w", ["--wrt", "w"], ["lambda is not read"]),
    ("X w - y", ["--wrt", "w"], ["an operator is missing", "write @", "^"]),
    ("sum((X w - y)**2)", ["--wrt", "w"], ["an operator or a comma is missing", "^"]),
    ("sum(w) *", ["--wrt", "w"], ["it ends where another array or number is needed", "^"]),
    ("a = b; b = a; a", ["--wrt", "a"], ["b is used before the line that defines it", "a = b;", "    ^"]),
    ("r = r + w; sum(r**2)", ["--wrt", "w"], ["r is used in the line that defines it", "^"]),
    ("sum(w[1:] - w[:-1])", ["--wrt", "w"], ["a part of an axis is not read", "a name of its own", "^"]),
    ("r = X @ w\nsum(foo(r))", ["--wrt", "w"], ["\n  sum(foo(r))\n      ^"]),
    ("  sum(é * foo(é))", ["--wrt", "é"], ["\n  sum(é * foo(é))\n          ^"]),
    (r"w^{10^{10^{10}}}", ["--wrt", "w"], ["could not be read", "too many digits"]),
    ("import os", ["--wrt", "w"], ["an expression or an assignment"]),
    ("__import__('os').system('x')", ["--wrt", "w"], ["is no number"]),
    ("(2**100000) * w", ["--wrt", "w"], ["cannot be worked out", "too many digits"]),
    ("1e999 * w", ["--wrt", "w"], ["the number is not finite"]),
    ("sum(log(-exp(w)))", ["--wrt", "w"], ["no finite value at the points tried"]),
    (r"\frac{1", ["--wrt", "w"], ["could not be read"]),
    (r"\mathcal{L} =", ["--wrt", "w"], ["defines no loss", "$L = ...$"]),
    # files
    ("nosuch.md", ["--wrt", "w"], ["there is no file nosuch.md"]),
    (LOSS, ["--wrt", "w", "--context", "nosuch.md"], ["a context goes with a sheet"]),
    (LOSS, ["--wrt", "w", "-o", "/nosuch/x.txt"], ["/nosuch/x.txt", "could not be written"]),
    # choices
    (LOSS, ["--wrt", "w", "--order", "3"], ["--order", "3 is not in the range"]),
    (LOSS, ["--wrt", "w", "--form", "dense"], ["--form", "'matrix'", "'index'"]),
    (LOSS, ["--wrt", "w", "--layout", "row"], ["--layout", "'denominator'", "'numerator'"]),
    (LOSS, ["--wrt", "w", "--steps", "all"], ["--steps", "'full'", "'brief'", "'result'"]),
    (LOSS, ["--wrt", "w", "--to", "pdf"], ["--to", "'text'", "'json'"]),
    (LOSS, [], ["--wrt"]),
]


@pytest.mark.parametrize(
    ("expression", "options", "said"), ERRORS, ids=[f"{e[:24]} {' '.join(o)}" for e, o, _ in ERRORS]
)
def test_an_error_says_what_and_where_and_what_to_write(expression: str, options: list[str], said: list[str]) -> None:
    found = CliRunner().invoke(app, ["derive", expression, *options], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert found.exit_code == 2, found.output
    assert [part for part in said if part not in found.output] == [], found.output
    assert "Traceback" not in found.output


COMBINATIONS = [
    (order, form, layout, steps, to)
    for order in ("1", "2")
    for form in ("matrix", "index")
    for layout in ("denominator", "numerator")
    for steps, to in (("full", "text"), ("brief", "markdown"), ("result", "json"), ("full", "json"), ("brief", "html"))
]


@pytest.mark.parametrize(("order", "form", "layout", "steps", "to"), COMBINATIONS)
@pytest.mark.parametrize(("expression", "wrt"), [(LOSS, "w"), ("sum(tanh(X @ W)**2)", "W"), ("s**3", "s")])
def test_every_combination_of_options_is_written(
    expression: str, wrt: str, order: str, form: str, layout: str, steps: str, to: str
) -> None:
    options = ["--order", order, "--form", form, "--layout", layout, "--steps", steps, "--to", to]
    found = CliRunner().invoke(app, ["derive", expression, "--wrt", wrt, *options])
    assert found.exit_code == 0, found.output
    assert found.stdout.strip()


@pytest.mark.parametrize(
    ("formula", "said"),
    [(r"\frac{w}{", "the formula of z in line 1 could not be read: '{' is never closed"),
     ("w^{9^{9^{9}}}", "the formula of z could not be read: ")],
)  # fmt: skip
def test_a_formula_on_the_way_that_could_not_be_read_is_named(tmp_path: Path, formula: str, said: str) -> None:
    (tmp_path / "sheet.md").write_text(f"Let $z = {formula}$ and $L = (z - 1)^2$.\n")
    found = CliRunner().invoke(app, ["derive", str(tmp_path / "sheet.md"), "--wrt", "w"], env={"COLUMNS": "200"})
    assert found.exit_code == 2
    assert said in found.output


def test_a_folder_is_no_sheet(tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["derive", str(tmp_path), "--wrt", "w"], env={"COLUMNS": "300"})
    assert found.exit_code == 2
    assert "is a folder; name one sheet" in found.output


def test_a_name_that_is_asked_for_twice_is_answered_once() -> None:
    assert len(chainrule.derive(LOSS, "w, X, w").record["results"]) == 2


def test_shapes_in_python_are_judged_as_those_of_the_command() -> None:
    with pytest.raises(FormulaError, match="at most two axes"):
        chainrule.derive(LOSS, "w", shapes={"X": "n d k"})
    with pytest.raises(FormulaError, match="a dimension is a name or a whole number"):
        chainrule.derive(LOSS, "w", shapes={"X": ("n", "-1")})


def test_a_derivative_that_is_zero_is_written_as_one() -> None:
    assert chainrule.derive("sum(sign(x))", "x", shapes={"x": "n"}).tex == r"\mathbf{0}"
