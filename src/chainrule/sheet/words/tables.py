"""Numbers that stand in tables of the text, Markdown or LaTeX: names beside their values, or columns under names.

A row that has one name and one number gives the name that number, where all rows do; so does a header of names over a
single row of numbers. A longer column under `x_i`, or under x where the formulas say `x_i`, is the array of that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from chainrule.read.document import Break, Document, Math, Words
from chainrule.read.grammar.formula import parse
from chainrule.read.tree import Matrix, Node, Number, Script, Span
from chainrule.sheet.records.statements import Equation, Scope, Sheet
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import Glossary, letter_of, reference, walk
from chainrule.sheet.syntax.script_words import INDEX_LETTERS

PLAIN_NUMBER = re.compile(r"\s*[-−]?\d*\.?\d+\s*")
COMMENT = re.compile(r"<!--.*?-->|(?<!\\)%[^\n]*", re.DOTALL)
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell, a formula or a number in words, and where."""

    node: Node | None
    span: Span
    text: str

    @property
    def number(self) -> Node | None:
        """The cell as a printed number."""
        return self.node if self.node is not None and literal_number(self.node) is not None else None


@dataclass
class Table:
    """Rows of cells by their columns."""

    rows: list[dict[int, Cell]] = field(default_factory=list)


def tables(document: Document) -> Iterator[Table]:
    """The tables of a document: cells that only a bar or an ampersand stands between, in rows."""
    table, before, column = Table([{}]), None, 0
    for cell in _cells(document):
        gap = "" if before is None else COMMENT.sub("", document.text[before.end : cell.span.start])
        rows = re.split(r"\n|\\\\", gap)
        if not _within(gap):
            if len(table.rows) > 1:
                yield table
            table, column = Table([{}]), 0
        elif len(rows) > 1:
            table.rows.append({})
            column = max(0, len(re.findall(r"[|&]", rows[-1])) - rows[-1].lstrip().startswith("|"))
        else:
            column += len(re.findall(r"[|&]", gap))
        table.rows[-1][column] = cell
        before = cell.span
    if len(table.rows) > 1:
        yield table


def _within(gap: str) -> bool:
    """Whether what stands between two cells is that of a table: bars, ampersands, ends of rows and rules alone."""
    marks = re.sub(r"\\hline|\\[a-z]+rule|\$|\\\(|\\\)", "", gap)
    if re.search(r"\n[^\S\n]*\n", gap) or not re.fullmatch(r"[\s|&:\\-]*", marks):
        return False
    return re.search(r"[|&]|\\\\", gap) is not None


def _cells(document: Document) -> Iterator[Cell]:
    """The pieces between pauses that are one formula or words alone."""
    held: list[Words | Math] = []
    for piece in (*document.pieces, Break(Span(len(document.text), len(document.text)))):
        if isinstance(piece, (Words, Math)):
            held.append(piece)
            continue
        if held:
            span = held[0].span.join(held[-1].span)
            yield Cell(_node(document, held[0]) if len(held) == 1 else None, span, document.source(span))
        held = []


def _node(document: Document, piece: Words | Math) -> Node | None:
    if isinstance(piece, Words):
        text = piece.text.strip().replace("−", "-")
        sure = PLAIN_NUMBER.fullmatch(text) is not None
        return next((r.node for r in parse(text, Span(0, len(text)), {}, False)), None) if sure else None
    rows = parse(document.tex, piece.span, document.macros, False) if not piece.display else ()
    return rows[0].node if len(rows) == 1 else None


# -------------------------------------------------------------------------------------------------- what they say


def tabled_values(sheet: Sheet, document: Document) -> list[Equation]:
    """The values that the tables of a document give to names, as equations."""
    found: list[Equation] = []
    for table in tables(document):
        if len(table.rows) > MOST_ROWS:
            continue
        for name, value in _pairs(table, sheet.glossary) or _columns(table, sheet):
            placed = _place(sheet, name)
            if placed is not None:
                scope, position = placed
                spelled = document.source(name.span), _spelled(value)
                found.append(
                    Equation(
                        position, document, True, name.span, _whole(name), "=", value, scope, -position, 0, False,
                        source="prose", spelled=spelled,
                    )
                )  # fmt: skip
    return found


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


def _columns(table: Table, sheet: Sheet) -> list[tuple[Node, Node]]:
    """Names with the columns of numbers under them, where the formulas give these names an index."""
    head, *body = table.rows
    found: list[tuple[Node, Node]] = []
    for k, cell in head.items():
        numbers = [row[k].number if k in row else None for row in body]
        if cell.node is None or not _is_name(cell, sheet.glossary) or None in numbers or len(numbers) < 2:
            continue
        ref = reference(cell.node, sheet.glossary)
        if ref is not None and ref.base in _indexed(sheet) and _counts_from_one(head, body):
            rows = tuple((n,) for n in numbers if n is not None)
            found.append((cell.node, Matrix(cell.span, "pmatrix", rows)))
    return found


def _counts_from_one(head: dict[int, Cell], body: list[dict[int, Cell]]) -> bool:
    """Whether a column under an index letter, where there is one, counts the rows from 1."""
    for k, cell in head.items():
        if letter_of(cell.node) in INDEX_LETTERS and all(k in row for row in body):
            return [row[k].text.strip() for row in body] == [str(n) for n in range(1, len(body) + 1)]
    return True


def _is_name(cell: Cell, glossary: Glossary) -> bool:
    ref = None if cell.node is None else reference(cell.node, glossary)
    return (
        ref is not None and not (ref.primes or ref.postfix or ref.labels) and letter_of(cell.node) not in glossary.bound
    )


def _indexed(sheet: Sheet) -> set[str]:
    """The names that stand with a single letter as their index."""
    refs = (reference(n, sheet.glossary) for e in sheet.equations for side in (e.lhs, e.rhs) for n in walk(side))
    return {r.base for r in refs if r is not None and len(r.subs) == 1 and letter_of(r.subs[0]) is not None}


def _whole(name: Node) -> Node:
    """`x` for the header `x_i`."""
    return name.base if isinstance(name, Script) and name.sub is not None and letter_of(name.sub) else name


def _place(sheet: Sheet, name: Node) -> tuple[Scope, int] | None:
    return next(((scope, p) for scope, p, node in sheet.expressions if node.span == name.span), None)


def _spelled(value: Node) -> str:
    if isinstance(value, Matrix):
        return "(" + ", ".join(_spelled(cell) for row in value.rows for cell in row) + ")"
    number = literal_number(value)
    return value.text if isinstance(value, Number) else f"{float(number or 0):g}"
