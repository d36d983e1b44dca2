"""Stars that may stand for a convolution, which is not computed."""

from __future__ import annotations

from chainrule.read.tree import Factor, Fraction, Name, Node
from chainrule.sheet.definitions.by_integrals import CONVOLVING, STARS
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped, Val
from chainrule.sheet.syntax.derivatives import below

Run = tuple[tuple[Factor, ...], Val]


def no_convolution(frame: Frame, op: str, one: Run, other: Run) -> None:
    """Refuse a star between arrays where the words speak of convolutions, unless sizes that are told make it the
    product that it is without them. A kernel that is square may have any size."""
    world = frame.world
    if not ((world.convolved and op in CONVOLVING) or (world.convolving and op in STARS)):
        return
    arrays = _is_array(one) and _is_array(other)
    if world.convolved:
        arrays |= not (one[1].scalar or other[1].scalar)
    if arrays and not _fits(frame, one[1], other[1]):
        raise Untyped("the sign may stand for a convolution here", "operator")


def _is_array(run: Run) -> bool:
    """Whether factors are a matrix, or by their letter what may be one."""
    factors, val = run
    return val.kind in ("matrix", "tensor") or any(_is_capital(f.node) for f in factors)


def _is_capital(node: Node) -> bool:
    r"""`X`, and `\frac{\partial L}{\partial X}`."""
    if isinstance(node, Fraction) and (bottom := below(node.denominator)) is not None:
        return any(_is_capital(x) for x in bottom[1])
    return isinstance(node, Name) and len(node.text) == 1 and node.text.isupper()


def _fits(frame: Frame, a: Val, b: Val) -> bool:
    one, other = (tuple(frame.dims.find(d) for d in x.dims) for x in (a, b))
    if len(one) != 2 or len(other) != 2 or one[0] == one[1] or other[0] == other[1]:
        return False
    return one == other or one[1] == other[0]
