r"""Error terms that are named alike: `\delta_1 = W_2^\top \delta_2 \odot \sigma'(z_1)` behind
`\delta_2 = \frac{\partial L}{\partial z_2}` is a claim about the derivative by z_1.

The name stands for what is written all the same; what is no such derivative is a quantity of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from chainrule.check.records.finding import Finding
from chainrule.check.records.report import Note
from chainrule.read.tree import Factor, Fraction, Name, Node, Number, Product
from chainrule.sheet.conditions.imposed import differentiates
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import children, node_key, reference
from chainrule.sheet.syntax.rebuilding import rebuilt

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def named_alike(judge: Judge, e: Equation) -> Finding | None:
    """The verdict on a formula for a name which is that of a derivative but for its labels; None where it is no such
    derivative."""
    ref = reference(e.lhs, judge.world.glossary)
    if e.link or ref is None or ref.postfix or is_numeric(e.rhs) or differentiates(e.rhs):
        return None
    for x, slope in _alike(judge, e):
        line = replace(e, lhs=slope)
        found = judge.with_line(line).claim(line)
        if found.verdict == "verified":
            note = Note("named-alike", f"read as the derivative that line {x.line} names")
            return replace(found, suggestion=None, notes=(*found.notes, note))
        return None
    return None


def _alike(judge: Judge, e: Equation) -> Iterator[tuple[Equation, Node]]:
    """The derivatives that lines before say names like that of an equation stand for, with the labels of that name."""
    for x in reversed([x for x in judge.equations if x.position < e.position and x.op in DEFINING]):
        parts = derivative_of(x.rhs)
        apart = None if parts is None else differences(x.lhs, e.lhs)
        if parts is None or not apart:
            continue
        top, by = (rebuilt(n, lambda n, apart=apart: apart.get(node_key(n))) for n in parts)  # type: ignore[misc]
        ref = reference(by, judge.world.glossary)
        if node_key(by) != node_key(parts[1]) and ref is not None and ref.base in judge.world.families:
            yield x, _derivative(top, by)


def differences(one: Node, other: Node) -> dict[object, Node] | None:
    """Which names and numbers stand in a formula for which of another one of the same form; None for another form."""
    if isinstance(one, (Name, Number)) or isinstance(other, (Name, Number)):
        if not isinstance(one, (Name, Number)) or not isinstance(other, (Name, Number)):
            return None
        return {} if node_key(one) == node_key(other) else {node_key(one): other}
    below = list(children(one)), list(children(other))
    if type(one) is not type(other) or len(below[0]) != len(below[1]):
        return None
    found: dict[object, Node] = {}
    for a, b in zip(*below, strict=True):
        apart = differences(a, b)
        if apart is None or any(node_key(found.get(key, node)) != node_key(node) for key, node in apart.items()):
            return None
        found |= apart
    return found


def _derivative(of: Node, by: Node) -> Node:
    partial = Factor("", Name(of.span, "partial"))
    top, below = (Product(n.span, (partial, Factor("", n))) for n in (of, by))
    return Fraction(of.span, top, below)
