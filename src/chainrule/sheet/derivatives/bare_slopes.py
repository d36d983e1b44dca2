r"""Slopes without their argument: the `\phi'` of `\frac{\partial a}{\partial w} = \phi' x` where `a = \phi(z)`.

A primed function stands for its slope at the one thing that the document applies the function to, the left sides of
the formulas for the function itself and the words about it left aside; if it is applied to several, for none. A name
that also stands for a quantity, as the L of `L(w)` and of `\partial L`, is no such function.
`\tanh' x` is the slope at x where tanh is applied to x.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from chainrule.read.tree import Comma, Factor, Fenced, Name, Node, Product, Relation, Script
from chainrule.sheet.derivatives.bare_functions import argument_of
from chainrule.sheet.derivatives.bare_functions import function_of as letter_of
from chainrule.sheet.syntax.names import children, node_key
from chainrule.sheet.syntax.rebuilding import rebuilt, with_parts

SQUASHING = frozenset({"tanh", "sigmoid", "relu", "ReLU", "softplus", "expit", "gelu", "GELU", "SiLU", "ELU", "SELU"})
Arguments = dict[object, Node]


def slopes_at(formulas: Iterable[Node]) -> Arguments:
    """The one thing that each function of a document is applied to, for the functions that also stand without it."""
    applied: dict[object, dict[object, Node]] = {}
    bare, other = set[object](), set[object]()
    for formula in formulas:
        if _is_about(formula):
            continue
        said = _said(formula)
        for name, primed, behind in uses(formula):
            argument = None if behind is None else argument_of(behind)
            if argument is None and _is_call(behind):
                continue  # \phi(z)_j, \phi(z_1, ..., z_n)
            if argument is None:
                (bare if primed else other).add(node_key(name))
            elif behind is not None and behind.node is not said:
                applied.setdefault(node_key(name), {})[node_key(argument)] = behind.node
    return {key: next(iter(at.values())) for key, at in applied.items() if key in bare - other and len(at) == 1}


def _is_call(behind: Factor | None) -> bool:
    """Whether parentheses stand behind a name, with or without a subscript of their own."""
    node = None if behind is None or behind.op else behind.node
    fence = node.base if isinstance(node, Script) and node.sub is not None else node
    return isinstance(fence, Fenced) and fence.open == "(" and (fence is not node or isinstance(fence.body, Comma))


def function_of(node: Node) -> Node | None:
    """The small letter, or the word of a function of one number, of `g(z)` and of `g'(z)`, `\\tanh'(z)`."""
    base = node.base if isinstance(node, Script) and node.primes and node.sub is None and node.sup is None else node
    return base if isinstance(base, Name) and base.text in SQUASHING else letter_of(node)


def _is_about(formula: Node) -> bool:
    """Whether a formula is a function alone, as in "where f is smooth", or says what its slope is."""
    first = formula.first if isinstance(formula, Relation) else formula
    name = function_of(first)
    return name is not None and (first is formula or name is not first)


def _said(formula: Node) -> Node | None:
    """What the left side `f(x)` of a formula for a function stands before."""
    first = formula.first if isinstance(formula, Relation) else None
    return first.factors[1].node if isinstance(first, Product) and len(first.factors) == 2 else None


def uses(node: Node) -> Iterator[tuple[Node, bool, Factor | None]]:
    """The functions by their look, without their primes, whether they have some, and the factor behind each."""
    if (name := function_of(node)) is not None:
        yield name, name is not node, None
        return
    if isinstance(node, Script) and node.sub is not None and not node.primes and function_of(node.base) is not None:
        yield from uses(node.sub)  # the values \phi_i of a function
        return
    if isinstance(node, Product):
        for factor, behind in pairwise((*node.factors, None)):
            assert factor is not None
            name = function_of(factor.node)
            if name is not None:
                yield name, name is not factor.node, behind
            else:
                yield from uses(factor.node)
        return
    for child in children(node):
        yield from uses(child)


def with_slopes(node: Node, at: Arguments) -> Node:
    """A formula with the argument of each such slope written out; `f' = 1/x` speaks of the function itself."""
    if isinstance(node, Relation) and function_of(node.first) is not None:
        return node
    return rebuilt(node, written_at(at))


def called(behind: Factor | None) -> bool:
    """Whether the factor behind a function is its argument."""
    return behind is not None and argument_of(behind) is not None


def written_at(at: Arguments) -> Callable[[Node], Node | None]:
    """What stands in the place of a slope without its argument."""

    def choose(node: Node) -> Node | None:
        if isinstance(node, Product) and any(_slope(f.node, at) is not None for f in node.factors):
            return Product(node.span, tuple(_factors(node)))
        return _slope(node, at)

    def _factors(node: Product) -> Iterator[Factor]:
        for factor, behind in pairwise((*node.factors, None)):
            assert factor is not None
            slope = None if called(behind) or _before_it(factor.node, behind, at) else _slope(factor.node, at)
            inner = factor.node if called(behind) else with_parts(factor.node, lambda part: rebuilt(part, choose))
            yield Factor(factor.op, inner if slope is None else slope)

    return choose


def _before_it(node: Node, behind: Factor | None, at: Arguments) -> bool:
    """Whether the argument of a slope stands behind it without parentheses."""
    name = function_of(node)
    fence = None if name is None else at.get(node_key(name))
    return behind is not None and isinstance(fence, Fenced) and node_key(fence.body) == node_key(behind.node)


def _slope(node: Node, at: Arguments) -> Node | None:
    """`f'(z)` for a primed f."""
    name = function_of(node) if isinstance(node, Script) else None
    fence = None if name is None else at.get(node_key(name))
    if not isinstance(fence, Fenced):
        return None
    return Product(node.span, (Factor("", node), Factor("", fence)))
