"""Every record of the function table against differences and torch, first and second order, and at its kinks."""

from __future__ import annotations

import numpy as np
import pytest
from differences import derivative_error, differences, error

from chainrule.calculus import derivative
from chainrule.expr import FUNCTIONS, Definitions, Expr, Function, Model, Symbol, apply, component, evaluate

POINTS = {
    "real": [-7.5, -2.0, -1.0, -0.3, 0.0, 0.4, 1.5, 2.5, 8.0],
    "positive": [0.1, 0.5, 1.25, 2.0, 7.5],
    "nonnegative": [0.1, 0.5, 1.25, 2.0, 7.5],
    "(-1,1)": [-0.9, -0.3, 0.0, 0.5],
    "(-pi/2,pi/2)": [-1.5, -0.3, 0.0, 1.2],
}
OTHERS = {"leaky_relu": (0.1,), "clip": (-1.25, 2.0), "max": (0.25,), "min": (0.25,)}
SCALAR = [f for f in FUNCTIONS if f.name != "polygamma"]
NAMES = [Symbol(name) for name in "xyz"]


def setting(record: Function, kinks: bool) -> tuple[Expr, Model]:
    """The function at its points, without those where it has no derivative unless asked for."""
    first = np.array(POINTS[record.domain])
    given = [first, *(np.full_like(first, c) for c in OTHERS.get(record.name, ()))]
    if not kinks:
        smooth = np.all([level(*given) != 0 for level in record.kinks], axis=0) & (
            first != np.floor(first) if record.name == "floor" else True
        )
        given = [a[smooth] for a in given] if np.ndim(smooth) else given
    names = NAMES[: record.arity]
    model = Model(values=dict(zip(names, given, strict=True)), points=given[0].size)
    return apply(record.name, *map(component, names)), model


@pytest.mark.parametrize("record", SCALAR, ids=lambda f: f.name)
@pytest.mark.parametrize("order", [1, 2])
def test_derivatives_by_every_argument(record: Function, order: int) -> None:
    term, model = setting(record, kinks=False)
    for name in NAMES[: record.arity]:
        lower = term if order == 1 else derivative(term, component(name), Definitions())
        assert derivative_error(lower, (), name, model) < 1e-9


@pytest.mark.parametrize("record", SCALAR, ids=lambda f: f.name)
def test_gradients_agree_with_torch(record: Function) -> None:
    torch = pytest.importorskip("torch")
    if record.name in ("heaviside", "max", "min", "leaky_relu", "clip"):
        pytest.skip("torch has no derivative here or another convention at ties")
    term, model = setting(record, kinks=True)
    x = torch.tensor(model.values[NAMES[0]], dtype=torch.float64, requires_grad=True)
    eval(record.torch.format("x"), {"torch": torch, "x": x}).sum().backward()
    found = evaluate(derivative(term, component(NAMES[0]), Definitions()), (), model)
    assert error(found, x.grad.numpy()) < 1e-9


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("relu", [0.0], [0.0]),
        ("sign", [0.0], [0.0]),
        ("abs", [0.0], [0.0]),
        ("heaviside", [0.0], [0.0]),
        ("leaky_relu", [0.0, 0.1], [0.1, 0.0]),
        ("elu", [0.0], [1.0]),
        ("max", [2.0, 2.0], [1.0, 0.0]),
        ("min", [2.0, 2.0], [1.0, 0.0]),
        ("clip", [2.0, 1.0, 2.0], [0.0, 0.0, 1.0]),
        ("clip", [1.0, 1.0, 2.0], [0.0, 1.0, 0.0]),
    ],
)
def test_the_convention_at_a_kink(name: str, args: list[float], expected: list[float]) -> None:
    names = NAMES[: len(args)]
    model = Model(values={s: np.array([a]) for s, a in zip(names, args, strict=True)})
    term = apply(name, *map(component, names))
    found = [float(evaluate(derivative(term, component(s), Definitions()), (), model)[0]) for s in names]
    assert found == expected


def test_max_with_a_number_has_the_convention_of_relu() -> None:
    x = component(NAMES[0])
    at_zero = Model(values={NAMES[0]: np.zeros(1)})
    for term in (apply("max", x, x - x), apply("max", x - x, x), -apply("min", -x, x - x)):
        assert evaluate(derivative(term, x, Definitions()), (), at_zero)[0] == 0


def test_a_wrong_slope_is_caught() -> None:
    x = component(NAMES[0])
    model = Model(values={NAMES[0]: np.array([0.3, 1.7])}, points=2)
    judge = differences(x**2, (), NAMES[0], model)
    assert error(evaluate(2 * x, (), model), judge) < 1e-12
    assert error(evaluate(2 * x + x / 1000, (), model), judge) > 1e-4
    assert error(np.full(2, np.nan), judge) == float("inf")
    assert error(np.zeros((2, 1)), judge) == float("inf")
