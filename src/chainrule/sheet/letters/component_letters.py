r"""Letters that are indices though nothing runs over them and custom says nothing: the w and o of word vectors.

Two that a condition compares, `w \ne o`, where both stand alone below names; and the one letter below a name that is
the argument or the value of a softmax, `\hat y = \mathrm{softmax}(\theta)` beside `\theta_w`: such a name is a vector.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from chainrule.read.tree import Accent, Big, Fenced, Name, Node, Number, Product, Relation, Script
from chainrule.sheet.syntax.names import letter_of
from chainrule.sheet.syntax.script_words import INDEX_LETTERS

SOFT = frozenset({"softmax", "Softmax", "SoftMax"})


def component_letters(everything: Sequence[Node]) -> set[str]:
    """The letters of a document's formulas that are indices by these signs."""
    carried: dict[object, set[str]] = {}
    for node in everything:
        letter = letter_of(node.sub) if isinstance(node, Script) and node.sub is not None else None
        if isinstance(node, Script) and letter is not None and letter.islower() and len(letter) == 1:
            carried.setdefault(plain_key(node.base), set()).add(letter)
    alone = {x for letters in carried.values() for x in letters}
    found = {x for pair in _compared(everything) if pair <= alone for x in pair} - INDEX_LETTERS - _given(everything)
    for key in {plain_key(part) for node in everything for part in _softened(node)} & carried.keys():
        unusual = carried[key] - INDEX_LETTERS - found
        found |= unusual if key is not None and len(unusual) == 1 else set()
    return found


def plain_key(node: Node) -> object:
    """A name without its typeface."""
    match node:
        case Name(text=text):
            return text
        case Accent(kind=kind, body=body):
            return kind, plain_key(body)
    return None


def _compared(everything: Iterable[Node]) -> Iterator[set[str]]:
    for node in everything:
        if isinstance(node, Relation) and len(node.links) == 1 and node.links[0].op == "≠":
            pair = {x for side in (node.first, node.links[0].node) if (x := letter_of(side)) is not None}
            if len(pair) == 2:
                yield pair


def _given(everything: Sequence[Node]) -> set[str]:
    r"""Letters that stand for a place of their own: `c = \arg\max_k s_k`, the y of `\sum_{j \ne y}`."""
    defined = {
        node.first.text
        for node in everything
        if isinstance(node, Relation)
        and isinstance(node.first, Name)
        and node.links[0].op in ("=", ":=")
        and not isinstance(node.links[0].node, (Name, Number))
    }
    below = (node.sub for node in everything if isinstance(node, Big))
    left_out = (sub.links[0].node for sub in below if isinstance(sub, Relation) and sub.links[0].op == "≠")
    return defined | {x for node in left_out if (x := letter_of(node)) is not None}


def _softened(node: Node) -> Iterator[Node]:
    """The lone names that a formula puts into a softmax, or makes one."""
    argument = _argument(node)
    if argument is not None:
        yield argument
    if isinstance(node, Relation):
        sides = [node.first, *(link.node for link in node.links)]
        if any(_argument(side) is not None for side in sides):
            yield from (side for side in sides if isinstance(side, (Name, Accent)))


def _argument(node: Node) -> Node | None:
    match node:
        case Product(factors=(first, second)) if isinstance(first.node, Name) and first.node.text in SOFT:
            return second.node.body if isinstance(second.node, Fenced) else second.node
    return None
