r"""The step before the last: `x^{(k+1)} = x^{(k)} - \alpha \nabla f + \beta (x^{(k)} - x^{(k-1)})`.

What a quantity was one step earlier is a parameter of its own, which an update sets to what the quantity is. It begins
with what the sheet says, `x^{(-1)} = \dots`, else with where the quantity itself begins.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Accent, Node
from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import node_key
from chainrule.sheet.syntax.spelling import ANY
from chainrule.trace.marks import primed
from chainrule.trace.rules import Rule, Updates, base_of

KIND = f"{ANY}9"


def earlier(bare: Node) -> Accent:
    """What a name was one step before."""
    return Accent(bare.span, KIND, bare)


def is_earlier(node: Node) -> bool:
    """Whether a node is such a name."""
    return isinstance(node, Accent) and node.kind == KIND


def with_earlier(sheet: Sheet, updates: Updates, held: dict[str, Node]) -> None:
    """Give every name whose earlier value is used, by its base, a start and a rule for it."""
    for base, bare in held.items():
        before = earlier(bare)
        mine = [e for e in sheet.equations if node_key(e.lhs) == node_key(before) or base_of(sheet, e.lhs) == base]
        starts = [e for e in mine if is_literal(e.rhs)]
        if not starts:
            continue
        value = next((e for e in starts if is_earlier(e.lhs)), starts[0])
        for n, e in enumerate(sheet.equations):
            if e in mine and is_earlier(e.rhs) and not e.link:
                sheet.equations[n] = replace(e, rhs=value.rhs)
        if value.link or not is_earlier(value.lhs):
            _add(sheet, value, before, value.rhs)
        name = base_of(sheet, before)
        if name is not None:
            updates.rules.append(Rule(before, name, _add(sheet, value, primed(before, 1), bare)))


def _add(sheet: Sheet, like: Equation, lhs: Node, rhs: Node) -> Equation:
    """An equation of our own behind all others."""
    position = sheet.equations[-1].position + 2
    e = replace(
        like, position=position, lhs=lhs, op="=", rhs=rhs, chain=-(10**6) - position, link=0, cue="", conditions=(),
        source="implied", spelled=("the step before", "the step"), sign=None,
    )  # fmt: skip
    sheet.equations.append(e)
    return e
