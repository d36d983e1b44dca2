r"""Expectations over random names, `\mathbb{E}[x x^\top]`, and the variances and covariances made of them.

A random name has one value for each outcome, all outcomes are equally likely, and there are enough of them for moments
that differ in general to differ (`sheet.random_names`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from chainrule.expr import Expr, IndexValue, const, mul, power, size, total
from chainrule.read.tree import Factor, Infix
from chainrule.sheet.arrays import algebra
from chainrule.sheet.meaning.functions.calls import hung
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Dims, Untyped, Val
from chainrule.sheet.statistics.random_names import Expected, expected, is_expectation, variables_below
from chainrule.sheet.syntax.names import reference, walk
from chainrule.sheet.syntax.spelling import spelled_out

OUTCOMES = "outcomes"
FEWEST = 4
"""With three outcomes a fourth moment follows from the lower ones, with two a third."""


def over_outcomes(frame: Frame, factors: tuple[Factor, ...], n: int) -> tuple[Val, int] | None:
    """The expectation or the spread that begins at factor n, and where the next operand begins."""
    found = expected(factors, n)
    if found is None or not is_expectation(frame.world, found):
        return None
    _check(frame, found)
    inner = _with_outcomes(frame)
    vals = [inner.value(a) for a in found.arguments]
    val = spread_of(inner.dims, vals, partial(_mean, inner)) if found.spread else _mean(inner, vals[0])
    return (val if found.hung in found.arguments else hung(frame, val, found.hung)), found.end


def _check(frame: Frame, found: Expected) -> None:
    """Refuse what is not known to be random, or random in more than one way."""
    world = frame.world
    if any(isinstance(a, Infix) and a.op in ("|", ";") for a in found.arguments) or (
        found.given and world.held is None
    ):
        raise Untyped("a conditional expectation", "operator")
    refs = (r for a in found.arguments for n in walk(a) if (r := reference(n, world.glossary)) is not None)
    bases = {world.aliases.get(r.base, r.base) for r in refs}
    unclear = sorted(bases & world.unclear)
    if unclear:
        text = f"an expectation over {spelled_out(unclear[0])}, whose distribution changes"
        raise Untyped(text, "operator")
    over = variables_below(world, found)
    if not (bases | over) & world.random and not all(world.defined(b) for b in bases):
        raise Untyped("an expectation of what is not known to be random", "operator")
    others = sorted(b for b in bases & world.random - over if not world.defined(b))
    if over & world.random and others:
        raise Untyped(f"an expectation that holds {spelled_out(others[0])} fixed, which is random too", "operator")


def _with_outcomes(frame: Frame) -> Frame:
    """A frame in which every random name has its value for one outcome."""
    letter = "·ω"
    while letter in frame.letters:
        letter += "′"
    dim = OUTCOMES
    frame.dims.at_least(dim, FEWEST)
    inner = frame.bind(letter, dim)
    inner.free = frame.free
    return inner.child(outcome=inner.letters[letter])


def _mean(inner: Frame, val: Val) -> Val:
    """The mean over the outcomes of a frame."""
    assert inner.outcome is not None
    dim, outcome = inner.outcome
    dims = inner.dims

    def at(*places: Expr) -> Expr:
        index = outcome()
        assert isinstance(index, IndexValue)
        return mul(power(size(dims.dim(dim)), const(-1)), total(index.index, val.at(*places)))

    return Val(val.shape, at, None, val.derived)


def spread_of(dims: Dims, vals: list[Val], mean: Callable[[Val], Val]) -> Val:
    r"""`\mathrm{Cov}(u, v) = \mathbb{E}[(u - \mathbb{E}u)(v - \mathbb{E}v)^\top]`, the variance where they are one."""
    centred = [algebra.plus(dims, v, algebra.negated(mean(v))) for v in vals]
    first, last = centred[0], centred[-1]
    if first.kind == "tensor" or last.kind in ("tensor", "matrix"):
        raise Untyped("the covariance of a matrix", "operator")
    flat = first.transposed() if first.kind == "row" else first, last.transposed() if last.kind == "column" else last
    return replace(mean(algebra.matmul(dims, *flat)), derived=False)
