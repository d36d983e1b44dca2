r"""Columns and rows of a matrix as in code: `A_{:,j}`, `A_{\cdot j}`, `A_{i,:}`, `(XW)_{:,j}`.

Either is the list of its entries, `(A_{\iota j})_{\iota = 1}`, in a fence of its own: texts use a row as a row or, like
a vector of code, as a column.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import (
    Comma,
    Fenced,
    Infix,
    Link,
    Missing,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Unread,
)

LETTER = "ι"
"""The index that runs; a document's own iota is `iota`."""
ROW, COLUMN = "[:", "[;"
"""The fences of a row and of a column, which nobody writes."""
EVERY = frozenset({"cdot", "bullet", "∙"})


def slices(node: Node) -> Node | None:
    """A name or a group with such a subscript, written by its entries; None for anything else."""
    if not isinstance(node, Script) or node.sub is None or node.primes or not isinstance(node.base, (Name, Fenced)):
        return None
    places = _places(node.sub)
    if len(places) != 2 or (places[0] is None) == (places[1] is None):
        return None
    running = Name(node.sub.span, LETTER)
    label = node.sup if isinstance(node.sup, Fenced) else None  # of a layer or a sample; anything else is a power
    entry = replace(node, sub=Comma(node.sub.span, tuple(running if p is None else p for p in places)), sup=label)
    range_ = Relation(node.span, running, (Link("=", node.span, Number(node.span, "1")),))
    whole = Script(node.span, Fenced(node.span, "(", entry, ")"), range_)
    fenced = Fenced(node.span, ROW if places[1] is None else COLUMN, whole, "]")
    return fenced if node.sup is label else Script(node.span, fenced, None, node.sup)


def _places(sub: Node) -> tuple[Node | None, ...]:
    """The subscripts, None for the one that stands for all."""
    match sub:
        case Comma(items=items):
            return tuple(None if _is_every(i) else i for i in items)
        case Infix(op=":", left=Missing(), right=Missing()):
            return ()
        case Infix(op=":", left=Missing(), right=right):
            return None, right
        case Infix(op=":", left=left, right=Missing()):
            return left, None
        case Product(factors=(first, second)) if second.op in EVERY and isinstance(first.node, Missing):
            return None, second.node
        case Product(factors=(first, second)) if second.op in EVERY and isinstance(second.node, (Missing, Unread)):
            return first.node, None
        case Fenced(open="[", body=Comma() as body):
            return _places(body)
    return ()


def _is_every(node: Node) -> bool:
    match node:
        case Infix(op=":", left=Missing(), right=Missing()):
            return True
        case Name(text=text):
            return text in EVERY or text == "*"
    return False
