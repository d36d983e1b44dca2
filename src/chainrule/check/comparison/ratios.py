"""Ratios of the two sides of a line."""

from __future__ import annotations

from fractions import Fraction


def is_simple(ratio: float) -> bool:
    """Whether a ratio is one a person would forget: 2, 1/3, -3/2."""
    if not 1e-3 < abs(ratio) < 1e3:
        return False
    near = Fraction(ratio).limit_denominator(12)
    return abs(near.numerator) <= 100 and abs(float(near) - ratio) < 1e-9 * abs(ratio)
