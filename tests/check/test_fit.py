"""Unknown numbers from printed ones: the fit, its bounds, and decimals that are too short for chance."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from chainrule.check.numbers import fit

DESIGN = np.array([[1.0, 0.3], [0.2, -1.1], [0.7, 0.9], [-0.4, 0.5], [1.3, -0.8], [0.6, 0.6]])


def values(x: np.ndarray) -> np.ndarray:
    """Six numbers of two unknowns, not linear in them."""
    return np.tanh(x @ DESIGN.T)


def printed(x: list[float], digits: int) -> tuple[np.ndarray, np.ndarray]:
    return np.round(values(np.array([x]))[0], digits), np.full(6, 0.5 * 10.0**-digits)


def test_one_wrong_digit_does_not_move_the_fit() -> None:
    shown, half = printed([0.25, -0.4], 7)
    shown[2] += 0.01
    x = fit.solved(values, shown, half, np.zeros(2))
    assert x == pytest.approx([0.25, -0.4], abs=1e-6)


@pytest.mark.parametrize("digits", [3, 5, 7])
def test_the_truth_lies_within_the_bounds(digits: int) -> None:
    truth = [0.2536, -0.4171]
    shown, half = printed(truth, digits)
    x = fit.solved(values, shown, half, np.zeros(2))
    assert x is not None
    at, jacobian = fit.slopes(values, x)
    told = fit.told(x, jacobian, shown - at, half, range(6), [1, 1])
    assert told.known
    assert np.all(np.abs(told.exact - truth) <= 1.01 * told.off(np.eye(2), half) + 1e-12)


def test_rows_that_do_not_determine_a_number_leave_it_open() -> None:
    jacobian, half = np.array([[1.0, 0.0], [2.0, 0.0]]), np.full(2, 0.005)
    told = fit.told(np.zeros(2), jacobian, np.zeros(2), half, range(2), [1, 1])
    assert not told.known
    off = told.off(np.array([[3.0, 0.0], [0.0, 1.0]]), half)
    assert off[0] == pytest.approx(0.0075)
    assert np.isinf(off[1])


def test_decimals_are_short_only_beyond_chance() -> None:
    assert fit.short(np.array([0.2499999, 0.1000002]), np.full(2, 1e-6)) == [Fraction(1, 4), Fraction(1, 10)]
    assert fit.short(np.array([0.2536]), np.array([4e-5])) is None
