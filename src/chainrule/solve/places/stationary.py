r"""Where a gradient is zero: the gradient set to zero, the equation that this is, and its solution.

What has a solution in closed form here is what `derive/equations.py` says. The solution is tried with numbers
before it is written: the gradient has to vanish there, and where a minimum or a maximum is asked for, it has to be one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from chainrule.calculus import contract, derivative
from chainrule.check.comparison.exact import rows_of, term_of
from chainrule.check.comparison.lines import Variant
from chainrule.check.comparison.points import Sampler, dims_of, free_symbols
from chainrule.derive.cancel import spread
from chainrule.derive.equations import Linear, linear_in
from chainrule.expr import (
    Component,
    Const,
    Definition,
    Definitions,
    Dim,
    Expr,
    ExprError,
    Index,
    IndexValue,
    Inverse,
    Model,
    Power,
    Symbol,
    component,
    const,
    delta,
    evaluate,
    power,
    rebuilt,
    substitute,
    value,
    walk,
)
from chainrule.expr.walks import terms_in
from chainrule.sheet.records.statements import Equation
from chainrule.solve.forms.wholes import symmetric
from chainrule.solve.question import fits

Numbers = NDArray[np.float64]
DRAWS, CLOSE = 4, 1e-8
MODES = ("real", "positive", "unit")
ANY = "any"
"""The kind of a place of which is asked what it is."""


class Unsolved(ValueError):
    """Why there is no solution to be written."""


@dataclass(frozen=True)
class Place:
    """Where a gradient is zero: the gradient as a term of the unknown, the equation, that of another unknown which is
    put into it, what the place is for some numbers, where a minimum or a maximum is asked for, and the power of the
    unknown that is asked for."""

    gradient: Expr
    axes: tuple[Index, ...]
    equation: Linear
    other: Place | None = None
    kinds: frozenset[str] = frozenset()
    power: Fraction = Fraction(1)

    @property
    def solution(self) -> Expr:
        r"""What is asked for at the place: of an unknown \sigma its power \sigma^2, where that is differentiated by."""
        return power(self.equation.solution, const(self.power))

    @property
    def names(self) -> tuple[Index, ...]:
        """Indices for a second derivative by the unknown."""
        return tuple(Index(f"υ{k}", i.dim) for k, i in enumerate(self.axes))

    @property
    def bend(self) -> Expr:
        """The second derivative, over the axes and `names`."""
        return derivative(self.gradient, component(self.equation.unknown, *map(value, self.names)), Definitions())


def place_of(
    variant: Variant, asked: Equation, variable: Equation, kind: str, others: Sequence[tuple[Equation, Equation]] = ()
) -> Place:
    """The only place where the derivative that is asked for is zero; those by `others`, each with its variable, are to
    vanish there, too. Raises `Unsolved`."""
    gradient, axes, unknown, raised = gradient_of(variant, asked, variable)
    name = variable.text(variable.lhs) if variable.spelled is None else variable.spelled[0]
    if unknown not in gradient.symbols:
        raise Unsolved(f"the derivative does not depend on {name}, so that no value of it is singled out")
    positive = raised != 1 or _is_positive(variant, unknown)
    found = linear_in(without_inverse(gradient, axes), axes, unknown, positive)
    if found is None:
        raise Unsolved(
            f"the gradient is zero where an equation holds that is not linear in {name}, "
            "and no closed form of its solution is known here"
        )
    place = Place(gradient, axes, found, power=raised)
    place = replace(place, kinds=_try(variant, place, name, kind))
    if not all(_is_as_said(variant, place, draw) for draw in range(DRAWS)):
        raise Unsolved(f"the gradient is zero at one place only, and that is not what the sheet says {name} is")
    for slope, by in others:
        place = _with_put_in(variant, place, gradient_of(variant, slope, by))
    return place


def without_inverse(gradient: Expr, axes: tuple[Index, ...]) -> Expr:
    r"""A vector that is zero where another one is: r for `\Sigma^{-1} r`, where every term begins with that inverse."""
    out = spread(gradient)
    terms = terms_in(out)
    fronts = [[n for n in walk(t) if isinstance(n, Inverse) and value(axes[0]) in (n.i, n.j)] for t in terms if axes]
    bodies = {(n.body, n.row, n.col) for front in fronts for n in front}
    if len(axes) != 1 or len(bodies) != 1 or any(len(set(front)) != 1 for front in fronts):
        return gradient

    def taken(_: Expr, new: Expr) -> Expr:
        at = value(axes[0])
        front = isinstance(new, Inverse) and (new.body, new.row, new.col) in bodies and at in (new.i, new.j)
        return delta(at, new.j if new.i == at else new.i) if front and isinstance(new, Inverse) else new

    return contract(rebuilt(gradient, taken))


Slope = tuple[Expr, tuple[Index, ...], Symbol, Fraction]


def _with_put_in(variant: Variant, place: Place, other: Slope) -> Place:
    """The equation with what another unknown is, where each of the two stands in the other's."""
    slope, axes, symbol, raised = other
    e = place.equation
    positive = raised != 1 or _is_positive(variant, symbol)
    second = linear_in(slope, axes, symbol, positive) if symbol in e.solution.symbols else None
    if second is None or e.unknown not in second.solution.symbols:
        return place
    put = Definition(symbol, axes, second.solution).at
    gradient = contract(spread(contract(substitute(place.gradient, {symbol: put}))))
    found = linear_in(gradient, place.axes, e.unknown, _is_positive(variant, e.unknown))
    return place if found is None else replace(place, equation=found, other=Place(slope, axes, second, power=raised))


