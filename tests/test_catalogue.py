"""Derivatives of the catalogue: textbook form, numbers against JAX, and every line read back and verified.

A file of `tests/catalogue` holds cases: an expression, the shapes of its names, and for each name to derive by the TeX
that is expected. The TeX was read by a person; that it is right is judged by JAX, in double precision.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.latex_syntax import faults

import chainrule
from chainrule.derive.record import Answer, answer
from chainrule.notebook import VIEWS
from chainrule.write.derivation import Page, View

FOLDER = Path(__file__).parent / "catalogue"
AT_LEAST = 250
NUMPY = (
    "sum mean exp log log1p sqrt abs maximum minimum max clip tanh trace diag outer var std prod sin cos sinh cosh "
    "where einsum eye ones hypot inf ones_like arange"
)
NN = "sigmoid relu softplus softmax log_softmax logsumexp silu elu"


@dataclass(frozen=True)
class Case:
    """One expression of the catalogue."""

    file: str
    expression: str
    shapes: tuple[tuple[str, tuple[str, ...]], ...]
    expected: tuple[tuple[str, str], ...]

    @property
    def id(self) -> str:
        return f"{self.file}: {self.expression}"


def cases() -> list[Case]:
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        for row in tomllib.loads(path.read_text(encoding="utf-8")).get("case", []):
            shapes = tuple((n, tuple(s.split())) for n, s in row["shapes"].items())
            found.append(Case(path.stem, row["expression"], shapes, tuple(row["d"].items())))
    return found


CASES = cases()
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


@cache
def derived(case: Case) -> Answer:
    return answer(case.expression, [name for name, _ in case.expected], dict(case.shapes))


@EACH
def test_textbook_form(case: Case) -> None:
    found = derived(case)
    written = {d.wrt.name: Page(found, d, View()).result().right for d in found.derivations}
    assert written == dict(case.expected)


@EACH
def test_every_line_is_read_back_and_verified(case: Case) -> None:
    report = chainrule.check(VIEWS["markdown"](derived(case), View()))
    statements = [s for d in report.documents for s in d.statements]
    assert any(s.verdict == "verified" for s in statements)
    assert [(s.tex, s.verdict, s.code) for s in statements if s.verdict not in ("verified", "definition")] == []


@EACH
def test_no_formula_stops_tex(case: Case) -> None:
    found = derived(case)
    for form in ("matrix", "index"):
        view = View(form=form)
        for kind in ("latex", "markdown"):
            assert faults(VIEWS[kind](found, view)) == []


def written_in_tex() -> list[tuple[Case, str]]:
    table = tomllib.loads((FOLDER / "tex.toml").read_text(encoding="utf-8"))["tex"]
    by_expression = {case.expression: case for case in CASES}
    return [(by_expression[expression], tex) for expression, tex in table.items()]


@pytest.mark.parametrize(("case", "tex"), written_in_tex(), ids=lambda x: x if isinstance(x, str) else "")
def test_tex_has_the_same_derivatives(case: Case, tex: str) -> None:
    """With the shapes of the case, and without any: then the use of the names says what they are, or they are asked
    for. The matrix X whose rows are the samples is written by its rows in some of these."""
    rows = "x_i" in tex and "X" in dict(case.shapes)
    own = {"X": "x"} if rows else {}
    shapes = {own.get(n, n): s for n, s in case.shapes}
    wrt = [own.get(name, name) for name, _ in case.expected]
    data, namespace = _data(case), {"np": np, "scipy": _scipy()}
    python, told = derived(case), answer(tex, wrt, shapes)
    for ours, theirs in zip(python.derivations, told.derivations, strict=True):
        code, other = (Page(a, d, View()).numpy() for a, d in ((python, ours), (told, theirs)))
        assert code is not None and other is not None
        found = eval(other, namespace | data | {own.get(n, n): x for n, x in data.items()})
        np.testing.assert_allclose(found, eval(code, namespace | data), rtol=1e-9, atol=1e-11)
    untold = answer(tex, wrt, {})
    ranks = {name: len(symbol.axes) for name, symbol in untold.problem.inputs.items()}
    assert ranks == {name: len(shape) for name, shape in shapes.items()} or tex in SAID_OTHERWISE
    report = chainrule.check(VIEWS["markdown"](untold, View()))
    assert {s.verdict for d in report.documents for s in d.statements} == {"definition", "verified"}


SAID_OTHERWISE = {r"x \cdot x"}
"""Without a shape, a dot between two small letters is a product of numbers; the answer says so."""


@EACH
def test_numbers_agree_with_jax(case: Case) -> None:
    jax = pytest.importorskip("jax", reason="JAX is not installed; the numbers of the catalogue were not judged")
    jax.config.update("jax_enable_x64", True)
    names, data = _words(jax) | _sizes(case), _data(case)
    code = compile(case.expression, "<catalogue>", "eval")
    found = derived(case)
    for derivation in found.derivations:
        name = derivation.wrt.name

        def loss(value: Any, name: str = name) -> Any:
            return eval(code, {**names, **data, name: value})  # an expression of our own catalogue

        expected = np.asarray(jax.grad(loss)(data[name]))
        written = Page(found, derivation, View()).numpy()
        assert written is not None
        ours = np.asarray(eval(written, {"np": np, "scipy": _scipy(), **data}))
        assert ours.shape == expected.shape
        np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-11)


def test_the_catalogue_is_large() -> None:
    assert len({case.expression for case in CASES}) >= AT_LEAST


def _sizes(case: Case) -> dict[str, Any]:
    dims = sorted({dim for _, shape in case.shapes for dim in shape})
    return {dim: k + 2 for k, dim in enumerate(dims)}


def _data(case: Case) -> dict[str, Any]:
    """Positive numbers, square matrices with a strong diagonal: logarithms, roots and inverses exist; labels are 0."""
    rng, sizes = np.random.default_rng(1), _sizes(case)
    found: dict[str, Any] = {}
    for name, shape in case.shapes:
        found[name] = rng.uniform(0.3, 1.5, [sizes[d] for d in shape])
        if derived(case).problem.inputs[name].kind == "integer":
            found[name] = rng.integers(0, 2, [sizes[d] for d in shape])
        elif len(shape) == 2 and shape[0] == shape[1]:
            found[name] = found[name] + 2 * np.eye(sizes[shape[0]])
    return found


def _scipy() -> Any:
    import scipy.special

    return scipy


def _losses(jax: Any) -> dict[str, Any]:
    """The losses of torch, as its manual defines them."""
    jnp, nn = jax.numpy, jax.nn
    put_together = {"mean": jnp.mean, "sum": jnp.sum, "none": lambda entries: entries}
    entries = {
        "mse_loss": lambda a, b: (a - b) ** 2,
        "l1_loss": lambda a, b: jnp.abs(a - b),
        "cross_entropy": lambda z, t: -(t * jnp.log(nn.softmax(z, axis=-1))).sum(-1),
        "binary_cross_entropy": lambda p, y: -y * jnp.log(p) - (1 - y) * jnp.log(1 - p),
        "binary_cross_entropy_with_logits": lambda z, y: (
            jnp.log(1 + jnp.exp(-z)) * y + jnp.log(1 + jnp.exp(z)) * (1 - y)
        ),
        "soft_margin_loss": lambda z, y: jnp.log(1 + jnp.exp(-y * z)),
    }

    def loss(entry: Any) -> Any:
        return lambda a, b, reduction="mean": put_together[reduction](entry(a, b))

    entries["nll_loss"] = lambda p, y: -p[jnp.arange(len(y)), y]
    return {name: loss(entry) for name, entry in entries.items()}


def _words(jax: Any) -> dict[str, Any]:
    """The names that expressions use, as JAX has them."""
    jnp, nn = jax.numpy, jax.nn
    found = {word: getattr(jnp, word) for word in [*NUMPY.split(), "arctan"]} | {
        word: getattr(nn, word) for word in NN.split()
    }
    found |= {word: getattr(nn, word) for word in ("relu6", "leaky_relu")} | {"hardtanh": nn.hard_tanh}
    found |= {"solve": jnp.linalg.solve, "matrix_power": jnp.linalg.matrix_power, "softsign": nn.soft_sign}
    found |= {"norm": jnp.linalg.norm, "det": jnp.linalg.det, "inv": jnp.linalg.inv, "erf": jax.scipy.special.erf}
    found |= {"log_sigmoid": nn.log_sigmoid, "slogdet": jnp.linalg.slogdet} | _losses(jax)
    return found | {"logdet": lambda x: jnp.linalg.slogdet(x)[1], "gelu": lambda x: nn.gelu(x, approximate=False)}
