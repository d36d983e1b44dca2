r"""Normal laws as they are written: `\mathcal{N}(\mu, \Sigma)` alone, or with a variable, `\mathcal{N}(x; m, S)`.

A law without a variable is no number. Where it is said what a density is, `p = \mathcal{N}(\mu, \Sigma)` or
`q(z | x) = \mathcal{N}(\mu, \sigma^2)`, its variable is put in, which is that of the density. A relative entropy of two
such laws is the expectation that it stands for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from chainrule.read.tree import Big, Comma, Factor, Fenced, Fraction, Infix, Link, Name, Node, Product, Relation, Script
from chainrule.sheet.sums.divergences import is_divergence
from chainrule.sheet.sums.drawn_letters import EXPECTATIONS
from chainrule.sheet.syntax.arguments import parts
from chainrule.sheet.syntax.names import node_key, spelled, walk
from chainrule.sheet.syntax.normal_laws import NORMAL_WORDS, Density, density, normal_density, normal_parameters
from chainrule.sheet.syntax.rebuilding import rebuilt, with_parts

USUAL_VARIABLE = "x"


@dataclass(frozen=True)
class NormalLaws:
    """The densities of a document that are said to be normal, each with the variables that it has, place for place;
    what the name of the relative entropy stands for by itself, where there is only one."""

    variables: dict[object, tuple[Node, ...]]
    only: Product | None = None
    numbered: frozenset[object] = frozenset()
    """The laws that are named `N_0`, which are densities as others are."""
    letters: frozenset[str] = frozenset()
    """The letters of densities, which mark their parameters: the p of `m_p` is no index."""

    def variable(self, name: Node) -> Node | None:
        """The variable of a density that is named alone: that of the call nearest to it."""
        near = self.variables.get(node_key(name), ())
        return min(near, key=lambda v: abs(v.span.start - name.span.start), default=None)


def normal_laws(formulas: Iterable[Node]) -> NormalLaws | None:
    """The densities that a relation says to be normal laws without a variable, or with one."""
    formulas = list(formulas)
    numbered = frozenset(node_key(x.name) for f in formulas for x, _ in _said(f) if _is_numbered(x.name))
    formulas = [_with_names(f, numbered) for f in formulas]
    named = {node_key(found.name): found for node in formulas for found, _ in _said(node)}
    variables = {key: v for key, found in named.items() if (v := _variables(formulas, found))}
    names = {found.name.text for found in named.values() if isinstance(found.name, Name) and not found.name.style}
    laws = NormalLaws(
        variables, numbered=numbered, letters=frozenset(names - {x for node in formulas for x in _summed(node)})
    )
    compared = [fence for node in formulas for fence in _compared(node)]
    found = {node_key(x): x for fence in compared if (x := _expectation(fence, laws)) is not None}
    alone = len(found) == 1 and len({node_key(fence) for fence in compared}) == 1
    return replace(laws, only=next(iter(found.values())) if alone else None) if variables or found else None


def _summed(node: Node) -> Iterator[str]:
    """The letters that sums run over."""
    limits = (b.sub for b in walk(node) if isinstance(b, Big) and b.sub is not None)
    return (n.text for limit in limits for n in walk(limit) if isinstance(n, Name))


def _said(node: Node) -> Iterator[tuple[Density, int]]:
    """The densities on the left of a relation to a normal law, with the link that names it."""
    if isinstance(node, Relation):
        found = density(node.first)
        for n, link in enumerate(node.links):
            known = normal_parameters(link.node) or normal_density(link.node)
            if found is not None and known is not None and link.op in ("=", ":=", "≡"):
                yield found, n


def _variables(formulas: list[Node], found: Density) -> tuple[Node, ...]:
    """What a density is called with, place for place; nothing where that is no name somewhere."""
    called: list[Node | None] = []
    for part in (n for node in formulas for n in walk(node) if isinstance(n, Product)):
        for one, fence in pairwise(part.factors):
            if not fence.op and isinstance(fence.node, Fenced) and node_key(one.node) == node_key(found.name):
                before = parts(fence.node)[0]
                called.append(before[0] if len(before) == 1 else None)
    if any(not isinstance(v, Name) for v in called):
        return () if found.variable is None else (found.variable,)
    return tuple(v for v in called if v is not None) or (Name(found.name.span, USUAL_VARIABLE),)


def with_normal_laws(node: Node, laws: NormalLaws) -> Node:
    """A formula with variables in the laws of densities, and relative entropies of normal laws written out."""
    node = _with_names(node, laws.numbered)
    for found, n in list(_said(node)):
        variable = laws.variable(found.name)
        if variable is not None and isinstance(node, Relation):
            node = _with_variable(node, found, n, found.variable or variable)
    return _written_out(node, laws)


def _is_numbered(name: Node) -> bool:
    r"""`\mathcal{N}_0`."""
    return isinstance(name, Script) and isinstance(name.base, Name) and spelled(name.base) in NORMAL_WORDS


def _with_names(node: Node, numbered: frozenset[object]) -> Node:
    """A formula with a letter of densities for laws that have the letter of all normal ones."""
    if not numbered:
        return node

    def choose(part: Node) -> Node | None:
        if isinstance(part, Script) and _is_numbered(part) and node_key(part) in numbered:
            return replace(part, base=Name(part.base.span, "p", ("cal",)))
        return None

    return rebuilt(node, choose)


def _with_variable(node: Relation, found: Density, n: int, variable: Node) -> Relation:
    link = node.links[n]
    parameters = normal_parameters(link.node)
    body = link.node if parameters is None else _at(link.node, variable, *parameters)
    links = (*node.links[:n], replace(link, node=body), *node.links[n + 1 :])
    return replace(node, first=found.at(variable) if found.fence is None else node.first, links=links)


def _at(law: Node, variable: Node, mean: Node, spread: Node) -> Product:
    assert isinstance(law, Product) and isinstance(law.factors[1].node, Fenced)
    fence = law.factors[1].node
    items = Comma(fence.span, (Infix(fence.span, ";", variable, mean), spread))
    return replace(law, factors=(law.factors[0], Factor("", replace(fence, body=items))))


def _written_out(node: Node, laws: NormalLaws) -> Node:
    if is_divergence(node) and laws.only is not None:
        return laws.only
    marked = isinstance(node, Script) and isinstance(node.sub, Name) and node.sub.text in laws.letters
    if marked and isinstance(node, Script) and not _is_expectation(node.base):
        node = replace(node, sub=Name(node.span, getattr(node.sub, "text", ""), ("rm",)))
    if not isinstance(node, Product):
        return with_parts(node, lambda inner: _written_out(inner, laws))
    factors: list[Factor] = []
    rest = list(node.factors)
    while rest:
        first = rest.pop(0)
        fence = rest[0].node if rest and not rest[0].op and is_divergence(first.node) else None
        if isinstance(fence, Fenced):
            found = _expectation(fence, laws)
            factors += [first, rest.pop(0)] if found is None else _spliced(first, found)
            rest = rest[1:] if found is not None else rest
        elif is_divergence(first.node) and laws.only is not None:
            factors += _spliced(first, laws.only)
        else:
            factors.append(replace(first, node=_written_out(first.node, laws)))
    return node if factors == list(node.factors) else replace(node, factors=tuple(factors))


def _is_expectation(sign: Node) -> bool:
    return isinstance(sign, Name) and spelled(sign) in EXPECTATIONS


def _spliced(first: Factor, found: Product) -> list[Factor]:
    return [Factor(first.op, found.factors[0].node), *found.factors[1:]]


def _compared(node: Node) -> Iterator[Fenced]:
    """What stands in the parentheses of relative entropies."""
    for product in (n for n in walk(node) if isinstance(n, Product)):
        for one, fence in pairwise(product.factors):
            if is_divergence(one.node) and isinstance(fence.node, Fenced) and not fence.op:
                yield fence.node


def _expectation(fence: Fenced, laws: NormalLaws) -> Product | None:
    r"""`\mathbb{E}_{x \sim p(x)}[\log \frac{p(x)}{q(x)}]` for the `(p \| q)` of a relative entropy."""
    sides = _sides(fence, laws)
    if sides is None:
        return None
    variable, law, one, other = sides
    span = fence.span
    below = Relation(span, variable, (Link("∼", span, law),))
    sign = Script(span, Name(span, "E", ("bb",)), below, None, 0)
    ratio = Product(span, (Factor("", Name(span, "log")), Factor("", Fraction(span, one, other))))
    return Product(span, (Factor("", sign), Factor("", Fenced(span, "[", ratio, "]"))))


def _sides(fence: Fenced, laws: NormalLaws) -> tuple[Node, Node, Node, Node] | None:
    """The variable, the first law, and both densities at the variable, where both are normal."""
    body = fence.body
    if not isinstance(body, Infix) or body.op != "‖":
        return None
    found = [_side(side, laws) for side in (body.left, body.right)]
    (first, one), (second, other) = found
    variable = first or second or Name(fence.span, USUAL_VARIABLE)
    apart = first is not None and second is not None and node_key(first) != node_key(second)
    if one is None or other is None or apart or not isinstance(variable, Name):
        return None
    values = [_value(side, variable) for side in (body.left, body.right)]
    return variable, body.left if normal_parameters(body.left) else values[0], values[0], values[1]


def _side(side: Node, laws: NormalLaws) -> tuple[Node | None, Node | None]:
    """The variable of one side, and the side itself where it is normal."""
    if normal_parameters(side) is not None:
        return None, side
    found = normal_density(side)
    if found is not None:
        return found[0], side
    named = density(side)
    variable = None if named is None else laws.variable(named.name)
    return (None, None) if named is None or variable is None else (named.variable or variable, side)


def _value(side: Node, variable: Node) -> Node:
    """A law at the variable."""
    parameters = normal_parameters(side)
    if parameters is not None:
        return _at(side, variable, *parameters)
    named = density(side)
    return side if normal_density(side) is not None or named is None else named.at(variable)
