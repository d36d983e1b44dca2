r"""Parameters that are powers: the \sigma^2 of `f(x; \mu, \sigma^2) = ...`, called with `s_j^2`, `v` or 0.5."""

from __future__ import annotations

from fractions import Fraction

from chainrule.expr import const, power
from chainrule.read.tree import Node, Number
from chainrule.sheet.arrays import algebra
from chainrule.sheet.arrays.components import ref_value
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped, Val
from chainrule.sheet.syntax.names import Ref, reference


def parameter_value(frame: Frame, p: Ref, arg: Node) -> Val:
    r"""The value of the name below the power, so that the parameter is the argument: the \sigma that makes
    \sigma^2 the variance given, which is s where this is written s^2, and its root else."""
    a = reference(arg, frame.world.glossary)
    if not _squares(p):
        raise Untyped(f"{p.base} is a parameter with an operation hung on it", "untyped")
    if a is not None and _squares(a) and a.base not in frame.args and not frame.world.defined(f"{a.base}^2"):
        return ref_value(frame, Ref(a.base, a.subs, a.labels, a.primes))
    val = frame.value(arg)
    if not val.scalar:
        raise Untyped("a vector or a matrix in the place of a square", "shape")
    return algebra.mapped(lambda x: power(x, const(Fraction(1, 2))), val)


def _squares(ref: Ref) -> bool:
    node = ref.postfix[0].node if len(ref.postfix) == 1 and ref.postfix[0].op == "pow" else None
    return isinstance(node, Number) and node.text == "2"
