r"""A side with a parenthesis too many or too few, `s_i (\delta_{ij} - s_j`: where the missing one may stand.

Every place that makes the side balanced is another line. If one of them alone is true, it is what its author wrote but
for a sign; a line that is true wherever the sign stands says nothing of what it encloses. None refutes anything, and no
name is defined by such a line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product
from typing import TYPE_CHECKING

from chainrule.check.comparison.compare import Same
from chainrule.check.records.finding import Finding
from chainrule.check.records.report import Note
from chainrule.expr import ExprError
from chainrule.read.grammar.formula import parse
from chainrule.read.tokens import Token, tokenize
from chainrule.read.tree import Comma, Fenced, Missing, Node, Relation, Span, Sum, Text, Unread
from chainrule.sheet.letters.glossary import tidy
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.rewriting.usual import usual
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

MOST_SIGNS = 160
"""Of how many signs a side may be for its places to be tried."""
MOST_LINES = 12
"""How many lines are tried."""
CLOSED = Note("unbalanced", "a parenthesis has no partner; the line is right with the missing one in its place")


def closed_elsewhere(judge: Judge, e: Equation) -> Finding | None:
    """That a line with an unbalanced side is true with the missing parenthesis in one of its places."""
    ways = [_ways(judge, e, side) for side in (e.lhs, e.rhs)]
    lines = (replace(e, lhs=left, rhs=right) for left, right in islice(product(*ways), MOST_LINES))
    apart = {(_grouped(x.lhs), _grouped(x.rhs)): finding for x in lines if (finding := _true(judge, x)) is not None}
    if len(apart) != 1:
        return None
    (found,) = apart.values()
    return replace(found, notes=(*found.notes, CLOSED))


def _grouped(side: Node) -> object:
    """A side without the parentheses that group nothing, by which two ways to write it are one."""
    if isinstance(side, Fenced) and side.open == "(":
        return _grouped(side.body)
    return node_key(rebuilt(side, _loose))


def _loose(node: Node) -> Node | None:
    body = node.body if isinstance(node, Fenced) and node.open == "(" else None
    return None if body is None or isinstance(body, (Sum, Comma, Relation)) else rebuilt(body, _loose)


def _true(judge: Judge, candidate: Equation) -> Finding | None:
    trial = judge.with_line(candidate)
    try:
        variant = trial.usual(candidate)
        outcome = trial.outcome(candidate, variant)
    except (Untyped, ExprError, RecursionError):
        return None
    return trial.verified(candidate, variant, outcome) if isinstance(outcome, Same) else None


def _ways(judge: Judge, e: Equation, side: Node) -> list[Node]:
    """A side as it is, or each way to balance it; nothing where it is not to be balanced by one parenthesis."""
    broken = [n for n in walk(side) if isinstance(n, Unread)]
    if not broken:
        return [side]
    if any(n.code != "unbalanced" for n in broken):
        return []
    found: dict[object, Node] = {}
    for text in _balanced(e.document.tex, side.span):
        node = _read(judge, e, text)
        if node is not None:
            found.setdefault(node_key(node), node)
    return list(found.values())


def _balanced(text: str, span: Span) -> Iterator[str]:
    """The texts of a side with one parenthesis put in or taken out, the likeliest first."""
    tokens = tokenize(text, span.start, span.end)
    opening, closing = (sum(t.text == sign for t in tokens) for sign in "()")
    if abs(opening - closing) != 1 or len(tokens) > MOST_SIGNS:
        return
    if opening > closing:
        ends = [span.end, *(t.end for t in reversed(tokens[:-1]))]
        yield from (text[span.start : at] + ")" + text[at : span.end] for at in _apart(ends, tokens))
    else:
        starts = [t.start for t in tokens]
        yield from (text[span.start : at] + "(" + text[at : span.end] for at in _apart(starts, tokens))
        strays = (t for t in reversed(tokens) if t.text == ")")
        yield from (text[span.start : t.start] + text[t.end : span.end] for t in strays)


def _apart(places: list[int], tokens: list[Token]) -> Iterator[int]:
    """Places outside of braces and scripts, and right beside an operand."""
    depth, outside = 0, set[int]()
    for before, token in zip([None, *tokens], tokens, strict=False):
        depth += token.kind == "{"
        hung = before is not None and before.kind in ("^", "_")
        if depth == 0 or (depth == 1 and token.text == "{" and not hung):
            outside |= {token.start} if not hung else set()
        depth -= token.kind == "}"
        if depth == 0 and token.kind not in ("^", "_", "sum", "prod", "rel", "open"):
            outside.add(token.end)
    yield from (at for at in places if at in outside)


def _read(judge: Judge, e: Equation, text: str) -> Node | None:
    """A balanced side as one expression."""
    rows = parse(text, Span(0, len(text)), e.document.macros, e.display)
    if len(rows) != 1 or isinstance(rows[0].node, (Relation, Text, Missing)):
        return None
    if any(isinstance(n, Unread) for n in walk(rows[0].node)):
        return None
    glossary = judge.world.glossary
    return glossary.rewritten(tidy(usual(rows[0].node), glossary), e.position)
