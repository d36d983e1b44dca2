r"""Names that a list with dots numbers: `U = \begin{bmatrix} u_1 & \cdots & u_W \end{bmatrix}`, `(a_1, \ldots, a_n)`.

Such a list says that the subscript is an index, so any other letter below the name is one as well: `u_w`, `u_o`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from chainrule.read.tree import Comma, Dots, Matrix, Name, Node, Number, Script
from chainrule.sheet.syntax.names import Glossary, letter_of, reference, walk
from chainrule.sheet.syntax.patterns import SLOT, generalised


def note_listed(everything: Iterable[Node], glossary: Glossary) -> None:
    """Enter the subscripts that some list runs over, from the first item to the last one."""
    for node in everything:
        for items in _lists(node):
            for base, slot in _run_over(items, glossary):
                if isinstance(node, Comma) and base[-1:].isupper():
                    continue  # W_1, ..., W_L are layers as a rule, and W_o no member of theirs
                glossary.indexed.setdefault(base, set()).add(slot)


def _lists(node: Node) -> Iterator[Sequence[Node]]:
    """The lists in a node that have dots between their ends: all items, or a row, column or diagonal of a matrix."""
    match node:
        case Comma(items=items):
            lists: list[Sequence[Node]] = [items]
        case Matrix(rows=rows):
            lists = [*rows, *([x for x in column if x is not None] for column in zip_longest(*rows))]
            lists += [[row[n] for n, row in enumerate(rows)]] if {len(row) for row in rows} == {len(rows)} else []
        case _:
            return
    yield from (x for x in lists if len(x) > 2 and any(isinstance(item, Dots) for item in x[1:-1]))


def _run_over(items: Sequence[Node], glossary: Glossary) -> Iterator[tuple[str, int]]:
    """The subscripts that go from a number in the first item to a letter in the last one."""
    found = generalised(items[0], items[-1])
    if found is None or not isinstance(found[1], Number) or not isinstance(found[2], Name):
        return
    for node in walk(found[0]):
        ref = reference(node, glossary) if isinstance(node, Script) else None
        if ref is not None:
            yield from ((ref.base, n) for n, sub in enumerate(ref.subs) if letter_of(sub) == SLOT)
