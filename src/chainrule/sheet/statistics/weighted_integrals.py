r"""Integrals weighted by a density, over a variable that stands for its value: `\int (x - \mu)^2 p(x) dx`.

They are expectations, `\mathbb{E}_{x \sim p}[(x - \mu)^2]`, and are judged as those are: under the law that p is said
to be, or for every distribution with finitely many values. Where integrals over one variable go over different sets,
they are left as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from chainrule.read.tree import Comma, Factor, Fenced, Infix, Link, Name, Node, Number, Product, Relation, Script, Sum
from chainrule.sheet.statistics.normal_formulas import by_formula
from chainrule.sheet.sums.integrals import differential, is_integral, joined, region
from chainrule.sheet.syntax.derivative_signs import rest_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.normal_laws import DENSITIES, density, normal_density
from chainrule.sheet.syntax.rebuilding import with_parts

KNOWN = "known"


@dataclass(frozen=True)
class Weighted:
    """The variables of integrals that have a density as their weight, and the densities of which a law is known."""

    letters: frozenset[str]
    known: frozenset[object]


def weighted(formulas: Iterable[Node]) -> Weighted | None:
    """The variables of integrals over one set, that all have one density as their weight or densities with laws."""
    formulas = list(formulas)
    known = frozenset(key for f in formulas for key in _with_laws(f))
    weights: dict[str, set[object]] = {}
    for f in formulas:
        for product in (n for n in walk(_joined(f)) if isinstance(n, Product)):
            for letter, weight in _weights(product, known):
                weights.setdefault(letter, set()).add(weight)
    letters = frozenset(x for x, found in weights.items() if _are_expectations(found))
    return Weighted(letters, known) if letters else None


def _are_expectations(found: set[object]) -> bool:
    """Whether the integrals over a letter are expectations: all under one density, or those under known laws."""
    lone = found - {None}
    return len(lone) == 1 and (None not in found or all(isinstance(w, tuple) and w[0] == KNOWN for w in lone))


def _with_laws(node: Node) -> Iterator[object]:
    """The densities that a relation says to be normal."""
    found = density(node.first) if isinstance(node, Relation) else None
    if isinstance(node, Relation) and found is not None and found.variable is not None:
        laws = (normal_density(link.node) or by_formula(link.node) for link in node.links)
        if any(law is not None and node_key(law[0]) == node_key(found.variable) for law in laws):
            yield node_key(found.name)


def with_expectations(node: Node, found: Weighted) -> Node:
    """A formula with the integrals over some variables written as expectations."""
    part = with_parts(node, lambda inner: with_expectations(inner, found))
    part = joined(part) if isinstance(part, Sum) else part
    while isinstance(part, Product) and (written := _as_expectation(part, found)) is not None:
        part = written
    return part


def _joined(node: Node) -> Node:
    part = with_parts(node, _joined)
    return joined(part) if isinstance(part, Sum) else part


def _weights(product: Product, known: frozenset[object]) -> Iterator[tuple[str, object]]:
    """The variable of each integral in a product, with its weight and its set; None for one without a weight."""
    rest = product.factors
    while (place := _place(rest)) is not None:
        first, end, letter = place
        inside = rest[first + 1 : end]
        at = _weight(inside, letter)
        law, told = (None, False) if at is None else _said(inside, at, known)
        yield letter, None if law is None else (KNOWN if told else node_key(law), region(rest[first].node))
        rest = rest[end + 2 :]


def _place(factors: tuple[Factor, ...]) -> tuple[int, int, str] | None:
    """Where the first integral of a product begins and where its differential stands, with its variable."""
    first = next((n for n, f in enumerate(factors) if is_integral(f.node)), None)
    ends = (n for n in range(0 if first is None else first + 1, len(factors)) if differential(factors, n) is not None)
    end = None if first is None else next(ends, None)
    if first is None or end is None or end == first + 1 or any(is_integral(f.node) for f in factors[first + 1 : end]):
        return None
    return first, end, str(differential(factors, end))


def _weight(inside: tuple[Factor, ...], letter: str) -> int | None:
    """The place of a density of the variable among the factors of what is integrated."""
    for n, f in enumerate(inside[:-1]):
        if n and not f.op and _acts(inside[n - 1].node):
            continue
        name = f.node.base if isinstance(f.node, Script) and f.node.sup is None else f.node
        fence = inside[n + 1]
        if not isinstance(name, Name) or not isinstance(fence.node, Fenced) or fence.op:
            continue
        law = normal_density(_call(f, fence))
        if law is not None and isinstance(law[0], Name) and law[0].text == letter:
            return n
        if name.text in DENSITIES:
            body = fence.node.body
            body = body.left if isinstance(body, Infix) and body.op in ("|", ";") else body
            body = body.items[0] if isinstance(body, Comma) else body
            if isinstance(body, Name) and body.text == letter:
                return n
    return None


def _acts(before: Node) -> bool:
    r"""Whether a density behind a factor is no factor itself: `\log p(x)`, `\nabla_\theta p(x)`."""
    name = before.base if isinstance(before, Script) else before
    return isinstance(name, Name) and (name.text == "nabla" or is_function_word(name.text))


def _call(name: Factor, fence: Factor) -> Product:
    return Product(name.node.span.join(fence.node.span), (Factor("", name.node), Factor("", fence.node)))


def _said(inside: tuple[Factor, ...], at: int, known: frozenset[object]) -> tuple[Node, bool]:
    """The law that a weight is, and whether it is known: a density by its name, or a normal one with its parameters."""
    call = _call(inside[at], inside[at + 1])
    if normal_density(call) is not None:
        return call, True
    return inside[at].node, node_key(inside[at].node) in known


def _as_expectation(product: Product, found: Weighted) -> Product | None:
    """A product with its first such integral as an expectation."""
    place = _place(product.factors)
    if place is None or place[2] not in found.letters:
        return None
    first, end, letter = place
    inside = product.factors[first + 1 : end]
    at = _weight(inside, letter)
    if at is None:
        return None
    span = product.factors[first].node.span
    others = (*inside[:at], *inside[at + 2 :])
    body = rest_of((Factor("", others[0].node), *others[1:])) if others else Number(span, "1")
    variable = product.factors[end + 1].node
    weight, told = _said(inside, at, found.known)
    sign = "∼" if told else "∈"  # what is drawn from an unknown law is no index for it
    below = Relation(span, variable, (Link(sign, span, weight),))
    expected = Script(span, Name(span, "E", ("bb",)), below, None, 0)
    whole = (Factor(product.factors[first].op, expected), Factor("", Fenced(span, "[", body, "]")))
    return replace(product, factors=(*product.factors[:first], *whole, *product.factors[end + 2 :]))
