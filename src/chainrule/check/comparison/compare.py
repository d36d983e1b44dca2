"""Whether two sides are equal: by canonical form, by sample points in floats, and by balls before any refutation.

What a result proves. `proved`: the two terms are one object after derivatives are carried out, so they are equal
wherever both are defined. `sampled`: they agreed in float64 to a relative 1e-9 at every valid point, over two choices
of sizes; two different analytic functions agree at random points with probability zero, up to that tolerance. A
difference counts only when interval arithmetic separates the two values at an exactly represented point. NaN and
infinity never count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.calculus import resolve
from chainrule.check.comparison.points import MODES, Sampler, dims_of, free_symbols, inverted_products, needy_symbols
from chainrule.check.comparison.settle import Settled
from chainrule.check.comparison.sizes import SIZES, sizes_for
from chainrule.check.comparison.writing import name_of, names_of
from chainrule.check.records.need import Need
from chainrule.expr import (
    BALL,
    Const,
    CyclicDefinition,
    Dim,
    Expr,
    ExprError,
    Index,
    Model,
    Symbol,
    const,
    evaluate,
    substitute,
    value,
)
from chainrule.expr.model import Array
from chainrule.sheet.records.configurations import Config
from chainrule.sheet.records.shapes import Untyped, Val

POINTS = 6
LEAST = 5
CLOSE, APART = 1e-9, 1e-6


@dataclass
class Same:
    """Equal: how that is known."""

    method: str
    points: int
    sizes: dict[str, int] = field(default_factory=dict)
    one_sided: bool = False


@dataclass
class Different:
    """Not equal: the numbers that show it, certified."""

    values: dict[str, Any]
    lhs: Any
    rhs: Any
    where: str | None
    left_symbols: set[Symbol]
    right_symbols: set[Symbol]
    terms: tuple[Expr, Expr]
    ratio: float | None = None
    sizes: dict[str, int] = field(default_factory=dict)
    config: Config | None = None
    """For which layer or time, where it is another one than the line was read for first."""


@dataclass
class Unclear:
    """Neither: the reason code and the reason."""

    code: str
    message: str
    needs: tuple[Need, ...] = ()


Outcome = Same | Different | Unclear


@dataclass
class Comparer:
    """Compares the two sides of lines of one universe; evaluated definitions are shared between lines."""

    settled: Settled
    seed: int
    deadline: Callable[[], None]
    models: dict[object, Model] = field(default_factory=dict)

    def terms(self, val: Val, axes: list[Index]) -> Expr:
        """The term of a side over the given axes, with every derivative carried out."""
        places = [value(i) for i in axes] if val.dims else []
        term = val.at(*places)
        return resolve(term, self.settled.universe.definitions)

    def compare(self, lhs: Val, rhs: Val, condition: Expr | None = None) -> Outcome:
        """Decide about one pair of sides."""
        universe = self.settled.universe
        big = lhs if lhs.dims else rhs
        axes = [Index(f"·e{n}", universe.dims.dim(d)) for n, d in enumerate(big.dims)]
        try:
            left, right = self.terms(lhs, axes), self.terms(rhs, axes)
        except CyclicDefinition as error:
            return Unclear("cyclic", str(error))
        broken = self._broken((left, right))
        if broken is not None:
            return Unclear("poisoned", broken)
        if left is right:
            return Same("proved", 0)
        try:
            return self._sampled(left, right, axes, condition)
        except ExprError as error:
            return Unclear(error_code(error), str(error))

    def vanishes(self, val: Val) -> bool:
        """Whether a side is zero whatever its names stand for."""
        axes = [Index(f"·e{n}", self.settled.universe.dims.dim(d)) for n, d in enumerate(val.dims)]
        term = self.terms(val, axes)
        return isinstance(term, Const) and term.value == 0

    def _broken(self, terms: Iterable[Expr]) -> str | None:
        symbols = free_symbols(terms, self.settled.universe.definitions)
        for symbol in sorted(symbols):
            if symbol in self.settled.broken:
                name = name_of(self.settled.universe, symbol)
                return f"{name} could not be given a meaning: {self.settled.broken[symbol].message}"
        return None

    def _indexed_apart(self, left: Expr, right: Expr) -> bool:
        r"""Whether a side has an index that the other lacks and that no ones carry: `\mathbf{1}_b \delta_{hq}`."""
        universe = self.settled.universe
        carried = {universe.dims.find(dim) for dims in universe.ones.values() for dim in dims}
        return any(universe.dims.find(i.dim.name) not in carried for i in left.free ^ right.free)

    def _sampled(self, left: Expr, right: Expr, axes: list[Index], condition: Expr | None) -> Outcome:
        definitions = self.settled.universe.definitions
        sides = (left, right)
        terms = sides if condition is None else (*sides, condition)
        nothing = any(isinstance(t, Const) and t.value == 0 for t in sides)  # and of nothing, whatever is summed
        if self.settled.universe.world.einstein and self._indexed_apart(left, right) and not nothing:
            return Unclear("index-scope", "the sides have different free indices; which are summed is not written")
        indices = sorted(set(left.free) | set(right.free) | (set(condition.free) if condition is not None else set()))
        ordered = [*axes, *(i for i in indices if i not in axes)]
        ordered = [i for i in ordered if i in set(indices) | set(axes)]
        symbols = free_symbols(terms, definitions)
        needy = needy_symbols(terms, definitions)
        dims = dims_of(terms, definitions) | {i.dim for i in ordered}
        tall = inverted_products(terms, definitions)
        closed = symbols <= set(self.settled.data)
        table = self.settled.universe.dims
        fixed = closed and all(table.find(d.name) in table.sizes for d in dims)
        valid = 0
        shown: dict[str, int] = {}
        one_sided = False
        telling = closed or any(isinstance(t, Const) for t in sides)
        outside = False
        for mode in MODES[:1] if closed else MODES:
            if mode.endswith("needed") and not needy:
                continue
            beyond: list[bool] = []
            for variant in range(1 if fixed else len(SIZES)):
                sizes = sizes_for(self.settled.universe, dims, variant, tall)
                model = self.model(symbols, sizes, mode, needy, 1 if closed else POINTS)
                a, b = evaluate(left, ordered, model), evaluate(right, ordered, model)
                mask = np.isfinite(a) & np.isfinite(b)
                for k, index in enumerate(ordered, start=1):
                    skipped = self.settled.universe.dims.usual_first(index.dim.name) - index.dim.low
                    mask[(slice(None),) * k + (slice(0, max(skipped, 0)),)] = False
                holds = np.full(mask.shape, True) if condition is None else evaluate(condition, ordered, model) != 0
                mask &= holds
                beyond += _beyond(a, b, holds)
                gaps = relative_gaps(a, b, mask)
                if (gaps > APART).any():
                    return self._certified(sides, ordered, axes, model, gaps > APART, symbols, a, b)
                if (gaps > CLOSE).any():
                    return Unclear("undecided", "the sides agree to six digits but not to nine; neither is certain")
                points = mask.reshape(mask.shape[0], -1).any(axis=1).sum()
                valid += int(points)
                telling |= bool((np.where(mask, a, 0) != 0).any())
                one_sided |= any(len(s) < 2 for s in model.seen.values())
                shown = {self.settled.universe.dims.shown(d.name): n for d, n in sizes.items()}
            outside = bool(beyond) and all(beyond)  # or a logarithm of what this mode makes negative
            if outside and needy:
                continue
            if outside:
                break
            if telling and valid >= (1 if fixed else len(SIZES) if closed else LEAST):
                return Same("digits" if fixed else "sampled", valid, shown, one_sided)
        if outside:
            return Unclear("no-valid-points", "one side reads an index beyond its range where the other does not")
        if valid and not telling:
            return Unclear("undecided", "both sides are zero at every sample point, which bears out neither")
        return Unclear("no-valid-points", "at no sample point were both sides defined")

    def model(self, symbols: set[Symbol], sizes: dict[Dim, int], mode: str, needy: set[Symbol], points: int) -> Model:
        """A model with values for the symbols; shared between lines with the same sizes."""
        key = (tuple(sorted(sizes.items())), mode, frozenset(needy) if mode != "real" else None, points)
        model = self.models.get(key)
        if model is None:
            model = Model(sizes, {}, self.settled.universe.definitions, points, seed=self.seed, deadline=self.deadline)
            self.models[key] = model
        values = model.values
        assert isinstance(values, dict)
        missing = {s for s in symbols if s not in values}
        for symbol in missing & set(self.settled.data):
            values[symbol] = self._data(symbol, points)
        sampler = Sampler(self.settled.universe, self.seed)
        values |= sampler.draw(missing - set(self.settled.data), sizes, points, mode, needy)
        model.seen.clear()
        return model

    def _data(self, symbol: Symbol, points: int) -> Array:
        rows = self.settled.data[symbol]
        array = np.array([[float(x) for x in row] for row in rows])
        shape = {2: array.shape, 1: (array.size,), 0: ()}[len(symbol.axes)]
        return np.broadcast_to(array.reshape(shape), (points, *shape)).copy()

    # ------------------------------------------------------------------------------------------ refutation

    def _certified(
        self,
        sides: tuple[Expr, Expr],
        ordered: list[Index],
        axes: list[Index],
        model: Model,
        wrong: Array,
        symbols: set[Symbol],
        a: Array,
        b: Array,
    ) -> Outcome:
        """The clearest difference, confirmed by balls; the next one when balls cannot tell."""
        gaps = np.where(wrong, relative_gaps(a, b, wrong), -1.0)
        for flat in np.argsort(gaps, axis=None)[::-1][:4]:
            place = np.unravel_index(flat, gaps.shape)
            if gaps[place] <= 0:
                break
            try:
                exact = self._balls(sides, ordered, place, model)
            except ExprError:
                continue
            if exact is not None:
                return self._witness(sides, ordered, axes, place, model, symbols, exact, (a, b), wrong)
        return Unclear("undecided", "the sides differ in floating point, but interval arithmetic cannot separate them")

    def _balls(
        self, sides: tuple[Expr, Expr], ordered: list[Index], place: tuple[Any, ...], model: Model
    ) -> tuple[float, float] | None:
        point = int(place[0])
        entry = {i: const(int(n) + i.dim.low) for i, n in zip(ordered, place[1:], strict=True)}
        values = {s: np.asarray(v[point : point + 1]) for s, v in model.values.items()}
        exact = model.again(values=values, points=1, arithmetic=BALL)
        left, right = (evaluate(substitute(s, entry), (), exact).ravel()[0] for s in sides)
        if not (left.is_finite() and right.is_finite()) or left.overlaps(right):
            return None
        return float(left.mid()), float(right.mid())

    def _witness(
        self,
        sides: tuple[Expr, Expr],
        ordered: list[Index],
        axes: list[Index],
        place: tuple[Any, ...],
        model: Model,
        symbols: set[Symbol],
        exact: tuple[float, float],
        arrays: tuple[Array, Array],
        wrong: Array,
    ) -> Different:
        point = int(place[0])
        definitions = self.settled.universe.definitions
        values: dict[str, Any] = {}
        for symbol, name in names_of(self.settled.universe, sorted(symbols)).items():
            values[name] = model.values[symbol][point].tolist()
        entry = []
        for n, index in zip(place[1:], ordered, strict=True):
            if index in axes:
                entry.append(str(int(n) + 1))
            else:
                values[index.name] = int(n) + index.dim.low
        where = f"entry ({','.join(entry)})" if entry else None
        a, b = arrays
        with np.errstate(all="ignore"):
            ratios = (b / a)[wrong]
        ratio = float(ratios[0]) if ratios.size and np.allclose(ratios, ratios[0], rtol=1e-9) else None
        sizes = {self.settled.universe.dims.shown(d.name): n for d, n in model.sizes.items()}
        left, right = (free_symbols([side], definitions) for side in sides)
        return Different(values, exact[0], exact[1], where, left, right, sides, ratio, sizes)


def _beyond(a: Array, b: Array, holds: Array) -> list[bool]:
    """Whether one side is defined at no point at some place, away from the ends of all indices, where the other is;
    nothing where an axis has no such places."""
    inner = (slice(None), *(slice(1, -1) for _ in holds.shape[1:]))
    if a.ndim < 2 or not holds[inner].size:
        return []
    one, other = ((np.isfinite(x) & holds)[inner].any(axis=0) for x in (a, b))
    return [bool((one != other).any())]


class Screen(Comparer):
    """Compares without certifying differences: only equality counts here."""

    def _certified(self, *args: Any, **kwargs: Any) -> Outcome:
        return Different({}, None, None, None, set(), set(), args[0])


def relative_gaps(a: Array, b: Array, valid: Array) -> Array:
    """|a - b| / (1 + max(|a|, |b|)) where both are finite numbers, else 0: NaN and infinity are never evidence."""
    with np.errstate(all="ignore"):
        gaps = np.abs(a - b) / (1.0 + np.maximum(np.abs(a), np.abs(b)))
    return np.asarray(np.where(valid, gaps, 0.0))


def error_code(error: ExprError) -> str:
    """The reason code of an evaluation error."""
    return {"TooLarge": "too-large", "Undecided": "undecided", "CyclicDefinition": "cyclic"}.get(
        type(error).__name__, "untyped"
    )


def guard(call: Callable[[], Outcome]) -> Outcome:
    """An outcome, with what could not be typed or evaluated as `Unclear`."""
    try:
        return call()
    except Untyped as error:
        return Unclear(error.code, error.message)
    except ExprError as error:
        return Unclear(error_code(error), str(error))
    except RecursionError:
        return Unclear("too-deep", "the formula is too long or nested too deeply")
    except (OverflowError, MemoryError, ValueError) as error:
        return Unclear("too-large", f"the numbers of this line are out of bounds ({error})")
