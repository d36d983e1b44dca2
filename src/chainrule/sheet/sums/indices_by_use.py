r"""Single letters above names that are indices by how they are used, though no words say so: `z^i = W^i_j x^j`.

A letter that stands above a name is an index where a derivative is taken by that name, `\partial x^j`, which nobody
writes of a power, and where a formula is read as nothing but a sum over it: once above and once below, or on two names,
beside an index that the left side carries; as the letter between the two slopes of a chain; or below a sum sign, above
two names that never stand alone, `\sum_i y^i \log p^i`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from chainrule.read.tree import Big, Fraction, Node, Number, Product, Relation, Script
from chainrule.sheet.sums.letters_of_scripts import bare_names, is_name, letters_above, letters_in
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.parts import core_of, terms_of

MARKS = frozenset("tl")
"""Letters above a name that count steps and layers more often than entries: no use makes indices of them."""


def indices_by_use(formulas: Iterable[Node], exponents: set[str]) -> set[str]:
    """The letters that are indices above names by use, but for those that are exponents or quantities elsewhere."""
    formulas = list(formulas)
    varied = {x for f in formulas for x in _varied(f)}
    found = {x for f in formulas for letters, _ in _contractions(f) for x in letters} - exponents - MARKS
    found = found if found & varied else set()
    summed = {x for f in formulas for x in _below_a_sign(f, varied)} - exponents - MARKS
    return found | _above_names_alone(summed, formulas)


def sums_by_use(formula: Node) -> set[str]:
    """The letters that a formula is summed over without a sign."""
    return {x for _, summed in _contractions(formula) for x in summed}


def _below_a_sign(formula: Node, varied: set[str]) -> Iterator[str]:
    r"""The letters of sum signs that stand alone above two names, `\\sum_i y^i \\log p^i`, or above one by which a
    derivative is taken."""
    bound = {x for n in walk(formula) if isinstance(n, Big) and n.op == "sum" and n.sub for x in bound_letters(n.sub)}
    for letter in bound:
        above = {node_key(core_of(n)) for n in walk(formula) if isinstance(n, Script) and _lone(n) == letter}
        if len(above) > 1 or (above and letter in varied):
            yield letter


def _above_names_alone(letters: set[str], formulas: list[Node]) -> set[str]:
    """Those of the letters above no name that stands without a script or with a number above somewhere, as the x of
    `\\sum_n a_n x^n` and the W of `W^1`."""
    bare = {node_key(n) for f in formulas for n in bare_names(f)}
    bare |= {
        node_key(core_of(n)) for f in formulas for n in walk(f) if isinstance(n, Script) and isinstance(n.sup, Number)
    }
    above = ((_lone(n), node_key(core_of(n))) for f in formulas for n in walk(f) if isinstance(n, Script))
    return letters - {x for x, name in above if name in bare}


def _varied(formula: Node) -> Iterator[str]:
    """The letters that stand alone above the variables of derivatives."""
    for node in walk(formula):
        variables = below(node.denominator) if isinstance(node, Fraction) else None
        for variable in variables[1] if variables is not None else ():
            if isinstance(variable, Script) and is_name(variable.base) and len(letters_in(variable.sup)) == 1:
                yield from letters_in(variable.sup)


def _contractions(formula: Node) -> Iterator[tuple[set[str], set[str]]]:
    """For each term that is a sum over a letter: its indices, and which of them no sign sums over."""
    if not isinstance(formula, Relation):
        return
    for link in formula.links:
        if link.op in ("=", ":="):
            yield from _of_names(formula.first, link.node)
            yield from _of_slopes(formula.first, link.node)


def _of_names(left: Node, right: Node) -> Iterator[tuple[set[str], set[str]]]:
    """`z^i = W^i_j x^j + b^i`: i is carried over, and j stands on two names."""
    free = set(letters_above(left)) if isinstance(left, Script) else set()
    for term in terms_of(right):
        up, down = Counter(letters_above(term)), Counter(_letters_below(term))
        carried = {x for x in free if up[x] == 1}
        pairs = {x for x in up if x not in free and up[x] + down[x] == 2}
        if carried and pairs:
            signed = any(isinstance(n, Big) for n in walk(term))
            yield carried | pairs, set() if signed else pairs


def _letters_below(node: Node) -> Iterator[str]:
    for part in walk(node):
        if isinstance(part, Script) and is_name(part.base):
            yield from letters_in(part.sub)


def _of_slopes(left: Node, right: Node) -> Iterator[tuple[set[str], set[str]]]:
    r"""`\frac{\partial L}{\partial x^i} = \frac{\partial L}{\partial y^j} \frac{\partial y^j}{\partial x^i}`: the
    letter of the quantity between, which is another quantity than x."""
    slope = _slope(left)
    factors = [f.node for f in right.factors] if isinstance(right, Product) else []
    signs = [f for f in factors if isinstance(f, Big)]
    first, second = ([_slope(f) for f in factors if not isinstance(f, Big)] + [None, None])[:2]
    if slope is None or first is None or second is None or len(factors) != len(signs) + 2:
        return
    (top, by), (one, between), (other, last) = slope, first, second
    chained = [node_key(n) for n in (top, between, by)] == [node_key(n) for n in (one, other, last)]
    letters = [_lone(n) for n in (by, between)]
    if chained and node_key(core_of(by)) != node_key(core_of(between)) and all(letters) and letters[0] != letters[1]:
        found = {x for x in letters if x is not None}
        yield found, set() if signs else found - {letters[0] or ""}


def _slope(node: Node) -> tuple[Node, Node] | None:
    """What is differentiated and by what, in a derivative by one name."""
    if not isinstance(node, Fraction):
        return None
    top, bottom = above(node.numerator), below(node.denominator)
    if top is None or top.body is None or bottom is None or len(bottom[1]) != 1:
        return None
    return top.body, bottom[1][0]


def _lone(node: Node) -> str | None:
    """The one letter above a name that has nothing below."""
    alone = isinstance(node, Script) and is_name(node.base) and node.sub is None
    letters = letters_in(node.sup) if alone and isinstance(node, Script) else []
    return letters[0] if len(letters) == 1 else None
