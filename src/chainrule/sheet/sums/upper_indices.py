r"""Indices that stand above, `S^{ij} = Q^{ia} K^{ja}`, `z^i = W^i_j x^j`: written below, those above first.

Letters above a name are indices where two of them stand side by side on two names and one of them is summed over, or
where the words say that sums are implied. A letter that is a quantity of the document, that is counted up (`a^{l-1}`)
or that stands above a number, is an exponent or a mark and never an index.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from chainrule.read.tree import Big, Comma, Fenced, Fraction, Name, Node, Product, Relation, Script, Sum
from chainrule.sheet.sums.indices_by_use import indices_by_use, sums_by_use
from chainrule.sheet.sums.letters_of_scripts import is_name, items_of, letters_above, letters_in, single_letters
from chainrule.sheet.syntax.names import children, letter_of, node_key, walk
from chainrule.sheet.syntax.parts import core_of, terms_of
from chainrule.sheet.syntax.rebuilding import rebuilt


@dataclass(frozen=True, slots=True)
class IndicesAbove:
    """The letters that are indices wherever they stand above a name, and those that are beside one of these or above a
    delta: the a of `Q^{ia}` and `\\delta^a_l`, also where another quantity is called a."""

    sure: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()


def indices_above(formulas: list[Node], implied: bool) -> IndicesAbove:
    """The letters that are indices wherever they stand above a name; `implied`: the text says that sums are."""
    scripts = [n for f in formulas for n in walk(f) if isinstance(n, Script) and n.sup is not None]
    exponents = _exponents(scripts) | _on_the_line(formulas)
    several: dict[str, set[object]] = {}
    alone: dict[str, set[object]] = {}
    for node in scripts:
        letters = {x.rstrip("'") for x in letters_in(node.sup)} - exponents if is_name(node.base) else set()
        for letter in letters:
            (several if len(items_of(node.sup)) > 1 else alone).setdefault(letter, set()).add(node_key(core_of(node)))
    shown = indices_by_use(formulas, exponents)
    sure = _with_their_like(shown, {x: several.get(x, set()) | alone.get(x, set()) for x in (*several, *alone)})
    if implied or (_names_of(several) > 1 and any(_summed(f, set(several)) for f in formulas)):
        below = {x for f in formulas for n in walk(f) if isinstance(n, Script) for x in letters_in(n.sub)}
        shared = {x for x, names in alone.items() if len(names) > 1 or x in below} if implied else set()
        sure |= {*several, *(alone.keys() & several.keys()), *shared}
    groups = ({x.rstrip("'") for x in letters_in(s.sup)} for s in scripts if is_name(s.base))
    return IndicesAbove(frozenset(sure), frozenset(x for group in groups if group & sure for x in group))


def _with_their_like(shown: set[str], names: dict[str, set[object]]) -> set[str]:
    """Indices, and the letters that stand only above names which carry an index there too."""
    while shown:
        carrying = set().union(*(names.get(x, set()) for x in shown))
        further = {x for x, above in names.items() if above <= carrying and x != "t"} - shown
        if not further:
            break
        shown = shown | further
    return set(shown)


def sums_left_out(formulas: list[Node]) -> bool:
    """Whether an equation is summed over an index above two of its factors that no sum sign binds."""
    letters = set(indices_above(formulas, implied=False).sure)
    return bool(letters) and any(_contracted(f, letters) or sums_by_use(f) & letters for f in formulas)


def with_indices_below(node: Node, letters: IndicesAbove) -> Node:
    """A formula with the indices above its names written below, before those that stand there. A letter beside an index
    is one itself, also where another quantity has its name: the a of `Q^{ia}`, where there is an `a_i`."""
    return rebuilt(node, lambda n: _lowered(n, letters))


def _lowered(node: Node, letters: IndicesAbove) -> Node | None:
    if not isinstance(node, Script) or node.sup is None or node.primes or not is_name(node.base):
        return None
    upper = items_of(node.sup)
    held = [x.rstrip("'") in letters.sure for x in single_letters(upper)]
    held += [True for x in _kronecker(node, upper) if x.rstrip("'") in letters.beside]
    if not any(held) or not (all(held) or letters_in(node.sup)):
        return None
    if node.sub is None:
        return replace(node, sub=_side_by_side(node.sup, upper), sup=None)
    if letters_in(node.sub):
        return replace(node, sub=_side_by_side(node.sub, [*upper, *items_of(node.sub)]), sup=None)
    return replace(node, base=replace(node, sup=None), sub=_side_by_side(node.sup, upper), sup=None)


def _kronecker(node: Script, upper: list[Node]) -> list[str]:
    r"""The letter above in a Kronecker delta, `\delta^a_l`, with its prime."""
    delta = isinstance(node.base, Name) and node.base.text == "delta" and len(letters_in(node.sub)) == 1
    return single_letters(upper) if delta and len(upper) == 1 else []


def _side_by_side(where: Node, items: list[Node]) -> Node:
    return items[0] if len(items) == 1 else Comma(where.span, tuple(items))


def _names_of(carried: dict[str, set[object]]) -> int:
    return len(set().union(*carried.values()))


def _exponents(scripts: Iterable[Script]) -> set[str]:
    """Letters above a number, e or a group, and letters that are counted up: `2^n`, `(a+b)^m`, `a^{l-1}`; those on a
    name up there, `e^{s_i}`, are as any."""
    found = {"t"} if any(letter_of(s.sup) == "t" and isinstance(core_of(s), Fenced) for s in scripts) else set()
    for script in scripts:
        assert script.sup is not None
        counted = isinstance(script.sup, (Sum, Fenced)) or not is_name(script.base)
        found |= set(_without_scripts(script.sup)) if counted else set()
    return found


def _without_scripts(node: Node) -> Iterator[str]:
    """The letters of a formula that stand on its line."""
    if (letter := letter_of(node)) is not None:
        yield letter
    for child in [node.base] if isinstance(node, Script) else children(node):
        yield from _without_scripts(child)


def _on_the_line(formulas: Iterable[Node]) -> set[str]:
    """The names that stand on the line themselves, as quantities do; `(i, j)` and `i \\ne j'` only mention letters."""
    found: set[str] = set()
    stack = [f for f in formulas if any(_is_more_than_a_letter(n) for n in walk(f))]
    while stack:
        node = stack.pop()
        if isinstance(node, Name):
            found.add(node.text)
        elif isinstance(node, Script):
            stack.append(node.base)
        elif not isinstance(node, Big):
            stack += children(node)
    return found


def _is_more_than_a_letter(node: Node) -> bool:
    """Whether a formula says more than which letters there are, with or without primes."""
    return isinstance(node, (Script, Product, Sum, Fraction)) and letter_of(node) is None


def _summed(formula: Node, letters: set[str]) -> bool:
    """Whether a sum sign, or one that is left out, sums over one of the letters."""
    big = (n.sub for n in walk(formula) if isinstance(n, Big) and n.op == "sum" and n.sub is not None)
    bound = {x for sub in big for n in walk(sub) if (x := letter_of(n)) is not None}
    return bool(bound & letters) or _contracted(formula, letters)


def _contracted(formula: Node, letters: set[str]) -> bool:
    """`C^{ij} = A^{ik} B^{kj}`: a letter on two factors of the right side that is not on the left, and no sum sign."""
    if not isinstance(formula, Relation) or formula.links[0].op not in ("=", ":="):
        return False
    left = set(letters_above(formula.first))
    for term in terms_of(formula.links[0].node):
        if left and not any(isinstance(n, Big) for n in walk(term)):
            counts = Counter(letters_above(term))
            if any(n == 2 and x in letters and x not in left for x, n in counts.items()):
                return True
    return False
