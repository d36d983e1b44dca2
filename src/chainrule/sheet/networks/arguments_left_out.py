r"""The time of everything, written where one thinks of it: `y_i(n) = \sum_j w_{ij} x_j(n)`, and `\frac{\partial y_i}
{\partial w_{ij}} = x_j`.

Where all that is called is called with one and the same letter, which stands nowhere else, the letter says only that
all this is now, and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Factor, Fenced, Name, Node, Product, Script
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import children, node_key, spelled, walk
from chainrule.sheet.syntax.parts import core_of
from chainrule.sheet.syntax.rebuilding import with_parts

TIMES = frozenset({"n", "t", "k", "m"})
LEAST = 2
"""How many names are called at least."""


def time_of_everything(formulas: list[Node]) -> str | None:
    """The letter that all quantities are called with, some of which have indices or stand without it as well."""
    calls = [c for f in formulas for c in _calls(f)]
    letters = {letter for _, letter in calls}
    if len(letters) != 1 or len({node_key(core_of(name)) for name, _ in calls}) < LEAST:
        return None
    (letter,) = letters
    if letter is None or any(letter in _loose(f) for f in formulas if not isinstance(f, Name)):
        return None
    return letter if any(isinstance(name, Script) and name.sub is not None for name, _ in calls) else None


def without_time(node: Node, letter: str) -> Node:
    """A formula without the argument that everything has."""
    if not isinstance(node, Product):
        return with_parts(node, lambda part: without_time(part, letter))
    out: list[Factor] = []
    for n, factor in enumerate(node.factors):
        if n and _called(node.factors[n - 1], factor) is not None:
            above = factor.node.sup if isinstance(factor.node, Script) else None
            span = out[-1].node.span.join(factor.node.span)
            name = replace(out[-1].node, span=span)
            if above is not None:
                name = Script(span, Fenced(span, "(", name, ")"), None, above, 0)
            out[-1] = replace(out[-1], node=name)
            continue
        out.append(replace(factor, node=without_time(factor.node, letter)))
    return out[0].node if len(out) == 1 and not out[0].op else replace(node, factors=tuple(out))


def _calls(node: Node) -> Iterator[tuple[Node, str | None]]:
    """The quantities that are called, and the one letter that each is called with."""
    for product in (n for n in walk(node) if isinstance(n, Product)):
        for first, second in pairwise(product.factors):
            if (fence := _called(first, second)) is not None:
                body = fence.body
                plain = isinstance(body, Name) and body.text in TIMES and not body.style
                yield first.node, body.text if plain and isinstance(body, Name) else None


def _called(first: Factor, second: Factor) -> Fenced | None:
    """The parenthesis right behind a name that may be a call: a letter in it, or several things."""
    fence = second.node.base if isinstance(second.node, Script) and second.node.sub is None else second.node
    if second.op or not isinstance(fence, Fenced) or fence.open != "(" or not isinstance(fence.body, Name):
        return None
    core = core_of(first.node)
    if not isinstance(core, Name) or is_function_word(spelled(core)):
        return None
    return fence


def _loose(node: Node) -> Iterator[str]:
    """The letters that stand outside of such calls, below and above names as well."""
    if isinstance(node, Name):
        yield node.text
    elif isinstance(node, Product):
        for n, factor in enumerate(node.factors):
            if n == 0 or _called(node.factors[n - 1], factor) is None:
                yield from _loose(factor.node)
            elif isinstance(factor.node, Script) and factor.node.sup is not None:
                yield from _loose(factor.node.sup)
    else:
        for child in children(node):
            yield from _loose(child)
