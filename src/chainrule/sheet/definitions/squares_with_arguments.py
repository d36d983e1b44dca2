r"""A square that is defined with an argument: $\sigma^2(w) = w^\top C w$, the variance of a portfolio or a prediction.

What is defined is the function w -> \sigma^2(w), whatever its root may be; the square gets a name of its own. It is a
square where the letter stands without it, $\sigma(w)$ or $\sigma$, and no definition where its function has a fixed
meaning, $\sin^2(x) = ...$.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Comma, Fenced, Name, Node, Number, Product, Script
from chainrule.sheet.records.statements import DEFINING, Sheet
from chainrule.sheet.records.throughout import throughout
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.rebuilding import rebuilt

GREEK_FUNCTION = "sigma"
"""The letter of a function and of a deviation alike."""


def with_squares_named(sheet: Sheet) -> Sheet:
    """The sheet with the squares that are defined with an argument under names of their own."""
    bases = {base for e in sheet.equations if not e.link and e.op in DEFINING for base in _defined(e.lhs)}
    formulas = [side for e in sheet.equations for side in (e.lhs, e.rhs)]
    formulas += [f for s in sheet.sentences for f in s.formulas] + [node for _, _, node in sheet.expressions]
    bases -= {base for f in formulas for base in _without_square(f)} if bases else set()
    if not bases:
        return sheet
    return throughout(sheet, lambda node: _named(node, bases), sentences=True)


def _square(node: Node) -> str | None:
    r"""The letter of `\sigma^2` and of `\sigma_p^2`."""
    if not isinstance(node, Script) or node.primes or not isinstance(node.base, Name):
        return None
    two = isinstance(node.sup, Number) and node.sup.text == "2"
    fixed = is_function_word(node.base.text) and node.base.text != GREEK_FUNCTION
    return node.base.text if two and not fixed else None


def _defined(lhs: Node) -> Iterator[str]:
    r"""The letter of `\sigma^2(w)` with names in the parentheses."""
    factors = lhs.factors if isinstance(lhs, Product) else ()
    if len(factors) != 2 or factors[1].op or not isinstance(fence := factors[1].node, Fenced) or fence.open != "(":
        return
    letter = _square(factors[0].node)
    names = fence.body.items if isinstance(fence.body, Comma) else (fence.body,)
    if letter is not None and all(isinstance(x, Name | Script) for x in names):
        yield letter


def _without_square(node: Node) -> Iterator[str]:
    """The letters that stand without their square."""
    found: list[str] = []

    def choose(part: Node) -> Node | None:
        if _square(part) is not None and isinstance(part, Script):
            if part.sub is not None:
                found.extend(_without_square(part.sub))
            return part
        if isinstance(part, Name):
            found.append(part.text)
        return None

    rebuilt(node, choose)
    yield from found


def _named(node: Node, bases: set[str]) -> Node:
    def choose(part: Node) -> Node | None:
        letter = _square(part)
        if letter not in bases or not isinstance(part, Script) or not isinstance(part.base, Name):
            return None
        name = replace(part.base, text=f"{letter}sq")
        return name if part.sub is None else replace(part, base=name, sup=None)

    return rebuilt(node, choose)
