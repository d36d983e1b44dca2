"""Einstein's convention: which letters a product is summed over, and the sum of a value over bound letters."""

from __future__ import annotations

from collections import Counter

from chainrule.expr import Expr, IndexValue, total
from chainrule.read.tree import Big, Factor, Node, Script, Sum
from chainrule.sheet.frame import Frame
from chainrule.sheet.glossary import bound_letters
from chainrule.sheet.names import children, letter_of, reference, split_subscript, walk
from chainrule.sheet.shapes import Val


def implied_sums(frame: Frame, factors: tuple[Factor, ...]) -> tuple[Frame, list[str]] | None:
    """Einstein's convention: a letter that stands twice in a product and not on the left side is summed over."""
    if frame.einstein is None:
        return None
    seen: Counter[str] = Counter()
    for factor in factors:
        seen += _letter_counts(factor.node, frame)
    taken = {x for f in factors for n in walk(f.node) if isinstance(n, Big) and n.sub for x in bound_letters(n.sub)}
    taken |= set(frame.letters) | frame.einstein
    repeated = [x for x, n in seen.items() if n > 1 and x not in taken]
    if not repeated:
        return None
    inner = frame
    for letter in repeated:
        inner = inner.bind(letter, frame.new_dim(letter))
    return inner, repeated


def _letter_counts(node: Node, frame: Frame) -> Counter[str]:
    """How often each letter stands in subscripts of a product; terms of a sum in it are alternatives, not factors."""
    match node:
        case Big():
            return Counter()
        case Sum(terms=terms):
            counts: Counter[str] = Counter()
            for term in terms:
                counts |= _letter_counts(term.node, frame)
            return counts
    counts = Counter(letter for s in _slots(node, frame) if (letter := letter_of(s)) is not None)
    ref = reference(node, frame.world.glossary)
    inner = () if ref is not None else children(node)
    for child in inner:
        counts += _letter_counts(child, frame)
    return counts


def _slots(node: Node, frame: Frame) -> tuple[Node, ...]:
    """The subscripts that stand on a node itself."""
    ref = reference(node, frame.world.glossary)
    if ref is not None:
        return ref.subs
    if isinstance(node, Script) and node.sub is not None:
        return split_subscript(node.sub, "", frame.world.glossary)[1]
    return ()


def summed_over(inner: Frame, letters: list[str], val: Val) -> Val:
    """A value summed over letters that the inner frame binds."""
    terms = [inner.letters[letter][1] for letter in letters]

    def at(*places: Expr) -> Expr:
        body = val.at(*places)
        for term in terms:
            index = term()
            assert isinstance(index, IndexValue)
            body = total(index.index, body)
        return body

    return Val(val.shape, at, None, val.derived)
