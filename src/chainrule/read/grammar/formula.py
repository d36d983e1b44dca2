r"""The grammar: one formula of a document to its rows, each a surface tree.

>>> [dump(row.node) for row in parse("a &= b \\\\ &= c^2", Span(0, 16), {}, True)]
['(rel a = b = (c ^2))']

The way of a formula: `tokens` (signs with places), `expand` (macros), `grammar_layout` (what is only for the eye
goes), `grammar_rows` (rows, pieces, chains), `grammar_expr` with `grammar_atoms` and `grammar_tables` (operands),
`grammar_fold` (precedence). Nothing here raises, for any input: what cannot be read becomes an `Unread` node as small
as possible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from chainrule.read.document import Macro
from chainrule.read.expand import MAX_TOKENS, expand
from chainrule.read.grammar.angle_pairs import with_angles
from chainrule.read.grammar.atoms import HANDLERS
from chainrule.read.grammar.dump import dump
from chainrule.read.grammar.expr import MAX_DEPTH, Parser, TooDeep
from chainrule.read.grammar.layout import layout, with_lines_as_rows
from chainrule.read.grammar.phrases import with_phrases
from chainrule.read.grammar.rows import Piece, pieces
from chainrule.read.grammar.words_between import with_words_between
from chainrule.read.tokens import tokenize
from chainrule.read.tree import Case, Factor, Link, Node, Span, Term, Text, Unread

__all__ = ["Row", "dump", "parse"]

MAX_TREE_DEPTH = 300


@dataclass(frozen=True, slots=True)
class Row:
    """One unit of a formula: a relation chain, an expression or words (`Text`).

    `tag` says how it is led to: "implies" after an arrow or "so"; "if", "for", "where", "s.t.", "or" after such a word,
    when the row is a condition or explanation of the one before; else "".
    """

    span: Span
    node: Node
    tag: str = ""


def parse(text: str, span: Span, macros: Mapping[str, Macro], display: bool = True) -> tuple[Row, ...]:
    """The rows of the formula at `span` of `text`; all spans are offsets in `text`."""
    tokens = tokenize(text, span.start, span.end)
    if len(tokens) <= MAX_TOKENS:
        tokens = expand(tokens, macros)
    if len(tokens) > MAX_TOKENS:
        reason = f"the formula has more than {MAX_TOKENS} signs; split it"
        return (Row(span, Unread(span, "too-long", reason)),)
    laid_out = with_angles(with_words_between(text, with_phrases(layout(tokens))))
    return tuple(_row(p) for p in pieces(with_lines_as_rows(text, laid_out) if display else laid_out) if p.tokens)


def _row(piece: Piece) -> Row:
    tokens = piece.tokens
    span = Span(min(t.start for t in tokens), max(t.end for t in tokens))
    if piece.words:
        return Row(span, Text(span, tokens[0].text), piece.tag)
    try:
        node = Parser(tokens, HANDLERS).parse(row=True)
    except TooDeep:
        node = None
    if node is None or (len(tokens) > MAX_TREE_DEPTH and _too_deep(node)):
        reason = f"the formula nests deeper than {MAX_DEPTH} levels; name its parts"
        node = Unread(span, "too-deep", reason)
    return Row(span.join(node.span), node, piece.tag)


def _too_deep(root: Node) -> bool:
    """Whether a tree is deeper than `MAX_TREE_DEPTH` (scripts on scripts nest without braces)."""
    waiting: list[tuple[object, int]] = [(root, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_TREE_DEPTH:
            return True
        if isinstance(value, tuple):
            waiting.extend((part, depth) for part in value)
        elif isinstance(value, (Node, Factor, Term, Link, Case)):
            inner = depth + isinstance(value, Node)
            waiting.extend((getattr(value, f.name), inner) for f in fields(value) if f.name != "span")
    return False
