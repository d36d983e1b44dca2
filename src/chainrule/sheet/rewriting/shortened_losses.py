r"""A loss without the word in its subscript: $J_{\text{naive}}$ is defined, and what follows differentiates J.

Where a section defines one loss of a letter, with a word, and does not say what the bare letter is, the bare letter
stands for that loss in the lines after it that differentiate it. A line that writes the word out too speaks of
something else by the bare letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chainrule.read.tree import Fenced, Fraction, Name, Node, Product, Script
from chainrule.sheet.records.statements import DEFINING, Equation, Sheet
from chainrule.sheet.syntax.derivatives import above, nabla_of
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.rebuilding import with_parts
from chainrule.sheet.syntax.spelling import look


@dataclass(frozen=True, slots=True)
class Named:
    """A loss that an equation defines, with the word in its subscript."""

    letter: str
    base: str
    node: Script
    equation: Equation


def with_shortened_losses(sheet: Sheet) -> Sheet:
    """The sheet with such losses written in full."""
    named = [n for e in sheet.equations if (n := _named(sheet, e)) is not None]
    bare = [e for e in sheet.equations if e.op in DEFINING and not e.link and isinstance(_head(e.lhs), Name)]
    told = {(e.scope, getattr(_head(e.lhs), "text", "")) for e in bare}
    named = [n for n in named if (n.equation.scope, n.letter) not in told]
    table = {e.position: full for e in sheet.equations if (full := _meant(sheet, e, named))}
    if not table:
        return sheet

    def written(node: Node, position: int) -> Node:
        return _written(node, table.get(position, {}))

    before = sheet.glossary.rewritten
    sheet.equations = [
        replace(e, lhs=written(e.lhs, e.position), rhs=written(e.rhs, e.position)) if e.position in table else e
        for e in sheet.equations
    ]
    sheet.glossary.rewritten = lambda node, position: written(before(node, position), position)
    return sheet


def _head(node: Node) -> Node:
    """The name of `J(\\theta)`."""
    call = isinstance(node, Product) and len(node.factors) == 2 and isinstance(node.factors[1].node, Fenced)
    return node.factors[0].node if isinstance(node, Product) and call else node


def _named(sheet: Sheet, e: Equation) -> Named | None:
    """What an equation defines, if it is a loss with a word."""
    node = _head(e.lhs)
    if e.op not in DEFINING or e.link or not isinstance(node, Script) or not isinstance(node.base, Name) or node.sup:
        return None
    ref = reference(node, sheet.glossary)
    letter = node.base.text
    worded = ref is not None and ref.bare and ref.base.startswith(f"{letter}_") and look(letter) == "loss"
    return Named(letter, ref.base, node, e) if ref is not None and worded and not node.base.style else None


def _meant(sheet: Sheet, e: Equation, named: list[Named]) -> dict[str, Script]:
    """The full names of the losses that an equation differentiates by their bare letters."""
    found = {}
    for letter in set(_differentiated(e.lhs)) | set(_differentiated(e.rhs)):
        here = [n for n in named if n.letter == letter and n.equation.scope == e.scope]
        if len({n.base for n in here}) == 1 and here[0].equation.position < e.position:
            nodes = (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Script))
            if not any((r := reference(n, sheet.glossary)) is not None and r.base == here[0].base for n in nodes):
                found[letter] = here[0].node
    return found


def _differentiated(node: Node) -> Iterator[str]:
    """The bare letters under a derivative sign."""
    for part in walk(node):
        top = above(part.numerator) if isinstance(part, Fraction) else None
        if top is not None and isinstance(top.body, Name):
            yield top.body.text
        if isinstance(part, Product):
            pairs = zip(part.factors, part.factors[1:], strict=False)
            yield from (b.node.text for a, b in pairs if nabla_of(a.node) is not None and isinstance(b.node, Name))


def _written(node: Node, full: dict[str, Script]) -> Node:
    """A formula with the bare letters written in full."""
    if isinstance(node, Name):
        return replace(full[node.text], span=node.span) if node.text in full and not node.style else node
    if isinstance(node, Script) and node.sub is not None and isinstance(node.base, Name):
        return node
    return with_parts(node, lambda part: _written(part, full)) if full else node
