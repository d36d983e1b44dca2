r"""What a mean divides by counts what is summed: the N of `\mu = \frac{1}{N} \sum_i x_i` says how many x_i there are.

Sums that say themselves where they end need nothing. A letter counts by custom, n or N or m, or as the capital of the
index, `\frac{1}{K} \sum_k`; one that is differentiated by, indexed or an index anywhere counts nothing, nor does one
with a definition that is no whole number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Big, Factor, Fenced, Fraction, Name, Node, Number, Product, Relation, Script, Sum
from chainrule.sheet.syntax.names import letter_of, walk
from chainrule.sheet.syntax.parts import terms_of
from chainrule.sheet.syntax.rebuilding import with_parts

COUNTING = frozenset("nmdNMDB")
"""Letters that say how many there are, whatever the index."""
DIFFERENTIAL = frozenset({"partial", "d", "nabla"})


def counts_of(formulas: Iterable[Node]) -> dict[str, frozenset[str]]:
    """The letters that may count what is summed in the means of a document, each with the indices it may count."""
    nodes = [n for formula in formulas for n in walk(formula)]
    taken = set(taken_letters(nodes)) | {x for n in nodes if isinstance(n, Big) and (x := _index(n)) is not None}
    found: dict[str, set[str]] = {}
    for big, count in (pair for n in nodes for pair in _means(n)):
        index = _index(big) or ""
        if count not in taken and (count in COUNTING or count == index.upper()):
            found.setdefault(count, set()).add(index)
    return {count: frozenset(indices) for count, indices in found.items()}


def with_counts(node: Node, counts: dict[str, frozenset[str]]) -> Node:
    """A formula in which the sums of its means are told how many terms they have."""
    counted = {id(big): n for part in walk(node) for big, n in _means(part) if (_index(big) or "") in counts.get(n, ())}

    def told(part: Node) -> Node:
        if isinstance(part, Big) and id(part) in counted:
            return replace(part, count=counted[id(part)])
        return with_parts(part, told)

    return told(node) if counted else node


def _index(big: Big) -> str | None:
    """The one letter that a sum binds."""
    sub = big.sub.first if isinstance(big.sub, Relation) else big.sub
    return letter_of(sub) if sub is not None else None


def _means(node: Node) -> Iterator[tuple[Big, str]]:
    r"""The sums without an end that a node divides by a letter: `\frac1N \sum_i`, `1/N \sum_i`, `\frac{\sum x}{N}`."""
    match node:
        case Fraction(numerator=Product(factors=factors), denominator=below):
            yield from _divided(factors, below)
        case Product(factors=factors):
            for n, factor in enumerate(factors):
                if factor.op == "/":
                    yield from _divided(factors[:n], factor.node)
                    yield from _divided(factors[n + 1 :], factor.node) if _numbers(factors[:n]) else ()
                elif (number := below_number(factor.node)) is not None and _numbers(factors[:n]):
                    yield from _divided(factors[n + 1 :], number)


def _divided(factors: tuple[Factor, ...], below: Node) -> Iterator[tuple[Big, str]]:
    """The sum that comes first in a product but for numbers, where something with a letter in it divides it."""
    count = counted_by(below)
    big = next((f.node for f in factors if not isinstance(f.node, Number)), None)
    endless = isinstance(big, Big) and big.op == "sum" and big.sup is None
    if count is not None and isinstance(big, Big) and endless and (big.sub is None or letter_of(big.sub) is not None):
        yield big, count


def below_number(node: Node) -> Node | None:
    r"""The N of `\frac{1}{N}`, `(1/N)` and `N^{-1}`."""
    match node:
        case Fraction(numerator=above, denominator=below) if _is_number(above):
            return below
        case Fenced(open="(", body=Product(factors=(Factor(node=Number()), Factor(op="/", node=below)))):
            return below
        case Script(base=Name() as base, sub=None, sup=sup, primes=0) if sup is not None and _is_minus_one(sup):
            return base
    return None


def _is_number(node: Node) -> bool:
    parts = terms_of(node)
    return all(isinstance(part, Number) for part in parts)


def _is_minus_one(node: Node) -> bool:
    node = node.body if isinstance(node, Fenced) else node
    return isinstance(node, Sum) and [(t.sign, getattr(t.node, "text", "")) for t in node.terms] == [("-", "1")]


def _numbers(factors: tuple[Factor, ...]) -> bool:
    return all(isinstance(f.node, Number) for f in factors)


def counted_by(node: Node) -> str | None:
    """The letter of `N`, `2N` and `N - 1`."""
    match node:
        case Name(text=text) if len(text) == 1:
            return text
        case Product(factors=(Factor(node=Number()), Factor(op="" | "cdot", node=other))):
            return counted_by(other)
        case Fenced(open="(", body=body):
            return counted_by(body)
        case Sum(terms=(first, second)) if second.sign == "-" and isinstance(second.node, Number):
            return counted_by(first.node)
    return None


def is_cardinality(node: Node) -> bool:
    """How many a set has: `|D|`."""
    return isinstance(node, Fenced) and node.open == "|" and isinstance(node.body, Name)


def _is_count(node: Node) -> bool:
    """What says how many there are and nothing else: `n = 100`, `N = |D|`."""
    return is_cardinality(node) or (isinstance(node, Number) and node.text.isdigit())


def taken_letters(nodes: Iterable[Node]) -> Iterator[str]:
    """The letters that are defined, differentiated by, or have an index somewhere."""
    for node in nodes:
        match node:
            case Relation(first=Name(text=text), links=links):
                if not all(_is_count(link.node) for link in links):
                    yield text
            case Script(base=Name(text=text), sub=Node()):
                yield text
            case Script(sub=Node() as sub):
                yield from (n.text for n in walk(sub) if isinstance(n, Name) and not isinstance(node.base, Fenced))
            case Product(factors=factors):
                for one, other in pairwise(factors):
                    if isinstance(one.node, Name) and one.node.text in DIFFERENTIAL and isinstance(other.node, Name):
                        yield other.node.text
