"""Numbers that stand in tables of the text, Markdown or LaTeX: names beside their values, or columns under names.

A row that has one name and one number gives the name that number, where all rows do; so does a header of names over a
single row of numbers. A longer column under `x_i`, or under x where the formulas say `x_i`, is the array of that name.
"""

from __future__ import annotations

from chainrule.read.document import Document, Heading
from chainrule.read.tree import Matrix, Node, Number, Span
from chainrule.sheet.records.statements import Equation, Scope, Sheet
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import Glossary, letter_of, reference
from chainrule.sheet.words.cells import Cell, Table, entries_of, tables
from chainrule.sheet.words.listed_samples import listed_samples
from chainrule.sheet.words.tables_of_samples import of_samples

MOST_ROWS = 200


def tabled_values(sheet: Sheet, document: Document) -> list[Equation]:
    """The values that the tables of a document give to names, as equations."""
    found: list[Equation] = []
    for table in tables(document):
        if len(table.rows) > MOST_ROWS:
            continue
        for name, value in _pairs(table, sheet.glossary):
            if (placed := _place(sheet, name.span)) is not None:
                found.append(_said(document, name.span, placed, (name, document.source(name.span)), value))
        for column, name, spelled, value in of_samples(table, sheet):
            if (placed := _place(sheet, column) or _beside(sheet, document, column)) is not None:
                found.append(_said(document, column, placed, (name, spelled), value))
    for table, scope, position in listed_samples(sheet):
        of_list = of_samples(table, sheet)
        found += [_said(document, span, (scope, position), (name, tex), value) for span, name, tex, value in of_list]
    return found


def _said(document: Document, span: Span, placed: tuple[Scope, int], name: tuple[Node, str], value: Node) -> Equation:
    scope, position = placed
    return Equation(
        position, document, True, span, name[0], "=", value, scope, -position, 0, False,
        source="prose", spelled=(name[1], _spelled(value)),
    )  # fmt: skip


def _pairs(table: Table, glossary: Glossary) -> list[tuple[Node, Node]]:
    """Names with their values, row by row or under a header."""
    head, *body = table.rows
    by_row = [_pair(row, glossary) for row in body]
    if len(body) > 1 and all(by_row) and not any(_is_name(c, glossary) for c in head.values()):
        return [p for p in by_row if p is not None]
    named = {k: c for k, c in head.items() if _is_name(c, glossary)}
    if len(body) == 1 and len(named) > 1 and named.keys() <= body[0].keys():
        values = [(c.node, body[0][k].number) for k, c in named.items()]
        return [(n, v) for n, v in values if n is not None and v is not None]
    return []


def _pair(row: dict[int, Cell], glossary: Glossary) -> tuple[Node, Node] | None:
    names = [c.node for c in row.values() if c.node is not None and _is_name(c, glossary)]
    numbers = [n for c in row.values() if (n := c.number) is not None]
    return (names[0], numbers[0]) if len(names) == len(numbers) == 1 else None


def _is_name(cell: Cell, glossary: Glossary) -> bool:
    ref = None if cell.node is None else reference(cell.node, glossary)
    return (
        ref is not None and not (ref.primes or ref.postfix or ref.labels) and letter_of(cell.node) not in glossary.bound
    )


def _place(sheet: Sheet, span: Span) -> tuple[Scope, int] | None:
    return next(((scope, p) for scope, p, node in sheet.expressions if node.span == span), None)


def _beside(sheet: Sheet, document: Document, span: Span) -> tuple[Scope, int] | None:
    """The place of a header that is no formula: that of the equation before it, or behind it, under the same title."""
    titles = [p.span.start for p in document.pieces if isinstance(p, Heading)]
    first = max((t for t in titles if t <= span.start), default=0)
    last = min((t for t in titles if t > span.start), default=len(document.text))
    near = [e for e in sheet.equations if e.document is document and first <= e.span.start < last]
    before = [e for e in near if e.span.start < span.start]
    return next(((e.scope, e.position) for e in (*before[-1:], *near[:1])), None)


def _spelled(value: Node) -> str:
    cells = [cell for row in value.rows for cell in row] if isinstance(value, Matrix) else entries_of(value)
    if cells:
        return "(" + ", ".join(map(_spelled, cells)) + ")"
    number = literal_number(value)
    return value.text if isinstance(value, Number) else f"{float(number or 0):g}"
