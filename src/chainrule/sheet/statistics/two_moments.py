r"""Means and variances of distributions by their words: `y \sim \mathrm{Bernoulli}(p)` has p and p (1 - p)."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.read.tree import Factor, Fenced, Fraction, Name, Node, Number, Product, Script, Sum, Term
from chainrule.sheet.statistics.distributions import NAMES
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.names import spelled

Moment = Callable[..., Node]


def mean_and_variance(node: Node) -> tuple[Node, Node] | None:
    """The mean and the variance of a distribution that is named with its parameters."""
    factors = node.factors if isinstance(node, Product) else ()
    if len(factors) != 2 or factors[1].op or not isinstance(factors[0].node, Name):
        return None
    row, fence = MOMENTS.get(NAMES.get(spelled(factors[0].node), "")), factors[1].node
    given = arguments(fence) if isinstance(fence, Fenced) else ()
    if row is None or len(given) != row[0]:
        return None
    return row[1](*given), row[2](*given)


def _product(*nodes: Node) -> Node:
    return Product(nodes[0].span, tuple(Factor("", _held(n)) for n in nodes))


def _held(node: Node) -> Node:
    """A node as a factor: a sum in parentheses."""
    return Fenced(node.span, "(", node, ")") if isinstance(node, (Sum, Product)) else node


def _without(node: Node) -> Node:
    """`1 - p`."""
    return Sum(node.span, (Term("+", Number(node.span, "1")), Term("-", _held(node))))


def _inverse(node: Node) -> Node:
    return Fraction(node.span, Number(node.span, "1"), node)


def _square(node: Node) -> Node:
    return Script(node.span, Fenced(node.span, "(", node, ")"), None, Number(node.span, "2"), 0)


MOMENTS: dict[str, tuple[int, Moment, Moment]] = {
    "Bernoulli": (1, lambda p: p, lambda p: _product(p, _without(p))),
    "Binomial": (2, lambda n, p: _product(n, p), lambda n, p: _product(n, p, _without(p))),
    "Poisson": (1, lambda m: m, lambda m: m),
    "Exponential": (1, _inverse, lambda r: _inverse(_square(r))),
    "Laplace": (2, lambda m, b: m, lambda m, b: _product(Number(b.span, "2"), _square(b))),
}
"""The number of parameters of each distribution, its mean and its variance."""
