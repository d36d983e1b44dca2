r"""Relative entropies by their name: `D_{KL}(q(z|x) \| p(z))` is `\int q(z|x) \log \frac{q(z|x)}{p(z)} dz`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chainrule.read.tree import Big, Factor, Fenced, Fraction, Infix, Name, Node, Product, Script
from chainrule.sheet.syntax.arguments import parts
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.parts import factors_of

WORDS = frozenset({"KL", "kl"})
DENSITIES = frozenset({"p", "q", "P", "Q", "pi", "mu", "rho"})


def divergences(node: Node) -> Iterator[tuple[Product, int, Name]]:
    """The relative entropies of two densities in a formula: the product and the place where one begins, and the
    variable of both."""
    for product in (n for n in walk(node) if isinstance(n, Product)):
        for n, (name, fence) in enumerate(pairwise(product.factors)):
            variable = _variable(fence.node) if is_divergence(name.node) and not fence.op else None
            if variable is not None:
                yield product, n, variable


def with_integrals(product: Product, letters: frozenset[str]) -> Product:
    """A product with the relative entropies over some letters written out, as sums."""
    factors: list[Factor] = []
    rest = list(product.factors)
    while rest:
        first = rest.pop(0)
        fence = rest[0].node if rest and not rest[0].op and is_divergence(first.node) else None
        variable = None if fence is None else _variable(fence)
        if variable is None or variable.text not in letters or not isinstance(fence, Fenced):
            factors.append(first)
            continue
        assert isinstance(fence.body, Infix)
        rest.pop(0)
        one, other, span = fence.body.left, fence.body.right, fence.span
        logarithm = (Factor("", Name(span, "log")), Factor("", Fraction(span, one, other)))
        inner = Product(span, (*factors_of(one), *logarithm))
        factors += [Factor(first.op, Big(span, "sum", variable, None)), Factor("", Fenced(span, "(", inner, ")"))]
    return Product(product.span, tuple(factors))


def is_divergence(node: Node) -> bool:
    r"""`KL`, `D_{KL}`, `\mathcal{D}_{KL}`."""
    if isinstance(node, Script) and node.sup is None and isinstance(node.base, Name) and node.base.text == "D":
        node = node.sub if node.sub is not None else node
    return isinstance(node, Name) and node.text in WORDS


def _variable(node: Node) -> Name | None:
    """The z of `(q(z | x) \\| p(z))`."""
    body = node.body if isinstance(node, Fenced) else None
    if not isinstance(body, Infix) or body.op != "‖":
        return None
    one, other = _of_density(body.left), _of_density(body.right)
    same = one is not None and other is not None and node_key(one) == node_key(other)
    return one if same else None


def _of_density(node: Node) -> Name | None:
    """The one variable of a density that is called."""
    factors = node.factors if isinstance(node, Product) else ()
    if len(factors) != 2 or factors[1].op or not isinstance(factors[1].node, Fenced):
        return None
    name = factors[0].node.base if isinstance(factors[0].node, Script) else factors[0].node
    if not isinstance(name, Name) or name.text not in DENSITIES:
        return None
    before, _ = parts(factors[1].node)
    return before[0] if len(before) == 1 and isinstance(before[0], Name) and not before[0].style else None
