r"""Layers told apart by their letters alone: `a_j = \sum_i w_{ji} z_i`, `z_j = h(a_j)`, and behind them
`\delta_j = h'(a_j) \sum_k w_{kj} \delta_k`. The letter i runs over the units of one layer, j over those of the next.

Read as indices of one vector each, such lines contradict each other or go round in a circle. So what stands with the
letters of several layers gets the number of its layer: `z^{(2)}_j`, `w^{(3)}_{kj}`. The weights say which letters are
neighbours; that the same name stands for two layers must be seen in a line that leads from one to the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from chainrule.read.tree import Accent, Big, Comma, Fenced, Fraction, Name, Node, Number, Product, Relation, Script
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import node_key, spelled, walk
from chainrule.sheet.syntax.rebuilding import with_parts

Key = object
DEFINES = frozenset({"=", ":=", "≡"})
LEAST, MOST = 3, 5
"""How many layers there are at least, and at most."""


@dataclass(frozen=True)
class ByLetters:
    """The letters of the layers, the first layer first, and the names that stand for several of them."""

    letters: tuple[str, ...]
    names: frozenset[Key]

    def __call__(self, node: Node) -> Node:
        """A formula with the numbers of the layers written."""
        unit = unit_of(node)
        if unit is None or node_key(unit.core) not in self.names or not set(unit.letters) <= {*self.letters}:
            return with_parts(node, self)
        assert isinstance(node, Script)
        number = max(self.letters.index(x) for x in unit.letters) + 1
        mark = Fenced(node.span, "(", Number(node.span, str(number)), ")")
        marked = replace(node, sup=mark)
        return marked if node.sup is None else Script(node.span, Fenced(node.span, "(", marked, ")"), None, node.sup, 0)


@dataclass(frozen=True)
class Unit:
    """A name with letters below it."""

    core: Node
    letters: tuple[str, ...]


def layers_by_letters(formulas: list[Node], _words: str) -> ByLetters | None:
    """The layers of a document that only their letters tell apart."""
    units = [u for f in formulas for u in units_in(f)]
    weights = _differentiated_by(formulas) | _summed_with(formulas)
    pairs: Counter[tuple[str, ...]] = Counter(
        u.letters for u in units if len(u.letters) == 2 and node_key(u.core) in weights
    )
    weights &= {node_key(u.core) for u in units if len(u.letters) == 2}
    letters = _chain(_oriented(pairs), formulas, weights)
    if letters is None or _has_marks(formulas, weights) or any(_mixes(n, letters, weights) for n in _sums(formulas)):
        return None
    if not _leads_on(formulas, letters, weights):
        return None
    found: dict[Key, set[tuple[str, ...]]] = {}
    for unit in units:
        if set(unit.letters) <= {*letters}:
            found.setdefault(node_key(unit.core), set()).add(unit.letters)
    several = {key for key, at in found.items() if len(at) > 1 and (key in weights or all(len(x) == 1 for x in at))}
    return ByLetters(letters, frozenset(several | _between(formulas, letters, several))) if several else None


def units_in(node: Node) -> Iterator[Unit]:
    """The names in a formula that have letters below them and nothing else."""
    return (unit for n in walk(node) if (unit := unit_of(n)) is not None)


def unit_of(node: Node) -> Unit | None:
    """`z_j`, `w_{ji}`, `w_{j,i}`, `z_j^2`: a name with one or two single small letters below it; no Kronecker delta."""
    if not isinstance(node, Script) or not isinstance(node.base, (Name, Accent)) or node.sub is None:
        return None
    if isinstance(node.sup, Fenced) or (isinstance(node.base, Name) and is_function_word(spelled(node.base))):
        return None
    sub = node.sub
    parts = (
        sub.items if isinstance(sub, Comma) else [f.node for f in sub.factors] if isinstance(sub, Product) else [sub]
    )
    letters = tuple(n.text for n in parts if isinstance(n, Name) and len(n.text) == 1 and n.text.islower())
    if len(letters) != len(parts) or len(letters) > 2 or len(set(letters)) != len(letters):
        return None
    kronecker = len(letters) == 2 and isinstance(node.base, Name) and node.base.text == "delta"
    return None if kronecker else Unit(node.base, letters)


# ------------------------------------------------------------------------------------- what bears it out


def _relations(formulas: Iterable[Node]) -> Iterator[tuple[Node, Node]]:
    """The two sides of every equation, the first one with each of those that go on with it."""
    for relation in (n for f in formulas for n in walk(f) if isinstance(n, Relation)):
        yield from ((relation.first, link.node) for link in relation.links if link.op in DEFINES)


def _sums(formulas: Iterable[Node]) -> Iterator[tuple[tuple[str, ...], Product]]:
    """The sums over letters: these, and the product that the sum is written in."""
    for product in (n for f in formulas for n in walk(f) if isinstance(n, Product)):
        for factor in product.factors:
            big = factor.node
            if isinstance(big, Big) and big.op == "sum" and big.sub is not None:
                yield tuple(bound_letters(big.sub)), product


def _differentiated_by(formulas: list[Node]) -> set[Key]:
    fractions = [n for f in formulas for n in walk(f) if isinstance(n, Fraction) and above(n.numerator) is not None]
    found = [b for n in fractions if (b := below(n.denominator)) is not None]
    return {node_key(u.core) for _, variables, *_ in found for v in variables if (u := unit_of(v)) is not None}


def _summed_with(formulas: list[Node]) -> set[Key]:
    """The names with two letters that stand in a sum over one of them beside a name with that letter."""
    found = set[Key]()
    for bound, product in _sums(formulas):
        units = [*units_in(product)]
        for unit in units:
            beside = any(u.letters == (x,) for x in set(unit.letters) & {*bound} for u in units)
            if len(unit.letters) == 2 and beside:
                found.add(node_key(unit.core))
    return found


def _oriented(pairs: Counter[tuple[str, ...]]) -> dict[str, set[str]]:
    """Of two letters below weights the order that is more frequent, or comes first: the other one may be a mistake."""
    found: dict[str, set[str]] = {}
    first = {pair: -n for n, pair in enumerate(pairs)}
    for pair, count in pairs.items():
        back = pair[::-1]
        if back not in pairs or (count, first[pair]) > (pairs[back], first[back]):
            found.setdefault(pair[0], set()).add(pair[1])
    return found


def _chain(pairs: dict[str, set[str]], formulas: list[Node], weights: set[Key]) -> tuple[str, ...] | None:
    """The letters of pairs that make one chain, ji and kj: i, j, k; that which forward sums run over comes first."""
    following = {x: y for x, after in pairs.items() for y in after}
    if any(len(after) > 1 for after in pairs.values()) or len(set(following.values())) != len(pairs):
        return None
    heads = set(following) - set(following.values())
    if len(heads) != 1 or not LEAST <= len(pairs) + 1 <= MOST:
        return None
    chain = [heads.pop()]
    while chain[-1] in following:
        chain.append(following[chain[-1]])
    if len(chain) != len(pairs) + 1:
        return None
    forward = [*_forward(formulas, weights)]
    backwards = not forward or any(following.get(head) == bound for head, bound in forward)
    return tuple(reversed(chain)) if backwards else tuple(chain)


def _forward(formulas: list[Node], weights: set[Key]) -> Iterator[tuple[str, str]]:
    r"""The letters of `a_j = \sum_i w_{ji} z_i`: that of the head and that of the sum, where no derivative stands."""
    for first, body in _relations(formulas):
        head = unit_of(first)
        if head is None or len(head.letters) != 1 or any(isinstance(n, Fraction) for n in walk(body)):
            continue
        names = {node_key(u.core) for u in units_in(body)}
        if node_key(head.core) in names:
            continue
        for bound, product in _sums([body]):
            ends = {head.letters[0], *bound[:1]}
            if any(node_key(u.core) in weights and {*u.letters} == ends for u in units_in(product)):
                yield head.letters[0], bound[0]


def _has_marks(formulas: list[Node], weights: set[Key]) -> bool:
    """Whether a weight has a mark above it somewhere: then layers are told by that."""
    scripts = (n for f in formulas for n in walk(f) if isinstance(n, Script) and isinstance(n.sup, (Fenced, Number)))
    return any(node_key(n.base) in weights and (isinstance(n.sup, Fenced) or n.sub is None) for n in scripts)


def _mixes(found: tuple[tuple[str, ...], Product], letters: tuple[str, ...], weights: set[Key]) -> bool:
    r"""Whether a sum over the letter of a layer has the same name with another one and leads to it by no weight and no
    derivative: `\sum_j e^{a_j}` below `e^{a_k}` runs over the layer of k."""
    bound, product = found
    units = [*units_in(product)]
    led = any(len(u.letters) == 2 and node_key(u.core) in weights for u in units)
    led |= any(isinstance(n, Fraction) and above(n.numerator) is not None for n in walk(product))
    return not led and len({*bound} & {*letters}) == 1 and _exponential(product)


def _exponential(node: Node) -> bool:
    return any(
        (isinstance(n, Name) and n.text in ("exp", "softmax")) or (isinstance(n, Script) and _is_e(n))
        for n in walk(node)
    )


def _is_e(node: Script) -> bool:
    return isinstance(node.base, Name) and node.base.text == "e" and node.sup is not None


def _between(formulas: list[Node], letters: tuple[str, ...], several: set[Key]) -> set[Key]:
    r"""The names with one letter that lead from those of several layers back to them: s of `s_j = \sum_i w_{ji} o_i`
    and `o_j = f(s_j)`, or of `\frac{\partial s_j}{\partial w_{ji}}`; none that stands without its letter."""
    made, used = set[Key](), set[Key]()
    for first, body in _relations(formulas):
        head = unit_of(first)
        if head is None or len(head.letters) != 1 or head.letters[0] not in letters:
            continue
        inside = {node_key(u.core) for u in units_in(body) if len(u.letters) == 1}
        made |= {node_key(head.core)} if inside & several else set()
        used |= inside if node_key(head.core) in several else set()
    nodes = [n for f in formulas for n in walk(f)]
    by_weights = {node_key(u.core) for n in nodes if isinstance(n, Fraction) for u in _moved_by_weights(n, several)}
    scripted = {id(n.base) for n in nodes if isinstance(n, Script)}
    alone = {node_key(n) for n in nodes if isinstance(n, (Name, Accent)) and id(n) not in scripted}
    return ((made & used) | by_weights) - several - alone


def _moved_by_weights(node: Fraction, several: set[Key]) -> Iterator[Unit]:
    """The name above in the derivative of a unit by a weight that leads to it."""
    top, bottom = above(node.numerator), below(node.denominator)
    unit = unit_of(top.body) if top is not None and top.body is not None else None
    weight = unit_of(bottom[1][0]) if bottom is not None and len(bottom[1]) == 1 else None
    if unit is None or weight is None or len(unit.letters) != 1 or len(weight.letters) != 2:
        return
    if node_key(weight.core) in several and unit.letters[0] in weight.letters:
        yield unit


def _leads_on(formulas: list[Node], letters: tuple[str, ...], weights: set[Key]) -> bool:
    r"""Whether a line leads from one layer to another of the same name: `\delta_j = h'(a_j) \sum_k w_{kj} \delta_k`; or
    two lines do so together, `a_j = \sum_i w_{ji} z_i` and `z_j = h(a_j)`; or the weights of two layers have one name,
    and a function stands between them."""
    linked: dict[tuple[Key, Key], set[Key]] = {}
    beside = set[tuple[Key, Key]]()
    for first, body in _relations(formulas):
        head = unit_of(first)
        if head is None or len(head.letters) != 1 or head.letters[0] not in letters:
            continue
        units = [*units_in(body)]
        through = {node_key(u.core) for u in units if len(u.letters) == 2} & weights
        for unit in units:
            pair = (node_key(head.core), node_key(unit.core))
            if unit.letters == head.letters:
                beside.add(pair)
            elif through and len(unit.letters) == 1 and unit.letters[0] in letters:
                linked.setdefault(pair, set()).update(through)
    again = any(a == b or (b, a) in beside for a, b in linked)
    return again or any(linked[c] & linked[d] for c in linked for d in linked if c != d and (c[1], d[0]) in beside)
