r"""Letters that only expectations run over: the x of `\mathbb{E}_{x \sim p}[f(x)]`, where x stands nowhere but in the
arguments of functions.

What holds for every distribution holds for those over finitely many values, and a line that fails for them is wrong:
such a letter is an index, and the expectation a sum over it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from chainrule.read.tree import Accent, Comma, Fenced, Infix, Name, Node, Product, Relation, Script
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import children, node_key, spelled, walk

FORMULAS_BY_WORD = frozenset(
    {"cal N", "Normal", "Gaussian", "Poisson", "Bernoulli", "Exponential", "Laplace", "Binomial"}
)
EXPECTATIONS = frozenset({"bb E", "E", "frak E"})


def drawn_letters(nodes: Iterable[Node]) -> set[str]:
    """The letters that expectations draw and that never stand alone: not outside of expectations, and inside of one
    only where the density is called with them, `f(x) + x \\log p(x)`."""
    nodes = list(nodes)
    laws = [found for node in nodes for part in walk(node) if isinstance(part, Script) for found in _drawn_by(part)]
    if not laws:
        return set()
    alone = {x for node in nodes for x in valued(node)}
    values = {x for node in nodes for x in _values_in_expectations(node)}
    laws = [(x, law) for x, law in laws if not (isinstance(law, Product) and has_formula(law.factors[0].node))]
    return {x for x, law in laws if x not in alone and (x not in values or _called_with(nodes, law, x))}


def valued(node: Node) -> Iterator[str]:
    r"""The letters of a formula that stand for their own values; one that is only mentioned, `z`, or said to be drawn
    or to lie somewhere, `z \sim q(z)`, does not."""
    if isinstance(node, Name):
        return
    if isinstance(node, Relation) and isinstance(node.first, Name) and node.links[0].op in ("∼", "∈"):
        yield from (x for link in node.links for x in standing_alone(link.node))
    else:
        yield from standing_alone(node)


def _drawn_by(node: Script) -> Iterator[tuple[str, Node]]:
    if not isinstance(node.base, Name) or spelled(node.base) not in EXPECTATIONS or node.sub is None:
        return
    for item in node.sub.items if isinstance(node.sub, Comma) else (node.sub,):
        if (
            isinstance(item, Relation)
            and item.links[0].op == "∼"
            and isinstance(item.first, Name)
            and set(item.first.style) <= {"bold"}
        ):
            yield item.first.text, item.links[0].node
        elif (variable := _variable_of(item)) is not None:
            yield variable, item


def _variable_of(law: Node) -> str | None:
    r"""The x of the density `p(x)` or `q_\phi(x | y)`."""
    if not isinstance(law, Product) or len(law.factors) != 2 or law.factors[1].op:
        return None
    fence = law.factors[1].node
    inside = fence.body if isinstance(fence, Fenced) else None
    first = inside.left if isinstance(inside, Infix) and inside.op in ("|", ";") else inside
    return first.text if isinstance(first, Name) and set(first.style) <= {"bold"} else None


def _values_in_expectations(node: Node) -> Iterator[str]:
    """The letters that stand for values right inside of an expectation."""
    for part in walk(node):
        for one, after in pairwise(part.factors) if isinstance(part, Product) else ():
            if isinstance(one.node, Script) and isinstance(after.node, Fenced) and any(_drawn_by(one.node)):
                yield from standing_alone(after.node.body)


def _called_with(nodes: Iterable[Node], law: Node, letter: str) -> bool:
    """Whether a density is called with a letter somewhere."""
    name = node_key(law.factors[0].node if isinstance(law, Product) else law)
    calls = (
        (a.node, b.node) for node in nodes for p in walk(node) if isinstance(p, Product) for a, b in pairwise(p.factors)
    )
    return any(
        isinstance(fence, Fenced)
        and node_key(one) == name
        and any(getattr(n, "text", "") == letter for n in walk(fence))
        for one, fence in calls
    )


def has_formula(name: Node | None) -> bool:
    r"""Whether a function has a formula that everybody knows, so that its arguments stand for their values: `\exp(x)`,
    `\mathcal{N}(x; \mu, \sigma^2)`."""
    word = spelled(name) if isinstance(name, Name) else ""
    return word in FORMULAS_BY_WORD or is_function_word(word)


def standing_alone(node: Node, inside: bool = False) -> Iterator[str]:
    """The letters that stand outside of arguments and subscripts."""
    if isinstance(node, Name):
        if not inside:
            yield node.text
    elif isinstance(node, Script):
        yield from standing_alone(node.base, inside)
        yield from standing_alone(node.sup, inside) if node.sup is not None else ()
    elif isinstance(node, Product):
        for n, factor in enumerate(node.factors):
            before = node.factors[n - 1].node if n else None
            fence = factor.node.base if isinstance(factor.node, Script) else factor.node
            called = isinstance(before, (Name, Script, Accent)) and not factor.op and isinstance(fence, Fenced)
            yield from standing_alone(factor.node, inside or (called and not has_formula(before)))
    else:
        for part in children(node):
            yield from standing_alone(part, inside)
