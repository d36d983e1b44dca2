r"""Cotangents that nothing calls so, told by how they follow one another: `\bar y = y - t`,
`\bar z = \bar y \sigma'(z)`.

In `z = w x + b`, `y = \sigma(z)`, `\mathcal{L} = \frac12 (y - t)^2` every bar is said in bars over what is computed
right from its variable, and the first one in none, as its variable stands in the formula of the last quantity. Nothing
but a derivative goes backwards like that through so many formulas.
"""

from __future__ import annotations

from collections.abc import Callable

from chainrule.read.tree import Fraction, Node
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.syntax.derivatives import above
from chainrule.sheet.syntax.names import node_key, walk

Kind = tuple[str, object]
Named = Callable[[Node], tuple[Kind, Node] | None]
FEWEST = 3
"""So many cotangents have to follow one another before they are taken for what they are."""


def unsaid_cotangents(equations: list[Equation], named: Named) -> dict[Kind, Node]:
    """The way of naming, and the last quantity, whose derivatives the names are."""
    lines = [e for e in equations if not e.link and e.op in DEFINING and e.source == "formula"]
    groups: dict[Kind, list[tuple[Node, Equation]]] = {}
    for e in lines:
        if (found := named(e.lhs)) is not None:
            groups.setdefault(found[0], []).append((found[1], e))
    for kind, group in groups.items():
        if len({node_key(v) for v, _ in group}) < FEWEST or any(_has_slope(e.rhs) for e in equations):
            continue
        forward = [e for e in lines if named(e.lhs) is None]
        loss = _last(forward)
        if loss is not None and all(_goes_back(v, e, kind, forward, loss, named) for v, e in group):
            return {kind: loss.lhs}
    return {}


def _has_slope(side: Node) -> bool:
    """Whether a derivative is written in the usual way: a document that does says what its other names are."""
    return any(isinstance(n, Fraction) and above(n.numerator) is not None for n in walk(side))


def _last(forward: list[Equation]) -> Equation | None:
    """The one quantity that has a formula and stands in no other."""
    used = {key for e in forward for key in _keys(e.rhs)}
    ends = [e for e in forward if node_key(e.lhs) not in used]
    return ends[0] if len(ends) == 1 and len({node_key(e.lhs) for e in forward}) == len(forward) else None


def _goes_back(variable: Node, e: Equation, kind: Kind, forward: list[Equation], loss: Equation, named: Named) -> bool:
    """Whether a name is said in names over what is computed right from its variable, the loss among it."""
    inside = [found[1] for n in walk(e.rhs) if (found := named(n)) is not None and found[0] == kind]
    users = {node_key(x.lhs) for x in forward if node_key(variable) in _keys(x.rhs)}
    if not inside:
        return node_key(loss.lhs) in users
    return all(node_key(u) in users for u in inside)


def _keys(node: Node) -> set[object]:
    return {node_key(n) for n in walk(node)}
