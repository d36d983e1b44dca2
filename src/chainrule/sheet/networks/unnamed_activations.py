r"""The slope of an activation under a letter that nothing else says: `dZ = W^T dV \odot g'(Z)` beside
`A = \mathrm{ReLU}(Z)`.

Such a letter is never applied to anything without its prime, and what is applied there is the one function that the
document applies to the same quantity in the formula for its value.

>>> from chainrule.read.grammar.formula import dump, parse
>>> from chainrule.read.tree import Span
>>> texts = r"A = \tanh(Z)", r"B = C \odot g'(Z)"
>>> formulas = [parse(t, Span(0, len(t)), {}, True)[0].node for t in texts]
>>> dump(with_activations(formulas[1], unnamed_activations(formulas)))
"(rel B = (* C odot:(tanh ') (() Z)))"
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Name, Node, Product, Relation, Script
from chainrule.sheet.derivatives.bare_functions import argument_of
from chainrule.sheet.derivatives.bare_slopes import SQUASHING
from chainrule.sheet.records.families import FUNCTION_LETTERS
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

Activations = dict[object, Name]
"""The function that is applied to a quantity."""


def unnamed_activations(formulas: list[Node]) -> Activations:
    """The activations of a document with such a letter, by what they are applied to."""
    slopes = [(n, argument) for f in formulas for n, argument in _slopes(f)]
    letters = {slope.base.text for slope, _ in slopes if isinstance(slope.base, Name)}
    own = {id(n.base) for n, _ in slopes}
    said = {
        n.text for f in formulas if not isinstance(f, Name) for n in walk(f) if isinstance(n, Name) and id(n) not in own
    }
    if len(letters) != 1 or letters & said:
        return {}
    found: dict[object, set[Name]] = {}
    for name, argument in _values(formulas):
        found.setdefault(node_key(argument), set()).add(replace(name, span=formulas[0].span))
    sure = {key: names.pop() for key, names in found.items() if len(names) == 1}
    return sure if all(node_key(argument) in sure for _, argument in slopes) else {}


def with_activations(node: Node, found: Activations) -> Node:
    """A formula with the function itself for its letter."""
    slopes = {id(slope): found[node_key(argument)] for slope, argument in _slopes(node) if node_key(argument) in found}

    def written(part: Node) -> Node | None:
        name = slopes.get(id(part))
        if name is None or not isinstance(part, Script):
            return None
        return replace(part, base=replace(name, span=part.base.span), sup=None)

    return rebuilt(node, written) if slopes else node


def _slopes(node: Node) -> Iterator[tuple[Script, Node]]:
    """The `g'` and the Z of `g'(Z)`; the letter may have the mark of its layer."""
    for slope, argument in _calls(node):
        if not isinstance(slope, Script) or slope.primes != 1 or slope.sub is not None:
            continue
        if isinstance(slope.base, Name) and slope.base.text in FUNCTION_LETTERS and not slope.base.style:
            yield slope, argument


def _values(formulas: Iterable[Node]) -> Iterator[tuple[Name, Node]]:
    """The function and the Z of `A = \tanh(Z)`."""
    for formula in formulas:
        if isinstance(formula, Relation) and formula.links[0].op in ("=", ":="):
            for link in formula.links:
                both = isinstance(link.node, Product) and len(link.node.factors) == 2
                for name, argument in _calls(link.node) if both else ():
                    if isinstance(name, Name) and name.text in SQUASHING:
                        yield name, argument


def _calls(node: Node) -> Iterator[tuple[Node, Node]]:
    """What is applied to one thing in parentheses, and that thing."""
    pairs = (pair for n in walk(node) if isinstance(n, Product) for pair in pairwise(n.factors))
    for first, second in pairs:
        argument = argument_of(second)
        if argument is not None:
            yield first.node, argument
