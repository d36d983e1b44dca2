r"""Samples by small letters beside the matrices of all samples: `a^{[2](i)}` beside `A^{[2]} = \sigma(Z^{[2]})`.

Where a document computes matrices by capitals, `Z = W X + b` or `Z = X W + b`, the same letter in small with a mark in
parentheses is what one sample has of it: a column or a row of the matrix, written `Z_{:,i}` or `Z_{i,:}`, or the entry
`Z_i` of a row of numbers. In a sum of losses over the samples, which take numbers, it is every entry of that column:
such a sum runs over the entries, too. A small letter that stands in such sums only, always with the index of the sum,
`\sum_i y_i \log \hat y_i` beside `\hat Y = \sigma(X W)`, is a sample by its index.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from chainrule.read.tree import (
    Accent,
    Big,
    Comma,
    Factor,
    Fenced,
    Infix,
    Missing,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Span,
)
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import children, walk
from chainrule.sheet.syntax.parts import factors_of
from chainrule.sheet.syntax.rebuilding import rebuilt, with_parts
from chainrule.sheet.syntax.script_words import is_transpose
from chainrule.sheet.syntax.slices import slices

DATA = "X"
OF_NUMBERS = frozenset({"log", "ln", "exp"})
UNUSED = "jkqrsp"
"""Letters for the entries of a sample, of which the first is taken that a document has not."""


Marked = tuple[str, str, "Node | None"]
"""A letter with its accents, the mark of a sample, and what stands below."""


@dataclass(frozen=True)
class Samples:
    """The small letters that are samples of a matrix, whether they are its columns, whether it has one number for each
    sample, a letter for the entries of a sample, and the letters of which that stands in formulas with an index."""

    letters: frozenset[str]
    columns: bool
    numbers: bool
    entry: str
    indexed: frozenset[str] = frozenset()

    def marked(self, node: Node) -> Marked | None:
        """The letter, the mark and the subscript of one of these samples."""
        found = _marked(node) or _indexed(node)
        if found is None or _small(found[0]) not in self.letters:
            return None
        return found if _marked(node) is not None or found[0] in self.indexed else None


def samples_of_matrices(formulas: list[Node]) -> Samples | None:
    """What a document has of such samples: None where nothing shows how they lie, or a capital has no formula."""
    everything = [n for f in formulas for n in walk(f)]
    capitals = {key for f in formulas for key in _letters(f) if key[-1].isupper()}
    marked = {m[0] for n in everything if (m := _marked(n)) is not None}
    indexed = {x for x in _only_summed(formulas) if _capital_of(x) in capitals}
    letters = {_small(x) for x in marked | indexed if _capital_of(x) in capitals}
    bodies = [body for name, body in _computed(formulas) if _small(name) in letters]
    computed = {name for name, _ in _computed(formulas)} | {DATA}
    ways = {way for _, body in _computed(formulas) for n in walk(body) if (way := _way(n, computed)) is not None}
    if not bodies or len(ways) != 1:
        return None
    used = {n.text for n in everything if isinstance(n, Name)}
    entry = next((x for x in UNUSED if x not in used), None)
    if entry is None:
        return None
    numbers = any(_is_row(n, computed) for _, body in _computed(formulas) for n in walk(body))
    return Samples(frozenset(letters), ways == {"columns"}, numbers, entry, frozenset(indexed))


def with_parts_of_matrices(node: Node, samples: Samples) -> Node:
    """A formula with the samples as parts of their matrices."""
    if isinstance(node, Relation) and not samples.numbers:
        node = _without_one_row(node, samples)
    if isinstance(node, Product):
        factors = tuple(_factors(node.factors, samples))
        return replace(node, factors=factors) if factors != node.factors else node
    part = _part(node, samples, entries=False)
    return part or with_parts(node, lambda below: with_parts_of_matrices(below, samples))


def _factors(factors: tuple[Factor, ...], samples: Samples) -> Iterator[Factor]:
    for n, factor in enumerate(factors):
        if isinstance(factor.node, Big) and factor.node.op == "sum" and factor.node.sub is not None:
            over, rest = set(bound_letters(factor.node.sub)), factors[n + 1 :]
            if _of_numbers(rest) and any(m[1] in over for f in rest for m in _marks(f.node, samples)):
                yield factor
                yield from _entries(rest, samples)
                return
        yield replace(factor, node=with_parts_of_matrices(factor.node, samples))


def _entries(rest: tuple[Factor, ...], samples: Samples) -> Iterator[Factor]:
    """What a sum over the samples adds up, entry by entry."""
    whole = any(not _split(m[2])[1] for f in rest for m in _marks(f.node, samples))
    if whole and not samples.numbers:
        span = rest[0].node.span
        yield Factor("", Big(span, "sum", Name(span, samples.entry)))
    for factor in rest:
        yield replace(factor, node=rebuilt(factor.node, lambda n: _part(n, samples, entries=True)))


def _part(node: Node, samples: Samples, entries: bool) -> Node | None:
    """The part of a matrix that a marked letter is; None for any other formula."""
    found = samples.marked(node)
    if found is None or not isinstance(node, Script):
        return None
    _, letter, below = found
    span, place = node.span, Name(node.span, letter)
    numbers, components = _split(below)
    if samples.numbers and not components:
        places: tuple[Node, ...] = (place,)
    else:
        others = components or ((Name(span, samples.entry) if entries else _all(span)),)
        places = (*others, place) if samples.columns else (place, *others)
    sub = Comma(span, (*numbers, *places)) if len(numbers) + len(places) > 1 else places[0]
    part = Script(span, _in_capitals(node.base), sub, _layer(node))
    return slices(part) or part


def _split(below: Node | None) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """The numbers of layers below a letter, and the letters of its entries."""
    items = () if below is None else below.items if isinstance(below, Comma) else (below,)
    numbers = tuple(x for x in items if isinstance(x, Number))
    return numbers, tuple(x for x in items if not isinstance(x, Number))


def _all(span: Span) -> Node:
    return Infix(span, ":", Missing(span), Missing(span))


def _marked(node: Node) -> tuple[str, str, Node | None] | None:
    """The letter, the mark and the subscript of `a^{(i)}`, `a^{[2](i)}`, `a_k^{(i)}`."""
    if not isinstance(node, Script) or node.primes or node.sup is None:
        return None
    key = _letter(node.base)
    marks = [x for x in _above(node.sup) if isinstance(x, Fenced) and x.open == "(" and isinstance(x.body, Name)]
    if len(marks) != 1 or key is None:
        return None
    mark = marks[0].body
    assert isinstance(mark, Name)
    return (key, mark.text, node.sub) if len(mark.text) == 1 and mark.text.islower() else None


def _indexed(node: Node) -> Marked | None:
    r"""The letter and the index of `y_i` and `\hat{y}_i`."""
    if not isinstance(node, Script) or node.primes or node.sup is not None or not isinstance(node.sub, Name):
        return None
    key = _letter(node.base)
    return (key, node.sub.text, None) if key is not None and key[-1].islower() and len(node.sub.text) == 1 else None


def _only_summed(formulas: Iterable[Node]) -> set[str]:
    """The small letters that stand nowhere but in sums of numbers, with the index of the sum."""
    summed, anywhere = Counter[str](), Counter[str]()
    for formula in formulas:
        anywhere.update(_letters(formula))
        for product in (n for n in walk(formula) if isinstance(n, Product)):
            for n, factor in enumerate(product.factors):
                if isinstance(factor.node, Big) and factor.node.op == "sum" and factor.node.sub is not None:
                    over, rest = set(bound_letters(factor.node.sub)), product.factors[n + 1 :]
                    found = [m for f in rest for x in walk(f.node) if (m := _indexed(x)) is not None and m[1] in over]
                    summed.update(m[0] for m in found if _of_numbers(rest))
                    break
    return {key for key, n in summed.items() if n == anywhere[key]}


def _letter(node: Node) -> str | None:
    r"""A letter with its accents, "hat y" for `\hat{y}`; None for anything else."""
    if isinstance(node, Accent):
        below = _letter(node.body)
        return None if below is None else f"{node.kind} {below}"
    return node.text if isinstance(node, Name) and len(node.text) == 1 and node.text.isalpha() else None


def _letters(node: Node) -> Iterator[str]:
    """Every letter of a formula with its accents."""
    key = _letter(node)
    if key is not None:
        yield key
        return
    for below in children(node):
        yield from _letters(below)


def _small(key: str) -> str:
    return key[:-1] + key[-1].lower()


def _capital_of(key: str) -> str:
    return key[:-1] + key[-1].upper()


def _in_capitals(base: Node) -> Node:
    if isinstance(base, Accent):
        return replace(base, body=_in_capitals(base.body))
    return Name(base.span, base.text.upper()) if isinstance(base, Name) else base


def _above(sup: Node) -> list[Node]:
    return [f.node for f in factors_of(sup)]


def _layer(node: Script) -> Node | None:
    """The script without its mark."""
    if node.sup is None:
        return None
    left = [x for x in _above(node.sup) if not (isinstance(x, Fenced) and x.open == "(")]
    if not left:
        return None
    return left[0] if len(left) == 1 else Product(node.sup.span, tuple(Factor("", x) for x in left))


def _marks(node: Node, samples: Samples) -> list[tuple[str, str, Node | None]]:
    return [m for n in walk(node) if (m := samples.marked(n)) is not None]


def _of_numbers(rest: tuple[Factor, ...]) -> bool:
    """Whether what is summed takes numbers: logarithms, squares in parentheses, a loss of two arguments."""
    for node in (n for f in rest for n in walk(f.node)):
        if isinstance(node, Name) and node.text in OF_NUMBERS:
            return True
        fence = node.base if isinstance(node, Script) and isinstance(node.sup, Number) else None
        if isinstance(fence, Fenced) and fence.open in ("(", "["):
            return True
    called = pairwise(rest)
    return any(isinstance(f.node, (Name, Script)) and _is_list(g.node) and g.op == "" for f, g in called)


def _is_list(node: Node) -> bool:
    return isinstance(node, Fenced) and isinstance(node.body, Comma)


def _computed(formulas: Iterable[Node]) -> Iterator[tuple[str, Node]]:
    """The capitals that have a formula, `A^{[1]} = \\tanh(Z^{[1]})`."""
    for node in formulas:
        if isinstance(node, Relation) and node.links[0].op in ("=", ":="):
            key = _letter(node.first.base if isinstance(node.first, Script) else node.first)
            if key is not None and key[-1].isupper():
                yield key, node.links[0].node


def _capital(node: Node) -> str | None:
    key = _letter(node.base if isinstance(node, Script) else node)
    return key if key is not None and key[-1].isupper() else None


def _way(node: Node, data: set[str]) -> str | None:
    """How the samples lie, where weights stand before a matrix of them or behind it."""
    if not isinstance(node, Product) or len(node.factors) != 2 or node.factors[1].op not in ("", "cdot"):
        return None
    first, last = node.factors[0].node, node.factors[1].node
    weights = [isinstance(x, (Name, Script)) and _capital(x) not in data for x in (first, last)]
    if _capital(last) in data and weights[0]:
        return "columns"
    return "rows" if _capital(first) in data and weights[1] else None


def _is_row(node: Node, data: set[str]) -> bool:
    """`w^T X`, `X w`: one number for each sample."""
    if _way(node, data) is None or not isinstance(node, Product):
        return False
    first, last = node.factors[0].node, node.factors[1].node
    if _capital(last) in data:
        turned = isinstance(first, Script) and first.sup is not None and is_transpose(first.sup)
        return turned and isinstance(first, Script) and isinstance(first.base, Name) and first.base.text.islower()
    return isinstance(last, Name) and last.text.islower()


def _without_one_row(node: Relation, samples: Samples) -> Relation:
    r"""`Y \in \mathbb{R}^{1 \times m}` beside a matrix with any number of rows: what holds of that holds of one."""
    capital, link = _capital(node.first), node.links[0]
    sup = link.node.sup if isinstance(link.node, Script) else None
    if capital is None or _small(capital) not in samples.letters or link.op != "∈" or not isinstance(sup, Product):
        return node
    sizes = [f.node for f in sup.factors]
    if not any(isinstance(x, Number) and x.text == "1" for x in sizes):
        return node
    factors = tuple(
        replace(f, node=Name(f.node.span, f"{samples.entry}_rows")) if x is not None else f
        for f in sup.factors
        for x in [f.node if isinstance(f.node, Number) and f.node.text == "1" else None]
    )
    space = replace(link.node, sup=replace(sup, factors=factors))  # type: ignore[call-arg]
    return replace(node, links=(replace(link, node=space), *node.links[1:]))
