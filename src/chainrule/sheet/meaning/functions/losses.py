"""Losses by name: `CE(y, \\hat y)` where no formula says what CE is."""

from __future__ import annotations

from chainrule.expr import apply, const, mul, total, value
from chainrule.read.tree import Node
from chainrule.sheet.arrays import algebra
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped, Val, scalar
from chainrule.sheet.syntax.names import reference


def cross_entropy(frame: Frame, args: tuple[Node, ...]) -> Val:
    """-sum_k t_k log p_k; p is the argument that is computed, by custom the second one. Targets sum to one."""
    if len(args) != 2:
        raise Untyped(f"a cross-entropy takes a target and a prediction, found {len(args)} arguments", "untyped")
    target, prediction = args if _computed(frame, args[1]) or not _computed(frame, args[0]) else (args[1], args[0])
    t, p = frame.value(target), frame.value(prediction)
    if len(t.dims) != 1 or len(p.dims) != 1:
        raise Untyped("a cross-entropy of what is no vector", "shape")
    frame.dims.unify(t.dims[0], p.dims[0])
    ref = reference(target, frame.world.glossary)
    if ref is not None and not frame.world.defined(ref.base):
        family = frame.world.family(ref.base)
        family.domain_kind = family.domain_kind or "simplex"
    k = algebra.fresh(frame.dims, t.dims[0])
    return scalar(lambda: total(k, mul(const(-1), t.at(value(k)), apply("log", p.at(value(k))))))


def _computed(frame: Frame, node: Node) -> bool:
    """Whether an argument is a prediction: a formula, or a name that the document defines or marks as an estimate."""
    ref = reference(node, frame.world.glossary)
    return ref is None or frame.world.defined(ref.base) or ref.base.startswith(("hat(", "tilde("))
