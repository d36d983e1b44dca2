r"""Sums and products with dots, as what they stand for: `x_1 w_1 + \dots + x_n w_n` is `\sum_{j=1}^n x_j w_j`.

The items on both sides of the dots are the same but for one place; terms before them that go on with the same pattern
belong to the sum, others do not: `b + x_1 + x_2 + \dots + x_n`. The plus behind the dots may be left out,
`w_1 x_1 + \dots w_n x_n`, and the items of a product may have several factors: `f(x_1) f(x_2) \cdots f(x_n)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chainrule.read.tree import Big, Dots, Factor, Link, Name, Node, Number, Product, Relation, Sum, Term
from chainrule.sheet.sums.dots_in_chains import chain_with_dots
from chainrule.sheet.sums.dots_over_entries import over_both, spread, used
from chainrule.sheet.syntax.names import node_key
from chainrule.sheet.syntax.parts import factors_of
from chainrule.sheet.syntax.patterns import filled, generalised

# What the letter of such a sum may be: one that is an index under any name and stands nowhere in the formula.
LETTERS = ("j", "k", "t")
TIMES = frozenset({"", "cdot", "times"})
SIZES = (1, 2, 3)
"""How many factors an item of a product with dots may have."""


@dataclass(frozen=True)
class Run:
    """Items that dots run through: from `start` to before `end`, as a pattern with a slot between two values."""

    start: int
    end: int
    pattern: Node
    low: Node
    high: Node


def without_dots(node: Node) -> Node | None:
    """A sum or product with dots, written with a sign and a range; None for anything else."""
    match node:
        case Sum(terms=terms) if (alone := _among_zeros(terms)) is not None:
            return _one_or(node, (alone,))
        case Sum(terms=terms):
            parted = _parted(terms)
            whole = node if parted == terms else replace(node, terms=parted)
            return None if _first_dots([t.node for t in parted]) is None else _sums_of(whole, used(node))
        case Product(factors=factors) if (at := _first_dots([f.node for f in factors])) is not None:
            letter = _letter(node, used(node))
            found = (_product_of(factors, at, size, letter) for size in SIZES if letter is not None)
            shorter = next((x for x in found if x is not None), None)
            if shorter is None and not any(f.op and f.op not in TIMES for f in factors):
                chain = chain_with_dots(factors, at, letter)
                return None if chain is None else _all_chains(replace(node, factors=tuple(chain)))
            return None if shorter is None else replace(node, factors=shorter)
    return None


def _among_zeros(terms: tuple[Term, ...]) -> Term | None:
    r"""The only term of a sum beside zeros, `0 + \dots + 0 + x_i + 0 + \dots + 0`; the dots stand for more zeros."""
    zeros = [isinstance(t.node, Number) and t.node.text == "0" for t in terms]
    dots = [n for n, t in enumerate(terms) if isinstance(t.node, Dots)]
    others = [t for n, t in enumerate(terms) if not zeros[n] and n not in dots]
    if not dots or len(others) > 1 or not (zeros[0] and zeros[-1]):  # `0 + \dots + n` counts up
        return None
    beside = (zeros[max(n - 1, 0)] or zeros[min(n + 1, len(terms) - 1)] for n in dots)
    return (others or [terms[zeros.index(True)]])[0] if all(beside) else None


def _all_chains(node: Product) -> Node:
    """A product with the other dots in it written out too."""
    return without_dots(node) or node


def _product_of(factors: tuple[Factor, ...], at: int, size: int, letter: str) -> tuple[Factor, ...] | None:
    """The factors of a product with those that dots run through as one, in items of so many factors."""
    whole, start = divmod(at, size)
    groups = [factors[n : n + size] for n in range(start, at, size)]
    last = factors[at + 1 : at + 1 + size]
    if not groups or len(last) < size:
        return None
    signs = ["" if x[0].op in TIMES else x[0].op for x in (*groups, (factors[at],), last)]
    items = [*map(_item, groups), factors[at].node, _item(last)]
    found = _run(items, whole, [signs[1], *signs[1:]])
    if found is None:
        return None
    first = start + size * found.start
    product = Factor(factors[first].op, _over(found, "prod", letter))
    return (*factors[:first], product, *factors[at + 1 + size * (found.end - whole - 1) :])


def _item(factors: tuple[Factor, ...]) -> Node:
    """The factors of one item as a formula of their own."""
    if len(factors) == 1:
        return factors[0].node
    span = factors[0].node.span.join(factors[-1].node.span)
    return Product(span, (replace(factors[0], op=""), *factors[1:]))


def _parted(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """The terms of a sum with the last one apart from dots that have no sign behind them: `... w_n x_n`."""
    out: list[Term] = []
    for term in terms:
        factors = term.node.factors if isinstance(term.node, Product) else ()
        behind = factors[1:] if out and factors and isinstance(factors[0].node, Dots) and not factors[1].op else ()
        last = _item(behind) if behind else None
        if last is None or generalised(out[-1].node, last) is None:
            out.append(term)
        else:
            out += [replace(term, node=factors[0].node), replace(term, node=last)]
    return tuple(out)


def _sums_of(node: Sum, taken: frozenset[str]) -> Node | None:
    r"""A sum with its dots written out, one run after the other: rows first, as `x_{11} + \dots + x_{1n}`, then
    what runs over the rows."""
    terms = spread(node.terms)
    double = over_both(terms, taken)
    if double is not None:
        return _one_or(node, double)
    for at in (n for n, t in enumerate(terms) if isinstance(t.node, Dots)):
        found = _run([t.node for t in terms], at, [t.sign for t in terms])
        letter = None if found is None else _letter(found.pattern, taken)
        if found is not None and letter is not None:
            whole = Term(terms[found.start].sign, _over(found, "sum", letter))
            less = _one_or(node, (*terms[: found.start], whole, *terms[found.end :]))
            more = _first_dots([t.node for t in less.terms]) if isinstance(less, Sum) else None
            return less if more is None or not isinstance(less, Sum) else _sums_of(less, taken)
    return None


def _one_or(node: Sum, terms: tuple[Term, ...]) -> Node:
    lone = len(terms) == 1 and terms[0].sign == "+"
    return replace(terms[0].node, span=node.span) if lone else replace(node, terms=terms)


def _first_dots(items: Sequence[Node]) -> int | None:
    return next((n for n, item in enumerate(items) if isinstance(item, Dots)), None)


def _letter(node: Node, taken: frozenset[str]) -> str | None:
    """A letter that stands nowhere in a formula; rows of one matrix may all have the same."""
    return next((x for x in LETTERS if x not in taken | used(node)), None)


def _run(items: Sequence[Node], at: int, signs: Sequence[str]) -> Run | None:
    """What the dots at a place stand for, with more dots after it: `y_1 + \\dots + y_k + \\dots + y_n`."""
    if not 0 < at < len(items) - 1 or len({signs[at - 1], signs[at], signs[at + 1]}) > 1:
        return None
    end = at + 1
    found = generalised(items[at - 1], items[end])
    while found is not None and end + 2 < len(items) and isinstance(items[end + 1], Dots):
        more = generalised(items[at - 1], items[end + 2]) if signs[end + 2] == signs[at] else None
        if more is None or found is None or node_key(more[0]) != node_key(found[0]):
            break  # another row begins
        end, found = end + 2, more
    if found is None or not isinstance(found[1], Number) or not found[1].text.isdigit():
        return None
    pattern, low, high = found
    start, first = at - 1, int(found[1].text)
    while start > 0 and first > 0 and signs[start - 1] == signs[at]:
        before = Number(low.span, str(first - 1))
        if node_key(filled(pattern, before)) != node_key(items[start - 1]):
            break
        start, first, low = start - 1, first - 1, before
    return Run(start, end + 1, pattern, low, high)


def _over(run: Run, op: str, letter: str) -> Node:
    """The run as one big operator on its pattern."""
    span = run.pattern.span
    name = Name(span, letter)
    big = Big(span, op, Relation(span, name, (Link("=", span, run.low),)), run.high)
    body = filled(run.pattern, name)
    factors = factors_of(body)
    return Product(span, (Factor("", big), *factors))
