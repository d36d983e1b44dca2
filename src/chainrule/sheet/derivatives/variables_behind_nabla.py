r"""The variable of a gradient that stands on the line behind its sign: `\nabla \theta J(\theta)`, `\nabla w_l \hat y`.

It is one where what follows is a function of it, or where every ∇ of a document has the same name behind it, and then
what is differentiated: nobody differentiates a product with one and the same factor first, line after line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from chainrule.read.symbols import FUNCTIONS
from chainrule.read.tree import Accent, Factor, Fenced, Name, Node, Product, Relation, Script
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.spelling import names_loss

LEAST = 2
"""How many gradients show such a custom."""


def variables_behind(formulas: Iterable[Node]) -> frozenset[object]:
    """The bases of the variables that a document writes so; those of functions of them are known by themselves."""
    formulas = list(formulas)
    nodes = [n for f in formulas for n in walk(f)]
    signs = sum(isinstance(n, Name) and n.text == "nabla" for n in nodes)
    below = sum(isinstance(n, Script) and isinstance(n.base, Name) and n.base.text == "nabla" for n in nodes)
    behind = [n.factors[at + 1].node for n in nodes if isinstance(n, Product) for at in _places(n.factors)]
    known = {_base(n.factors[at + 1].node) for n in nodes if isinstance(n, Product) for at in _called(n.factors)}
    bases = {_base(x) for x in behind}
    heads = {_base(f.first) for f in formulas if isinstance(f, Relation)}
    heads |= {
        _base(f.first.factors[0].node) for f in formulas if isinstance(f, Relation) and isinstance(f.first, Product)
    }
    bases -= known
    every = len(behind) == signs >= LEAST and not below and len(bases) == 1
    return frozenset(known | (bases - heads if every else set()))


def with_variables_below(node: Node, bases: frozenset[object]) -> Node:
    """A formula with those variables below their signs."""

    def below(n: Node) -> Node | None:
        if not isinstance(n, Product):
            return None
        places = [at for at in _places(n.factors) if _base(n.factors[at + 1].node) in bases]
        if not places:
            return None
        factors: list[Factor] = []
        for at, factor in enumerate(n.factors):
            if at - 1 in places:
                sign = factors[-1].node
                factors[-1] = replace(factors[-1], node=Script(sign.span.join(factor.node.span), sign, factor.node))
            else:
                factors.append(replace(factor, node=rebuilt(factor.node, below)))
        return replace(n, factors=tuple(factors))

    return rebuilt(node, below)


def _places(factors: tuple[Factor, ...]) -> Iterator[int]:
    """Where a ∇ has a plain name behind it, and then a factor that is no argument of it."""
    for at, (sign, name, rest) in enumerate(zip(factors, factors[1:], factors[2:], strict=False)):
        plain = isinstance(sign.node, Name) and sign.node.text == "nabla" and not name.op and not rest.op
        if plain and _is_variable(name.node) and not _is_sign(rest.node) and not isinstance(rest.node, Fenced):
            yield at


def _called(factors: tuple[Factor, ...]) -> Iterator[int]:
    r"""Those of `\nabla \theta J(\theta)`: what follows is a function of the name."""
    for at in _places(factors):
        key = node_key(factors[at + 1].node)
        for one, call in zip(factors[at + 2 :], factors[at + 3 :], strict=False):
            named = isinstance(one.node, (Name, Script, Accent)) and not call.op and isinstance(call.node, Fenced)
            if named and any(node_key(x) == key for x in arguments(call.node)):
                yield at
                break


def _is_variable(node: Node) -> bool:
    core = node.base if isinstance(node, Script) else node
    name = core.body if isinstance(core, Accent) else core
    if not isinstance(name, Name) or name.text in FUNCTIONS or name.text in ("nabla", "partial"):
        return False
    return not (isinstance(node, Script) and (node.sup is not None or node.primes)) and not names_loss(name.text)


def _is_sign(node: Node) -> bool:
    core = node.base if isinstance(node, Script) else node
    return isinstance(core, Name) and core.text in ("nabla", "partial", "d")


def _base(node: Node) -> object:
    return node_key(node.base if isinstance(node, Script) else node)