def _try(variant: Variant, place: Place, name: str, kind: str) -> frozenset[str]:
    """Look at the place with numbers, also at those of either sign where no word says that there is one only: what it
    is, where it matters. Raises `Unsolved` where it is not what is asked for."""
    kinds = {_kind(variant, place, mode, seed) for mode in MODES for seed in range(DRAWS)} - {None}
    if "no" in kinds or not kinds:
        raise Unsolved("the solution that was found does not make the gradient zero where it was tried")
    if kinds == {"many"}:
        raise Unsolved(f"the gradient is zero at more than one {name}: the equation for it is singular")
    found = frozenset(k for k in kinds if k is not None and k != "many")
    if kind not in ("", ANY) and not fits(kind, found):
        what = min(found) if len(found) == 1 else "place of changing kind"
        raise Unsolved(f"the gradient is zero at one place only, and that is no {kind} but a {what}")
    return found if kind else frozenset()


def gradient_of(variant: Variant, asked: Equation, variable: Equation) -> Slope:
    """The derivative with all that depends on the unknown written out, the unknown, and its power that is meant."""
    if {asked.position, variable.position} & variant.failed.keys():
        raise Unsolved("the derivative could not be read")
    target, _ = term_of(variant, variant.typed[variable.position][1])
    term, axes = term_of(variant, variant.typed[asked.position][1])
    raised = Fraction(1)
    if isinstance(target, Power) and not axes:
        exponent, target = target.exponent, target.base
        raised = exponent.value if isinstance(exponent, Const) else Fraction(0)
    if not raised or not isinstance(target, Component) or not all(isinstance(i, IndexValue) for i in target.indices):
        raise Unsolved("what is asked for is no quantity of the sheet")
    if len(axes) != len(target.symbol.axes) or term.free - set(axes):
        raise Unsolved(
            "the place is found of whole vectors and matrices; give what is sought a name without an index"
            if term.free - set(axes)
            else "the derivative is none of one scalar"
        )
    unknown = target.symbol
    term = in_terms_of(variant, term, unknown)
    return contract(symmetric(term, variant)), tuple(axes), unknown, raised


def in_terms_of(variant: Variant, term: Expr, unknown: Symbol) -> Expr:
    """A term with all that depends on an unknown written out."""
    definitions = variant.universe.definitions
    moving = definitions.dependants(unknown)
    while found := sorted(
        s for s in term.symbols if s in moving or (s in definitions and s not in variant.universe.instances)
    ):
        term = contract(substitute(term, {found[-1]: definitions[found[-1]].at}))
    return term


def _is_positive(variant: Variant, unknown: Symbol) -> bool:
    instance = variant.universe.instances.get(unknown)
    family = None if instance is None else variant.universe.world.family(instance.base)
    return family is not None and family.domain_kind == "positive"


# -------------------------------------------------------------------------------------------------- tried


def _kind(variant: Variant, place: Place, mode: str, seed: int) -> str | None:
    """What the place is for some numbers: "minimum", "maximum", "saddle point"; "no" where the gradient does not
    vanish, "many" where the equation has other solutions; None where nothing can be told."""
    e, names, bend = place.equation, place.names, place.bend
    symbols = sorted((place.gradient.symbols | bend.symbols) - {e.unknown})
    data, sizes = numbers_for(variant, [e.unknown], symbols, mode, seed)
    with np.errstate(all="ignore"):
        if is_singular(e, data, sizes):
            return "many"
        u = number_of(e.solution, e.axes, data, sizes)
        known = data | {e.unknown: u}
        slope = number_of(place.gradient, place.axes, known, sizes)
        curve = number_of(bend, (*place.axes, *names), known, sizes)
    if not all(np.isfinite(x).all() for x in (u, slope, curve)):
        return None
    if np.abs(slope).max() > CLOSE * (1 + np.abs(curve).max() * np.abs(u).max()):
        return "no"
    turns = np.linalg.eigvalsh(curve.reshape(u.size, u.size))
    return "minimum" if turns.min() > 0 else "maximum" if turns.max() < 0 else "saddle point"


