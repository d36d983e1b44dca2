r"""How far something reaches that is written without parentheses: a sum, a logarithm, a slash, an operator
behind its factor, a fraction copied as text. Rows of `ambiguous.REASONS`: each gives the line with the parentheses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from chainrule.check.comparison.forms import behind_its_sum, idle_letters
from chainrule.check.readings.meant import Meant, written, written_throughout
from chainrule.read.tree import Factor, Fenced, Fraction, Name, Node, Number, Product, Script, Sum, Term
from chainrule.sheet.records.lines import lines_of
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.bound_letters import bound_by
from chainrule.sheet.syntax.derivative_signs import rest_of
from chainrule.sheet.syntax.derivatives import above, is_operator
from chainrule.sheet.syntax.function_words import LOGARITHMS
from chainrule.sheet.syntax.names import node_key, walk

if TYPE_CHECKING:
    from chainrule.check.judge import Judge

MOST_PLACES = 6


def reach_of_a_logarithm(judge: Judge, e: Equation) -> Iterator[Meant]:
    """`\\log P(a) P(b)`: without parentheses the logarithm may be of the whole product."""

    def choose(node: Node) -> Node | None:
        factors = node.factors if isinstance(node, Product) else ()
        at = next((n for n, f in enumerate(factors) if isinstance(f.node, Name) and f.node.text in LOGARITHMS), None)
        if at is None or not _reaches(factors[at + 1 :]):
            return None
        return rest_of((*factors[: at + 1], Factor("", _fenced(rest_of(factors[at + 1 :])))))

    found = written(judge, e, choose, "how far the logarithm reaches is not written")
    yield from () if found is None else (found,)


def _reaches(behind: Sequence[Factor]) -> bool:
    """Whether a function with its parentheses stands behind the first thing that a logarithm is taken of."""
    if not behind or isinstance(behind[0].node, Fenced):
        return False
    called = [n for n, (f, g) in enumerate(pairwise(behind)) if isinstance(g.node, Fenced) and not g.op]
    return any(n > 0 and not isinstance(behind[n].node, Fenced) for n in called)


def reach_of_an_operator(judge: Judge, e: Equation) -> Iterator[Meant]:
    """`\\nabla \\log p(x) p(x)`: the operator may act on the function that stands first behind it, and the rest
    be a factor. Plain names in a row are one product: `\\nabla_u u^T u`."""
    for place in range(1, MOST_PLACES):

        def choose(node: Node, place: int = place) -> Node | None:
            factors = node.factors if isinstance(node, Product) else ()
            at = next((n for n, f in enumerate(factors) if is_operator(f.node)), None)
            if at is None or at + place + 1 >= len(factors) or not isinstance(factors[at + place].node, Fenced):
                return None
            inside = _fenced(rest_of(factors[at : at + place + 1]))
            return rest_of((*factors[:at], Factor(factors[at].op, inside), *factors[at + place + 1 :]))

        found = written(judge, e, choose, "how far the derivative reaches is not written")
        if found is not None:
            yield found


def reach_of_a_sum(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`\sum_k a_k b_k + c_k`: the sum, or what stands between it and its terms, may be meant to reach over the last
    term; and so may one whose letter stands nowhere at all, `\sum_i y - m`."""
    texts = {x: f"{x} is summed over, and stands behind the sum as well" for x in behind_its_sum(e)}
    texts |= {
        x: f"{x} is summed over and stands nowhere; how far the sum reaches is not written" for x in idle_letters(e)
    }
    for letter, text in texts.items():
        for place in range(1, MOST_PLACES):

            def choose(node: Node, letter: str = letter, place: int = place) -> Node | None:
                return _reaching(node, letter, place) if isinstance(node, Sum) else None

            found = written(judge, e, choose, text)
            if found is not None:
                yield found


def _reaching(node: Sum, letter: str, place: int) -> Node | None:
    """The terms with parentheses that begin some factors behind the sum over a letter and end with the last term."""
    for n, term in enumerate(node.terms[:-1]):
        factors = term.node.factors if isinstance(term.node, Product) else ()
        at = next((k for k, f in enumerate(factors) if letter in bound_by(f.node)), None)
        if at is not None and at + place < len(factors):
            first = Term("+", rest_of(factors[at + place :]))
            inside = _fenced(Sum(node.span, (first, *node.terms[n + 1 :])))
            whole = rest_of((*factors[: at + place], Factor("", inside)))
            return Sum(node.span, (*node.terms[:n], replace(term, node=whole)))
    return None


