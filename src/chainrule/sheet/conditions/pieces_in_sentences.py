r"""A function told piece by piece in a sentence: "$f(z) = z$ for $z > 0$ and $f(z) = e^z - 1$ for $z \le 0$".

Each piece alone would be a formula for all arguments. Pieces of one name that stand next to each other, each with its
condition right behind or right before it, or with "otherwise" behind the last, are one formula with cases. The later
ones may leave the name out: "and $0$ otherwise".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from chainrule.read.document import Document
from chainrule.read.grammar.connectives import CONNECTIVES
from chainrule.read.tree import Accent, Case, Cases, Fenced, Link, Name, Node, Product, Relation, Script, Span
from chainrule.sheet.conditions.restrictions import OTHERWISE
from chainrule.sheet.records.statements import DEFINING_LEFT, Equation, Sheet
from chainrule.sheet.syntax.names import node_key

ORDERS = frozenset({"<", ">", "≤", "≥"})
CUES = "|".join(re.escape(w) for w, tag in CONNECTIVES.items() if tag in ("if", "for") or w in ("where", "où", "wo"))
SIGNS = re.compile(r"\$|\\[()\[\]]|\\q?quad(?![a-z])|\\[,;:! ]|\\(?:text|mbox|mathrm)(?=\{)|[{}&~*_|]")
BEHIND = re.compile(rf"[\s,(]*(?:(?:and|but)\s+)?(?:{CUES})\s*", re.IGNORECASE)
"""Between a piece and its condition."""
LEADS = re.compile(rf"(?<![^\W\d_])(?:{CUES})\s*$", re.IGNORECASE)
"""Before a condition that leads its piece."""
LED = re.compile(
    r"[\s,:)]*(?:(?:we|let|then|is|it|set|have|put|define|gilt|ist|on a|es)\s+){0,3}(?:⟦\d+⟧)?\s*", re.IGNORECASE
)
"""Between such a condition and its piece."""
JOINS = re.compile(
    rf"[\s,;.)]*(?:(?:and|but|while|whereas|or|und|aber|et|y|e)\b)?\s*(?:(?:by|as|to|it is|durch|par|por)\s+)?"
    rf"(?P<cue>(?:{CUES})\s*)?",
    re.IGNORECASE,
)
"""Between one piece and the next, whose condition may come first."""


@dataclass(frozen=True)
class _Unit:
    """A chain of a document, or a formula that is no relation, as a piece or a condition may be written."""

    document: Document
    span: Span
    equations: tuple[Equation, ...]
    value: Node | None = None
    condition: Relation | None = None


@dataclass(frozen=True)
class _Piece:
    """A value with the condition it holds under (None: otherwise), and the units it is made of, by number."""

    value: _Unit
    condition: Relation | None
    first: int
    last: int


def with_pieces(sheet: Sheet) -> None:
    """Make one definition with cases of the pieces of a name."""
    units = list(_units(sheet))
    for run in list(_runs(units)):
        _join(sheet, units, run)


def _join(sheet: Sheet, units: list[_Unit], run: list[_Piece]) -> None:
    head = run[0].value.equations[0]
    name = node_key(_head(head.lhs))
    if any(e.position < head.position and name == node_key(_head(e.lhs)) for e in sheet.equations):
        return  # the name has its formula, and the pieces are claims
    rows = tuple(Case(p.value.value, p.condition) for p in run if p.value.value is not None)
    joined = replace(head, rhs=Cases(head.rhs.span, rows), conditions=())
    within = {e.position for u in units[run[0].first : run[-1].last + 1] for e in u.equations}
    sheet.equations = [
        joined if e is head else replace(e, source="condition", conditions=()) if e.position in within else e
        for e in sheet.equations
    ]


def _units(sheet: Sheet) -> Iterator[_Unit]:
    """The chains and lone formulas of a sheet in the order they stand in."""
    found = []
    for _, group in groupby(sheet.equations, key=lambda e: (e.document.path, e.chain, e.span.start)):
        chain = tuple(group)
        e = chain[0]
        gives = len(chain) == 1 and e.op in DEFINING_LEFT and e.source == "formula" and _may_have_pieces(e.lhs)
        links = tuple(Link(x.op, x.span, x.rhs) for x in chain)
        orders = e.source in ("formula", "condition") and all(x.op in ORDERS for x in chain)
        told = Relation(e.span, e.lhs, links) if orders else None
        found.append((e.position, _Unit(e.document, e.span, chain, e.rhs if gives else None, told)))
    documents = {position: unit.document for position, unit in found}
    for _, position, node in sheet.expressions:
        if position in documents:
            found.append((position, _Unit(documents[position], node.span, (), node)))
    return (unit for _, unit in sorted(found, key=lambda pair: (pair[0], pair[1].span.start)))


def _may_have_pieces(node: Node) -> bool:
    """A name, or a function of something; no derivative, and no new value."""
    name = _head(node)
    if isinstance(name, Script) and name.sup is None and not name.primes:
        name = name.base
    return isinstance(name.body if isinstance(name, Accent) else name, Name)


def _head(node: Node) -> Node:
    """The name of a function before its arguments; anything else as it is."""
    if isinstance(node, Product) and len(node.factors) == 2:
        head, fence = node.factors
        if isinstance(fence.node, Fenced) and fence.node.open == "(" and not fence.op:
            return head.node
    return node


def _runs(units: list[_Unit]) -> Iterator[list[_Piece]]:
    """Pieces of one name next to each other, of which the first writes it and all but the last have a condition."""
    n = 0
    while n < len(units):
        run: list[_Piece] = []
        piece = _piece(units, n, None)
        while piece is not None:
            run.append(piece)
            following = None if piece.condition is None else _piece(units, piece.last + 1, run)
            piece = following
        if len(run) > 1:
            yield run
            n = run[-1].last + 1
        else:
            n += 1


def _piece(units: list[_Unit], n: int, run: list[_Piece] | None) -> _Piece | None:
    """The piece that begins with a unit: behind another of its name, or as the first one."""
    if n >= len(units):
        return None
    unit, before = units[n], None
    if run:
        before = JOINS.fullmatch(_between(units[run[-1].last], unit))
        if before is None:
            return None
    after = units[n + 1] if n + 1 < len(units) else None
    if unit.condition is not None and after is not None and after.value is not None and after.equations:
        led = before["cue"] is not None if before is not None else LEADS.search(_words_before(unit)) is not None
        same = not run or node_key(after.equations[0].lhs) == node_key(run[0].value.equations[0].lhs)
        if led and same and LED.fullmatch(_between(unit, after)):
            return _Piece(after, unit.condition, n, n + 1)
        return None
    if unit.value is None or not (run or unit.equations) or (before is not None and before["cue"] is not None):
        return None
    if run and unit.equations and node_key(unit.equations[0].lhs) != node_key(run[0].value.equations[0].lhs):
        return None
    if after is not None and after.condition is not None and BEHIND.fullmatch(_between(unit, after)):
        return _Piece(unit, after.condition, n, n + 1)
    if run and OTHERWISE.match(_plain(unit.document.text[unit.span.end : unit.span.end + 80])):
        return _Piece(unit, None, n, n)
    return None


def _between(one: _Unit, other: _Unit) -> str:
    """The words between two units without the signs of formulas; what lies in another place has none that fit."""
    text = one.document.text[one.span.end : other.span.start]
    apart = one.document is not other.document or one.span.end > other.span.start or re.search(r"\n\s*\n", text)
    return "⟦apart⟧" if apart else _plain(text)


def _words_before(unit: _Unit) -> str:
    return _plain(unit.document.text[max(0, unit.span.start - 40) : unit.span.start])


def _plain(text: str) -> str:
    return SIGNS.sub(" ", text)
