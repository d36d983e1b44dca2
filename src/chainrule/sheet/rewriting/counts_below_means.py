r"""How many a mean is of, written below it: `\bar{X}_n` and `\bar{X_n}` beside `\sum_{i=1}^n X_i` are the mean of X.

The n is the last of the sum there, and no index, where every mean of the name has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chainrule.read.tree import Accent, Big, Name, Node, Relation, Script
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import letter_of, node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

MEANS = frozenset({"bar"})
Counted = frozenset[tuple[object, str]]
"""The names that means are of, each with the letter below."""


def counted_means(formulas: Iterable[Node]) -> Counted:
    """The means of a document with the upper limit of its sums below them."""
    nodes = [n for f in formulas for n in walk(f)]
    sums = [n for n in nodes if isinstance(n, Big) and n.sub is not None]
    limits = {letter_of(n.sup) for n in sums if n.sup is not None and isinstance(n.sub, Relation)}
    bound = {x for n in sums if n.sub is not None for x in bound_letters(n.sub)}
    below: dict[object, set[str | None]] = {}
    for found in filter(None, map(_below, nodes)):
        below.setdefault(node_key(found[0]), set()).add(found[1])
    only = ((key, next(iter(letters))) for key, letters in below.items() if len(letters) == 1)
    return frozenset((key, x) for key, x in only if x is not None and x in limits - bound)


def without_counts(node: Node, counted: Counted) -> Node:
    """A formula whose means have no count below them."""

    def choose(part: Node) -> Node | None:
        found = _below(part)
        if found is None or (node_key(found[0]), found[1]) not in counted:
            return None
        accent = part if isinstance(part, Accent) else part.base if isinstance(part, Script) else None
        if not isinstance(accent, Accent):
            return None
        mean = replace(accent, body=found[0])
        above = part.sup if isinstance(part, Script) else None
        return mean if above is None else Script(part.span, mean, None, above, 0)

    return rebuilt(node, choose)


def _below(node: Node) -> tuple[Node, str | None] | None:
    r"""What a mean is of, and the letter below it: X and n of `\bar{X}_n` and of `\bar{X_n}`."""
    if isinstance(node, Script) and isinstance(node.base, Accent) and node.base.kind in MEANS and node.sub is not None:
        return (node.base.body, letter_of(node.sub)) if isinstance(node.base.body, Name) else None
    if not isinstance(node, Accent) or node.kind not in MEANS or not isinstance(node.body, Script):
        return None
    inner = node.body
    plain = isinstance(inner.base, Name) and inner.sub is not None and inner.sup is None and not inner.primes
    return (inner.base, letter_of(inner.sub)) if plain and inner.sub is not None else None
