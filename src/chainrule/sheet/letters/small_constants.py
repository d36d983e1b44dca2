r"""The small constant that keeps a denominator from zero, under both shapes of the letter: `\sqrt{v + \epsilon}` in one
formula and `(v + \varepsilon)^{-1/2}` in another.

The shapes are one name where both are added to the same and neither stands anywhere else, so that nothing but the shape
tells them apart, or where one of them is a slip. Noise, a number given for each of them, or another quantity for each
of them makes them two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chainrule.read.tree import Fenced, Fraction, Name, Node, Root, Script, Sum
from chainrule.sheet.syntax.names import Glossary, node_key, walk

SHAPES = ("epsilon", "varepsilon")
MANY = 4
"""How often the usual shape stands where the other, seen once, is a slip."""


def one_small_constant(nodes: Iterable[Node], glossary: Glossary) -> None:
    """Note in the glossary that both shapes of the letter are one name: the rarer shape under the other."""
    nodes = list(nodes)
    count = {shape: sum(_is(n, shape) for node in nodes for n in walk(node)) for shape in SHAPES}
    if not all(count.values()):
        return
    inside = [s for node in nodes for n in walk(node) for s in _kept_from_zero(n)]
    beside = {shape: {rest for s in inside for rest in _rests(s, shape)} for shape in SHAPES}
    added = beside[SHAPES[0]] | beside[SHAPES[1]]
    rests = {shape: [r for node in nodes for n in walk(node) for r in _rests(n, shape)] for shape in SHAPES}
    other = {s: count[s] - sum(r in added for r in rests[s]) - sum(_is(n, s) for n in nodes) for s in SHAPES}
    rarer, common = sorted(SHAPES, key=lambda s: (count[s], s))
    slip = len(rests[rarer]) == 1 and len(rests[common]) >= MANY and beside[rarer] <= beside[common]
    one = slip or beside[rarer] == beside[common]
    if beside[rarer] and one and not all(other.values()) and sum(other.values()) <= 1:
        glossary.same[rarer] = common


def _is(node: Node, shape: str) -> bool:
    return isinstance(node, Name) and node.text == shape and not node.style


def _kept_from_zero(node: Node) -> Iterator[Sum]:
    """The sum of which a root or a power is taken, or that stands below a fraction."""
    match node:
        case Root(body=Sum() as inside):
            yield inside
        case Script(base=Fenced(body=Sum() as inside), sub=None, sup=Fraction() | Sum()):
            yield inside
        case Fraction(denominator=Sum() as inside) | Fraction(denominator=Fenced(body=Sum() as inside)):
            yield inside


def _rests(node: Node, shape: str) -> Iterator[object]:
    """What the letter is added to in a sum."""
    if isinstance(node, Sum):
        for n, term in enumerate(node.terms):
            if term.sign == "+" and _is(term.node, shape):
                yield tuple((t.sign, node_key(t.node)) for t in (*node.terms[:n], *node.terms[n + 1 :]))
