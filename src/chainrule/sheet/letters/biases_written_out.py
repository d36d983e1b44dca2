r"""A bias that counts among the weights: `\theta^T x = \theta_0 + \theta_1 x_1 + \theta_2 x_2`.

The first feature is 1, and has no name: the product of the two vectors is what is written out beside it, and is written
so throughout, where neither vector stands alone in another place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby, pairwise

from chainrule.read.tree import Big, Factor, Fenced, Name, Node, Number, Product, Script, Sum, Term
from chainrule.sheet.letters.vectors_written_out import DOTS, Pair, beside, is_plain_transpose, pair_of
from chainrule.sheet.records.statements import DEFINING, Equation, Sheet
from chainrule.sheet.records.throughout import throughout
from chainrule.sheet.syntax.names import Glossary, children, node_key, reference, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

Sums = dict[Pair, Sum]


def with_biases_written_out(sheet: Sheet) -> Sheet:
    """The sheet with such products written as the sums that they are, each exercise by itself."""
    for scope in {e.scope.number: e.scope for e in sheet.equations}.values():
        here = [e for e in sheet.equations if scope.sees(e.scope)]
        sums = sums_beside_products(here, sheet.glossary)
        sides = [side for e in here for side in (e.lhs, e.rhs)]
        alone = {base for side in sides for base in _alone(side, sums, sheet.glossary)} if sums else set()
        sums = {pair: told for pair, told in sums.items() if not alone & {*pair}}
        if sums:
            kept = {e.position for e in sheet.equations if e.scope.number != scope.number}
            sheet = throughout(sheet, partial(_with_sums, sums=sums, glossary=sheet.glossary), kept=kept)
    return sheet


def _with_sums(node: Node, sums: Sums, glossary: Glossary) -> Node:
    return rebuilt(node, lambda part: _summed(part, sums, glossary))


def sums_beside_products(equations: Sequence[Equation], glossary: Glossary) -> Sums:
    """The sums with a weight 0 that are said to be the product of two vectors."""
    if not any(with_bias(side, glossary) for e in equations for side in (e.lhs, e.rhs)):
        return {}
    groups = groupby((e for e in equations if e.op in DEFINING), key=lambda e: (id(e.document), e.chain))
    chains = ([side for e in chain for side in (e.lhs, e.rhs)] for _, chain in groups)
    sums: Sums = {}
    for whole, written in beside(chains, glossary):
        told = with_bias(written, glossary)
        for pair, beside_it in _multiplied(whole, glossary) if told else ():
            if pair in told and beside_it == _others(written, told[pair].terms):
                sums.setdefault(pair, told[pair])
    return sums


def _multiplied(node: Node, glossary: Glossary) -> Iterator[tuple[Pair, list[str]]]:
    """The pairs of vectors that a formula multiplies, with what it adds to their product."""
    for part in walk(node):
        for term in part.terms if isinstance(part, Sum) else ():
            yield from ((pair, _others(part, (term,))) for pair in _pairs(term.node, glossary))
        yield from ((pair, []) for pair in _pairs(part, glossary))


def _others(node: Node, terms: tuple[Term, ...]) -> list[str]:
    """What else stands in the sum that some terms stand in."""
    whole = next((n for n in walk(node) if isinstance(n, Sum) and {*terms} <= {*n.terms}), None)
    return sorted(t.sign + str(node_key(t.node)) for t in (whole.terms if whole is not None else ()) if t not in terms)


def with_bias(node: Node, glossary: Glossary) -> Sums:
    r"""The sums of products that begin with the weight 0, alone or with its feature: `w_0 + w_1 x_1 + w_2 x_2`,
    `w_0 + \sum_j w_j x_j`; by the two letters, weights first."""
    found: Sums = {}
    for part in walk(node):
        terms = [t for t in part.terms if t.sign == "+"] if isinstance(part, Sum) else []
        pairs = [(t, *p) for t in terms if (p := _numbered_pair(t.node, glossary)) is not None]
        for pair in {p for _, p, _ in pairs}:
            own = [(t, n) for t, p, n in pairs if p == pair]
            numbers = [n for _, n in own]
            for bias in terms if "0" not in numbers else ():
                weight = reference(bias.node, glossary)
                alone = weight is not None and not weight.postfix and [_text(x) for x in weight.subs] == ["0"]
                if alone and weight is not None and weight.base in pair:
                    own, numbers = [(bias, "0"), *own], ["0", *numbers]
                    pair = pair if weight.base == pair[0] else (pair[1], pair[0])
            if numbers == [str(n) for n in range(len(numbers))] or numbers == ["0", ""]:
                found[pair] = Sum(part.span, tuple(t for t, _ in own))
    return found


def written_out_in(product: Node, sum_: Node, glossary: Glossary) -> dict[Pair, int]:
    """The pairs of vectors that one formula multiplies and the other writes out from the first component on, with the
    number of components that this takes, where nothing else tells the two formulas apart."""
    found: dict[Pair, int] = {}
    for part in walk(sum_):
        terms = part.terms if isinstance(part, Sum) else ()
        pairs = [(t, *p) for t in terms if t.sign == "+" and (p := pair_of(t.node, glossary)) is not None]
        for pair in {p for _, p, _ in pairs}:
            own = tuple(t for t, p, _ in pairs if p == pair)
            if [n for _, p, n in pairs if p == pair] == [str(n + 1) for n in range(len(own))] and len(own) > 1:
                same = [
                    p for p, more in _multiplied(product, glossary) if {*p} == {*pair} and more == _others(part, own)
                ]
                found |= dict.fromkeys(same, len(own))
    return found


def _numbered_pair(node: Node, glossary: Glossary) -> tuple[Pair, str] | None:
    r"""The letters of `w_2 x_2` with their number, and those of `\sum_j w_j x_j` without one."""
    if isinstance(node, Product) and isinstance(node.factors[0].node, Big) and node.factors[0].node.op == "sum":
        found = pair_of(replace(node, factors=node.factors[1:]), glossary)
        return None if found is None else (found[0], "")
    return pair_of(node, glossary)


def _text(node: Node) -> str:
    return node.text if isinstance(node, Number) else ""


def _pairs(node: Node, glossary: Glossary) -> Iterator[Pair]:
    """The two names that a product multiplies, in either order, where they are vectors by themselves."""
    for a, b in pairwise(node.factors if isinstance(node, Product) else ()):
        one, other = _bare(a.node, glossary), _bare(b.node, glossary)
        if one and other and b.op in DOTS:
            yield from ((one, other), (other, one))


def _bare(node: Node, glossary: Glossary) -> str:
    node = node.base if isinstance(node, Script) and is_plain_transpose(node) else node
    ref = reference(node, glossary)
    return ref.base if ref is not None and ref.bare and not ref.postfix else ""


def _alone(node: Node, sums: Sums, glossary: Glossary) -> Iterator[str]:
    r"""The names that stand elsewhere than in their product, and not as the arguments of a function, `h_\theta(x)`."""
    if isinstance(node, Product):
        taken: set[int] = set()
        for n, (a, b) in enumerate(pairwise(node.factors)):
            pair = _bare(a.node, glossary), _bare(b.node, glossary)
            if pair in sums or pair[::-1] in sums:
                taken |= {n, n + 1}
            called = isinstance(a.node, Name | Script) and isinstance(b.node, Fenced) and not b.op
            if called and isinstance(b.node, Fenced) and _bare(b.node.body, glossary):
                taken.add(n + 1)
        for n, f in enumerate(node.factors):
            yield from () if n in taken else _alone(f.node, sums, glossary)
        return
    if (base := _bare(node, glossary)) in {x for pair in sums for x in pair}:
        yield base
    if not isinstance(node, Script):
        for child in children(node):
            yield from _alone(child, sums, glossary)


def _summed(node: Node, sums: Sums, glossary: Glossary) -> Node | None:
    """A product with the sum in the place of the two vectors."""
    factors = node.factors if isinstance(node, Product) else ()
    for n, (a, b) in enumerate(pairwise(factors)):
        pair = _bare(a.node, glossary), _bare(b.node, glossary)
        told = sums.get(pair) or sums.get(pair[::-1]) if b.op in DOTS else None
        if told is not None:
            whole = Fenced(node.span, "(", told, ")")
            rest = (*factors[:n], Factor(a.op, whole), *factors[n + 2 :])
            return whole if len(rest) == 1 else Product(node.span, rest)
    return None
