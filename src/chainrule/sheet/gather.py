"""A document as a list of equations in reading order, each with its scope, its chain and the words before it.

A chain `A = B = C` is two equations; a display that begins with a relation sign goes on with the chain before it;
notes under braces are equations of their own. Nothing is typed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from chainrule.read.document import Break, Document, Heading, Math, Piece, Words
from chainrule.read.grammar.formula import Row, parse
from chainrule.read.tree import (
    Node,
)
from chainrule.sheet.conditions.cases_in_items import names_of_cases
from chainrule.sheet.conditions.heading_conditions import heading_conditions
from chainrule.sheet.conditions.own_sections import with_own_sections
from chainrule.sheet.conditions.pieces_in_sentences import with_pieces
from chainrule.sheet.conditions.restrictions import (
    index_letters,
    with_restrictions_apart,
)
from chainrule.sheet.letters.glossary import collect, tidy
from chainrule.sheet.letters.index_letters import sums_are_implied, sums_in_index_notation
from chainrule.sheet.records.statements import Scope, Sheet
from chainrule.sheet.rewriting.assigned_once import with_assignments
from chainrule.sheet.rewriting.names_with_one_value import given_one_by_one
from chainrule.sheet.rewriting.sizes_below import said_below
from chainrule.sheet.rewriting.usual import usual
from chainrule.sheet.rewriting.written_out import Change, changed, written_out
from chainrule.sheet.statistics.laws_and_densities import with_laws_given
from chainrule.sheet.sums.upper_indices import sums_left_out
from chainrule.sheet.walk import Walk

Parsed = list[tuple[Document, list[tuple[Piece, tuple[Row, ...]]]]]


def _each(parsed: Parsed, change: Change) -> Parsed:
    """Documents with a change made to every formula."""
    return [(d, [(p, tuple(replace(r, node=change(r.node)) for r in rows)) for p, rows in ps]) for d, ps in parsed]


def _formulas(parsed: Parsed) -> list[Node]:
    return [row.node for _, pieces in parsed for _, rows in pieces for row in rows]


def pieces_with_rows(document: Document) -> Iterator[tuple[Piece, tuple[Row, ...]]]:
    """The pieces of a document, formulas parsed."""
    for piece in document.pieces:
        if isinstance(piece, Math):
            rows = parse(document.tex, piece.span, document.macros, piece.display)
            yield piece, with_restrictions_apart(tuple(replace(row, node=usual(row.node)) for row in rows))
        else:
            yield piece, ()


def always() -> bool:
    """Reading goes on to the end."""
    return True


def gather(
    document: Document,
    context: tuple[Document, ...] = (),
    going: Callable[[], bool] = always,
    by_index: bool = False,
) -> Sheet:
    """All equations of the context documents and then of the document itself, as far as `going` allows; `by_index`: the
    marks of samples are indices."""
    parsed: Parsed = []
    stopped: int | None = None
    for d in (*context, document):
        pieces = []
        for piece, rows in pieces_with_rows(d):
            if not going():
                stopped = piece.span.start if d is document else 0
                break
            pieces.append((piece, rows))
        parsed.append((d, with_laws_given(pieces)))
    text = " ".join(piece.text for _, pieces in parsed for piece, _ in pieces if isinstance(piece, Words))
    implied = sums_are_implied(text) or sums_left_out(_formulas(parsed))
    implied = implied or sums_in_index_notation(text, _formulas(parsed))
    sizes = [(Scope(), 0, said) for said in said_below(_formulas(parsed))]
    changes = written_out(_formulas(parsed), text)
    if changes:
        parsed = _each(parsed, partial(changed, changes=changes))
    glossary = collect(_formulas(parsed), implied, by_index)
    glossary.implied = implied and not sums_are_implied(text)
    glossary.written_out = changes
    letters = index_letters(_formulas(parsed))
    sheet = Sheet(glossary=glossary, stopped=stopped, expressions=sizes)
    position = 0
    for d, pieces in parsed:
        heads, cases = heading_conditions(pieces), names_of_cases(d, pieces)
        state = Walk(d, d is document, sheet, position, heads=heads, cases=cases, letters=letters)
        for piece, rows in pieces:
            match piece:
                case Heading():
                    state.flush()
                    state.heading(piece)
                case Words():
                    state.prose(piece)
                case Break(item=item):
                    state.flush()
                    if item:
                        state.item()
                case Math():
                    tidied = tuple(replace(r, node=tidy(r.node, glossary)) for r in rows)
                    state.math(piece, tidied)
        state.flush()
        position = state.position
        if d is document and not context:
            with_own_sections(sheet, state.headings)
    sheet.equations.sort(key=lambda e: e.position)
    with_pieces(sheet)
    given_one_by_one(sheet)
    with_assignments(sheet)
    return sheet
