r"""`1 - \tanh^2(0.19) \approx 1 - 0.188^2`: numbers on both sides of an approximation, which must agree as far as the
printed digits go. An approximation by a formula with names in it is not judged: how good it is, no one says.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from chainrule.check.comparison.exact import number_of
from chainrule.check.comparison.forms import has_decimals
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.numbers.rounding import slack
from chainrule.check.records.finding import Finding
from chainrule.check.records.report import Counterexample, Evidence
from chainrule.check.suppositions.opaque import opaque
from chainrule.check.suppositions.rests import rests
from chainrule.expr.model import Array
from chainrule.sheet.definitions.put_in import is_arithmetic
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import reference

# A digit cut off and not rounded moves a number by twice as much as a rounded one, and so may each number in a product.
ROUNDED, CUT = 1.01, 4.0
# What printed numbers say is coarse where their digits may move the result by more than this share of it.
COARSE = 0.1
ROUGHLY = Finding("unsupported", "undecided", "a name on the left side has a value that is told roughly", "numeric")
FORMULAS = Finding("unsupported", "relation", "an approximation of one formula by another is not judged")


def approximated(lines: Lines, e: Equation) -> Finding | None:
    r"""None where numbers are put in for names that have none yet, which is judged as if they were equal.

    Example: `0.25^8 \approx 1.5 \cdot 10^{-5}` is verified, `0.25^8 \approx 1.9 \cdot 10^{-5}` refuted.
    """
    variant = lines.variant()
    if not is_arithmetic(variant.universe.world, e.rhs):
        return FORMULAS
    left, right = number_of(variant, e, e.lhs), number_of(variant, e, e.rhs)
    most = _moves(variant, e)
    if left is None and has_decimals(e.rhs):
        return None
    if left is None or right is None or most is None or left.shape != right.shape:
        return FORMULAS
    apart = np.abs(left - right)
    if np.all(apart <= most * ROUNDED + 1e-12 * np.abs(right)):
        if np.any(most > COARSE * np.abs(right)):
            return Finding("unsupported", "undecided", "the printed digits are too few to tell", "numeric")
        needs = rests(lines.world, e, variant)
        message = "the sides agree as far as the printed digits go"
        return Finding(
            "verified", "digits", message, "numeric", Evidence("digits"), assumptions=tuple(needs),
            needs=tuple(needs.values()),
        )  # fmt: skip
    if _told_roughly(lines, e):
        return ROUGHLY
    if has_decimals(e.rhs) and np.any(apart > most * CUT):
        unsure = opaque(lines, e, variant)
        return _wrong(left, right, apart - most * CUT) if unsure is None else replace(unsure, kind="numeric")
    return Finding(
        "unsupported", "undecided", "the sides are close, but not as far as the printed digits go", "numeric"
    )


def _told_roughly(lines: Lines, e: Equation) -> bool:
    r"""Whether a line before has given a name of the left side another value roughly, `f^{(i)} \approx 0.95`."""
    names = names_in(lines.world, e.lhs)
    rough = (x for x in lines.equations if x.op == "≈" and x.position < e.position and is_numeric(x.rhs) and not x.link)
    refs = (reference(x.lhs, lines.world.glossary) for x in rough)
    return any(ref is not None and lines.world.aliases.get(ref.base, ref.base) in names for ref in refs)


def _moves(variant: Variant, e: Equation) -> Array | None:
    """How far the right side may move by the rounding of its printed numbers; the left one where it has none."""
    arithmetic = is_arithmetic(variant.universe.world, e.lhs)
    return slack(variant, e, e.lhs if arithmetic and not has_decimals(e.rhs) else e.rhs)


def _wrong(left: Array, right: Array, beyond: Array) -> Finding:
    at = np.unravel_index(int(np.argmax(beyond)), beyond.shape)
    a, b = float(left[at]), float(right[at])
    message = f"the left side is {a:.6g}, the right side is {b:.6g}, further apart than the printed digits allow"
    point = {"left": f"{a:.6g}", "right": f"{b:.6g}"}
    return Finding("refuted", "wrong-digit", message, "numeric", Evidence("digits"), Counterexample(point, a, b))
