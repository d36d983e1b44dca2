r"""Means by a vector of ones: the d of `\frac1d \mathbf{1}^T x` and of `I - \frac1d \mathbf{1} \mathbf{1}^T` counts
these ones, which are written `\mathbf{1}_d`.

The letter has to be one that counts by custom and nothing else in the document, as for the means by sums
(`mean_counts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Accent, Factor, Fenced, Fraction, Link, Name, Node, Product, Relation, Script, Sum
from chainrule.sheet.sums.mean_counts import COUNTING, below_number, counted_by, taken_letters
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.syntax.rebuilding import with_parts
from chainrule.sheet.syntax.script_words import INDEX_LETTERS, is_transpose

BY_CUSTOM = COUNTING | {"K", "H", "C"}


def counts_of_ones(formulas: Iterable[Node]) -> frozenset[str]:
    """The letters that count the ones of means."""
    nodes = [n for formula in formulas for n in walk(formula)]
    means = {x for n in nodes if (x := _count(n)) is not None and x in BY_CUSTOM}
    found = {x for x in means if _surely_counts(x, nodes)}
    said = {x for n in nodes if isinstance(n, Relation) for x in _said(n)}
    sizes = {x for n in nodes for x in _sizes(n)} if said else set()
    found |= {x for x in said if not sizes or x in sizes}
    return frozenset(found - set(taken_letters(nodes))) if found else frozenset()


def _surely_counts(letter: str, nodes: list[Node]) -> bool:
    r"""Whether a number below ones counts them: it is told as the size of all that these ones sum up, or it makes a
    projection, `I - \frac1n \mathbf{1} \mathbf{1}^T`, or, without told sizes, a mean by its name, `\bar x`."""
    sizes = {key: size for n in nodes for key, size in _told_sizes(n)}
    parts = [p for n in nodes if _count(n) == letter for p in _summed(n)]
    if any(p in sizes and _size_of(sizes[p], behind) != letter for p, behind in parts):
        return False
    if any(isinstance(n, Sum) and _is_projection(n, letter) for n in nodes):
        return True
    if sizes and parts:
        return all(p in sizes for p, _ in parts)
    return not sizes and any(isinstance(n, Relation) and _is_mean(n, letter) for n in nodes)


def _told_sizes(node: Node) -> Iterator[tuple[str, Node]]:
    r"""The x of `x \in \mathbb{R}^n`, with its size."""
    match node:
        case Relation(first=first, links=(Link(op="∈", node=Script(base=Name(text="R"), sup=Node() as size)),)):
            yield from ((n.text, size) for n in walk(first) if isinstance(n, Name))


def _size_of(size: Node, behind: bool) -> str | None:
    """How many ones stand before something of a size, or behind it."""
    match size:
        case Name(text=text):
            return text
        case Product(factors=(Factor(node=Name(text=rows)), Factor(op="times", node=Name(text=columns)))):
            return columns if behind else rows
    return None


def _summed(node: Node) -> Iterator[tuple[str, bool]]:
    r"""The x of `\mathbf{1}^T x`, and the A of `A \mathbf{1}` with the ones behind it; no ones beside ones."""
    product = node.numerator if isinstance(node, Fraction) else node
    for a, b in pairwise(product.factors) if isinstance(product, Product) else ():
        one, other = (x.node.base if isinstance(x.node, Script) else x.node for x in (a, b))
        if _is_ones(a.node) != _is_ones(b.node):
            part = other if _is_ones(a.node) else one
            if isinstance(part, Name) and (_is_ones(b.node) or isinstance(a.node, Script)):
                yield part.text, _is_ones(b.node)


def _is_projection(node: Sum, letter: str) -> bool:
    first = node.terms[0].node
    if isinstance(first, Script) and first.sup is None and getattr(first.sub, "text", "") == letter:
        first = first.base  # `I_n`
    identity = isinstance(first, Name) and first.text == "I"
    return identity and any(
        t.sign == "-" and _count(t.node) == letter and not list(_summed(t.node)) for t in node.terms[1:]
    )


def _is_mean(node: Relation, letter: str) -> bool:
    return isinstance(node.first, Accent) and node.first.kind == "bar" and _count(node.links[0].node) == letter


def counts_of_letters(product: Product) -> Iterator[str]:
    r"""The C of `\frac1C \mathbf{1}_c x_c`: by custom the letter goes on to its capital."""
    divisors = [below_number(f.node) for f in product.factors]
    counts = {counted_by(below) for below in divisors if below is not None}
    for factor in product.factors:
        match factor.node:
            case Script(base=Name(text="1"), sub=Name(text=letter)) if letter.upper() in counts and letter.islower():
                yield letter.upper()


def _sizes(node: Node) -> Iterator[str]:
    r"""The letters of `\mathbb{R}^p` and `\mathbb{R}^{n \times p}`: where sizes are told, another letter is none."""
    if isinstance(node, Script) and isinstance(node.base, Name) and "bb" in node.base.style and node.base.text == "R":
        yield from (n.text for n in walk(node.sup) if isinstance(n, Name)) if node.sup is not None else ()


def with_counted_ones(node: Node, counts: frozenset[str]) -> Node:
    """A formula in which the ones of its means are told how many they are."""
    inside = with_parts(node, lambda part: with_counted_ones(part, counts))
    if isinstance(inside, Relation) and counts.intersection(_said(inside)):
        return _with_said(inside, counts)
    count = _count(inside)
    if count is None or count not in counts:
        return inside
    if isinstance(inside, Fraction):
        return replace(inside, numerator=_told(inside.numerator, count))
    return _told(inside, count)


def ones_times_ones(node: Node) -> bool:
    r"""Whether `\mathbf{1}^T \mathbf{1}` stands in a product."""
    pairs = pairwise(node.factors) if isinstance(node, Product) else ()
    return any(
        isinstance(a.node, Script) and isinstance(b.node, Name) and not b.op and _is_ones(a.node) and _is_ones(b.node)
        for a, b in pairs
    )


def ones_meet(side: Node) -> bool:
    r"""Whether a row and a column of ones meet through parentheses, `\mathbf{1}^T (x - m \mathbf{1})`."""
    return any(
        (_turned(a.node) and _holds(b.node, turned=False)) or (_holds(a.node, turned=True) and _column(b.node))
        for n in walk(side)
        if isinstance(n, Product)
        for a, b in pairwise(n.factors)
    )


def told_counts(side: Node) -> bool:
    r"""Whether ones with their number stand in a formula, `\mathbf{1}_n`."""
    return any(isinstance(n, Script) and n.sub is not None and _is_ones(n.base) for n in walk(side))


def open_count(side: Node) -> bool:
    """Whether a formula has ones above a letter that may be their number, and is not known to be it."""
    return any(_count(n) in BY_CUSTOM for n in walk(side))


def has_row(side: Node) -> bool:
    """Whether a row of ones stands in a formula."""
    return any(_turned(n) for n in walk(side))


def _turned(node: Node) -> bool:
    return isinstance(node, Script) and _is_ones(node)


def _column(node: Node) -> bool:
    return isinstance(node, Name) and _is_ones(node)


def _holds(node: Node, turned: bool) -> bool:
    return isinstance(node, Fenced) and any(_turned(n) if turned else _column(n) for n in walk(node.body))


def _said(relation: Relation) -> Iterator[str]:
    r"""The n of `\mathbf{1}^T \mathbf{1} = n`."""
    sides = [relation.first, *(link.node for link in relation.links)]
    alone = (ones_times_ones(x) and isinstance(x, Product) and len(x.factors) == 2 for x in sides)
    if any(alone) and all(link.op == "=" for link in relation.links):
        names = (x.text for x in sides if isinstance(x, Name) and len(x.text) == 1)
        yield from (x for x in names if x in BY_CUSTOM or x not in INDEX_LETTERS)


def _with_said(relation: Relation, counts: frozenset[str]) -> Relation:
    count = next(x for x in _said(relation) if x in counts)

    def told(side: Node) -> Node:
        return _told(side, count) if ones_times_ones(side) else side

    links = tuple(replace(link, node=told(link.node)) for link in relation.links)
    return replace(relation, first=told(relation.first), links=links)


def _count(node: Node) -> str | None:
    r"""The d of `\frac1d \mathbf{1}^T x` and `\frac{\mathbf{1}^T x}{d}`."""
    match node:
        case Fraction(numerator=Product(factors=factors), denominator=below) if _has_turned_ones(factors):
            return counted_by(below)
        case Product(factors=factors) if _has_turned_ones(factors):
            divisors = (x for f in factors if f.op != "/" and (x := below_number(f.node)) is not None)
            return next((count for x in divisors if (count := counted_by(x)) is not None), None)
    return None


def _has_turned_ones(factors: tuple[Factor, ...]) -> bool:
    """Whether a row of ones stands in a product, or a column of them behind a row or a matrix."""
    turned = [isinstance(f.node, Script) and f.node.sup is not None and is_transpose(f.node.sup) for f in factors]
    rows = [t or (isinstance(f.node, Name) and f.node.text.isupper()) for t, f in zip(turned, factors, strict=True)]
    ones = [_is_ones(f.node) for f in factors]
    behind_a_row = any(rows[n] and ones[n + 1] and not factors[n + 1].op for n in range(len(factors) - 1))
    return behind_a_row or any(a and b for a, b in zip(turned, ones, strict=True))


def _is_ones(node: Node) -> bool:
    r"""`\mathbf{1}`, `\mathbf{1}^T`."""
    if isinstance(node, Script) and (node.sub is not None or node.sup is None or not is_transpose(node.sup)):
        return False
    core = node.base if isinstance(node, Script) else node
    return isinstance(core, Name) and core.text == "1" and "bold" in core.style


def _told(node: Node, count: str) -> Node:
    """A product with the number below its ones."""
    assert isinstance(node, Product)
    return replace(node, factors=tuple(replace(f, node=_with_count(f.node, count)) for f in node.factors))


def _with_count(node: Node, count: str) -> Node:
    if not _is_ones(node):
        return node
    sub = Name(node.span, count)
    return replace(node, sub=sub) if isinstance(node, Script) else Script(node.span, node, sub)
