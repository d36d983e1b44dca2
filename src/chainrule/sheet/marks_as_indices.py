r"""Marks that are indices: beside `\hat y_i` the i of `y^{(i)}` is the index i, and `x^{(i)}_j` is `x_{ij}`.

A letter that stands in one formula both in a subscript and in parentheses above a name runs over the same things at
both places. A letter that is counted up, as the l of `a^{(l-1)}`, numbers layers or steps and stays a mark.
"""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.read.tree import Accent, Fenced, Name, Node, Script
from chainrule.sheet.names import Glossary, letter_of, reference, walk


def marked_by_indices(nodes: Iterable[Node], glossary: Glossary) -> set[str]:
    """The names whose marks are indices."""
    letters: set[str] = set()
    marks: dict[str, list[Node]] = {}
    for node in nodes:
        below, above = set[str](), set[str]()
        for part in walk(node):
            ref = reference(part, glossary) if isinstance(part, Script) else None
            if ref is None or not isinstance(part, Script):
                continue
            below |= {x for s in ref.subs if (x := letter_of(s)) is not None}
            if _in_parentheses(part):
                above |= {x for s in ref.labels if (x := letter_of(s)) is not None}
                marks.setdefault(ref.base, []).extend(ref.labels)
        letters |= below & above
    counted = (x for found in marks.values() for mark in found if not isinstance(mark, Name) for x in walk(mark))
    letters -= glossary.layers | {x.text for x in counted if isinstance(x, Name)}
    return {base for base, found in marks.items() if _plain(found) and letters & {letter_of(x) for x in found}}


def _in_parentheses(node: Script) -> bool:
    """Whether a mark in parentheses, or the base below it, carries one."""
    inner = node.base
    return isinstance(node.sup, Fenced) or (
        isinstance(inner, Accent | Script)
        and any(isinstance(n, Script) and isinstance(n.sup, Fenced) for n in walk(inner))
    )


def _plain(marks: list[Node]) -> bool:
    """Letters alone: what is also numbered, `y^{(1)}`, stands for tensors that are told apart."""
    return all(isinstance(x, Name) for x in marks)
