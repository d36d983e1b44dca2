r"""Expectations under a law, `\mathbb{E}_{x \sim \mathcal{N}(\mu, \Sigma)}[(x - a)^2]`, and spreads made of them.

The body is a term in the variable; what it is made of is written out, and the mean of a polynomial is exact
(`calculus.normal_means`). Of anything else nothing but what holds for every distribution is known.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.calculus import resolve
from chainrule.calculus.normal_means import mean_of
from chainrule.expr import Component, Expr, Symbol, delta, mul, value
from chainrule.read.tree import Factor
from chainrule.sheet.arrays import algebra
from chainrule.sheet.meaning.derivatives.put_for import written_out
from chainrule.sheet.meaning.functions.calls import hung
from chainrule.sheet.meaning.functions.densities import spread_said
from chainrule.sheet.meaning.functions.outcomes import over_outcomes, spread_of
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped, Val
from chainrule.sheet.statistics.laws import SECOND, Law, law_of
from chainrule.sheet.statistics.random_names import expected, is_expectation
from chainrule.sheet.syntax.literals import is_zero
from chainrule.sheet.syntax.names import reference

NO_POLYNOMIAL = "the expectation of what is no polynomial of low degree"


def under_a_law(frame: Frame, factors: tuple[Factor, ...], n: int) -> tuple[Val, int] | None:
    """The expectation or the spread under a normal law that begins at factor n, and where the next operand begins."""
    found = expected(factors, n)
    if found is None or not is_expectation(frame.world, found):
        return None
    known = law_of(frame.world, found, frame.position)
    if known is None:
        return None
    law, bodies = known
    ref = reference(law.variable, frame.world.glossary)
    if ref is None or (found.sub is None and frame.world.defined(ref.base)):
        return None  # under a sign that says the law, the variable is the law's own, whatever else is said of it
    inner = frame.child(outcome=None, args={b: v for b, v in frame.args.items() if b != ref.base})
    drawn = _Drawn(inner, law)
    vals = [inner.value(b) for b in bodies]
    if found.spread:
        val = spread_of(frame.dims, vals, drawn.expected)
    else:
        val = drawn.expected(vals[0], _of_any_law(frame, factors, n))
    return (val if found.hung in found.arguments else hung(frame, val, found.hung)), found.end


def _of_any_law(frame: Frame, factors: tuple[Factor, ...], n: int) -> Val | None:
    """What the expectation means for a distribution of which nothing is known."""
    kept = frame.universe.mark()
    try:
        found = over_outcomes(frame, factors, n)
    except Untyped:
        frame.universe.back(kept)
        return None
    return None if found is None else found[0]


class _Drawn:
    """A variable with a normal law, in a frame."""

    def __init__(self, frame: Frame, law: Law) -> None:
        self.frame, self.moments, dims = frame, law.moments, frame.dims
        self.variable = frame.value(law.variable)
        self.mean, self.spread = frame.value(law.mean), frame.value(law.spread)
        if law.moments > SECOND:
            spread_said(frame, law.spread, self.spread)
        if self.variable.kind not in ("scalar", "column"):
            raise Untyped("a normal law of a row or a matrix", "operator")
        if not self.mean.scalar:
            self.mean = self.mean.transposed() if self.mean.kind == "row" else self.mean
            if not algebra.same_shape(dims, self.variable, self.mean):
                raise Untyped("a variable of another shape than the mean of its law", "shape")
        elif not (self.variable.scalar or is_zero(law.mean)):
            raise Untyped("a vector with a number as its mean", "shape")
        if self.variable.scalar and not self.spread.scalar:
            raise Untyped("a number with a matrix as its variance", "shape")
        for dim in self.spread.dims:
            dims.unify(dim, self.variable.dims[0])

    def covariance(self, *places: Expr) -> Expr:
        """The covariance of two entries, or the variance of a number."""
        if not places:
            return self.spread.at()
        i, j = places
        if self.spread.kind == "matrix":
            return self.spread.at(i, j)
        return mul(delta(i, j), self.spread.at() if self.spread.scalar else self.spread.at(i))

    def _alone(self, term: Expr, x: Symbol) -> None:
        """Refuse a term that has what the variable is made of elsewhere, but for what its law is made of: the noise of
        `z = m + s e` varies with z."""
        definitions = self.frame.universe.definitions
        behind = definitions.reach(x) if x in definitions else frozenset()
        given = set(behind) & set(term.symbols)
        for val in (self.mean, self.spread) if given else ():
            own = val.at(*(value(algebra.fresh(self.frame.dims, d)) for d in val.dims)).symbols
            given -= set(definitions.ordered(sorted(own)))
        if given:
            raise Untyped("an expectation over what stands beside what it is made of", "operator")

    def expected(self, val: Val, otherwise: Val | None = None) -> Val:
        """The mean of a value."""
        dims, definitions = self.frame.dims, self.frame.universe.definitions

        def at(*places: Expr) -> Expr:
            variable = self.variable.at(*(value(algebra.fresh(dims, d)) for d in self.variable.dims))
            if not isinstance(variable, Component):
                raise Untyped("an expectation over what is given", "operator")
            x = variable.symbol
            term = written_out(resolve(val.at(*places), definitions), x, definitions)
            self._alone(term, x)
            mean = (lambda *_: self.mean.at()) if self.mean.scalar else self.mean.at
            found = mean_of(term, x, mean, self.covariance, definitions, self.moments)
            if found is not None:
                return found
            if otherwise is None:
                raise Untyped(NO_POLYNOMIAL, "operator")
            return otherwise.at(*places)

        return replace(val, at=at, jacobian=None, derived=False, literal=False)
