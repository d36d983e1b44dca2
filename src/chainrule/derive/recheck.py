"""No result is shown before it has been compared with numbers that come by another way.

The matrix form of a gradient is evaluated at random points of random sizes and compared with central differences of
the loss along random directions; the loss is evaluated from the author's formula by `chainrule.expr.evaluate`, which
knows neither the rules of differentiation nor matrix forms. A Hessian is compared with differences of its gradient.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from chainrule.calculus.arrays.values import values
from chainrule.derive.gradient import Derivation, Written
from chainrule.derive.layout import Turned, turned
from chainrule.expr.definitions import Definitions
from chainrule.expr.evaluate import evaluate
from chainrule.expr.index import Dim, Symbol
from chainrule.expr.model import Model
from chainrule.expr.nodes import Expr

Numbers = NDArray[np.float64]

STEP = 1e-4
TOLERANCE = 1e-5
DRAWS = 12
ENOUGH = 2


class Unsure(ArithmeticError):
    """The result could not be confirmed: it disagrees with finite differences, or the loss has no value where tried."""


def recheck(derivation: Derivation) -> int:
    """The number of points at which the derivation agreed with finite differences; raises `Unsure`."""
    rng, agreed = np.random.default_rng(0), 0
    for draw in range(DRAWS):
        sizes = _sizes(derivation, draw)
        data = _data(derivation, sizes, rng, draw)
        seen = _agrees(derivation, data, sizes, rng)
        if seen is False:
            raise Unsure("the derivative found does not agree with finite differences of the loss; nothing is shown")
        agreed += seen is True
        if agreed == ENOUGH:
            return agreed
    if agreed == 0:
        raise Unsure("the loss had no finite value at the points tried, so the derivative could not be confirmed")
    return agreed


def confirmed_turned(derivation: Derivation) -> Turned:
    """The steps in numerator layout, evaluated as they are written; raises `Unsure` where one is not the transpose."""
    found, rng = turned(derivation), np.random.default_rng(0)
    sizes = _sizes(derivation, 0)
    known = _known(derivation, _data(derivation, sizes, rng, 0), sizes)
    known |= {image: known[bar].T for image, bar in found.matrices.items() if bar in known}
    for step, form in zip(derivation.steps, found.forms, strict=True):
        if form is None:
            continue
        with np.errstate(all="ignore"):
            wanted, seen = _value(step.right, known, sizes), values(form, known, sizes)
        if not np.allclose(seen, wanted.T if len(step.by.axes) == wanted.ndim else wanted, rtol=1e-9, equal_nan=True):
            raise Unsure("a step does not agree with its transpose; nothing is shown")
    return found


def _sizes(derivation: Derivation, draw: int) -> dict[Dim, int]:
    dims = sorted({dim for s in derivation.problem.inputs.values() for dim in s.axes if dim.fixed is None})
    least = 2 + max(derivation.problem.places.values(), default=0)
    return {dim: least + (k + draw) % max(2, len(dims)) for k, dim in enumerate(dims)}


def _data(
    derivation: Derivation, sizes: Mapping[Dim, int], rng: np.random.Generator, draw: int
) -> dict[Symbol, Numbers]:
    """Normal numbers in one draw, positive ones in the next, then positive ones with square matrices whose diagonal
    outweighs their rows, which have logarithms of determinants and inverses; labels from their range."""
    found = {symbol: np.asarray(place + 1.0) for symbol, place in derivation.problem.places.items()}
    for symbol in derivation.problem.inputs.values():
        shape = [dim.fixed or sizes[dim] for dim in symbol.axes]
        if symbol.kind == "integer":
            found[symbol] = rng.integers(1, 1 + _labels(derivation, symbol, sizes), shape).astype(float)
        else:
            found[symbol] = rng.normal(size=shape) if draw % 3 == 0 else rng.uniform(0.2, 1.2, shape)
            if len(shape) >= 2 and shape[-1] == shape[-2]:
                found[symbol] += np.eye(shape[-1]) * (2 * shape[-1] if draw % 3 == 2 else 1)
    return found


def _labels(derivation: Derivation, symbol: Symbol, sizes: Mapping[Dim, int]) -> int:
    """How many values a label may take: the size of the smallest axis it is a place of."""
    return min((sizes.get(dim, dim.fixed or 1) for dim in derivation.problem.ranges.get(symbol, ())), default=1)


def _agrees(
    derivation: Derivation, data: dict[Symbol, Numbers], sizes: dict[Dim, int], rng: np.random.Generator
) -> bool | None:
    """Whether the derivative along a direction is what differences say; None where they have nothing to say: numbers
    that are not finite, or differences that change with the step (a kink near by, a singular matrix)."""
    directions = [rng.normal(size=data[derivation.wrt].shape) for _ in range(derivation.order)]
    with np.errstate(all="ignore"):
        tensor = evaluated(derivation, data, sizes)
        if derivation.kronecker is not None and not _same_by_vec(derivation, tensor, data, sizes):
            return False
        found = _along(tensor, directions)
        slopes = [_slope(derivation, data, sizes, directions, h) for h in (STEP, STEP / 2)]
        better = (4 * slopes[1] - slopes[0]) / 3
        scale = 1 + abs(better)
        if not np.isfinite([found, *slopes]).all() or abs(slopes[0] - slopes[1]) > TOLERANCE * scale:
            return None
        return bool(abs(found - better) <= TOLERANCE * scale)


def _same_by_vec(
    derivation: Derivation, tensor: Numbers, data: Mapping[Symbol, Numbers], sizes: Mapping[Dim, int]
) -> bool:
    """Whether the Kronecker form has the entries of the Hessian, which goes by vec(W), column by column."""
    assert derivation.kronecker is not None
    form, known = derivation.kronecker, _known(derivation, data, sizes)
    given = [(pair, known) for pair in form.pairs]
    for m in range(min((len(known[whole]) for whole in form.rows.values()), default=0)):
        at_sample = known | {row: known[whole][m] for row, whole in form.rows.items()}
        given += [(pair, at_sample) for pair in form.sample]
    found = sum(np.kron(values(left, at, sizes), values(right, at, sizes)) for (left, right), at in given)
    rows, columns = tensor.shape[:2]
    expected = tensor.transpose(1, 0, 3, 2).reshape(rows * columns, rows * columns)
    return bool(np.allclose(found, expected, rtol=1e-9, atol=1e-9, equal_nan=True))


def _along(tensor: Numbers, directions: list[Numbers]) -> float:
    for direction in directions:
        tensor = np.tensordot(direction, tensor, axes=direction.ndim)
    return float(tensor)


def _slope(
    derivation: Derivation, data: dict[Symbol, Numbers], sizes: dict[Dim, int], directions: list[Numbers], h: float
) -> float:
    """The central difference along the first direction of the loss, or of its gradient along the others."""
    first, *rest = directions
    ends = []
    for step in (h, -h):
        moved = data | {derivation.wrt: data[derivation.wrt] + step * first}
        if rest:
            ends.append(_along(_of(derivation.steps[0].right, derivation, moved, sizes), rest))
        else:
            ends.append(_loss(derivation, moved, sizes))
    return (ends[0] - ends[1]) / (2 * h)


def _loss(derivation: Derivation, data: Mapping[Symbol, Numbers], sizes: Mapping[Dim, int]) -> float:
    return float(_plain(derivation.problem.loss, derivation.problem.definitions, data, sizes)[0])


def _plain(
    term: Expr,
    definitions: Definitions,
    data: Mapping[Symbol, Numbers],
    sizes: Mapping[Dim, int],
    axes: tuple = (),  # type: ignore[type-arg]
) -> Numbers:
    model = Model(sizes=sizes, values={s: v[None] for s, v in data.items()}, definitions=definitions)
    return np.asarray(evaluate(term, axes, model), dtype=float)


def evaluated(derivation: Derivation, data: Mapping[Symbol, Numbers], sizes: Mapping[Dim, int]) -> Numbers:
    """The result, computed as it is written: through its named quantities and steps."""
    return _of(derivation.result, derivation, data, sizes)


def _of(written: Written, derivation: Derivation, data: Mapping[Symbol, Numbers], sizes: Mapping[Dim, int]) -> Numbers:
    return _value(written, _known(derivation, data, sizes), sizes)


def _known(derivation: Derivation, data: Mapping[Symbol, Numbers], sizes: Mapping[Dim, int]) -> dict[Symbol, Numbers]:
    """The numbers of the inputs, the named quantities and the cotangents."""
    known = dict(data)
    bars = {s: bar for bar, s in derivation.cotangents.items()}
    for quantity in derivation.forward:
        if quantity.symbol is not None:
            known[quantity.symbol] = _value(quantity, known, sizes)
    if derivation.order == 1:
        for step in derivation.steps[:-1]:
            known[bars[step.by]] = _value(step.right, known, sizes)
    return known


def _value(written: Written, known: Mapping[Symbol, Numbers], sizes: Mapping[Dim, int]) -> Numbers:
    if written.form is not None:
        return np.asarray(values(written.form, known, sizes), dtype=float)
    return np.asarray(_plain(written.term, Definitions(), known, sizes, written.indices)[0], dtype=float)