def operator_behind(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`\frac{dL}{dw} = \sum_i r_i^2 \frac{dL}{dw} = ...`: what a chain works out stands in it as a factor;
    it may be meant as the operator applied to what is before it."""
    head = next((x.lhs for x in judge.chain(e) if not x.link), e.lhs)
    top = above(head.numerator) if isinstance(head, Fraction) else None
    key = node_key(head)

    text = "the derivative that is worked out stands behind a factor; it may be meant as an operator"
    for many in range(1, MOST_PLACES) if top is not None else ():

        def choose(node: Node, many: int = many) -> Node | None:
            factors = node.factors if isinstance(node, Product) else ()
            at = next((n for n, f in enumerate(factors) if n and node_key(f.node) == key), None)
            sign = None if at is None or at < many else _operator(factors[at].node)
            if at is None or sign is None:
                return None
            inside = _fenced(rest_of(factors[at - many : at]))
            return rest_of((*factors[: at - many], Factor("", sign), Factor("", inside), *factors[at + 1 :]))

        found = written(judge, e, choose, text)
        if found is not None:
            yield found


def _operator(node: Node) -> Node | None:
    """`\\frac{d}{dw}` for `\\frac{dL}{dw}`."""
    top = node.numerator if isinstance(node, Fraction) else None
    return replace(node, numerator=top.factors[0].node) if isinstance(top, Product) else None  # type: ignore[call-arg]


def lost_fraction(judge: Judge, e: Equation) -> Iterator[Meant]:
    """`1 + e^{-x} 1`: nobody writes a number behind a factor; what was a fraction may have been copied as text."""
    names = lines_of(judge.world, [e])[0].names
    tables = (judge.world.sites, judge.world.functions)
    bodies = [s.body for table in tables for base in names for s in table.get(base, ())]
    if any(_copied(node) is not None for side in (e.lhs, e.rhs, *bodies) for node in walk(side)):
        text = "a number stands right behind a factor, as where a fraction was lost"
        yield written_throughout(judge, e, _copied, text)


def _copied(node: Node) -> Node | None:
    """The fraction whose numerator stands behind its denominator."""
    terms = node.terms if isinstance(node, Sum) else (Term("+", node),)
    last = terms[-1].node
    factors = last.factors if isinstance(last, Product) else ()
    if len(factors) < 2 or not _behind(*factors[-2:]):
        return None
    rest = rest_of(factors[:-1])
    below = rest if len(terms) == 1 else Sum(node.span, (*terms[:-1], replace(terms[-1], node=rest)))
    return Fraction(node.span, factors[-1].node, below)


def _behind(before: Factor, last: Factor) -> bool:
    """A number right behind a power or parentheses; behind a matrix 1 may stand for a vector of ones."""
    return isinstance(last.node, Number) and not last.op and isinstance(before.node, (Script, Fenced))


def _fenced(node: Node) -> Fenced:
    return Fenced(node.span, "(", node, ")")


def reach_of_a_slash(judge: Judge, e: Equation) -> Iterator[Meant]:
    """A number right behind a slash, with a factor right behind it, and more than a number before."""
    names = lines_of(judge.world, [e])[0].names
    tables = (judge.world.sites, judge.world.functions)
    bodies = [s.body for table in tables for base in names for s in table.get(base, ())]
    if any(_over_all(node) is not None for side in (e.lhs, e.rhs, *bodies) for node in walk(side)):
        yield written_throughout(judge, e, _over_all, "how far the slash reaches is not written")


def _over_all(node: Node) -> Node | None:
    """The product with all that stands behind its slash below it."""
    factors = node.factors if isinstance(node, Product) else ()
    at = next((n for n, f in enumerate(factors) if f.op == "/"), None)
    if not at or at + 1 >= len(factors) or any(f.op for f in factors[at + 1 :]):
        return None
    if not isinstance(factors[at].node, Number) or all(isinstance(f.node, Number) for f in factors[:at]):
        return None
    below = Product(node.span, (Factor("", factors[at].node), *factors[at + 1 :]))
    return Fraction(node.span, rest_of(factors[:at]), Fenced(node.span, "(", below, ")"))
