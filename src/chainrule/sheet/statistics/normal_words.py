r"""Normal laws as they are written: `\mathcal{N}(\mu, \Sigma)` alone, or with a variable, `\mathcal{N}(x; \mu, \Sigma)`.

A law without a variable is no number. Where it is said what a density is, `p = \mathcal{N}(\mu, \Sigma)` or
`q(z | x) = \mathcal{N}(\mu, \sigma^2)`, its variable is put in, which is that of the density; relative entropies of two
such laws are the expectations that they stand for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from chainrule.read.tree import Comma, Factor, Fenced, Fraction, Infix, Link, Name, Node, Product, Relation, Script
from chainrule.sheet.records.world import NORMAL
from chainrule.sheet.statistics.distributions import LETTERS_OF_NORMAL, NAMES
from chainrule.sheet.sums.divergences import is_divergence
from chainrule.sheet.syntax.arguments import parts
from chainrule.sheet.syntax.names import node_key, spelled, walk
from chainrule.sheet.syntax.rebuilding import rebuilt, with_parts

USUAL_VARIABLE = "x"


def normal_parameters(node: Node) -> tuple[Node, Node] | None:
    r"""The mean and the spread of `\mathcal{N}(\mu, \Sigma)`, which has no variable."""
    inside = _normal(node)
    behind = () if inside is None else parts(inside)
    return (behind[0][0], behind[0][1]) if behind and list(map(len, behind)) == [2, 0] else None


def normal_density(node: Node) -> tuple[Node, Node, Node] | None:
    r"""The variable, the mean and the spread of `\mathcal{N}(x; \mu, \Sigma)`."""
    inside = _normal(node)
    if inside is None:
        return None
    before, behind = parts(inside)
    items = (*before, *behind)
    return (items[0], items[1], items[2]) if len(items) == 3 and len(before) in (1, 3) else None


def _normal(node: Node) -> Fenced | None:
    factors = node.factors if isinstance(node, Product) else ()
    if len(factors) != 2 or factors[1].op or not isinstance(factors[0].node, Name):
        return None
    word, fence = spelled(factors[0].node), factors[1].node
    known = word in LETTERS_OF_NORMAL or word == "cal N" or NAMES.get(word.removeprefix("rm ")) == NORMAL
    return fence if known and isinstance(fence, Fenced) else None


@dataclass(frozen=True)
class Density:
    r"""A density as it is named: `p`, `q_\phi(z | x)`; without what is in its parentheses where it is named alone."""

    name: Node
    fence: Fenced | None

    @property
    def variable(self) -> Node | None:
        found = None if self.fence is None else parts(self.fence)[0]
        return found[0] if found and len(found) == 1 else None

    def at(self, variable: Node) -> Product:
        """The value of the density, with its variable."""
        fence = self.fence or Fenced(self.name.span, "(", variable, ")")
        return Product(self.name.span.join(fence.span), (Factor("", self.name), Factor("", fence)))


def density(node: Node) -> Density | None:
    """A node as the name of a density, or as a call of one."""
    if isinstance(node, Name) or (isinstance(node, Script) and isinstance(node.base, Name) and node.sup is None):
        return Density(node, None)
    factors = node.factors if isinstance(node, Product) else ()
    fence = factors[1].node if len(factors) == 2 and not factors[1].op else None
    named = None if not isinstance(fence, Fenced) else density(factors[0].node)
    return Density(named.name, fence) if named is not None and isinstance(fence, Fenced) else None


@dataclass(frozen=True)
class NormalLaws:
    """The densities of a document that are said to be normal, each with the variable that it has everywhere."""

    variables: dict[object, Node]


def normal_laws(formulas: Iterable[Node]) -> NormalLaws | None:
    """The densities that a relation says to be normal laws without a variable, or with one."""
    formulas = list(formulas)
    named = {node_key(found.name): found for node in formulas for found, _ in _said(node)}
    variables = {key: v for key, found in named.items() if (v := _variable(formulas, found)) is not None}
    return NormalLaws(variables) if variables or any(_compared(node) for node in formulas) else None


def _said(node: Node) -> Iterator[tuple[Density, int]]:
    """The densities on the left of a relation to a normal law, with the link that names it."""
    if isinstance(node, Relation):
        found = density(node.first)
        for n, link in enumerate(node.links):
            known = normal_parameters(link.node) or normal_density(link.node)
            if found is not None and known is not None and link.op in ("=", ":=", "≡"):
                yield found, n


def _variable(formulas: list[Node], found: Density) -> Node | None:
    """The variable of a density: what it is called with everywhere, or the usual letter."""
    called: dict[object, Node] = {}
    for part in (n for node in formulas for n in walk(node) if isinstance(n, Product)):
        for one, fence in pairwise(part.factors):
            if not fence.op and isinstance(fence.node, Fenced) and node_key(one.node) == node_key(found.name):
                before = parts(fence.node)[0]
                variable = before[0] if len(before) == 1 else None
                called[None if variable is None else node_key(variable)] = variable or fence.node
    if None in called or any(not isinstance(v, Name) for v in called.values()):
        return found.variable
    if len(called) > 1:
        return found.variable
    return next(iter(called.values()), None) or Name(found.name.span, USUAL_VARIABLE)


def with_normal_laws(node: Node, laws: NormalLaws) -> Node:
    """A formula with variables in the laws of densities, and relative entropies of normal laws written out."""
    for found, n in list(_said(node)):
        variable = laws.variables.get(node_key(found.name))
        if variable is not None and isinstance(node, Relation):
            node = _with_variable(node, found, n, found.variable or variable)
    return _written_out(node, laws)


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
    part = with_parts(node, lambda inner: _written_out(inner, laws))
    if not isinstance(part, Product):
        return part
    factors: list[Factor] = []
    rest = list(part.factors)
    while rest:
        first = rest.pop(0)
        fence = rest[0].node if rest and not rest[0].op and is_divergence(first.node) else None
        found = _expectation(fence, laws) if isinstance(fence, Fenced) else None
        if found is None:
            factors.append(first)
        else:
            rest.pop(0)
            factors += [Factor(first.op, found.factors[0].node), found.factors[1]]
    return replace(part, factors=tuple(factors)) if len(factors) != 0 and factors != list(part.factors) else part


def _compared(node: Node) -> bool:
    """Whether a relative entropy of two normal laws stands in a formula."""
    return any(
        is_divergence(one.node) and isinstance(fence.node, Fenced) and _sides(fence.node, NormalLaws({})) is not None
        for product in walk(node)
        if isinstance(product, Product)
        for one, fence in pairwise(product.factors)
    )


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
    if one is None or other is None or (first and second and node_key(first) != node_key(second)):
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
    variable = None if named is None else laws.variables.get(node_key(named.name))
    return (None, None) if named is None or variable is None else (named.variable or variable, side)


def _value(side: Node, variable: Node) -> Node:
    """A law at the variable."""
    parameters = normal_parameters(side)
    if parameters is not None:
        return _at(side, variable, *parameters)
    named = density(side)
    return side if normal_density(side) is not None or named is None else named.at(variable)
