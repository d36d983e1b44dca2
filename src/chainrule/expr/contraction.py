"""Sums of products without writing out the product: `sum_jk A[i,j] B[j,k] x[k]` pair by pair, in a good order."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from chainrule.expr.index import Index
from chainrule.expr.model import Array, Model

Labelled = tuple[Array, tuple[int, ...]]
_POINT = 0
WORK = 64
"""A pair may need this many multiplications per number that an array may hold."""


def contract(
    operands: Sequence[tuple[Array, tuple[Index, ...]]], axes: Sequence[Index], points: int, model: Model
) -> Array:
    """The sum over every index that is not in `axes` of the product of the operands (points or 1, *their indices).

    The order of the pairs is opt_einsum's; each pair is one `np.einsum`, which works for floats and for balls. Sizes
    of all intermediate results are bounded before anything is multiplied.
    """
    numbers: dict[Index, int] = {}
    for _, indices in operands:
        for index in indices:
            numbers.setdefault(index, len(numbers) + 1)
    terms = [_labelled(a, [numbers[i] for i in indices]) for a, indices in operands]
    out = [numbers[i] for i in axes]
    model.bounded(points, axes)
    result, labels = _pairwise(terms, {*out, _POINT}, model)
    order = [labels.index(n) for n in ([_POINT] if _POINT in labels else []) + out]
    found = np.asarray(result).transpose(order)
    return found if _POINT in labels else found[None]


def _labelled(a: Array, labels: list[int]) -> Labelled:
    """An operand that is the same at all points has no point axis."""
    return (a.reshape(a.shape[1:]), tuple(labels)) if a.shape[0] == 1 else (a, (_POINT, *labels))


def _pairwise(terms: list[Labelled], kept: set[int], model: Model) -> Labelled:
    for pair in _order(terms, kept):
        taken = [terms[k] for k in pair]
        terms = [t for k, t in enumerate(terms) if k not in pair]
        needed = kept.union(*(labels for _, labels in terms))
        terms.append(_together(taken, needed, model))
        model.deadline()
    return terms[0]


def _order(terms: list[Labelled], kept: set[int]) -> list[tuple[int, ...]]:
    if len(terms) < 3:
        return [tuple(range(len(terms)))]
    from opt_einsum.paths import auto

    sizes = {n: size for a, labels in terms for n, size in zip(labels, a.shape, strict=True)}
    path = auto([frozenset(labels) for _, labels in terms], frozenset(kept & sizes.keys()), sizes)
    return [tuple(pair) for pair in path]


def _together(terms: list[Labelled], needed: set[int], model: Model) -> Labelled:
    """The product of one, two or a few terms, summed over what nobody else needs."""
    sizes = {n: size for a, labels in terms for n, size in zip(labels, a.shape, strict=True)}
    out = tuple(n for n in sorted(sizes) if n in needed)
    small = {n: k for k, n in enumerate(sorted(sizes))}
    model.check([sizes[n] for n in out])
    model.check([prod(sizes.values()) // (1 if model.exact else WORK)])
    arguments: list[Any] = [x for a, labels in terms for x in (a, [small[n] for n in labels])]
    found = np.einsum(*arguments, [small[n] for n in out])
    return np.asarray(found, dtype=object if model.exact else None), out
