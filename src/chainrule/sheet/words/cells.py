"""The cells of tables in the text, Markdown or LaTeX: what only bars or ampersands stand between, in rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from chainrule.read.document import Break, Document, Math, Words
from chainrule.read.grammar.formula import parse
from chainrule.read.tree import Comma, Fenced, Matrix, Name, Node, Script, Span
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import letter_of
from chainrule.sheet.syntax.script_words import INDEX_LETTERS, TRANSPOSE_WORDS

PLAIN_NUMBER = re.compile(r"\s*[-−]?\d*\.?\d+\s*")
COMMENT = re.compile(r"<!--.*?-->|(?<!\\)%[^\n]*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell, a formula or a number in words, and where."""

    node: Node | None
    span: Span
    text: str
    formula: Node | None = None
    """The only formula of the cell, alone or beside words."""

    @property
    def number(self) -> Node | None:
        """The cell as a printed number."""
        return self.node if self.node is not None and literal_number(self.node) is not None else None

    @property
    def value(self) -> Node | None:
        """The cell as a printed number or a vector of them."""
        return self.node if self.number is not None or (self.node is not None and entries_of(self.node)) else None


def entries_of(node: Node) -> tuple[Node, ...]:
    """The numbers of a vector, `(1, 2)`, `[1, 2]^T` or a matrix with one column; none of anything else."""
    match node:
        case Script(base=base, sub=None, sup=Name(text=text)) if text in TRANSPOSE_WORDS:
            return entries_of(base)
        case Fenced(body=Comma(items=items), open="(" | "["):
            found = items
        case Matrix(rows=rows) if len(rows) == 1 or all(len(row) == 1 for row in rows):
            found = tuple(x for row in rows for x in row)
        case _:
            return ()
    return found if all(literal_number(x) is not None for x in found) else ()


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
            formulas = [p for p in held if isinstance(p, Math)]
            formula = _node(document, formulas[0]) if len(formulas) == 1 else None
            yield Cell(_node(document, held[0]) if len(held) == 1 else None, span, document.source(span), formula)
        held = []


def _node(document: Document, piece: Words | Math) -> Node | None:
    if isinstance(piece, Words):
        text = piece.text.strip().replace("−", "-")
        sure = PLAIN_NUMBER.fullmatch(text) is not None
        return next((r.node for r in parse(text, Span(0, len(text)), {}, False)), None) if sure else None
    rows = parse(document.tex, piece.span, document.macros, False) if not piece.display else ()
    return rows[0].node if len(rows) == 1 else None


def counts_from_one(head: dict[int, Cell], body: list[dict[int, Cell]]) -> bool:
    """Whether a column that counts the rows, under an index letter, begins with 1, where there is one."""
    for k, cell in head.items():
        if letter_of(cell.node) in INDEX_LETTERS and all(k in row for row in body):
            numbers = [row[k].text.strip() for row in body]
            if numbers[0].isdigit() and numbers == [str(int(numbers[0]) + n) for n in range(len(numbers))]:
                return numbers[0] == "1"
    return True
