r"""Integrals over all values of a variable that stands in the arguments of functions alone: `\int q(z) \log p(z) dz`.

An integral is linear, and so is a sum. What holds for all sums over finitely many values holds for integrals, by which
every density is as good as another; what fails for them is wrong. So such a variable is an index, and the integral a
sum over it. Limits, derivatives by the variable and a variable that stands for its own value say more than that, and
leave an integral as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Big, Factor, Fenced, Infix, Name, Node, Number, Product, Relation, Script, Sum, Term
from chainrule.sheet.sums.divergences import divergences, with_integrals
from chainrule.sheet.sums.drawn_letters import valued
from chainrule.sheet.syntax.derivative_signs import rest_of
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt, with_parts

WHOLE_SPACES = frozenset({"X", "Y", "Z", "Omega", "Theta"})


def integrated(formulas: Iterable[Node]) -> frozenset[str]:
    """The letters that integrals run over, which are nothing but arguments."""
    formulas = list(formulas)
    letters = {x for node in formulas for part in walk(node) for x in _over(part)}
    letters |= {variable.text for node in formulas for _, _, variable in divergences(node)}
    letters -= _over_several_sets(formulas)
    if not letters:
        return frozenset()
    plain = [rebuilt(with_sums(node, frozenset(letters)), _without_range) for node in formulas]
    alone = {x for node in plain for x in valued(node)}
    alone |= {x for node in plain for x in _between_bars(node)}
    return frozenset(letters - alone - {x for node in plain for x in _differentiated_by(node)})


def _without_range(node: Node) -> Node | None:
    """The sign of a sum without the letter that it runs over, which does not stand alone there."""
    return replace(node, sub=None) if isinstance(node, Big) and node.sub is not None else None


def with_sums(node: Node, letters: frozenset[str]) -> Node:
    """A formula with the integrals over some letters written as sums."""
    part = with_parts(node, lambda inner: with_sums(inner, letters))
    if isinstance(part, Sum):
        part = joined(part)
    return _as_sum(with_integrals(part, letters), letters) if isinstance(part, Product) else part


def _over(node: Node) -> Iterator[str]:
    """The letters behind a d, in a product that begins an integral or goes on with one."""
    if isinstance(node, Product):
        yield from (x for n in range(len(node.factors)) if (x := differential(node.factors, n)) is not None)


def differential(factors: tuple[Factor, ...], n: int) -> str | None:
    """The z of `dz` at a place in a product."""
    if n + 1 >= len(factors) or factors[n + 1].op or factors[n].op:
        return None
    sign, name = factors[n].node, factors[n + 1].node
    if not (isinstance(sign, Name) and sign.text == "d" and isinstance(name, Name) and set(name.style) <= {"bold"}):
        return None
    return name.text


def is_integral(node: Node) -> bool:
    r"""Whether a sign is that of an integral over everything: without limits, with a set or the variable below it,
    `\int_{\mathcal{X}} p(x) dx`, `\int_\tau p(\tau) d\tau`, or from minus infinity to infinity."""
    if not isinstance(node, Big) or node.op != "int":
        return False
    if node.sup is None and (node.sub is None or _everything(node.sub)):
        return True
    names = [[n.text for n in walk(limit) if isinstance(n, (Name, Number))] for limit in (node.sub, node.sup) if limit]
    negative = isinstance(node.sub, Sum) and [t.sign for t in node.sub.terms] == ["-"]
    return negative and names == [["infty"], ["infty"]]


def _everything(below: Node) -> bool:
    r"""`\mathcal{X}`, `\mathbb{R}^d`, `\Omega`, `X`, `\tau`, `x \in \mathcal{X}`: a set, or the variable itself."""
    if isinstance(below, Relation):
        return len(below.links) == 1 and below.links[0].op == "∈" and _everything(below.links[0].node)
    name = below.base if isinstance(below, Script) else below
    if not isinstance(name, Name) or name.text == "infty":
        return False
    return bool(name.style) or name.text.islower() or name.text in WHOLE_SPACES


def region(sign: Node) -> object:
    """The set below the sign of an integral; None where there is none, or the variable itself, or limits."""
    below = sign.sub if isinstance(sign, Big) and sign.sup is None else None
    below = below.links[0].node if isinstance(below, Relation) else below
    return None if below is None or (isinstance(below, Name) and below.text.islower()) else node_key(below)


def _over_several_sets(formulas: Iterable[Node]) -> set[str]:
    """The letters of integrals that go over different sets, of which one at most is everything."""
    found: dict[str, set[object]] = {}
    for product in (n for node in formulas for n in walk(node) if isinstance(n, Product)):
        sets = {region(f.node) for f in product.factors if isinstance(f.node, Big) and f.node.op == "int"} - {None}
        for letter in _over(product):
            found.setdefault(letter, set()).update(sets)
    return {letter for letter, sets in found.items() if len(sets) > 1}


def _as_sum(product: Product, letters: frozenset[str]) -> Node:
    """The integral that begins in a product, as a sum over its letters; what stands before and behind it stays."""
    factors = product.factors
    first = next((n for n, f in enumerate(factors) if is_integral(f.node)), None)
    if first is None:
        return product
    count = next((k for k in range(1, len(factors) - first) if not is_integral(factors[first + k].node)), 0)
    start = first + count
    places = [n for n in range(start, len(factors) - 1) if differential(factors, n) is not None][:count]
    over = [str(differential(factors, n)) for n in places]
    if not count or len(over) < count or not set(over) <= letters or len(set(over)) < count:
        return product
    gaps = all(b - a == 2 for a, b in pairwise(places))
    if not gaps:
        return product
    inner, behind = factors[start : places[0]], factors[places[-1] + 2 :]
    inner, behind = (behind, ()) if not inner else (inner, behind)
    if not inner:
        return product
    body = rest_of(inner)
    signs = (
        Factor(factors[first + k].op, Big(factors[first + k].node.span, "sum", factors[n + 1].node, None))
        for k, n in enumerate(places)
    )
    whole = Fenced(body.span, "(", body, ")")
    return replace(product, factors=(*factors[:first], *signs, Factor("", whole), *behind))


def joined(whole: Sum) -> Node:
    """`\\int a(z) + b(z) dz`, which the grammar takes for two terms, as one."""
    terms: list[Term] = []
    for term in whole.terms:
        last = terms[-1].node if terms else None
        open_ = isinstance(last, Product) and _opened(last) and isinstance(term.node, Product)
        if open_ and isinstance(last, Product) and isinstance(term.node, Product):
            terms[-1] = replace(terms[-1], node=_merged(last, term))
        else:
            terms.append(term)
    return terms[0].node if len(terms) == 1 and terms[0].sign == "+" else replace(whole, terms=tuple(terms))


def _opened(product: Product) -> bool:
    """Whether an integral begins in a product and no differential ends it."""
    begins = next((n for n, f in enumerate(product.factors) if is_integral(f.node)), None)
    ended = any(differential(product.factors, n) is not None for n in range(len(product.factors)))
    return begins is not None and not ended and begins + 1 < len(product.factors)


def _merged(opened: Product, term: Term) -> Product:
    assert isinstance(term.node, Product)
    begins = next(n for n, f in enumerate(opened.factors) if is_integral(f.node))
    ends = next((n for n in range(len(term.node.factors)) if differential(term.node.factors, n)), None)
    head, first = opened.factors[: begins + 1], rest_of(opened.factors[begins + 1 :])
    inside = first.body.terms if isinstance(first, Fenced) and isinstance(first.body, Sum) and first.open == "" else ()
    second = term.node.factors[:ends] if ends is not None else term.node.factors
    terms = (*(inside or (Term("+", first),)), Term(term.sign, rest_of(second)))
    body = Fenced(opened.span.join(term.node.span), "(", Sum(opened.span.join(term.node.span), terms), ")")
    return replace(opened, factors=(*head, Factor("", body), *(term.node.factors[ends:] if ends is not None else ())))


def _between_bars(node: Node) -> Iterator[str]:
    """The letters in what is compared by double bars and could not be written out: `D(q(z) \\| p)` hides its z."""
    for part in walk(node):
        if isinstance(part, Infix) and part.op == "‖":
            yield from (n.text for n in walk(part) if isinstance(n, Name))


def _differentiated_by(node: Node) -> Iterator[str]:
    """The letters by which derivatives are taken: below a nabla, and in the arguments of primed functions."""
    for part in walk(node):
        below = part.sub if isinstance(part, Script) else None
        if below is not None and isinstance(part, Script) and isinstance(part.base, Name) and part.base.text == "nabla":
            yield from (n.text for n in walk(below) if isinstance(n, Name))
        if isinstance(part, Product):
            for first, second in pairwise(part.factors):
                if isinstance(first.node, Script) and first.node.primes and isinstance(second.node, Fenced):
                    yield from (n.text for n in walk(second.node) if isinstance(n, Name))
