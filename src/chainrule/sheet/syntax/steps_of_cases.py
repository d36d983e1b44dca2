"""The layers and times that cases give a formula of their own: the 1 of `x if l = 1`."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Cases, Fenced, Link, Node, Number, Relation
from chainrule.sheet.syntax.names import letter_of


def numbered_steps(body: Node) -> Iterator[str]:
    """The numbers that a letter is compared with in the conditions of cases, as they are written."""
    for case in body.rows if isinstance(body, Cases) else ():
        condition = case.condition.body if isinstance(case.condition, Fenced) else case.condition
        match condition:
            case Relation(first=first, links=(Link(op="=", node=Number(text=text)),)) if letter_of(first) is not None:
                yield text
