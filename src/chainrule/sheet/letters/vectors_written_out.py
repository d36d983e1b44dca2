r"""Vectors under a capital whose components have the small letter: `W^T X + b = w_1 x_1 + w_2 x_2 + b`.

By custom X is a matrix and `x_i` one of its rows. Where a product of two capitals is written out beside it as the sum
of the products of their small letters, both are vectors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise, permutations, product

from chainrule.read.tree import Big, Comma, Fenced, Matrix, Name, Node, Number, Product, Relation, Script, Sum
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.syntax.names import Glossary, Ref, reference, walk
from chainrule.sheet.syntax.script_words import is_transpose

DOTS = frozenset({"", "cdot", ".", "bullet", "times", "*", "ast"})


Pair = tuple[str, str]


def vectors_written_out(nodes: Iterable[Node], glossary: Glossary) -> dict[str, str]:
    """The capital for each small letter whose numbered components a formula shows to be those of a vector."""
    found: dict[str, str] = {}
    nodes = list(nodes)
    relations = [n for n in nodes if isinstance(n, Relation)]
    found |= _both_listed(nodes, relations, glossary)
    if not any(_written_out(side, glossary) for r in relations for side in (r.first, *(x.node for x in r.links))):
        return found
    chains = ([r.first, *(link.node for link in r.links if link.op in DEFINING)] for r in relations)
    for whole, written in beside(chains, glossary):
        small = {frozenset(pair): n for pair, n in _written_out(written, glossary).items()}
        inner = {*_products(whole, glossary, inner=True)} if small else set()
        for one, other in _products(whole, glossary) if small else ():
            names = one.lower(), other.lower()
            both = names[0] != one and names[1] != other  # `U r = r_1 u_1 + r_2 u_2` adds columns
            if frozenset(names) in small and (both or (small[frozenset(names)] and (one, other) in inner)):
                found |= {name: x for name, x in zip(names, (one, other), strict=True) if name != x}
    transposed = {r.base for n in nodes for r in _transposed(n, glossary)} if found else set()
    return {name: x for name, x in found.items() if name not in transposed}


def _transposed(node: Node, glossary: Glossary) -> Iterator[Ref]:
    """The u of `u_1^T`, which are vectors themselves."""
    refs = (reference(n, glossary) for n in walk(node) if isinstance(n, Script))
    yield from (r for r in refs if r is not None and r.subs and r.postfix)


def _both_listed(nodes: list[Node], relations: list[Relation], glossary: Glossary) -> dict[str, str]:
    """The small letters of two capitals whose inner product is taken, and that lists of their numbered components give:
    `X = (x_1, x_2)` and `W = (w_1, w_2)` beside `W^T X`, or `W = (w_1, w_2)^T` beside `X W`. Letters with other
    subscripts are no components."""
    listed: dict[str, int] = {}
    upright = set[str]()
    for relation in relations:
        ref = reference(relation.first, glossary)
        small, count = _list_of(relation.links[0].node, glossary)
        if ref is not None and ref.bare and small == ref.base.lower() != ref.base and relation.links[0].op in DEFINING:
            listed[ref.base] = count
            upright |= {ref.base} if isinstance(relation.links[0].node, Script) else set()
    if len(listed) < 2:
        return {}
    inside = [n for node in nodes for n in walk(node)]
    products = {p for n in inside for p in _products(n, glossary, inner=True)}
    products |= {p for n in inside for p in _products(n, glossary) if {*p} & upright == {p[1]}}
    pairs = {p for p in products if {*p} <= listed.keys() and listed[p[0]] == listed[p[1]]}
    refs = [r for n in inside if isinstance(n, Script) and (r := reference(n, glossary)) is not None]
    other = {r.base for r in refs if r.postfix or r.labels or not all(_text(x).isdigit() for x in r.subs)}
    return {x.lower(): x for pair in pairs if not other & {x.lower() for x in pair} for x in pair}


def _list_of(node: Node, glossary: Glossary) -> tuple[str, int]:
    """The letter of `(u_1, u_2)^T`, and how many of its components are listed."""
    node = node.base if isinstance(node, Script) and is_plain_transpose(node) else node
    body = node.body if isinstance(node, Fenced) else node
    match body:
        case Comma(items=items):
            entries = list(items)
        case Matrix(rows=rows) if len(rows) == 1 or {len(row) for row in rows} == {1}:
            entries = [item for row in rows for item in row]
        case _:
            return "", 0
    refs = [reference(x, glossary) for x in entries]
    texts = [_text(r.subs[0]) if r is not None and len(r.subs) == 1 else "" for r in refs]
    bases = {r.base for r in refs if r is not None}
    whole = texts == [str(n + 1) for n in range(len(refs))] and len(refs) > 1 and len(bases) == 1
    return (bases.pop(), len(refs)) if whole else ("", 0)


def sizes_written_out(equations: Sequence[Equation], glossary: Glossary) -> dict[str, int]:
    """How many components the vectors have whose product a formula writes out, each of them: 2 for `w_1 x_1 + w_2 x_2`
    beside `w^T x`. With other components elsewhere there are more, and one with a formula of its own may be no
    component."""
    found: dict[Pair, set[int]] = {}
    if not any(_written_out(side, glossary) for e in equations for side in (e.lhs, e.rhs)):
        return {}
    groups = groupby((e for e in equations if e.op in DEFINING), key=lambda e: (id(e.document), e.chain))
    chains = ([side for e in chain for side in (e.lhs, e.rhs)] for _, chain in groups)
    for whole, written in beside(chains, glossary):
        counted = {frozenset(pair): n for pair, n in _written_out(written, glossary).items() if n}
        for pair in _products(whole, glossary) if counted else ():
            if frozenset(pair) in counted:
                found.setdefault(pair, set()).add(counted[frozenset(pair)])
    if not found:
        return {}
    numbered = [r for e in equations for side in (e.lhs, e.rhs) for n in walk(side) for r in _numbered(n, glossary)]
    most = {base: max(n for r, n in numbered if r == base) for base in {base for base, _ in numbered}}
    least = {base: min(n for r, n in numbered if r == base) for base in most}
    given = {base for e in equations for base, _ in _numbered(e.lhs, glossary)}
    return {
        base: n
        for pair, numbers in found.items()
        for base, n in product(pair, numbers)
        if len(numbers) == 1 and not given & {*pair} and all(most.get(x, n) <= n and least.get(x, 1) > 0 for x in pair)
    }


def _numbered(node: Node, glossary: Glossary) -> Iterator[tuple[str, int]]:
    """The number below a name, with the name."""
    ref = reference(node, glossary) if isinstance(node, Script) else None
    if ref is not None and len(ref.subs) == 1 and _text(ref.subs[0]).isdigit():
        yield ref.base, int(_text(ref.subs[0]))


def beside(chains: Iterable[list[Node]], glossary: Glossary) -> Iterator[tuple[Node, Node]]:
    """The pairs of sides of a chain, and of all that is said of one name."""
    told: dict[str, list[Node]] = {}
    for sides in chains:
        ref = reference(sides[0], glossary)
        if ref is not None and ref.bare:
            told.setdefault(ref.base, []).extend(sides)
        else:
            yield from permutations(sides, 2)
    for sides in told.values():
        yield from permutations(sides, 2)


def _products(node: Node, glossary: Glossary, inner: bool = False) -> Iterator[Pair]:
    r"""The pairs of names that a formula multiplies, `W^T X`, `w \cdot x`, and `w x` where not only `inner` products
    count."""
    for part in walk(node):
        if isinstance(part, Product):
            for a, b in pairwise(part.factors):
                one = a.node.base if isinstance(a.node, Script) and is_plain_transpose(a.node) else a.node
                refs = reference(one, glossary), reference(b.node, glossary)
                if inner and one is a.node and b.op not in ("cdot", ".", "bullet"):
                    continue
                if b.op in DOTS and refs[0] is not None and refs[1] is not None and refs[0].bare and refs[1].bare:
                    yield refs[0].base, refs[1].base


def is_plain_transpose(node: Script) -> bool:
    return node.sub is None and node.sup is not None and is_transpose(node.sup)


def _written_out(node: Node, glossary: Glossary) -> dict[Pair, int]:
    r"""The pairs of letters whose components a formula multiplies and sums, `w_1 x_1 + w_2 x_2` or `\sum_i w_i x_i`,
    with their number where all of them stand there."""
    found: dict[Pair, int] = {}
    for part in walk(node):
        if isinstance(part, Sum):
            pairs = [p for t in part.terms if t.sign == "+" and (p := pair_of(t.node, glossary)) is not None]
            for pair in {p for p, _ in pairs}:
                numbers = sorted(n for p, n in pairs if p == pair)
                if len(numbers) > 1:
                    found[pair] = len(numbers) if numbers == [str(n + 1) for n in range(len(numbers))] else 0
        if isinstance(part, Product) and isinstance(part.factors[0].node, Big) and part.factors[0].node.op == "sum":
            summand = replace(part, factors=part.factors[1:])
            if (summed := pair_of(summand, glossary)) is not None:
                found[summed[0]] = 0
    return found


def pair_of(node: Node, glossary: Glossary) -> tuple[tuple[str, str], str] | None:
    """The letters and the one subscript of `w_1 x_1`."""
    if not isinstance(node, Product) or len(node.factors) != 2 or node.factors[1].op not in DOTS:
        return None
    refs = [reference(f.node, glossary) for f in node.factors]
    subs = {s for r in refs if r is not None and len(r.subs) == 1 and not r.labels and (s := _text(r.subs[0]))}
    one, other = refs
    if one is None or other is None or len(subs) != 1 or not (one.subs and other.subs) or one.postfix or other.postfix:
        return None
    return (one.base, other.base), subs.pop()


def _text(sub: Node) -> str:
    return sub.text if isinstance(sub, Name | Number) else ""
