r"""Samples in a list: `D = \{(1, 2), (2, 3)\}`, `(x, y) \in \{...\}`, "the points $(1, 2)$, $(2, 3)$ and $(3, 5)$".

Such a list is a table without a header. What its columns are called is told beside it, `\{(x_i, y_i)\}_{i=1}^3`, or is
what the formulas have a sample of and the sheet no number for: x, then y or t.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from chainrule.read.tree import Comma, Fenced, Name, Node, Script
from chainrule.sheet.records.statements import Equation, Scope, Sheet
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import letter_of, reference, walk
from chainrule.sheet.words.cells import Cell, Table, entries_of

DATA = re.compile(
    r"\b(?:data\w*|points?|samples?|examples?|pairs?|observations?|training|measurements?)\b", re.IGNORECASE
)
INPUTS, TARGETS = ("x", "u"), ("y", "t", "z")
Tuples = list[tuple[Node, ...]]


def listed_samples(sheet: Sheet) -> Iterator[tuple[Table, Scope, int]]:
    """The lists of samples as tables, each with its place."""
    for side, others, scope, position in _places(sheet):
        rows = _tuples(side)
        if len(rows) < 2:
            continue
        names = next(filter(None, (_names(n, len(rows[0])) for n in others)), ()) or _untold(sheet, len(rows[0]))
        if names:
            yield _table(names, rows), scope, position


def _places(sheet: Sheet) -> Iterator[tuple[Node, list[Node], Scope, int]]:
    """Where lists stand: what may be one, what may tell its names, and the place."""
    for e in sheet.equations:
        if e.own and e.op in ("=", ":=", "∈", "≡"):
            yield e.rhs, [e.lhs, *_in_sentence(sheet, e)], e.scope, e.position
    for scope, position, node in sheet.expressions:
        yield node, [], scope, position
    for s in sheet.sentences:
        if s.own and DATA.search(s.text):
            tuples = [n for n in s.formulas if _tuple(n)]
            if len(tuples) > 1:
                span = tuples[0].span.join(tuples[-1].span)
                yield Comma(span, tuple(tuples)), list(s.formulas), s.scope, s.position


def _in_sentence(sheet: Sheet, e: Equation) -> Iterable[Node]:
    """The formulas beside an equation in its sentence."""
    return (n for s in sheet.sentences if any(span == e.span for span in s.spans) for n in s.formulas)


def _tuples(node: Node) -> Tuples:
    """The tuples of a list, all with as many places."""
    while isinstance(node, Fenced):
        node = node.body
    rows = [_tuple(item) for item in node.items] if isinstance(node, Comma) else []
    return rows if rows and all(rows) and len({len(row) for row in rows}) == 1 and len(rows[0]) > 1 else []


def _tuple(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Fenced) and node.open == "(" and isinstance(node.body, Comma):
        items = node.body.items
        return items if all(literal_number(x) is not None or entries_of(x) for x in items) else ()
    return ()


def _names(node: Node, count: int) -> tuple[Node, ...]:
    """The names that a tuple of them tells, without the mark of the sample."""
    for part in walk(node):
        if isinstance(part, Fenced) and isinstance(part.body, Comma) and len(part.body.items) == count:
            bases = tuple(x.base if isinstance(x, Script) else x for x in part.body.items)
            if all(isinstance(x, Name) and letter_of(x) is not None for x in bases):
                return bases
    return ()


def _untold(sheet: Sheet, count: int) -> tuple[Node, ...]:
    """An input and a target that the formulas have samples of and that nothing gives a number."""
    given = {ref.base for e in sheet.equations if (ref := reference(e.lhs, sheet.glossary)) is not None}
    names: dict[str, Node] = {}
    for node in (n for e in sheet.equations for side in (e.lhs, e.rhs) for n in walk(side)):
        name = node.base if isinstance(node, Script) else node
        if isinstance(name, Name) and name.text in (*INPUTS, *TARGETS) and name.text not in given:
            names.setdefault(name.text, name)
    inputs, targets = ([names[x] for x in letters if x in names] for letters in (INPUTS, TARGETS))
    return (inputs[0], targets[0]) if count == 2 and len(inputs) == len(targets) == 1 else ()


def _table(names: tuple[Node, ...], rows: Tuples) -> Table:
    """A table with a header of names that stand where the first tuple does."""
    head = {}
    for k, name in enumerate(names):
        at = rows[0][k].span
        head[k] = Cell(None, at, name.text if isinstance(name, Name) else "", replace(name, span=at))
    return Table([head, *({k: Cell(x, x.span, "") for k, x in enumerate(row)} for row in rows)])
