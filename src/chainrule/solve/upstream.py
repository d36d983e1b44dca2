r"""Losses that nobody defines, of which a sheet only says that their derivative by something is given: they are
functions of that. "Let $\delta = \frac{\partial L}{\partial z}$", "$\frac{\partial \ell}{\partial y_i}$ is given"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.read.document import Document
from chainrule.read.tree import Fraction, Node, Script
from chainrule.sheet.meaning.derivatives.differentials import taken_apart
from chainrule.sheet.records.statements import DEFINING, Equation, Sentence, Sheet
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import reference

GIVEN = re.compile(
    r"\b(?:given|known|upstream|incoming|available|receives?|received|denotes?|denoted|arriv\w+|(?:back)?propagated)\b",
    re.IGNORECASE,
)


THROUGH = re.compile(r"\b(?:in terms of|as functions? of|through|using|by means of|from)\b", re.IGNORECASE)
"""What stands before the derivatives through which others are to be written."""

ORDER = re.compile(
    r"\b(?:derive|find|compute|calculate|determine|express|evaluate|obtain|show|prove|write|give|state|what"
    r"|work out)\b",
    re.IGNORECASE,
)

DEPENDS = re.compile(
    r"⟦(?P<of>\d+)⟧ (?:(?:only )?depends (?:only )?on|is (?:an?|some|any) (?:[\w-]+ ){0,3}?function of) "
    r"(?:all |the |all the |outputs? |values? )*⟦(?P<by>\d+)⟧",
    re.IGNORECASE,
)


def given_by(sheet: Sheet, world: World, mine: list[Equation]) -> dict[tuple[str, str], list[str]]:
    """The losses, base and TeX, with what they are functions of, in TeX."""
    found: dict[tuple[str, str], list[str]] = {}
    for top, of, document in _given(sheet, mine):
        ref, by = reference(top, world.glossary), reference(of, world.glossary)
        if ref is None or by is None or not ref.bare or world.defined(ref.base) or ref.base in world.frontiers:
            continue
        axes = by.subs and all(world.family(by.base).slot(n) == "axis" for n in range(len(by.subs)))
        name, text = (
            document.source(n.span).strip() for n in (top, of.base if axes and isinstance(of, Script) else of)
        )
        known = found.setdefault((ref.base, name), [])
        known += [text] if text not in known else []
    return found


def _given(sheet: Sheet, mine: list[Equation]) -> Iterator[tuple[Node, Node, Document]]:
    """What is differentiated and by what, in the derivatives that stand for what is given, and what depends on what."""
    for e in mine:
        if e.own and not e.link and e.op in DEFINING and e.spelled is None:
            yield from ((*pair, e.document) for pair in _slope(e.rhs))
    scopes = {e.scope.number for e in mine}
    for s in (s for s in sheet.sentences if s.own and s.scope.number in scopes):
        for node in _lent(s):
            yield from ((*pair, s.document) for pair in _slope(node))
        for told in DEPENDS.finditer(s.text):
            yield s.formulas[int(told["of"])], s.formulas[int(told["by"])], s.document


def _lent(s: Sentence) -> Iterator[Node]:
    """The formulas of a sentence that it gives: "given $G$, derive $D$", "derive $D$ in terms of $G$"."""
    if not (GIVEN.search(s.text) or THROUGH.search(s.text)):
        return
    for m in re.finditer(r"⟦(\d+)⟧", s.text):
        before = s.text[: m.start()]
        orders = [o.end() for o in ORDER.finditer(before)]
        cues = (GIVEN, THROUGH) if orders else (GIVEN,)
        since = before[orders[-1] if orders else 0 :]
        if any(cue.search(since if orders else s.text) for cue in cues):
            yield s.formulas[int(m[1])]


def _slope(node: Node) -> Iterator[tuple[Node, Node]]:
    parts = taken_apart(node) if isinstance(node, Fraction) else None
    if parts is not None and parts[0].body is not None and parts[0].order == 1 and len(parts[1]) == 1:
        yield parts[0].body, parts[1][0]
