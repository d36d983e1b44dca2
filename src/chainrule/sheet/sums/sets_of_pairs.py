r"""Sums over a set of pairs: `\sum_{(i,j) \in \Omega} (r_{ij} - u_i^T v_j)^2`, where some entries only are observed.

A set is what its indicator is: such a sum is `\sum_{i,j} \Omega_{ij} (\cdot)`, that over the partners of one,
`\sum_{j : (i,j) \in \Omega}` or `\sum_{j \in \Omega_i}`, is `\sum_j \Omega_{ij} (\cdot)`, and |Ω| is the number of the
pairs. A document in which a sum runs over another set is left as it is, since nobody says how the sets belong
together. `\sum_{(i,j)}` alone runs over all pairs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from chainrule.read.tree import Big, Comma, Factor, Fenced, Infix, Name, Node, Product, Relation, Script
from chainrule.sheet.syntax.names import letter_of, walk
from chainrule.sheet.syntax.rebuilding import with_parts

SUMS = frozenset({"sum"})
INDICATOR = "in_"
"""Before the name of a set: its indicator is a name of its own, since texts speak of the set too."""
PARTNERS = frozenset({":", "|"})


@dataclass(frozen=True)
class Pairs:
    """The set that a document sums over, by name, and the letters of a pair, in their order; no name: all pairs."""

    name: str = ""
    letters: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Over:
    """What one sum runs over: its letters, and the entry of the indicator that says which terms are there."""

    letters: tuple[str, ...]
    entry: tuple[str, str] | None
    name: str


def pairs_of(formulas: Iterable[Node]) -> Pairs | None:
    """The one set of pairs that the sums of a document run over, if there is any."""
    nodes = [n for formula in formulas if not isinstance(formula, Name) for n in walk(formula)]
    sums = [n for n in nodes if isinstance(n, Big) and n.op in SUMS and n.sub is not None]
    pairs = {found for n in sums if (found := _pairs(n.sub)) is not None}
    every = any(_couple(n.sub) is not None for n in sums)
    if not pairs:
        return Pairs() if every else None
    names = {p.name for p in pairs}
    first = min(pairs, key=lambda p: p.letters)
    if len(names) > 1 or every or any(p.letters != first.letters for p in pairs):
        return None
    others = [n for n in sums if _runs_over_a_set(n.sub) and _over(n, first) is None]
    return None if others or _otherwise_used(nodes, first.name) else first


def with_indicators(node: Node, pairs: Pairs) -> Node:
    """A formula with the sums over the set written as sums over all, weighted by its indicator."""

    def written(part: Node) -> Node:
        part = with_parts(part, written)
        if isinstance(part, Product):
            return replace(part, factors=tuple(f for factor in part.factors for f in _factors(factor, pairs)))
        if isinstance(part, Fenced) and part.open == "|" and pairs.name and _is_set(part.body, pairs.name):
            letters = tuple(Name(part.span, x) for x in pairs.letters)
            every = Big(part.span, "sum", Comma(part.span, letters))
            return Product(part.span, (Factor("", every), Factor("", _indicator(part, pairs.name, pairs.letters))))
        return part

    return written(node)


def _factors(factor: Factor, pairs: Pairs) -> tuple[Factor, ...]:
    big = factor.node
    over = _over(big, pairs) if isinstance(big, Big) and big.op in SUMS and big.sub is not None else None
    if over is None or not isinstance(big, Big):
        return (factor,)
    letters = tuple(Name(big.span, x) for x in over.letters)
    sub = letters[0] if len(letters) == 1 else Comma(big.span, letters)
    plain = replace(factor, node=replace(big, sub=sub))
    return (plain,) if over.entry is None else (plain, Factor("", _indicator(big, over.name, over.entry)))


def _indicator(at: Node, name: str, entry: tuple[str, str]) -> Node:
    return Script(at.span, Name(at.span, INDICATOR + name), Comma(at.span, tuple(Name(at.span, x) for x in entry)))


def _over(big: Big, pairs: Pairs) -> Over | None:
    """What a sum runs over, if it is pairs: all, those of the set, or the partners of one."""
    if (letters := _couple(big.sub)) is not None:
        return None if pairs.name else Over(letters, None, "")
    found = _pairs(big.sub)
    if found is not None:
        bound = _partner(big.sub)
        return Over((bound,) if bound else found.letters, found.letters, found.name)
    match big.sub:
        case Relation(first=Name() as first, links=(link,)) if link.op == "∈" and pairs.name:
            of, one = _of_one(link.node), letter_of(first)
            couple = {(one, of), (of, one)} & {pairs.letters}
            if of and one and couple and _is_set_of_one(link.node, pairs.name):
                return Over((one,), pairs.letters, pairs.name)
    return None


def _couple(node: Node | None) -> tuple[str, str] | None:
    """The letters of `(i, j)`."""
    if isinstance(node, Fenced) and node.open == "(" and isinstance(node.body, Comma) and len(node.body.items) == 2:
        one, other = (letter_of(x) for x in node.body.items)
        if one is not None and other is not None and one != other:
            return one, other
    return None


def _pairs(node: Node | None) -> Pairs | None:
    r"""The set and the letters of `(i,j) \in \Omega` and `j : (i,j) \in \Omega`."""
    if isinstance(node, Infix) and node.op in PARTNERS and _partner(node) is not None:
        return _pairs(node.right)
    if not isinstance(node, Relation) or len(node.links) != 1 or node.links[0].op != "∈":
        return None
    couple, name = _couple(node.first), node.links[0].node
    return Pairs(name.text, couple) if couple is not None and isinstance(name, Name) else None


def _partner(node: Node | None) -> str | None:
    r"""The j of `j : (i,j) \in \Omega`."""
    if not isinstance(node, Infix) or node.op not in PARTNERS or not isinstance(node.right, Relation):
        return None
    letter, couple = letter_of(node.left), _couple(node.right.first)
    return letter if couple is not None and letter in couple else None


def _of_one(node: Node) -> str | None:
    r"""The i of `\Omega_i` and `\Omega(i)`."""
    match node:
        case Script(sub=sub, sup=None) if sub is not None:
            return letter_of(sub)
        case Product(factors=(Factor(node=Name()), Factor(op="", node=Fenced(open="(", body=body)))):
            return letter_of(body)
    return None


def _is_set_of_one(node: Node, name: str) -> bool:
    base = node.factors[0].node if isinstance(node, Product) else getattr(node, "base", None)
    return isinstance(base, Name) and base.text == name


def _is_set(node: Node, name: str) -> bool:
    return isinstance(node, Name) and node.text == name


def _runs_over_a_set(node: Node | None) -> bool:
    r"""`j \in N(i)`, `(i,j) \in K`, `j : (i,j) \in K`, but not `i \in \{1, 2\}`."""
    relations = [n for n in walk(node) if isinstance(n, Relation)] if node is not None else []
    links = [link for r in relations for link in r.links if link.op == "∈"]
    return any(not (isinstance(x.node, Fenced) and x.node.open == "{") for x in links)


def _otherwise_used(nodes: list[Node], name: str) -> bool:
    """Whether the name of the set stands anywhere but behind ∈, in bars, or with one index."""
    known = {id(n.body) for n in nodes if isinstance(n, Fenced) and n.open == "|"}
    for n in nodes:
        for link in n.links if isinstance(n, Relation) else ():
            if link.op in ("∈", "∉"):
                known |= {id(part) for part in walk(link.node)}
    return any(isinstance(n, Name) and n.text == name and id(n) not in known for n in nodes)
