"""Sample points: sizes for dimensions and numbers for the free symbols, from their domains.

All numbers are multiples of 1/16, so that floats and balls hold the same exact values and a person can copy them.
Sizes of different dimensions are pairwise different, so that a transpose shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import prod

import numpy as np

from chainrule.expr import (
    Apply,
    Component,
    Definitions,
    Dim,
    Expr,
    Index,
    Inverse,
    Mul,
    Power,
    Reduce,
    Symbol,
    walk,
)
from chainrule.expr.model import Array
from chainrule.sheet.records.universe import Universe

MODES = ("real", "positive where needed", "unit where needed", "positive", "unit")
NEEDY_FUNCTIONS = frozenset({"log", "log2", "log10", "sqrt", "arcsin", "arccos", "gammaln", "digamma"})


def dims_of(terms: Iterable[Expr], definitions: Definitions) -> set[Dim]:
    """Every dimension that terms use, through definitions."""
    dims: set[Dim] = set()
    for term in reach(terms, definitions):
        dims.update(i.dim for i in term.free)
        for bound, _ in term.scopes:
            dims.update(i.dim for i in bound)
        if isinstance(term, Component):
            dims.update(term.symbol.axes)
    return dims


def reach(terms: Iterable[Expr], definitions: Definitions) -> list[Expr]:
    """All subterms of terms and of the definitions they use."""
    found: dict[Expr, None] = {}
    todo = list(terms)
    done: set[Symbol] = set()
    while todo:
        for node in walk(todo.pop()):
            if node in found:
                continue
            found[node] = None
            if isinstance(node, Component) and node.symbol in definitions and node.symbol not in done:
                done.add(node.symbol)
                todo.append(definitions[node.symbol].body)
    return list(found)


def inverted_products(terms: Iterable[Expr], definitions: Definitions) -> set[tuple[Dim, Dim]]:
    """The sizes of sums of products that are inverted, `(X^T X)^{-1}`: over what is summed, and of what size they are.
    Such a matrix has an inverse only where no fewer terms are summed than it has rows."""
    found = set[tuple[Dim, Dim]]()
    for node in reach(terms, definitions):
        if not isinstance(node, Inverse):
            continue
        body, summed = node.body, set[Index]()
        while isinstance(body, Reduce) and body.op == "sum":
            summed.add(body.index)
            body = body.body
        factors = body.factors if isinstance(body, Mul) else ()
        ends = [[f for f in factors if end in f.free] for end in (node.row, node.col)]
        for end, other in (ends, ends[::-1]):
            shared = {i for f in end for i in f.free if i in summed}
            if len(shared) == 1 and other and not any(f in other for f in end):
                found.add((shared.pop().dim, node.row.dim))
    return found


def free_symbols(terms: Iterable[Expr], definitions: Definitions) -> set[Symbol]:
    """The symbols without a definition that terms rest on."""
    return {t.symbol for t in reach(terms, definitions) if isinstance(t, Component) and t.symbol not in definitions}


def needy_symbols(terms: Iterable[Expr], definitions: Definitions) -> set[Symbol]:
    """Symbols inside a logarithm, a root or another function that is not defined everywhere."""
    needy: set[Symbol] = set()
    for node in reach(terms, definitions):
        partial = (isinstance(node, Apply) and node.name in NEEDY_FUNCTIONS) or (
            isinstance(node, Power) and _fractional(node)
        )
        if partial:
            needy |= free_symbols(node.children[:1], definitions)
    return needy


def _fractional(node: Power) -> bool:
    exponent = node.children[1]
    value = getattr(exponent, "value", None)
    return not (isinstance(value, Fraction) and value.denominator == 1)


class Sampler:
    """Draws values for the free symbols of a statement, deterministic in the seed and the names."""

    def __init__(self, universe: Universe, seed: int) -> None:
        self.universe = universe
        self.seed = seed

    def draw(
        self, symbols: Iterable[Symbol], sizes: dict[Dim, int], points: int, mode: str, needy: set[Symbol]
    ) -> dict[Symbol, Array]:
        """Values of shape (points, *axes) for each symbol."""
        values = {}
        for symbol in sorted(symbols):
            rng = np.random.default_rng([self.seed, *symbol.name.encode(), MODES.index(mode)])
            shape = (points, *(sizes[d] for d in symbol.axes))
            if prod(shape) > 2**20:
                raise ValueError("too many numbers")
            values[symbol] = self._values(symbol, shape, sizes, rng, _kind(mode, symbol in needy))
        return values

    def _values(
        self, symbol: Symbol, shape: tuple[int, ...], sizes: dict[Dim, int], rng: np.random.Generator, kind: str
    ) -> Array:
        instance = self.universe.instances.get(symbol)
        family = None if instance is None else self.universe.world.families.get(instance.base)
        if symbol.kind == "integer":
            return self._labels(symbol, shape, sizes, rng)
        domain = None if family is None else family.domain_kind
        match domain:
            case "one-hot":
                return _one_hot(shape, rng)
            case "binary":
                return rng.integers(0, 2, shape).astype(float)
            case "ones":
                return np.ones(shape)
            case "normalised" if len(shape) >= 2:
                return _normalised(shape, rng)
            case "signs":
                return 2.0 * rng.integers(0, 2, shape) - 1.0
            case "positive":
                return rng.integers(4, 40, shape) / 16
            case "unit":
                return rng.integers(1, 16, shape) / 16
            case "simplex":
                return _simplex(shape, rng)
            case "simplex down" if len(shape) >= 3:
                return np.swapaxes(_simplex((*shape[:-2], shape[-1], shape[-2]), rng), -1, -2)
            case "symmetric" if len(shape) >= 3 and shape[-1] == shape[-2]:
                a = rng.integers(-16, 17, shape) / 8
                return np.asarray((a + np.swapaxes(a, -1, -2)) / 2)
            case "diagonal" if len(shape) >= 3 and shape[-1] == shape[-2]:
                return np.asarray(np.eye(shape[-1]) * rng.integers(2, 40, shape) / 16)
            case "covariance" if len(shape) >= 3 and shape[-1] == shape[-2]:
                return _covariance(shape, rng)
            case "orthogonal" | "orthonormal columns" if len(shape) >= 3:
                return _orthogonal(shape, rng)
        if kind == "positive":
            return rng.integers(2, 40, shape) / 16
        if kind == "unit":
            return rng.integers(1, 16, shape) / 16
        values = rng.integers(-40, 41, shape) / 16
        return np.where(values == 0, 0.4375, values)

    def _labels(self, symbol: Symbol, shape: tuple[int, ...], sizes: dict[Dim, int], rng: np.random.Generator) -> Array:
        """Integer labels that are indices of every axis they stand at."""
        instance = self.universe.instances.get(symbol)
        family = None if instance is None else self.universe.world.families.get(instance.base)
        domains = frozenset() if family is None else family.domains
        dims = {self.universe.dims.dim(name) for name in domains}
        low = max((d.low for d in dims), default=1)
        end = min((d.low + sizes[d] for d in dims if d in sizes), default=low + 3)
        return rng.integers(low, max(end, low + 1), shape).astype(np.int64)


def _kind(mode: str, needy: bool) -> str:
    word, _, where = mode.partition(" ")
    return word if not where or needy else "real"


def _one_hot(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    hot = rng.integers(0, shape[-1], shape[:-1]) if len(shape) > 1 else rng.integers(0, 2, shape)
    if len(shape) == 1:
        return hot.astype(float)
    # No table of all unit vectors: a vocabulary has tens of thousands of words.
    return np.asarray((hot[..., None] == np.arange(shape[-1])).astype(float))


def _simplex(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Positive numbers that sum to one along the last axis, exactly, as multiples of 1/64."""
    if len(shape) == 1:
        return np.asarray(rng.integers(1, 16, shape) / 16)
    n = shape[-1]
    cuts = np.sort(
        np.stack([rng.permutation(63)[: n - 1] + 1 for _ in range(prod(shape[:-1]))]).reshape(*shape[:-1], n - 1), -1
    )
    zero, one = np.zeros((*shape[:-1], 1)), np.full((*shape[:-1], 1), 64)
    return np.asarray(np.diff(np.concatenate([zero, cuts, one], -1)) / 64)


def _normalised(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Vectors of length one along the last axis."""
    a = rng.integers(-40, 41, shape) / 16 + 0.03125  # never all zero
    return np.asarray(a / np.linalg.norm(a, axis=-1, keepdims=True))


def _covariance(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    a = rng.integers(-16, 17, shape) / 16
    return np.asarray(a @ np.swapaxes(a, -1, -2) + np.eye(shape[-1]))


def _orthogonal(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Matrices with orthonormal columns, of either determinant."""
    if shape[-2] < shape[-1]:
        raise ValueError("more orthonormal columns than they have entries")
    a = rng.integers(-40, 41, shape) / 16
    q, _ = np.linalg.qr(a + 4 * np.eye(shape[-2], shape[-1]))
    return np.asarray(q * rng.choice([-1.0, 1.0], (*shape[:-2], 1, shape[-1])))
