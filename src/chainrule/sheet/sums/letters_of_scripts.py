"""What stands above and below names: letters one by one, and no words, powers or transposes."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Comma, Name, Node, Number, Product, Script
from chainrule.sheet.syntax.names import children, letter_of, walk
from chainrule.sheet.syntax.parts import core_of
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS, WORD_SUBSCRIPTS

MOST = 6
"""Nobody writes more indices above one name."""


def items_of(script: Node | None) -> list[Node]:
    match script:
        case None:
            return []
        case Product(factors=factors) if all(f.op == "" for f in factors):
            return [f.node for f in factors]
        case Comma(items=items):
            return list(items)
    return [script]


def letters_in(script: Node | None) -> list[str]:
    """The letters of a script of single small letters, with numbers between them; none where it is a word."""
    letters = single_letters(items_of(script))
    word = "".join(letters)
    return [] if word in WORD_SUBSCRIPTS or word in TRANSPOSE_WORDS else letters


def single_letters(items: list[Node]) -> list[str]:
    letters = [x for n in items if (x := letter_of(n)) is not None]
    plain = all(len(x.rstrip("'")) == 1 and x.islower() for x in letters) and not any(
        isinstance(n, Name) and n.style for n in items
    )
    others = [n for n in items if letter_of(n) is None]
    numbers = all(isinstance(n, Number) for n in others)
    return letters if plain and numbers and len(items) <= MOST else []


def is_name(node: Node) -> bool:
    """A name with or without a subscript, but e, whose superscripts are exponents."""
    core = core_of(node)
    return isinstance(core, Name) and core.text not in ("e", "exp", "mathrm e")


def letters_above(node: Node) -> Iterator[str]:
    for part in walk(node):
        if isinstance(part, Script) and is_name(part.base):
            yield from letters_in(part.sup)


def bare_names(node: Node) -> Iterator[Name]:
    """The names of a formula that carry nothing, also in the scripts of others that are more than a name."""
    if isinstance(node, Script):
        parts = [] if isinstance(core_of(node), Name) else [node.base]
        parts += [n for n in (node.sub, node.sup) if n is not None and not isinstance(n, Name)]
    elif isinstance(node, Name):
        yield node
        return
    else:
        parts = list(children(node))
    for part in parts:
        yield from bare_names(part)
