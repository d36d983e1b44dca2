r"""One letter for rows and for columns: the samples `x^{(i)}` of a matrix beside its columns `x_j`.

Where the samples are stacked by their marks and the letter has an index elsewhere, but never both, these are two
quantities, and the samples get a name of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from chainrule.read.tree import Accent, Dots, Fenced, Matrix, Name, Node, Number, Product, Relation, Script
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.slices import COLUMN, ROW
from chainrule.sheet.syntax.spelling import ANY


def samples_apart(formulas: Iterable[Node]) -> frozenset[object]:
    """The letters whose stacked samples are other quantities than what has the letter with an index."""
    nodes = [n for formula in formulas for n in walk(formula)]
    scripts = [n for n in nodes if isinstance(n, Script) and isinstance(n.base, Name | Accent)]
    below = {node_key(n.base) for n in scripts if n.sub is not None}
    both = {node_key(n.base) for n in scripts if n.sub is not None and _marked(n.sup)}
    both |= {node_key(n.base.base) for n in nodes if isinstance(n, Script) and isinstance(n.base, Script)}
    stacked = {node_key(base) for n in nodes if isinstance(n, Matrix) for base in _stacked(n)}
    stacked |= {node_key(base) for n in nodes if isinstance(n, Relation) for base in _sliced(n)}
    return frozenset(stacked & below - both)


def with_samples_apart(node: Node, letters: frozenset[object]) -> Node:
    """A formula with such samples under a name of their own."""

    def choose(part: Node) -> Node | None:
        if not isinstance(part, Script) or part.sub is not None or not _marked(part.sup):
            return None
        if node_key(part.base) not in letters:
            return None
        return Script(part.span, Accent(part.base.span, f"{ANY}0", part.base), None, part.sup, part.primes)

    return rebuilt(node, choose)


def _marked(sup: Node | None) -> bool:
    r"""`(i)`, `(i)\top`."""
    first = sup.factors[0].node if isinstance(sup, Product) else sup
    return isinstance(first, Fenced) and first.open == "(" and isinstance(first.body, Name | Number)


def _stacked(matrix: Matrix) -> Iterator[Node]:
    """The letters whose marks run down a column or along a row with dots."""
    for items in (*matrix.rows, *zip_longest(*matrix.rows)):
        if any(isinstance(x, Dots) for x in items):
            cells = [n for x in items if x is not None for n in walk(x) if isinstance(n, Script) and _marked(n.sup)]
            yield from (n.base for n in cells)


def _sliced(relation: Relation) -> Iterator[Node]:
    r"""The y of `y^{(j)\top} = Y_{j:}`."""
    first, right = relation.first, relation.links[0].node
    slices = isinstance(right, Fenced) and right.open in (ROW, COLUMN)
    if slices and isinstance(first, Script) and first.sub is None and _marked(first.sup):
        yield first.base
