r"""One loss under two names: $J_{\text{naive}}$ or `\text{Loss}` is defined, and what follows differentiates J or L.

A name that lines differentiate and that has no formula stands for the one loss which has one, where the two names are
kin: a letter for itself with a word below it, a letter in another typeface, a letter for a word that it begins or is
customary for, and a word for such a letter. A line that writes the full name out too speaks of something else by the
short one; so does a letter that stands with indices elsewhere, and a word for a mere difference names no loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chainrule.read.tree import Big, Fenced, Fraction, Name, Node, Number, Product, Script
from chainrule.sheet.records.statements import DEFINING, Equation, Scope, Sheet
from chainrule.sheet.syntax.derivatives import above, nabla_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import node_key, reference, spelled, walk
from chainrule.sheet.syntax.rebuilding import with_parts
from chainrule.sheet.syntax.spelling import names_loss
from chainrule.sheet.words.likelihoods import LIKELIHOOD

LETTERS = {
    "loss": frozenset({"L", "l", "ell"}),
    "cost": frozenset({"C", "J"}),
    "error": frozenset({"E"}),
    "objective": frozenset({"J", "L"}),
    **dict.fromkeys(("mse", "sse", "rss", "bce", "ce"), frozenset({"L", "l", "ell", "J", "C", "E"})),
    "nll": frozenset({"J", "C", "E"}),  # L is as well the likelihood, and its logarithm
}
"""The letters for words that a name of a loss ends with."""
TYPEFACES = ((), ("cal",))
"""How a letter for a loss is set; a bold one is a vector."""

Written = tuple[str, tuple[str, ...]]
"""A name without scripts: its letter or word, and its typeface."""


@dataclass(frozen=True, slots=True)
class Named:
    """A loss that an equation defines: its name without the word below it, and in full."""

    name: Written
    worded: bool
    base: str
    node: Node
    equation: Equation


def with_shortened_losses(sheet: Sheet) -> Sheet:
    """The sheet with such losses under their full names."""
    named = [n for e in sheet.equations if (n := _named(sheet, e)) is not None]
    if not named:
        return sheet
    scopes = {e.scope: _with_scripts(sheet, e.scope) for e in sheet.equations}
    table = {e.position: full for e in sheet.equations if (full := _meant(sheet, e, named, scopes[e.scope]))}
    if not table:
        return sheet
    pairs = ((at, _supposed(sheet, short, node)) for at, full in table.items() for short, node in full.items())
    sheet.glossary.taken_for |= {at: pair for at, pair in pairs if pair is not None}

    def written(node: Node, position: int) -> Node:
        return _written(node, table.get(position, {}))

    before = sheet.glossary.rewritten
    sheet.equations = [
        replace(e, lhs=written(e.lhs, e.position), rhs=written(e.rhs, e.position)) if e.position in table else e
        for e in sheet.equations
    ]
    sheet.glossary.rewritten = lambda node, position: written(before(node, position), position)
    return sheet


def _supposed(sheet: Sheet, short: Written, full: Node) -> tuple[str, str] | None:
    """Two names that only custom makes one; `J` for `J_{\\text{naive}}` is written short."""
    if isinstance(full, Script) and isinstance(full.base, Name) and _of(full.base) == short:
        return None
    ref = reference(full, sheet.glossary)
    return None if ref is None else (short[0], ref.base)


def _head(node: Node) -> Node:
    """The name of `J(\\theta)`."""
    call = isinstance(node, Product) and len(node.factors) == 2 and isinstance(node.factors[1].node, Fenced)
    return node.factors[0].node if isinstance(node, Product) and call else node


def _named(sheet: Sheet, e: Equation) -> Named | None:
    """What an equation defines, if it is a loss."""
    node = _head(e.lhs)
    if e.op not in DEFINING or e.link:
        return None
    name, ref = node.base if isinstance(node, Script) else node, reference(node, sheet.glossary)
    if ref is None or not ref.bare or not isinstance(name, Name) or (isinstance(node, Script) and node.sup is not None):
        return None
    loss = _letters(name) if _is_word(name) else names_loss(name.text) and name.style in TYPEFACES
    return Named(_of(name), isinstance(node, Script), ref.base, node, e) if loss else None


def _of(name: Name) -> Written:
    return name.text, name.style


def _is_word(name: Name) -> bool:
    return "rm" in name.style and len(name.text) > 1


def _letters(name: Name) -> frozenset[str]:
    """The letters that a word is shortened to."""
    return next((letters for end, letters in LETTERS.items() if name.text.lower().endswith(end)), frozenset())


def _with_scripts(sheet: Sheet, scope: Scope) -> set[Written]:
    """The names that stand with an index or a mark somewhere."""
    nodes = (n for e in sheet.equations if scope.sees(e.scope) for side in (e.lhs, e.rhs) for n in walk(side))
    return {_of(n.base) for n in nodes if isinstance(n, Script) and isinstance(n.base, Name)}


def _meant(sheet: Sheet, e: Equation, named: list[Named], indexed: set[Written]) -> dict[Written, Node]:
    """The full names of the losses that an equation differentiates by their short ones."""
    found: dict[Written, Node] = {}
    seen = [n for n in named if e.scope.sees(n.equation.scope)]
    for name in {_of(n): n for side in (e.lhs, e.rhs) for n in _differentiated(side)}.values():
        if any(n.name == _of(name) and not n.worded for n in seen):
            continue
        here = _longer(name, seen) or ([] if _of(name) in indexed else _kin(name, seen, _likely(sheet, e)))
        if len({n.base for n in here}) == 1 and here[0].equation.position < e.position:
            nodes = (n for side in (e.lhs, e.rhs) for n in walk(side))
            if not any(node_key(n) == node_key(here[0].node) for n in nodes):
                found[_of(name)] = here[0].node
    return found


def _longer(name: Name, seen: list[Named]) -> list[Named]:
    """The losses that have a word below the same letter."""
    return [n for n in seen if n.worded and n.name == _of(name)]


def _likely(sheet: Sheet, e: Equation) -> bool:
    """Whether words before a line speak of a likelihood, which has one letter and its logarithm the same in another
    typeface."""
    return any(s.position < e.position and LIKELIHOOD.search(s.text) for s in sheet.sentences)


def _kin(name: Name, seen: list[Named], likely: bool) -> list[Named]:
    """The losses of a scope, where they are one loss under another name of the same kind."""
    return seen if all(_is_kin(name, n, likely) and _measures(n.equation.rhs) for n in seen) else []


def _is_kin(name: Name, other: Named, likely: bool) -> bool:
    text, style = other.name
    word = Name(name.span, text, style)
    if _is_word(word) and _is_word(name):
        return name.text.lower() == text.lower()
    if _is_word(word):
        return name.style in TYPEFACES and name.text in _letters(word)
    if _is_word(name):
        return text in _letters(name)
    return name.text == text and name.style in TYPEFACES and not likely


def _measures(node: Node) -> bool:
    """Whether a formula is more than a difference: a power, a function, a sum or a norm, and no likelihood."""
    parts = list(walk(node))
    return not any(isinstance(n, Big) and n.op == "prod" for n in parts) and any(
        isinstance(n, Big)
        or (isinstance(n, Script) and isinstance(n.sup, Number))
        or (isinstance(n, Fenced) and n.open not in ("(", "["))
        or (isinstance(n, Name) and is_function_word(spelled(n)))
        for n in parts
    )


def _differentiated(node: Node) -> Iterator[Name]:
    """The bare names under a derivative sign."""
    for part in walk(node):
        top = above(part.numerator) if isinstance(part, Fraction) else None
        body = None if top is None or top.body is None else _head(top.body)
        if isinstance(body, Name):
            yield body
        if isinstance(part, Product):
            pairs = zip(part.factors, part.factors[1:], strict=False)
            yield from (b.node for a, b in pairs if nabla_of(a.node) is not None and isinstance(b.node, Name))


def _written(node: Node, full: dict[Written, Node]) -> Node:
    """A formula with the short names written in full; no mark of another name is one."""
    if isinstance(node, Name):
        return replace(full[_of(node)], span=node.span) if _of(node) in full else node
    if isinstance(node, Script):
        return node if isinstance(node.base, Name) else replace(node, base=_written(node.base, full))
    return with_parts(node, lambda part: _written(part, full)) if full else node
