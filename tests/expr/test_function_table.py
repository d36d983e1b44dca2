"""The records of the functions: words, values in both arithmetics, spellings."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chainrule.expr import BALL, FUNCTIONS, Function, Model, Symbol, apply, component, const, evaluate, lookup

POINTS = {
    "real": [-7.5, -2.0, -1.0, -0.3, 0.0, 0.4, 1.0, 2.5, 8.0],
    "positive": [0.1, 0.5, 1.0, 2.0, 7.5],
    "nonnegative": [0.1, 0.5, 1.0, 2.0, 7.5],
    "(-1,1)": [-0.9, -0.3, 0.0, 0.5],
    "(-pi/2,pi/2)": [-1.5, -0.3, 0.0, 1.2],
}
OTHERS = {"leaky_relu": (0.1,), "clip": (-1.0, 2.0), "max": (0.25,), "min": (0.25,)}
SCALAR = [f for f in FUNCTIONS if f.name != "polygamma"]


def arguments(record: Function) -> list[np.ndarray]:
    first = np.array(POINTS[record.domain])
    return [first, *(np.full_like(first, c) for c in OTHERS.get(record.name, ()))]


@pytest.mark.parametrize("record", SCALAR, ids=lambda f: f.name)
def test_values_agree_with_torch(record: Function) -> None:
    torch = pytest.importorskip("torch")
    given = [torch.tensor(a, dtype=torch.float64) for a in arguments(record)]
    judge = eval(record.torch.format(*(f"a[{k}]" for k in range(len(given)))), {"torch": torch, "a": given})
    np.testing.assert_allclose(record.value(*arguments(record)), judge.numpy(), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("record", SCALAR, ids=lambda f: f.name)
def test_the_numpy_spelling_is_the_value(record: Function) -> None:
    given = arguments(record)
    scope = {"np": np, "a": given}
    if "scipy" in record.numpy:
        pytest.importorskip("scipy.special")
        scope["scipy"] = pytest.importorskip("scipy")
    spelled = eval(record.numpy.format(*(f"a[{k}]" for k in range(len(given)))), scope)
    np.testing.assert_allclose(record.value(*given), spelled, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("record", SCALAR, ids=lambda f: f.name)
def test_balls_enclose_the_value(record: Function) -> None:
    names = [Symbol(f"a{k}") for k in range(record.arity)]
    given = arguments(record)
    term = apply(record.name, *map(component, names))
    model = Model(values=dict(zip(names, given, strict=True)), points=given[0].size)
    for exact, found in zip(evaluate(term, (), model.again(arithmetic=BALL)), evaluate(term, (), model), strict=True):
        assert math.isclose(float(exact.mid()), found, rel_tol=1e-12, abs_tol=1e-15)
        assert float(exact.rad()) < 1e-25


@pytest.mark.parametrize("record", SCALAR, ids=lambda f: f.name)
def test_extreme_arguments_stay_finite(record: Function) -> None:
    if record.domain != "real" or record.name in ("exp", "sinh", "cosh"):
        return
    others = [np.full(2, c) for c in OTHERS.get(record.name, ())]
    with np.errstate(all="ignore"):
        assert np.isfinite(record.value(np.array([-800.0, 800.0]), *others)).all()


def test_words() -> None:
    for word, name in {"ln": "log", "\\exp": "exp", "ReLU": "relu", "sgn": "sign", "swish": "silu"}.items():
        found = lookup(word)
        assert found is not None
        assert found.name == name
    assert lookup("frobnicate") is None


def test_a_word_names_one_function() -> None:
    words = [word for f in FUNCTIONS for word in {f.name, *f.tex}]
    assert len(words) == len(set(words))


def test_kinks_state_their_convention() -> None:
    assert all(f.convention for f in FUNCTIONS if f.kinks)


def test_polygamma_is_the_derivative_of_digamma() -> None:
    assert float(evaluate(apply("polygamma", const(1), const(1)), (), Model())[0]) == pytest.approx(math.pi**2 / 6)
