"""Why a refuted line may have been read otherwise than its author means it: such a line refutes nothing.

Each reason is a row of `REASONS`: what the words say in two ways, what one subscript picks, how far a sum or a
logarithm reaches. They hold for every kind of refutation, by numbers and by shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from chainrule.check.forms import behind_its_sum
from chainrule.read.tree import Big, Factor, Fenced, Fraction, Name, Node, Number, Product, Relation, Script
from chainrule.sheet.bare_functions import argument_of
from chainrule.sheet.bare_slopes import uses
from chainrule.sheet.glossary import bound_letters
from chainrule.sheet.lines import lines_of, names_in
from chainrule.sheet.meaning.differentials import above, below
from chainrule.sheet.meaning.functions import LOGARITHMS
from chainrule.sheet.names import node_key, reference, walk
from chainrule.sheet.spelling import look, spelled_out
from chainrule.sheet.statements import Equation
from chainrule.sheet.world import World

Reason = Callable[[World, Equation, list[str]], Iterator[str]]


def read_otherwise(world: World, e: Equation) -> str | None:
    """Everything that lets a line mean something else, in words; None when nothing does."""
    names = sorted(lines_of(world, [e])[0].names)
    return "; ".join(text for reason in REASONS for text in reason(world, e, names)) or None


def two_ranks(world: World, _e: Equation, names: list[str]) -> Iterator[str]:
    """`X \\in R^{n \\times d}`, later "X is just a single column vector"."""
    yield from (f"{spelled_out(n)} is {world.reshaped[n]}" for n in names if n in world.reshaped)


def row_or_column(world: World, _e: Equation, names: list[str]) -> Iterator[str]:
    """`a_l` beside `a_{ij}` where the words speak of columns."""
    sliced = (n for n in names if world.columnwise and {1, 2} <= world.family(n).sub_counts)
    yield from (f"{spelled_out(n)} with one subscript may be a row or a column" for n in sliced)


def vectors_as_rows(world: World, e: Equation, _names: list[str]) -> Iterator[str]:
    """`s^T s` where the words speak of rows: an outer product, if s is one of them."""
    for product in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Product) and world.rowwise):
        refs = [reference(f.node, world.glossary) for f in product.factors]
        for one, other in pairwise(refs):
            if one is None or other is None or one.subs or other.subs:
                continue
            turned = [tuple(p.op for p in r.postfix) for r in (one, other)]
            loose = [r.base for r in (one, other) if world.family(r.base).declared_rank in (None, "vector")]
            if sorted(turned) == [(), ("T",)] and loose and all(look(r.base).endswith("lower") for r in (one, other)):
                yield f"{spelled_out(loose[0])} may be a row, as the words say of vectors"


def slope_without_argument(world: World, e: Equation, _names: list[str]) -> Iterator[str]:
    """`g'` of a function that the document applies to several things."""
    for name, primed, behind in (use for side in (e.lhs, e.rhs) for use in uses(side)):
        ref = reference(name, world.glossary)
        alone = primed and (behind is None or argument_of(behind) is None)
        if alone and ref is not None and ref.base in world.functions:
            yield f"at what the slope of {spelled_out(ref.base)} is taken is not written"


def reach_of_a_logarithm(_world: World, e: Equation, _names: list[str]) -> Iterator[str]:
    """`\\log P(a) P(b)`: without parentheses the logarithm may be of the whole product."""
    for side in (e.lhs, e.rhs):
        for node in walk(side):
            factors = node.factors if isinstance(node, Product) else ()
            at = next(
                (n for n, f in enumerate(factors) if isinstance(f.node, Name) and f.node.text in LOGARITHMS), None
            )
            if at is not None and _reaches(factors[at + 1 :]):
                yield "how far the logarithm reaches is not written"


def _reaches(behind: Sequence[Factor]) -> bool:
    """Whether a function with its parentheses stands behind the first thing that a logarithm is taken of."""
    if not behind or isinstance(behind[0].node, Fenced):
        return False
    called = [n for n, (f, g) in enumerate(pairwise(behind)) if isinstance(g.node, Fenced) and not g.op]
    return any(n > 0 and not isinstance(behind[n].node, Fenced) for n in called)


def reach_of_a_sum(_world: World, e: Equation, _names: list[str]) -> Iterator[str]:
    r"""`\sum_k a_k b_k + c_k`: the sum may be meant to reach over the last term."""
    yield from (f"{x} is summed over, and stands behind the sum as well" for x in behind_its_sum(e))


def operator_behind(world: World, e: Equation, _names: list[str]) -> Iterator[str]:
    r"""`\frac{dL}{dw} = \sum_i r_i^2 \frac{dL}{dw} = ...`: what a chain works out stands in it as a factor;
    it may be meant as the operator applied to what is before it."""
    head = next((other.lhs for other in world.equations if other.chain == e.chain and not other.link), e.lhs)
    top = above(head.numerator) if isinstance(head, Fraction) else None
    key = node_key(head)
    for product in (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Product)):
        if top is not None and any(node_key(f.node) == key for f in product.factors[1:]):
            yield "the derivative that is worked out stands behind a factor; it may be meant as an operator"
            return


def lost_fraction(world: World, e: Equation, names: list[str]) -> Iterator[str]:
    """`1 + e^{-x} 1`: nobody writes a number behind a factor; what was a fraction may have been copied as text."""
    sites = (s for n in names for s in (world.site(n, e.position), world.function(n, e.position)))
    found = [s.body for s in sites if s is not None]
    for side in (e.lhs, e.rhs, *found):
        products = (n for n in walk(side) if isinstance(n, Product))
        if any(_behind(a, b) for p in products for a, b in pairwise(_without_indicators(p.factors))):
            yield "a number stands right behind a factor, as where a fraction was lost"
            return


def _without_indicators(factors: Sequence[Factor]) -> list[Factor]:
    """`t_k 1\\{k = i\\}`: a 1 with a condition in braces is no number."""
    of_condition = {n for n, (_, g) in enumerate(pairwise(factors)) if not g.op and _condition_in(g.node)}
    return [f for n, f in enumerate(factors) if n not in of_condition]


def _condition_in(node: Node) -> bool:
    return isinstance(node, Fenced) and isinstance(node.body, Relation)


def _behind(before: Factor, last: Factor) -> bool:
    """A number right behind a power or parentheses; behind a matrix 1 may stand for a vector of ones."""
    return isinstance(last.node, Number) and not last.op and isinstance(before.node, (Script, Fenced))


def letter_of_the_derivative(_world: World, e: Equation, _names: list[str]) -> Iterator[str]:
    r"""`\frac{\partial J}{\partial u_k} = \sum_k \frac{\partial}{\partial u_k} g(u_k)`: one letter for what
    is summed over and for what is differentiated by."""
    inside, outside = set[object](), set[object]()
    letters: dict[object, str] = {}
    for side in (e.lhs, e.rhs):
        summed = [(p, x) for p in walk(side) if isinstance(p, Product) for x in _derivatives_summed(p)]
        inside |= {node_key(v) for _, (v, _) in summed}
        letters |= {node_key(v): letter for _, (v, letter) in summed}
        within = {id(n) for p, _ in summed for n in walk(p)}
        outside |= {node_key(v) for n in walk(side) if id(n) not in within for v in _variables_of(n)}
    for key in inside & outside:
        yield f"{letters[key]} is summed over, and is the index of the derivative as well"


def _derivatives_summed(product: Product) -> Iterator[tuple[Node, str]]:
    """What a sum differentiates by with its own letter, and the letter."""
    at = next((n for n, f in enumerate(product.factors) if isinstance(f.node, Big) and f.node.op == "sum"), None)
    big = None if at is None else product.factors[at].node
    if at is None or not isinstance(big, Big) or big.sub is None:
        return
    letters = set(bound_letters(big.sub))
    for node in (n for f in product.factors[at + 1 :] for n in walk(f.node)):
        for variable in _variables_of(node):
            yield from ((variable, x.text) for x in walk(variable) if isinstance(x, Name) and x.text in letters)


def _variables_of(node: Node) -> Sequence[Node]:
    bottom = below(node.denominator) if isinstance(node, Fraction) else None
    return () if bottom is None else bottom[1]


def direct_or_total(world: World, e: Equation, _names: list[str]) -> Iterator[str]:
    r"""`\frac{\partial L}{\partial O} \frac{\partial O}{\partial A} + \frac{\partial L}{\partial A}` where L is
    written with O and A: in such a sum over paths the last derivative is the direct one."""
    pairs = [
        (reference(top.body, world.glossary), reference(v, world.glossary))
        for side in (e.lhs, e.rhs)
        for n in walk(side)
        if isinstance(n, Fraction) and (top := above(n.numerator)) is not None and top.body is not None
        for v in _variables_of(n)
    ]
    by: dict[str, set[str]] = {}
    for top_ref, variable in pairs:
        if top_ref is not None and variable is not None:
            by.setdefault(top_ref.base, set()).add(variable.base)
    for loss, variables in by.items():
        sites = (world.site(loss, e.position), world.function(loss, e.position))
        direct = {b for s in sites if s is not None for b in names_in(world, s.body)} & variables - {loss}
        for inner in sorted(direct):
            for outer in sorted(direct - {inner}):
                if inner in _all_behind(world, outer):
                    both = f"{spelled_out(inner)} and with {spelled_out(outer)}, which rests on it"
                    yield f"{spelled_out(loss)} is written with {both}; the derivative may be the direct one"


def _all_behind(world: World, base: str) -> set[str]:
    found, todo = set[str](), [base]
    while todo:
        for s in (*world.sites.get(base := todo.pop(), ()), *world.functions.get(base, ())):
            new = names_in(world, s.body) - found
            found |= new
            todo += new
    return found


REASONS: tuple[Reason, ...] = (
    letter_of_the_derivative,
    direct_or_total,
    two_ranks,
    row_or_column,
    vectors_as_rows,
    slope_without_argument,
    reach_of_a_sum,
    reach_of_a_logarithm,
    operator_behind,
    lost_fraction,
)
