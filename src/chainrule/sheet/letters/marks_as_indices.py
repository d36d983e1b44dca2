r"""Marks that are indices: beside `\hat y_i` the i of `y^{(i)}` is the index i, and `x^{(i)}_j` is `x_{ij}`.

A letter that stands in one formula both in a subscript and in parentheses above a name runs over the same things at
both places. Samples that are stacked, `\begin{bmatrix} x^{(1)T} \\ \vdots \\ x^{(n)T} \end{bmatrix}`, are the rows of
a matrix, and their marks its first index. A letter that is counted up, as the l of `a^{(l-1)}`, numbers layers or steps
and stays a mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from chainrule.read.tree import Accent, Dots, Fenced, Matrix, Missing, Name, Node, Number, Script
from chainrule.sheet.syntax.names import Glossary, letter_of, reference, walk
from chainrule.sheet.syntax.patterns import SLOT, generalised


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
    stacked = set(_stacked(nodes, glossary))
    letters |= {x.text for base in stacked for x in marks.get(base, ()) if isinstance(x, Name) and x.text.islower()}
    counted = (x for found in marks.values() for mark in found if not isinstance(mark, Name) for x in walk(mark))
    letters -= glossary.layers | {x.text for x in counted if isinstance(x, Name)}
    running = {base for base, found in marks.items() if _plain(found) and letters & {letter_of(x) for x in found}}
    return running | {base for base in stacked if all(isinstance(x, Name | Number) for x in marks.get(base, ()))}


def _stacked(nodes: Iterable[Node], glossary: Glossary) -> Iterator[str]:
    """The names whose numbered versions are the rows or columns of a matrix, from 1 to a letter that counts no
    layers."""
    for node in (n for top in nodes for n in walk(top) if isinstance(n, Matrix)):
        for items in (*node.rows, *zip_longest(*node.rows)):
            cells = [x for x in items if x is not None and not isinstance(x, Missing | Dots)]
            found = (
                generalised(cells[0], cells[-1]) if len(cells) > 1 and any(isinstance(x, Dots) for x in items) else None
            )
            if (
                found is None
                or not isinstance(found[1], Number)
                or letter_of(found[2]) in (None, "L", *glossary.layers)
            ):
                continue
            for part in walk(found[0]):
                ref = reference(part, glossary) if isinstance(part, Script) else None
                if ref is not None and SLOT in map(letter_of, ref.labels) and ref.base not in glossary.labelled:
                    yield ref.base


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
