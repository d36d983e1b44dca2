"""What is written for the questions of a sheet: blanks filled, and paragraphs behind the one that asks."""

from __future__ import annotations

import re

from chainrule.read.document import Document
from chainrule.read.tree import Span
from chainrule.solve.asking import Draft
from chainrule.solve.sheet import Block, Edit, behind
from chainrule.solve.updating import Item
from chainrule.write.derivation import Line
from chainrule.write.trace_views import dollars

LEADING = re.compile(r"^(?:\s|\\[,;:! ])+")
MARK = re.compile(r"\s*\$(\s*\?)(?=\s*(?:[|&]|\\\\|$))", re.MULTILINE)
NUMBERS = 99
"""The place of the numbers behind a formula, which may be wanting where the data come later."""


def edits(drafts: list[Draft], document: Document) -> list[Edit]:
    """What is written for the questions: blanks filled, and paragraphs behind the one that asks."""
    fills, after, shown = list[Edit](), dict[int, Edit](), set[tuple[str, str]]()
    for d in drafts:
        place = behind(document, d.question.span.end)
        edit = after.setdefault(place, Edit(Span(place, place)))
        way, blank = d.way, d.question.blank
        if way is not None and blank is not None:
            fill = f"$= {way.result.right}$" if d.question.cell else way.result.right
            fills.append(Edit(blank, fill=fill, key=(d.number, 0)))
            left = MARK.match(document.text, blank.end)  # the ? of `$x = $ ?`
            fills += [Edit(Span(left.start(1), left.end(1)), fill="")] if left is not None else []
        edit.blocks += _blocks(d, shown)
    return [*fills, *(e for e in after.values() if e.blocks)]


def _blocks(d: Draft, shown: set[tuple[str, str]]) -> list[Block]:
    """The paragraphs of an answer; a step that its exercise shows already is not shown again."""
    asked = d.question.tex
    if d.tables:
        left = kept(d)
        left = [(k, x) for n, (k, x) in enumerate(left) if isinstance(x, Line) or not ends(left[n + 1 :])]
        found = [Block(x) if isinstance(x, str) else Block(x.tex, True, (d.number, k)) for k, x in left]
        return [*found, Block(f"Not answered: {d.why_not}.")] if d.why_not else found
    if d.why_not:
        what = d.question.words or (
            f"${asked}$" if asked else f"the {d.question.updates} updates" if d.question.updates > 1 else "the update"
        )
        what = f"where {what} is zero" if d.question.root is not None else what
        what = d.question.extremum.words if d.question.extremum is not None else what
        return [Block(f"Not answered ({_plain(what)}): {dollars(_plain(d.why_not))}.")]
    way = d.way
    if way is None:
        return []
    found = [Block(way.note)] if way.note else []
    for k, line in enumerate(way.steps, start=1):
        if (d.exercise, line.tex) in shown:
            continue
        shown.add((d.exercise, line.tex))
        found.append(Block(_reason(line, asked)))
        found.append(Block(line.tex, True, (d.number, k)))
    if d.question.blank is None:
        if way.steps or way.result.why:
            found.append(Block(_reason(way.result, asked)))
        shown.add((d.exercise, way.result.tex))
        case = rf" \quad \text{{for }} {d.question.case}" if d.question.case else ""
        found.append(Block(way.result.tex + case, True, (d.number, 0)))
    if d.numbers and way.result.right != d.numbers:
        found.append(Block("In numbers:"))
        found.append(Block(f"{d.question.named or asked} = {d.numbers}", True, (d.number, NUMBERS)))
    if d.question.supposed and not d.numbers and d.question.blank is None:
        said = " and ".join(f"${x}$" for x in d.question.supposed)
        found.append(Block(f"This holds without the supposition {said}, which is still to be put in."))
    return [*found, *([Block(way.after)] if way.after else [])]


def kept(d: Draft) -> list[tuple[int, Item]]:
    return [(k, x) for k, x in enumerate(d.tables) if k not in d.dropped]


def ends(rest: list[tuple[int, Item]]) -> bool:
    """Whether nothing follows a heading."""
    return not rest or isinstance(rest[0][1], str)


def _reason(line: Line, asked: str) -> str:
    """Why a step holds, in words."""
    if line.why.endswith((":", "where")):
        return line.why
    names = line.why.removeprefix("chain rule through ")
    if names != line.why:
        return f"The chain rule through {names}:"
    of = re.match(r"\\frac\{\\partial (.*?)\}\{\\partial|\\nabla(?:_(?:\{.*?\}|\S+?))? (.*)", asked)
    return f"The derivative of ${LEADING.sub('', of[1] or of[2])}$:" if of else "The derivative:"


def _plain(words: str) -> str:
    return " ".join(words.split())
