"""One name, number or letter taken for another: in one place, or for the same thing throughout a side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise

from chainrule.check.diagnosis.edits.edit import Edit, said, short
from chainrule.check.diagnosis.edits.indices import exchanged
from chainrule.check.diagnosis.edits.places import QUANTITY, Side, is_derivative, is_index
from chainrule.check.diagnosis.edits.signs import signs
from chainrule.read.tree import Accent, Big, Comma, Name, Node, Number, Relation, Script
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import letter_of, reference

# The letter of a name, behind the commands for its style.
BEGINNING = re.compile(r"(?:\\(?:math\w+|boldsymbol|bm|pmb|vec|text\w*)\s*\{?\s*)*(\\?[A-Za-z]+)")
MOST_NAMES = 8
MOST_DIGITS = 3


def names(side: Side) -> Iterator[Edit]:
    """Another quantity of the line, or of what it rests on, in the place of one: `u` for `w` in `\\|w\\|^2`."""
    nodes = list(_quantities(side))
    others = list(dict.fromkeys([*(side.source(n) for n in nodes), *side.mentions]))[:MOST_NAMES]
    for node in nodes:
        span, old = side.span(node), side.source(node)
        for new in others:
            if new != old:
                yield Edit(
                    span.start, span.end, new, f"{short(new)} for {short(old)}", f"{short(old)} is the wrong name"
                )
        yield from _bases(side, node, nodes)


def other_names(side: Side) -> Iterator[Edit]:
    """Another quantity, by its letter: y_i for y is no other one, as its index may only be left out."""
    for edit in names(side):
        if _begins(edit.text) != _begins(side.text[edit.start : edit.end]):
            yield edit


def _begins(source: str) -> str:
    found = BEGINNING.search(source)
    return "" if found is None else found.group(1)


def _quantities(side: Side) -> Iterator[Node]:
    for node in side.in_role(*QUANTITY, "base", "exponent"):
        named = isinstance(node, (Name, Script, Accent)) and reference(node, side.glossary) is not None
        if named and not is_derivative(node) and not side.is_function(node, None):
            yield node


def _bases(side: Side, node: Node, nodes: list[Node]) -> Iterator[Edit]:
    """The letter of another name with the same scripts: `A_{ij}` for `W_{ij}`."""
    if not isinstance(node, Script):
        return
    span, old = side.span(node.base), side.source(node.base)
    letters = (side.source(n.base if isinstance(n, Script) else n) for n in nodes)
    for new in list(dict.fromkeys(letters))[:MOST_NAMES]:
        if new != old:
            yield Edit(
                span.start, span.end, new, f"{new} for {old}", f"{short(side.source(node))} has the wrong letter"
            )


def numbered(side: Side) -> Iterator[Edit]:
    """Another number, or an index letter of the line, as a subscript: `x_2` for `x_1`, `w_{13}` for `w_{12}`."""
    for node in side.in_role("index"):
        if not isinstance(node, Number) or len(node.text) > MOST_DIGITS or not node.text.isdigit():
            continue
        span, old = side.span(node), node.text
        near = [old[:n] + str(d) + old[n + 1 :] for n in range(len(old)) for d in _near(int(old[n]))]
        for new in (*near, *side.letters):
            text = new if side.text[span.start - 1] == "{" or len(new) == 1 else "{" + new + "}"
            yield Edit(span.start, span.end, text, f"{new} for {old}", f"the subscript {old} is wrong")


def _near(digit: int) -> tuple[int, ...]:
    return tuple(d for d in (digit - 1, digit + 1, digit - 2, digit + 2) if 0 <= d <= 9)


def excluded(side: Side) -> Iterator[Edit]:
    """One case left out of the range of a big operator: `\\prod_{i \\neq k}` for `\\prod_i`, `i \\neq j` for `i, j`."""
    for node in (n for p in side.places for n in _big(p.node)):
        sub = node.sub
        if isinstance(sub, Comma) and len(sub.items) == 2 and all(isinstance(x, Name) for x in sub.items):
            one, two = (side.source(x) for x in sub.items)
            span, words = side.span(sub), f"the case {one} = {two} does not belong to the range"
            yield Edit(span.start, span.end, rf"{one} \neq {two}", rf"{one} \neq {two} added", words)
        bound = sub.first if isinstance(sub, Relation) else sub
        if sub is None or not isinstance(bound, Name):
            continue
        span, old, letter = side.span(sub), side.source(sub), side.source(bound)
        for other in side.letters:
            if other != letter:
                new = rf"{letter} \neq {other}" if bound is sub else rf"{old}, {letter} \neq {other}"
                text = "{" + new + "}" if side.bare_script(span) else new
                words = f"the case {letter} = {other} does not belong to the range"
                yield Edit(span.start, span.end, text, rf"{letter} \neq {other} added", words)


def _big(node: Node) -> Iterator[Big]:
    if isinstance(node, Big):
        yield node


# -------------------------------------------------------------------------------------------------- throughout


def throughout(side: Side) -> Iterator[Edit]:
    """The same slip wherever the same thing stands: one sign, one name for another, one letter for another, rows of a
    matrix for its columns."""
    yield from _together(side, _terms(side), "throughout")
    yield from _together(side, names(side), "throughout")
    yield from _together(side, _letters(side), "throughout")
    yield from _together(side, _transposed_entries(side), "throughout")


def _letters(side: Side) -> Iterator[Edit]:
    """Letters of indices; a sum over i up to n is none over n."""
    sums = [big for p in side.places for big in _big(p.node) if big.sup is not None]
    limits = {(x, letter_of(big.sup)) for big in sums if big.sub is not None for x in bound_letters(big.sub)}
    for node in side.in_role("index"):
        if is_index(node, side.glossary):
            span, old = side.span(node), side.source(node)
            for letter in side.letters:
                if letter != old and (old, letter) not in limits:
                    yield Edit(span.start, span.end, letter, f"{letter} for {old}", f"the index {old} is wrong")


def _transposed_entries(side: Side) -> Iterator[Edit]:
    """`k_{21}` for `k_{12}`: entries of the transpose of a matrix, told apart by its name."""
    for node in (p.node for p in side.places if isinstance(p.node, Script)):
        turned = exchanged(side, node.sub) if node.sub is not None and isinstance(node.base, Name) else None
        if turned is not None:
            name = side.source(node.base)
            yield said(turned, f"subscripts of {name} exchanged", f"the subscripts of {name} are exchanged")


def _terms(side: Side) -> Iterator[Edit]:
    """Signs, told apart by the term they stand before."""
    for edit in signs(side):
        yield said(edit, f"{edit.edit} ({edit.explains})", edit.explains)


def _together(side: Side, found: Iterable[Edit], where: str) -> Iterator[Edit]:
    """Edits that say the same, made at once where there are several places for them."""
    ordered = sorted(dict.fromkeys(found), key=lambda e: (e.edit, e.start))
    for what, group in groupby(ordered, key=lambda e: e.edit):
        edits = list(group)
        apart = all(a.end <= b.start for a, b in pairwise(edits))
        if len(edits) > 1 and apart:
            text = "".join(_between(side, edits))
            short_what = what.partition(" (")[0]
            yield Edit(edits[0].start, edits[-1].end, text, f"{short_what} {where}", edits[0].explains)


def _between(side: Side, edits: list[Edit]) -> Iterator[str]:
    """The new texts with the source that stands between them."""
    end = edits[0].start
    for edit in edits:
        yield side.text[end : edit.start] + edit.text
        end = edit.end
