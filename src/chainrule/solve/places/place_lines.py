r"""The lines that lead to where a gradient is zero: the gradient set to zero, the equation that is, its solution."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from chainrule.calculus import contract
from chainrule.check.comparison.lines import Variant
from chainrule.derive.cancel import cancelled, merged, spread
from chainrule.derive.sheets import functions_of, name_of
from chainrule.expr import ONE, Add, Expr, Index
from chainrule.solve.forms.entries import over_arrays
from chainrule.solve.forms.writing import Way
from chainrule.solve.places.stationary import Place
from chainrule.write.derivation import Line

T = TypeVar("T")


@dataclass(frozen=True)
class Parts:
    """One way to write a place: the gradient, both sides of its equation, the solution, what is inverted in it."""

    slope: str
    left: str
    right: str
    end: str
    inverted: str


def ways_to(variant: Variant, place: Place, asked: Sequence[str], names: Sequence[str], numbers: str) -> Iterator[Way]:
    """The gradient set to zero, the equation, its solution under the first name that the checker takes; `asked` are the
    derivative and, where another unknown is put in, that by the other."""
    e, of = place.equation, _name(variant, place)
    second = [] if place.other is None else _other(variant, place.other, asked[1])
    linear = f"This is linear in ${of}$:" if not e.of and e.degree == 1 else "That is:"
    why = f"With that for ${second[-1].left}$:" if second else linear
    after = _where(variant, place)
    for name in names:
        for parts in _written(variant, place):
            first = Line("zero", asked[0], f"{parts.slope} = 0", f"The {_slope(place)} is zero where")
            equation = [Line("equation", parts.left, parts.right, why)] if parts.left != of else []
            where = f", where ${parts.inverted}$ is invertible" if parts.inverted else ""
            end = f"{parts.end} = {numbers}" if numbers not in ("", parts.end) else parts.end
            result = Line("solution", name, end, f"Solved for ${of}${where}:")
            yield Way((first, *second, *equation), result, after=after)
            yield Way((first, *second), result, after=after)


def ways_apart(
    variant: Variant, places: Sequence[Place], place: Place, asked: str, loss: str, name: str, numbers: str
) -> Iterator[Way]:
    """Where the sheet gives the unknown other numbers: the gradient, that it vanishes at the solution put in, for every
    argument of the loss that of its own of the `places`, and the solution under a name of its own."""
    written = [_written(variant, p) for p in places]
    for parts, *all_parts in _abreast(_written(variant, place), *written):
        slope = Line("slope", asked, parts.slope, f"The {_slope(place)} is:")
        at = ", ".join(p.end for p in all_parts)
        zero = Line("zero", rf"\nabla {loss}\left({at}\right)", "0", "It is zero here:")
        end = parts.end if numbers == parts.end else f"{parts.end} = {numbers}"
        yield Way((slope, zero), Line("solution", name, end, "So the place is:"))


def _where(variant: Variant, place: Place) -> str:
    """Where the place is a minimum or a maximum, if that is asked for and depends on what the sheet leaves open."""
    if len(place.kinds) < 2:
        return ""
    bend = merged(cancelled(contract(place.bend)))
    names = {s: name_of(variant.universe, s) for s in sorted(bend.symbols)} | functions_of(variant.universe)
    axes = (*place.axes, *place.names)
    text = (
        next((w.result.right for w in over_arrays(variant, bend, axes, names, "")), "") if len(axes) in (0, 2) else ""
    )
    if not text or place.equation.unknown in bend.symbols:
        return "Whether it is a minimum or a maximum depends on numbers that are not given."
    tests = {"minimum": ("> 0", "positive definite"), "maximum": ("< 0", "negative definite")}
    told = [
        f"a {kind} where ${text} {sign}$" if not axes else f"a {kind} where ${text}$ is {definite}"
        for kind, (sign, definite) in tests.items()
        if kind in place.kinds
    ]
    return f"It is {' and '.join(told)}." if told else ""


def _other(variant: Variant, place: Place, asked: str) -> list[Line]:
    """What another unknown is."""
    (parts, *_), of = _written(variant, place), _name(variant, place)
    zero = Line("zero", asked, f"{parts.slope} = 0", f"The {_slope(place)} is zero where")
    return [zero, Line("solution", of, parts.end, f"Solved for ${of}$:")]


def _name(variant: Variant, place: Place) -> str:
    name = name_of(variant.universe, place.equation.unknown)
    return name if place.power == 1 else f"{name}^{{{place.power}}}"


def _slope(place: Place) -> str:
    return "gradient" if place.axes else "derivative"


def _written(variant: Variant, place: Place) -> list[Parts]:
    """The ways to write a place, with sums over samples first where the sheet speaks of one sample."""
    e = place.equation
    symbols = sorted(place.gradient.symbols | e.left.symbols | e.right.symbols)
    names = {s: name_of(variant.universe, s) for s in symbols} | functions_of(variant.universe)

    def texts(term: Expr, axes: tuple[Index, ...]) -> list[str]:
        return list(dict.fromkeys(w.result.right for w in over_arrays(variant, term, axes, names, "")))

    lefts, rights, ends = texts(e.left, e.axes), texts(e.right, e.axes), texts(place.solution, e.axes)
    slopes = texts(merged(cancelled(contract(place.gradient))), place.axes)
    if rights and slopes and r"\mathbf{1}" in slopes[0] and r"\mathbf{1}" not in rights[0]:
        slopes = [*texts(contract(spread(place.gradient)), place.axes), *slopes]
    factors = texts(e.by, e.by_axes or (e.axes if e.by.free else ()))
    quotients = texts(e.quotient, e.axes) if e.side == "number" else [""]
    ends = [*filter(None, (_with_sums(place, *x) for x in _abreast(factors, rights, quotients))), *ends]
    if e.side == "number" and not e.of and e.degree == 1 and factors and not e.by.symbols and e.by is not ONE:
        lefts = [f"{factors[0]} {names[e.unknown]}", *lefts]
    inverses = [] if e.side == "number" else factors
    return [Parts(a, b, c, d, _inverted(inverses, d)) for a, b, c, d in _abreast(slopes, lefts, rights, ends)]


def _with_sums(place: Place, by: str, right: str, quotient: str) -> str:
    """The solution with sums over samples in it, where the sheet has no name for all samples; "" where it has none."""
    e = place.equation
    if e.side != "number" and r"\sum" in by:
        back, other = rf"\left({by}\right)^{{-1}}", rf"\left({right}\right)" if isinstance(e.right, Add) else right
        return f"{back} {other}" if e.side == "left" else f"{other} {back}"
    if e.side == "number" and (r"\sum" in by or r"\sum" in quotient):
        found = rf"\frac{{{right}}}{{{by}}}" if r"\sum" in by else quotient
        written = {("", 1): "{}", ("", 2): r"\sqrt{{{}}}", ("exp", 1): r"\log\left({}\right)"}
        return written.get((e.of, int(e.degree / place.power)), "").format(found)
    return ""


def _inverted(matrices: list[str], end: str) -> str:
    """The matrix whose inverse stands in a solution."""
    found = (m for m in matrices if re.search(rf"{re.escape(m)}(?:\\right\))?\^{{-1}}", end))
    return next(found, "")


def _abreast(*lists: list[T]) -> Iterator[tuple[T, ...]]:
    """The n-th of every list together; the last of a list where it is shorter."""
    for k in range(max(map(len, lists)) if all(lists) else 0):
        yield tuple(x[min(k, len(x) - 1)] for x in lists)
