"""Traces held against training loops in plain NumPy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

import chainrule


def follow(text: str, loop: Iterable[dict[str, Any]], wanted: set[str], steps: int = 3) -> None:
    """The numbers of a sheet at each step are those of the loop, the wanted ones among them."""
    traced = chainrule.trace(text, steps=steps).trace
    assert [s.number for s in traced.steps] == list(range(steps + 1))
    for step, expected in zip(traced.steps, loop, strict=False):
        shared = expected.keys() & step.values.keys()
        assert wanted <= shared, wanted - shared
        for key in shared:
            assert step.values[key].size == np.size(expected[key]), key
            assert np.allclose(step.values[key].ravel(), np.ravel(expected[key]), rtol=1e-12, atol=1e-13), key