def _is_as_said(variant: Variant, place: Place, draw: int) -> bool:
    """Whether the place is what the sheet says the unknown is, where it says anything."""
    e, table = place.equation, variant.universe.definitions
    said = table.get(e.unknown)
    if said is None or not said.body.symbols or e.unknown in said.body.symbols:
        return True
    body = substitute(said.body, dict(zip(said.indices, map(value, e.axes), strict=True)))
    terms, rng = [body, e.solution], np.random.default_rng(draw)
    if not free_symbols([body], table) <= free_symbols([e.solution], table):
        return True  # `v = \sigma^2` gives it another name
    sizes = {d: d.fixed or 3 + k for k, d in enumerate(sorted(dims_of(terms, table) | {i.dim for i in e.axes}))}
    data = {s: _drawn(s, sizes, rng)[None] for s in sorted(free_symbols(terms, table))}
    with np.errstate(all="ignore"):
        ours, theirs = (evaluate(t, e.axes, Model(sizes=sizes, values=data, definitions=table)) for t in terms)
    return bool(np.allclose(ours, theirs, rtol=CLOSE, atol=CLOSE, equal_nan=True))


def numbers_for(
    variant: Variant, unknowns: Sequence[Symbol], symbols: list[Symbol], mode: str, seed: int
) -> tuple[dict[Symbol, Numbers], dict[Dim, int]]:
    """Numbers for symbols, those of the sheet where it gives some, and sizes, of which some are drawn either way."""
    dims = sorted({d for s in (*symbols, *unknowns) for d in s.axes})
    orders = [dims[::-1], dims, *permutations(dims)] if len(dims) < 4 else [dims[::-1], dims]
    order = orders[seed % (2 if seed < DRAWS else len(orders))]
    sizes = {d: d.fixed or 3 + 2 * k for k, d in enumerate(order)}
    given = dict[Symbol, Numbers]()
    for symbol in symbols:
        rows = rows_of(variant.settled, symbol)
        if rows is not None:
            given[symbol] = np.squeeze(np.array([[float(x) for x in row] for row in rows]))
    for symbol in sorted(given):
        given[symbol] = given[symbol].reshape([n for n in given[symbol].shape if n > 1] or [1] * len(symbol.axes))
        if given[symbol].ndim == len(symbol.axes):
            sizes |= dict(zip(symbol.axes, given[symbol].shape, strict=True))
    given = {s: v for s, v in given.items() if v.shape == tuple(sizes[d] for d in s.axes)}
    drawn = Sampler(variant.universe, seed).draw([s for s in symbols if s not in given], sizes, 1, mode, set())
    return {**given, **{s: np.asarray(v[0], dtype=float) for s, v in drawn.items()}}, sizes


def _drawn(symbol: Symbol, sizes: dict[Dim, int], rng: np.random.Generator) -> Numbers:
    shape = [d.fixed or sizes[d] for d in symbol.axes]
    found: Numbers = rng.uniform(0.1, 0.9, shape)
    if len(shape) == 2 and shape[0] == shape[1]:
        found = found @ found.T + np.eye(shape[0])
    return found


def number_of(term: Expr, axes: Sequence[Index], data: dict[Symbol, Numbers], sizes: dict[Dim, int]) -> Numbers:
    model = Model(sizes=sizes, values={s: v[None] for s, v in data.items()})
    shape = [i.dim.fixed or sizes[i.dim] for i in axes]
    return np.broadcast_to(np.asarray(evaluate(term, tuple(axes), model)[0], dtype=float), shape)


def is_singular(e: Linear, data: dict[Symbol, Numbers], sizes: dict[Dim, int]) -> bool:
    if e.side == "number":
        return False
    by = number_of(e.by, e.by_axes, data, sizes)
    return bool(np.isfinite(by).all() and np.linalg.matrix_rank(by) < len(by))


def numbers_of(
    place: Place, values: Mapping[Symbol, Numbers], sizes: Mapping[Dim, int], variant: Variant
) -> Numbers | None:
    """The numbers of the place, as they are printed, where all that it is made of has some. Raises `Unsolved`."""
    e = place.equation
    model = Model(dict(sizes), dict(values), variant.universe.definitions)
    try:
        found = np.asarray(evaluate(place.solution, e.axes, model)[0], dtype=float)
    except (ExprError, KeyError):
        return None
    return found.reshape(-1, 1) if found.ndim == 1 else found
