"""What a big operator binds: `\\sum_{i=1}^n`, `\\sum_{i,j}`, `\\sum_{j \\neq i}`, `\\sum_{w \\in V}`."""

from __future__ import annotations

from chainrule.read.tree import (
    Big,
    Comma,
    Dots,
    Fenced,
    Infix,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Sum,
    Text,
)
from chainrule.sheet.meaning.operations.conditions import is_index_letter
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.syntax.names import letter_of, outside_letters, walk


class Binder:
    """One letter bound by a big operator, with its range and the conditions on it."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        self.low: Node | None = None
        self.high: Node | None = None
        self.conditions: list[Relation] = []


def binders(frame: Frame, node: Big) -> list[Binder]:
    """The letters of `i`, `i,j`, `i=1` (with an upper limit), `j \\neq y_i`, `j=1, j \\neq i`, `i < j`, `w \\in V`."""
    items = node.sub.items if isinstance(node.sub, Comma) else (node.sub,)
    found: list[Binder] = []
    for item in items:
        letter = None if item is None else letter_of(item)
        if letter is not None:
            found.append(Binder(letter))
            continue
        match item:
            case Product(factors=factors) if all(letter_of(f.node) is not None and f.op == "" for f in factors):
                found += [Binder(x) for f in factors if (x := letter_of(f.node)) is not None]
            case Relation():
                _relation_binder(frame, item, node, found)
            case Dots() | Number() | Sum() | Script() if found:
                if not isinstance(item, Dots):
                    found[-1].high = item
            case Text() | None:
                continue
            case Infix():
                raise Untyped(f"the condition below the {node.op} could not be read", "untyped")
            case _:
                raise Untyped(f"what the {node.op} runs over", "untyped")
    if not found:
        raise Untyped(f"the {node.op} binds no letter", "untyped")
    if any(isinstance(n, Fenced) and n.open in "⌊⌈" for limit in (node.sub, node.sup) if limit for n in walk(limit)):
        raise Untyped(f"a {node.op} up to a number that is rounded", "operator")
    if node.sup is not None and found[0].high is None and not isinstance(node.sup, Fenced):
        for b in found[:1] if len(found) > 1 and not _shared_limit(node) else found:
            b.high = node.sup
    return found


def _shared_limit(node: Big) -> bool:
    return isinstance(node.sub, (Product, Comma))


def _relation_binder(frame: Frame, item: Relation, node: Big, binders: list[Binder]) -> None:
    """`j = 1`, `j \\neq y_i`, `1 \\le i < j \\le n`: ranges and conditions, for new letters or bound ones."""
    first, link = item.first, item.links[0]
    ranged = link.op == "=" and (node.sup is not None or isinstance(link.node, (Number, Comma)))
    if ranged or link.op == "∈":
        _range_binder(item, binders)
        return
    sides = [first, *(x.node for x in item.links)]
    if _between(item, binders):
        return
    letters = [x for side in sides for part in _items(side) if (x := letter_of(part)) is not None]
    letters = letters or [x for side in sides for x in _subscripts(side)]
    known = {b.letter for b in binders}
    new = [x for x in dict.fromkeys(letters) if x not in known and _is_new(frame, x)]
    if not new and not known & set(letters):
        new = letters[:1]  # a letter that stands outside too, bound anew
    if not new and not binders:
        raise Untyped("a sum over a condition that binds no letter", "untyped")
    binders += [Binder(x) for x in new]
    binders[-1].conditions.append(item)


def _subscripts(side: Node) -> list[str]:
    """The letters of `m_i < 1`."""
    return [x for n in walk(side) if isinstance(n, Script) and (x := letter_of(n.sub)) is not None]


def _between(item: Relation, binders: list[Binder]) -> bool:
    """`-m \\le j \\le m`: a new letter between two limits."""
    letter = letter_of(item.links[0].node)
    if len(item.links) != 2 or {x.op for x in item.links} != {"≤"} or letter in (None, *(b.letter for b in binders)):
        return False
    binders.append(Binder(str(letter)))
    binders[-1].low, binders[-1].high = item.first, item.links[-1].node
    return True


def _is_new(frame: Frame, letter: str) -> bool:
    """Whether a letter in the condition of a sum has no meaning outside: `\\sum_{i \\neq j}` runs over both then."""
    if letter in frame.letters or not is_index_letter(frame, letter):
        return False
    return not any(letter in outside_letters(node) for node in frame.statement)


def _range_binder(item: Relation, binders: list[Binder]) -> None:
    """`j = 1` with an upper limit, `j = 1, \\dots, n`, `i, j \\in S`, `i \\in \\{1, 2\\}`."""
    first, link = item.first, item.links[0]
    letters = [letter_of(x) for x in _items(first)]
    if None in letters or letters[0] in {b.letter for b in binders}:
        if not binders:
            raise Untyped("a sum over a condition that binds no letter", "untyped")
        binders[-1].conditions.append(item)
        return
    for letter in letters:
        binder = Binder(str(letter))
        binders.append(binder)
        if link.op == "=":
            binder.low = link.node
            if isinstance(link.node, Comma):
                binder.low, binder.high = link.node.items[0], link.node.items[-1]
        elif isinstance(link.node, Fenced) and link.node.open == "{":
            binder.conditions.append(item)


def _items(node: Node) -> tuple[Node, ...]:
    match node:
        case Comma(items=items):
            return items
        case Product(factors=factors) if all(letter_of(f.node) for f in factors):
            return tuple(f.node for f in factors)
    return (node,)
