r"""Over what a line sums and its letters run, where it does not say so: one letter for two indices, sums that are
implied, brackets.

Rows of `ambiguous.REASONS`: each gives the line with the sums and the letters written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from chainrule.check.readings.meant import Meant, written, written_throughout
from chainrule.read.tree import Big, Comma, Factor, Fraction, Link, Name, Node, Number, Product, Relation, Script
from chainrule.sheet.letters.entries import is_ranged, with_ranges
from chainrule.sheet.meaning.derivatives.differentials import taken_apart
from chainrule.sheet.meaning.operations.implied import with_strays_summed
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.derivatives import below
from chainrule.sheet.syntax.literals import is_zero
from chainrule.sheet.syntax.names import letter_of, node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import INDEX_LETTERS

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def letter_of_the_derivative(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`\frac{\partial J}{\partial u_k} = \sum_k \frac{\partial}{\partial u_k} g(u_k)`: one letter for what
    is summed over and for what is differentiated by."""
    inside, outside = set[object](), set[object]()
    letters: dict[object, str] = {}
    for side in (e.lhs, e.rhs):
        summed = [(p, x) for p in walk(side) if isinstance(p, Product) for x in _derivatives_summed(p)]
        inside |= {node_key(v) for _, (v, _) in summed}
        letters |= {node_key(v): letter for _, (v, letter) in summed}
        within = {id(n) for p, _ in summed for n in walk(p)}
        outside |= {node_key(v) for n in walk(side) if id(n) not in within for v in variables_of(n)}
    used = {n.text for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Name)}
    for letter in sorted({letters[key] for key in inside & outside}):
        text = f"{letter} is summed over, and is the index of the derivative as well"
        found = written(judge, e, _renaming(letter, min(INDEX_LETTERS - used, default=letter)), text)
        if found is not None:
            yield found


