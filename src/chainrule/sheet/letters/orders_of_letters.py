r"""Which letter of a general entry runs over the rows: the first of `[a_{ij}]`, and that of `A = [w_{ji}]` elsewhere.

Letters in the order of the alphabet run over rows and columns. Where they are exchanged, `[a_{ji}]`, the formula that
says what the entries of the matrix are called decides, or else that the document writes them in no other order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chainrule.read.tree import Fenced, Fraction, Node, Relation, Script
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.names import Glossary, Ref, children, letter_of, reference, walk

Pair = tuple[str, str]


def note_orders(nodes: Iterable[Node], glossary: Glossary) -> None:
    """Note in the glossary in which order the letters of two indices stand: in `A = [a_{ij}]`, and elsewhere."""
    for node in nodes:
        for relation in (n for n in walk(node) if isinstance(n, Relation)):
            _note_told(relation, glossary)
        for ref in _outside_brackets(node, glossary):
            if (pair := _pair(ref)) is not None:
                glossary.orders.setdefault(ref.base, set()).add(pair)


def _note_told(relation: Relation, glossary: Glossary) -> None:
    """`A = [a_{ij}]`: the first such formula for a matrix and entries of the same letter is what is meant."""
    whole = reference(relation.first, glossary)
    for link in relation.links if whole is not None and whole.bare else ():
        entry = link.node.body if isinstance(link.node, Fenced) else None
        ref = reference(entry, glossary) if isinstance(entry, Script) else None
        pair = None if ref is None else _pair(ref)
        if whole is not None and ref is not None and pair is not None and _letter(whole.base) == _letter(ref.base):
            glossary.told_orders.setdefault(ref.base, pair)


def _letter(base: str) -> str:
    return base.lower().replace("bold ", "")


def _outside_brackets(node: Node, glossary: Glossary) -> Iterator[Ref]:
    stack = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, Fenced) and top.open == "[":
            continue
        ref = reference(top, glossary) if isinstance(top, Script) else None
        if ref is not None:
            yield ref
        stack += children(top)


def _pair(ref: Ref) -> Pair | None:
    letters = [letter_of(s) for s in ref.subs]
    if len(letters) != 2 or letters[0] is None or letters[1] is None or letters[0] == letters[1]:
        return None
    return letters[0], letters[1]


def in_order(entry: Node, letters: list[str], glossary: Glossary) -> list[str] | None:
    """The letters of a general entry, that of the rows first; None where nothing tells which it is."""
    if len(letters) != 2 or _is_symmetric(entry, glossary):
        return letters
    written = (letters[0], letters[1])
    refs = [r for n in walk(entry) if isinstance(n, Script) and (r := reference(n, glossary)) is not None]
    bases = [r.base for r in refs if _pair(r) == written]
    told = {pair for b in bases if (pair := glossary.told_orders.get(b)) is not None and {*pair} == {*written}}
    rising = letters == sorted(letters)
    if len(told) == 1 and (not rising or told == {written}):
        return list(told.pop())
    if told:
        return None
    used = {pair for b in bases for pair in glossary.orders.get(b, ()) if {*pair} == {*written}}
    return letters if rising or used == {written} else None


def _is_symmetric(entry: Node, glossary: Glossary) -> bool:
    r"""A second derivative by two components of one name, and `\frac{\partial s(x_j)}{\partial x_i}`, of a function
    that is applied to each component of what it is differentiated by."""
    fraction = next((n for n in walk(entry) if isinstance(n, Fraction)), None)
    bottom = None if fraction is None else below(fraction.denominator)
    top = None if fraction is None else above(fraction.numerator)
    if bottom is None or top is None or top.body is None:
        return False
    refs = [r for n in walk(entry) if isinstance(n, Script) and (r := reference(n, glossary)) is not None and r.subs]
    of_itself = (ref := reference(top.body, glossary)) is not None and bool(ref.subs)
    return not of_itself and len({r.base for r in refs}) == 1 and all(len(r.subs) == 1 for r in refs)
