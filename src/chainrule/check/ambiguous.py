"""Why a refuted line may have been read otherwise than its author means it: such a line refutes nothing.

Each reason is a row of `REASONS`: what the words say in two ways, what one subscript picks, how far a sum or a
logarithm reaches. They hold for every kind of refutation, by numbers and by shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from chainrule.check.forms import behind_its_sum
from chainrule.read.tree import Factor, Fenced, Fraction, Name, Node, Number, Product, Relation, Script
from chainrule.sheet.infer import lines_of
from chainrule.sheet.meaning.calls import LOGARITHMS
from chainrule.sheet.meaning.differentials import above
from chainrule.sheet.names import node_key, walk
from chainrule.sheet.spelling import spelled_out
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
    """`\\sum_k a_k b_k + c_k`: the sum may be meant to reach over the last term."""
    yield from (f"{x} is summed over, and stands behind the sum as well" for x in behind_its_sum(e))


def operator_behind(world: World, e: Equation, _names: list[str]) -> Iterator[str]:
    """`\\frac{dL}{dw} = \\sum_i r_i^2 \\frac{dL}{dw} = ...`: what a chain works out stands in it as a factor;
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


REASONS: tuple[Reason, ...] = (
    two_ranks,
    row_or_column,
    reach_of_a_sum,
    reach_of_a_logarithm,
    operator_behind,
    lost_fraction,
)
