r"""Letters above a name that are names themselves: the h and y of the errors `\delta^h_t`, `\delta^y_t`, the u of the
inputs `a^u_t` of a gate `u_t`, the f of its weights `W^f`.

Such a letter only ever names a quantity that carries an index of its own, as `h_t` does. Without that index it has no
value, so it is no exponent; and nothing counts it, so it is no layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chainrule.read.tree import Accent, Big, Name, Node, Script
from chainrule.sheet.syntax.names import Glossary, children, letter_of
from chainrule.sheet.syntax.script_words import STAR_WORDS, TRANSPOSE_WORDS

NO_NAMES = TRANSPOSE_WORDS | STAR_WORDS | {"t"}


def names_above(nodes: Iterable[Node], everything: Iterable[Node], glossary: Glossary) -> set[str]:
    """The letters that say above a name what it belongs to."""
    nodes, everything = list(nodes), list(everything)
    carried, bases, counted = set[str](), dict[str, set[str]](), set[str]()
    for node in everything:
        if isinstance(node, Script) and node.sub is not None:
            carried |= _core(node.base)
        if isinstance(node, Script | Big) and node.sup is not None:
            letter = letter_of(node.sup) if isinstance(node, Script) else None
            if letter is not None and isinstance(node, Script):
                bases.setdefault(letter, set()).update(_core(node.base) or {""})
            else:
                counted |= set(_alone(node.sup))
    alone = {text for node in nodes for text in _alone(node)}
    apart = alone | counted | glossary.bound | glossary.layers | NO_NAMES
    return {x for x, found in bases.items() if x in carried - apart and not found & (alone | {"", "e"})}


def _core(node: Node) -> set[str]:
    """The letter that a name begins with."""
    while isinstance(node, Script | Accent):
        node = node.base if isinstance(node, Script) else node.body
    return {node.text} if isinstance(node, Name) else set()


def _alone(node: Node) -> Iterator[str]:
    """The letters that stand in a formula with nothing below and above them."""
    match node:
        case Name(text=text):
            yield text
        case Script(base=base, sub=None, sup=None):
            yield from _alone(base)
        case Script(base=base):
            if not _core(base):
                yield from _alone(base)
        case Big():
            return
        case _:
            for part in children(node):
                yield from _alone(part)
