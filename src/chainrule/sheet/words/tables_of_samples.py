r"""Tables with a row for each sample and a column for each quantity, whatever the formulas make of them.

Under `x_1` and `x_2` stand the two features of every sample. Where the formulas say `x_i`, each row is a vector; where
they say `x_{ij}`, the rows are a matrix; where they say `x_1` and `x_2` themselves, `\hat y = w_1 x_1 + w_2 x_2`, each
column is a vector with an entry for each sample, and so is one under a plain x, beside a `y_i` of the same table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chainrule.read.tree import Fenced, Matrix, Name, Node, Number, Script, Span
from chainrule.sheet.records.statements import Sheet
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import Glossary, Ref, letter_of, reference, walk
from chainrule.sheet.words.cells import Cell, Table, counts_from_one, entries_of

WORD = re.compile(r"\s*(?P<name>[A-Za-z])(?:_?(?P<number>\d))?\s*")
"""A header without dollar signs: x, x1, x_1."""
Given = tuple[Span, Node, str, Node]
"""Where a header stands, a name, its TeX, and the numbers."""


@dataclass(frozen=True, slots=True)
class Column:
    """The numbers under a header: its name taken apart, without its marks, and which feature it is."""

    cell: Cell
    ref: Ref
    base: Node
    feature: int | None
    values: tuple[Node, ...]

    @property
    def vectors(self) -> bool:
        """Whether the samples are vectors themselves."""
        return literal_number(self.values[0]) is None

    @property
    def tex(self) -> str:
        """The name without its marks as its author writes it."""
        at = self.cell.span.start
        return self.cell.text[self.base.span.start - at : self.base.span.end - at]


def of_samples(table: Table, sheet: Sheet) -> Iterator[Given]:
    """What the columns of such a table say."""
    head, *body = table.rows
    columns = [c for k, cell in head.items() if (c := _column(cell, k, body, sheet.glossary)) is not None]
    other = {k for k, cell in head.items() if cell.formula is not None and any(_value(row, k) is None for row in body)}
    if not columns or other or not counts_from_one(head, body):
        return  # a table that says more than numbers shows an example
    uses = _uses(sheet)
    counted = any("sample" in uses.get(name, ()) for c in columns for name in (c.ref.base, f"hat({c.ref.base})"))
    for base in dict.fromkeys(c.ref.base for c in columns):
        same = sorted((c for c in columns if c.ref.base == base), key=lambda c: c.feature or 0)
        used = uses.get(base, set())
        if [c.feature for c in same] == list(range(1, len(same) + 1)):
            yield from _features(same, used, counted)
        elif len(same) == 1 and same[0].feature is None:
            yield from _plain(same[0], used, counted)


def _plain(column: Column, used: set[str], counted: bool) -> Iterator[Given]:
    if column.vectors and "entry" in used:
        rows = tuple(entries_of(v) for v in column.values)
        yield column.cell.span, column.base, column.tex, Matrix(column.cell.span, "pmatrix", rows)
    elif "label" in used or (column.vectors and "sample" in used):
        yield from _each([column], "label" in used)
    elif column.vectors:
        return
    elif "sample" in used or ("bare" in used and counted):
        yield _of_column(column, column.base, column.tex)


def _features(columns: list[Column], used: set[str], counted: bool) -> Iterator[Given]:
    base, tex, span = columns[0].base, columns[0].tex, columns[0].cell.span
    if "label" in used or ("sample" in used and "entry" not in used):
        yield from _each(columns, label="label" in used)
    elif "entry" in used:
        yield span, base, tex, Matrix(span, "pmatrix", tuple(zip(*(c.values for c in columns), strict=True)))
    elif "number" in used and counted:
        for c in columns:
            yield _of_column(c, Script(span, base, Number(span, str(c.feature))), f"{tex}_{c.feature}")


def _each(columns: list[Column], label: bool = True) -> Iterator[Given]:
    """A value or a vector of features for each row: `x_2`, `x^{(2)}`."""
    base, tex, span = columns[0].base, columns[0].tex, columns[0].cell.span
    for n, row in enumerate(zip(*(c.values for c in columns), strict=True), start=1):
        number = Number(span, str(n))
        name = Script(span, base, None, Fenced(span, "(", number, ")")) if label else Script(span, base, number)
        whole = row[0] if columns[0].feature is None else Matrix(span, "pmatrix", tuple((x,) for x in row))
        yield span, name, f"{tex}^{{({n})}}" if label else f"{tex}_{n}", whole


def _of_column(column: Column, name: Node, tex: str) -> Given:
    return column.cell.span, name, tex, Matrix(column.cell.span, "pmatrix", tuple((x,) for x in column.values))


def _column(cell: Cell, k: int, body: list[dict[int, Cell]], glossary: Glossary) -> Column | None:
    numbers = [_value(row, k) for row in body]
    found = [n for n in numbers if n is not None]
    node = cell.formula if cell.formula is not None else _of_word(cell)
    ref = None if node is None or letter_of(node) in glossary.bound else reference(node, glossary)
    if node is None or ref is None or ref.primes or ref.postfix:
        return None
    if len(found) < len(numbers) or len(found) < 2 or len({len(entries_of(n)) for n in found}) > 1:
        return None
    features = [int(s.text) for s in ref.subs if isinstance(s, Number) and s.text.isdigit()]
    others = [s for s in (*ref.subs, *ref.labels) if not isinstance(s, Number)]
    if len(features) > 1 or len(others) > 1 or any(letter_of(s) is None for s in others):
        return None
    base = node.base if isinstance(node, Script) else node
    return Column(cell, ref, base, features[0] if features else None, tuple(found))


def _value(row: dict[int, Cell], k: int) -> Node | None:
    return row[k].value if k in row else None


def _of_word(cell: Cell) -> Node | None:
    match = WORD.fullmatch(cell.text)
    if match is None:
        return None
    at = cell.span.start
    name = Name(Span(at + match.start("name"), at + match.end("name")), match["name"])
    return Script(cell.span, name, Number(cell.span, match["number"])) if match["number"] else name


def _uses(sheet: Sheet) -> dict[str, set[str]]:
    """How the formulas use each name: bare, `x_i` for a sample, `x^{(i)}` with a label, `x_1`, entries `x_{ij}`."""
    found, inner = dict[str, set[str]](), set[int]()
    for node in (n for e in sheet.equations for side in (e.lhs, e.rhs) for n in walk(side)):
        ref = reference(node, sheet.glossary) if id(node) not in inner else None
        if ref is not None:
            found.setdefault(ref.base, set()).add(_use(ref))
            inner |= {id(n) for n in walk(node.base)} if isinstance(node, Script) else set()
    return found


def _use(ref: Ref) -> str:
    if ref.labels and all(letter_of(s) is not None for s in ref.labels):
        return "label"
    if len(ref.subs) > 1:
        return "entry"
    if not ref.subs:
        return "bare"
    return "sample" if letter_of(ref.subs[0]) is not None else "number"
