r"""Normal laws and densities as they are written: `\mathcal{N}(\mu, \Sigma)`, `\mathcal{N}(x; m, S)`, `q(z | x)`."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.read.tree import Factor, Fenced, Name, Node, Product, Script
from chainrule.sheet.syntax.arguments import Pattern, parts
from chainrule.sheet.syntax.names import spelled

NORMAL_WORDS = frozenset({"cal N", "N", "bold N", "bb N", "Normal", "Gaussian", "Gauss"})
LETTERS_OF_NORMAL = frozenset({"N", "rm N", "bold N", "bb N"})
DENSITIES = frozenset({"p", "q", "P", "Q", "Pr", "Prob"})


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
    return fence if word in NORMAL_WORDS and isinstance(fence, Fenced) else None


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


def is_density(base: str, call: Pattern | None = None) -> bool:
    r"""Whether a letter names densities by custom: `p`, `q_\phi`, `\Pr`, and a policy `\pi(a | s)`."""
    letter = base.split("_")[0].split("^")[0].rpartition(" ")[2]
    return letter in DENSITIES or (letter == "pi" and call is not None and bool(call.given))


# Letters of the normal density, where they are called with what is given: `N(x; m, v)` beside N samples.
