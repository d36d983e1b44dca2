"""The readings a line leaves open by custom: how far ∂/∂x reaches, row or column gradients, a loss over the data."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from chainrule.check.forms import has_derivative, has_operator_before_product
from chainrule.check.lines import Lines, Variant
from chainrule.check.report import Note
from chainrule.sheet.frame import Choices
from chainrule.sheet.infer import LAYOUTS, names_in
from chainrule.sheet.statements import Equation
from chainrule.sheet.tensors import liftable
from chainrule.sheet.world import World

Custom = tuple[Note, Callable[[], Variant]]


def customs(lines: Lines, e: Equation) -> list[Custom]:
    """The other readings that custom allows for this line, each with the note that says so."""
    found: list[Custom] = []
    if has_operator_before_product(e):
        message = "read with the derivative operator acting on the next factor only"
        found.append((Note("reach", message), lambda: lines.variant(choices=Choices("factor"))))
    universe = lines.variant().universe
    owner = f"@{e.position}"
    if owner in universe.laid_out or (e.position in lines.variant().failed and has_derivative(e)):
        for layout in LAYOUTS[1:]:
            message = f"right in {layout.gradient} layout for gradients and {layout.jacobian} layout for Jacobians"
            found.append((Note("layout", message), partial(lines.variant, layout)))
    if owner in universe.between:
        message = "derivatives of intermediate quantities are taken with the other quantities held fixed"
        found.append((Note("explicit", message), lambda: lines.variant(choices=Choices(explicit=True))))
    if sums_over_samples(lines.world, e):
        message = "the left side is read as the total over the data set"
        found.append((Note("data-sum", message), lambda: lines.variant(choices=Choices(total=True))))
    return found


def sums_over_samples(world: World, e: Equation) -> bool:
    """Whether the right side sums over samples of names that the left side has for one sample."""
    bases = names_in(world, e.lhs)
    return any(liftable(world, b) for b in bases)
