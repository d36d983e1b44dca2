"""What a big operator binds: `\\sum_{i=1}^n`, `\\sum_{i,j}`, `\\sum_{j \\neq i}`, `\\sum_{w \\in V}`."""

from __future__ import annotations

from chainrule.read.tree import (
    Big,
    Comma,
    Dots,
    Fenced,
    Infix,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Sum,
    Text,
)
from chainrule.sheet.names import letter_of
from chainrule.sheet.shapes import Untyped


class Binder:
    """One letter bound by a big operator, with its range and the conditions on it."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        self.low: Node | None = None
        self.high: Node | None = None
        self.conditions: list[Relation] = []


def binders(node: Big) -> list[Binder]:
    """The letters of `i`, `i,j`, `i=1` (with an upper limit), `j \\neq y_i`, `j=1, j \\neq i`, `w \\in V`."""
    items = node.sub.items if isinstance(node.sub, Comma) else (node.sub,)
    found: list[Binder] = []
    for item in items:
        match item:
            case Name() | Script(primes=1 | 2) if (letter := letter_of(item)) is not None:
                found.append(Binder(letter))
            case Product(factors=factors) if all(isinstance(f.node, Name) and f.op == "" for f in factors):
                found += [Binder(f.node.text) for f in factors if isinstance(f.node, Name)]
            case Relation():
                _relation_binder(item, node, found)
            case Dots() | Number() | Sum() | Script() if found:
                if not isinstance(item, Dots):
                    found[-1].high = item
            case Text() | None:
                continue
            case Infix(left=left):
                if (letter := letter_of(left)) is not None:
                    found.append(Binder(letter))
            case _:
                raise Untyped(f"what the {node.op} runs over", "untyped")
    if not found:
        raise Untyped(f"the {node.op} binds no letter", "untyped")
    if node.sup is not None and found[0].high is None and not isinstance(node.sup, Fenced):
        for b in found[:1] if len(found) > 1 and not _shared_limit(node) else found:
            b.high = node.sup
    return found


def _shared_limit(node: Big) -> bool:
    return isinstance(node.sub, (Product, Comma))


def _relation_binder(item: Relation, node: Big, binders: list[Binder]) -> None:
    """`j = 1`, `j \\neq i`, `w \\in V`: a range or a condition, for a new letter or for one that is bound already."""
    first, link = item.first, item.links[0]
    letters = [letter_of(first)] if letter_of(first) else [letter_of(x) for x in _items(first)]
    known = {b.letter for b in binders}
    if None in letters or letters[0] in known:
        if not binders:
            raise Untyped("a sum over a condition that binds no letter", "untyped")
        binders[-1].conditions.append(item)
        return
    for letter in letters:
        binder = Binder(str(letter))
        binders.append(binder)
        if link.op == "=" and (node.sup is not None or isinstance(link.node, (Number, Comma))):
            binder.low = link.node
            if isinstance(link.node, Comma):
                binder.low, binder.high = link.node.items[0], link.node.items[-1]
        elif link.op == "∈" and not (isinstance(link.node, Fenced) and link.node.open == "{"):
            continue
        else:
            binder.conditions.append(item)


def _items(node: Node) -> tuple[Node, ...]:
    match node:
        case Comma(items=items):
            return items
        case Product(factors=factors):
            return tuple(f.node for f in factors)
    return (node,)