def brackets_meant(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`s = 2 [\frac{\partial f}{\partial u_i}]`: the brackets may be parentheses, where they are read as a matrix
    by its general entry, and such a matrix where they are read as parentheses."""
    glossary, text = judge.world.glossary, "the brackets may be parentheses, or hold the general entry of a matrix"
    found = written(judge, e, lambda n: n.base if isinstance(n, Script) and is_ranged(n) else None, text)
    if found is not None:
        yield found
        return
    line = Relation(e.span, e.lhs, (Link("=", e.span, e.rhs),))
    both = with_ranges(line, glossary, anyway=True)
    if isinstance(both, Relation) and node_key(both) != node_key(line):
        changed = replace(e, lhs=both.first, rhs=both.links[0].node)
        yield Meant(text, changed, judge.with_line(changed))


def one_too_many(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`\mu = \frac1N \sum_{i=0}^N x_i`: a sum from 0 to N, where a mean divides by N, has one term more than is
    meant."""
    sides = [n for x in judge.equations for n in (x.lhs, x.rhs)]
    divided = {node_key(n.denominator) for side in sides for n in walk(side) if isinstance(n, Fraction)}

    def choose(node: Node) -> Node | None:
        if not isinstance(node, Big) or node.sup is None or not isinstance(low := node.sub, Relation):
            return None
        if not is_zero(low.links[0].node) or node_key(node.sup) not in divided:
            return None
        one = replace(low.links[0], node=Number(low.links[0].node.span, "1"))
        return replace(node, sub=replace(low, links=(one, *low.links[1:])))

    if any(choose(n) is not None for side in sides for n in walk(side)):
        text = "a sum from 0 to the number that a mean divides by has one term too many; right with that many terms"
        yield written_throughout(judge, e, choose, text)


def _derivatives_summed(product: Product) -> Iterator[tuple[Node, str]]:
    """What a sum differentiates by with its own letter, and the letter."""
    at = next((n for n, f in enumerate(product.factors) if isinstance(f.node, Big) and f.node.op == "sum"), None)
    big = None if at is None else product.factors[at].node
    if at is None or not isinstance(big, Big) or big.sub is None:
        return
    letters = set(bound_letters(big.sub))
    for node in (n for f in product.factors[at + 1 :] for n in walk(f.node)):
        for variable in variables_of(node):
            yield from ((variable, x.text) for x in walk(variable) if isinstance(x, Name) and x.text in letters)


def _renaming(letter: str, other: str) -> Callable[[Node], Node | None]:
    """The change that gives sums over a letter another one, all but in what they differentiate by."""

    def within(node: Node) -> Node | None:
        if isinstance(node, Fraction) and variables_of(node):
            return replace(node, numerator=rebuilt(node.numerator, within))
        return replace(node, text=other) if isinstance(node, Name) and node.text == letter else None

    def choose(node: Node) -> Node | None:
        if not isinstance(node, Product) or not any(x == letter for _, x in _derivatives_summed(node)):
            return None
        return replace(node, factors=tuple(replace(f, node=rebuilt(f.node, within)) for f in node.factors))

    return choose


def variables_of(node: Node) -> Sequence[Node]:
    """What a derivative is taken by."""
    bottom = below(node.denominator) if isinstance(node, Fraction) else None
    return () if bottom is None else bottom[1]


def implied_sum(judge: Judge, e: Equation) -> Iterator[Meant]:
    """The chain rule through components, `\\partial E / \\partial y_i` times `\\partial y_i / \\partial x_j`, for
    something that has no i: it may be summed over, unsaid."""
    both = _free_letters(judge.world, e.lhs) & _free_letters(judge.world, e.rhs)
    strays = {x for side in (e.lhs, e.rhs) for x in _passed_on(judge.world, side)} - both
    if not strays:
        return

    def choose(node: Node) -> Node | None:
        letters = sorted(strays & _passed(judge.world, node)) if isinstance(node, Product) else []
        if not isinstance(node, Product) or not letters or any(isinstance(f.node, Big) for f in node.factors):
            return None
        sums = Big(node.span, "sum", Comma(node.span, tuple(Name(node.span, x) for x in letters)), None)
        return replace(node, factors=(Factor("", sums), *node.factors))

    names = " and ".join(sorted(strays))
    text = f"the chain rule runs through {names}, which stands on one side only; a sum may be implied"
    found = written(judge, e, choose, text)
    if found is not None:
        yield found


def stray_letters(judge: Judge, e: Equation) -> Iterator[Meant]:
    """With Einstein's convention, a letter that its chain neither begins with nor derives by may be summed over for
    want of another meaning."""
    frame = judge.usual(e).typed[e.position][0] if judge.world.einstein and e.position in judge.usual(e).typed else None
    if frame is None:
        return
    first = {n.text for n in walk(min(judge.chain(e), key=lambda x: x.link).lhs) if isinstance(n, Name)}
    free = frame.child(einstein=frozenset(first | set(judge.world.free_letters.get(e.position, ()))))
    line = replace(e, lhs=with_strays_summed(free, e.lhs), rhs=with_strays_summed(free, e.rhs))
    if (line.lhs, line.rhs) != (e.lhs, e.rhs):
        text = "a letter stands alone in this line; which sums are implied is not written"
        yield Meant(text, line, judge.with_line(line))


def _passed_on(world: World, side: Node) -> set[str]:
    return {x for n in walk(side) if isinstance(n, Product) for x in _passed(world, n)}


def _passed(world: World, product: Product) -> set[str]:
    """The letters on what stands below one derivative of a product and above another."""
    parts = [p for f in product.factors if isinstance(f.node, Fraction) and (p := taken_apart(f.node)) is not None]
    found: set[str] = set()
    for (_, bottom), (top, _) in pairwise(parts):  # one derivative after the other
        below_it = {x for node in bottom for x in _letters(world, node)}
        found |= below_it & (set() if top.body is None else _letters(world, top.body))
    return found


def _free_letters(world: World, side: Node) -> set[str]:
    """The letters in the subscripts of a side that no sum in it binds."""
    sums = (n.sub for n in walk(side) if isinstance(n, Big) and n.sub is not None)
    return _letters(world, side) - {x for sub in sums for x in bound_letters(sub)}


def _letters(world: World, node: Node) -> set[str]:
    return {x for r in references(node, world) for s in r.subs if (x := letter_of(s)) is not None}
