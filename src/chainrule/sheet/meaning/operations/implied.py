"""Einstein's convention: which letters a product is summed over, and the sum of a value over bound letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from chainrule.expr import Expr, IndexValue, total
from chainrule.read.tree import (
    Accent,
    Big,
    Comma,
    Factor,
    Fenced,
    Fraction,
    Name,
    Node,
    Number,
    Product,
    Script,
    Span,
    Sum,
)
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Val
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.derivatives import below
from chainrule.sheet.syntax.names import children, letter_of, reference, split_subscript, walk


def implied_sums(frame: Frame, factors: tuple[Factor, ...]) -> tuple[Frame, list[str]] | None:
    """Einstein's convention: a letter that stands twice in a product and not on the left side is summed over, within a
    function also where the product around it is summed over a letter of that name: `u_j w_j e^{u_j u_j}`."""
    if frame.einstein is None:
        return None
    seen: Counter[str] = Counter()
    for factor in factors:
        seen += letter_counts(factor.node, frame)
    taken = {x for f in factors for n in walk(f.node) if isinstance(n, Big) and n.sub for x in bound_letters(n.sub)}
    taken |= frame.einstein
    places = {x: {p for f in factors for p in _places(f.node, x, frame)} for x, n in seen.items() if n > 1}
    repeated = [x for x in places if x not in taken and (x not in frame.letters or _apart(frame, x, places[x]))]
    if not repeated:
        return None
    inner = frame
    for letter in repeated:
        inner = inner.bind(letter, frame.new_dim(letter))
    return inner.child(implied={**inner.implied, **{x: frozenset(places[x]) for x in repeated}}), repeated


def _apart(frame: Frame, letter: str, places: set[Span]) -> bool:
    """Whether a letter is summed over around these places without a sign, and stands at none of them for that sum."""
    return letter in frame.implied and len(places) > 1 and not places & frame.implied[letter]


def _places(node: Node, letter: str, frame: Frame) -> Iterator[Span]:
    """Where a letter stands that a product with this factor is summed over."""
    match node:
        case Big():
            return
        case Sum(terms=terms):
            parts = [t.node for t in terms if letter_counts(t.node, frame)[letter] == 1]
        case _:
            if letter in (letter_of(s) for s in _slots(node, frame)):
                yield node.span
            parts = [c for c in _parts(node, frame) if _left_open(node, c, frame)[letter]]
    for part in parts:
        yield from _places(part, letter, frame)


def with_strays_summed(frame: Frame, node: Node) -> Node:
    """A side in which letters that stand once, as factors of a term, and are not free are summed over: `y_i p_k` in an
    equation that is indexed by k alone. What stands in a function or below a fraction line may be summed there."""
    match node:
        case Sum(terms=terms):
            return replace(node, terms=tuple(replace(t, node=with_strays_summed(frame, t.node)) for t in terms))
        case Product(factors=factors):
            strays = _strays(frame, factors)
            if strays:
                letters = tuple(Name(node.span, letter) for letter in strays)
                sums = Big(node.span, "sum", Comma(node.span, letters), None)
                return replace(node, factors=(Factor("", sums), *factors))
    return node


def _strays(frame: Frame, factors: tuple[Factor, ...]) -> list[str]:
    """The letters that stand once in a product, on a factor of it, and neither are free nor bound by a sum."""
    seen: Counter[str] = Counter()
    for factor in factors:
        seen += letter_counts(factor.node, frame)
    if frame.einstein is None or any(isinstance(n, Big) for f in factors for n in walk(f.node)):
        return []
    carried = {x for f in factors if f.op in ("", "cdot", "times") for x in _carried(frame, f.node)}
    return sorted(x for x in carried - frame.einstein - set(frame.letters) if seen[x] == 1)


def _carried(frame: Frame, node: Node) -> set[str]:
    """The letters on a name or on every term of a sum in parentheses."""
    match node:
        case Fenced(open="(" | "[", body=Sum(terms=terms)):
            return set.intersection(*(_carried(frame, t.node) for t in terms))
        case Name() | Script() | Accent():
            ref = reference(node, frame.world.glossary)
            subs = ref.subs if ref is not None and not ref.postfix else ()
            return {x for s in subs if (x := letter_of(s)) is not None}
    return set()


def letter_counts(node: Node, frame: Frame) -> Counter[str]:
    """How often each letter stands in subscripts of a product; terms of a sum in it are alternatives, not factors."""
    match node:
        case Big():
            return Counter()
        case Sum(terms=terms):
            counts: Counter[str] = Counter()
            for term in terms:
                counts |= letter_counts(term.node, frame)
            return Counter({x: n for x, n in counts.items() if n == 1})  # one that stands twice is summed in its term
    counts = Counter(letter for s in _slots(node, frame) if (letter := letter_of(s)) is not None)
    for child in _parts(node, frame):
        counts += _left_open(node, child, frame)
    return counts + counts if _squared(node) else counts


def _parts(node: Node, frame: Frame) -> list[Node]:
    """What a factor is made of: the exponent of e, nothing else of a name, and all of anything else."""
    if reference(node, frame.world.glossary) is None:
        return list(children(node))
    exponential = isinstance(node, Script) and isinstance(node.base, Name) and node.base.text == "e"
    return [node.sup] if exponential and isinstance(node, Script) and node.sup is not None else []


def _left_open(node: Node, child: Node, frame: Frame) -> Counter[str]:
    r"""How often each letter stands in a part of a factor. A product in it is summed by itself over its own pairs:
    `f(W_{ij} x_j)` is no sum of values of f. But `\partial x_i \partial x_i` is no product."""
    counts = letter_counts(child, frame)
    if not isinstance(child, Product) or (isinstance(node, Fraction) and below(child) is not None):
        return counts
    return Counter({x: n for x, n in counts.items() if n == 1})


def _squared(node: Node) -> bool:
    """`x_i^2` is x_i x_i."""
    return isinstance(node, Script) and isinstance(node.sup, Number) and node.sup.text == "2"


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
