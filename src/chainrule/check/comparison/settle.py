"""From typed lines to numbers: every tensor of a universe gets its symbol, its definition or its data.

A name that is differentiated but never defined (a loss, an unspecified layer) becomes an unknown smooth function of
what it is differentiated by: of the last of those quantities, the ones no other of them depends on.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction

from chainrule.expr import (
    Component,
    CyclicDefinition,
    Definition,
    Expr,
    ExprError,
    Index,
    Symbol,
    add,
    component,
    const,
    mul,
    total,
    unknown,
    value,
)
from chainrule.expr.folding import fold
from chainrule.expr.model import Array
from chainrule.read.tree import Node
from chainrule.sheet.arrays.tensors import Tensor
from chainrule.sheet.arrays.terms_of_totals import alike
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Run, Untyped
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.syntax.names import reference

SYMMETRIC = frozenset({"symmetric", "covariance"})
Rows = tuple[tuple[Fraction, ...], ...]


@dataclass
class Recovered:
    """Inputs that are never printed, from the numbers that are: their values and a sentence for each; by the position
    of a printed table, how far its computed numbers may be off, which of them other tables confirm, and which are
    wrong by two sets of others; its numbers as they follow from printed quantities, with these."""

    values: dict[Symbol, Rows] = field(default_factory=dict)
    texts: dict[Symbol, str] = field(default_factory=dict)
    spread: dict[int, Array] = field(default_factory=dict)
    confirmed: dict[int, Array] = field(default_factory=dict)
    wrong: dict[int, Array] = field(default_factory=dict)
    stepwise: dict[int, tuple[Array, frozenset[Symbol]]] = field(default_factory=dict)

    def join(self, other: Recovered) -> None:
        """Add what was recovered from other tables."""
        for mine, its in zip(vars(self).values(), vars(other).values(), strict=True):
            mine.update(its)


@dataclass
class Settled:
    """What the symbols of a universe stand for."""

    universe: Universe
    data: dict[Symbol, Rows] = field(default_factory=dict)
    assumed: dict[Symbol, str] = field(default_factory=dict)
    unknown: dict[Symbol, tuple[Symbol, ...]] = field(default_factory=dict)
    broken: dict[Symbol, Untyped] = field(default_factory=dict)
    recovered: Recovered | None = None
    slopes: set[int] = field(default_factory=set)


def settle(universe: Universe) -> Settled:
    """Define every tensor of the universe in terms of the others."""
    _size_ones(universe)
    _run(universe)
    _count(universe)
    settled = Settled(universe)
    for key, tensor in list(universe.tensors.items()):
        assert isinstance(key, tuple)
        _define(settled, tensor, key[1])
    _fold(settled)
    _unknowns(settled)
    return settled


def _size_ones(universe: Universe) -> None:
    r"""Ones that only meet ones, as in `\mathbf{1}^T \mathbf{1}`, are as many as the other ones of the line, where
    these are of one size."""
    dims = universe.dims
    for found in universe.ones.values():
        known = {dims.find(d) for axes in universe.shapes.values() for d in axes}
        known |= {dims.find(f"={name}") for name in universe.sized}
        known |= {dims.find(d) for t in universe.tensors.values() for d in t.axes}
        firm = {dims.find(d) for d in found} & known
        for dim in found if len(firm) == 1 else ():
            if dims.find(dim) not in known:
                with suppress(Untyped):
                    dims.unify(dim, next(iter(firm)))


def _run(universe: Universe) -> None:
    r"""A sum over a letter that nothing in it has, `\sum_i c`, has as many terms as the other sums over that letter in
    its line, or else in the document, where these are of one size."""
    dims, firm, idle = universe.dims, dict[str, list[Run]](), dict[str, list[Run]]()
    for run in dims.runs:
        (idle if run.idle else firm).setdefault(run.letter, []).append(run)
    for letter, found in idle.items():
        others = {dims.find(r.dim) for r in firm.get(letter, ())} or {dims.find(found[0].dim)}
        for run in found:
            near = {dims.find(r.dim) for r in firm.get(letter, ()) if r.owner == run.owner} or others
            with suppress(Untyped):
                if len(near) == 1:
                    dims.unify(next(iter(near)), run.dim)


def _count(universe: Universe) -> None:
    """Make the number that a mean divides by that of its terms, where no other name or number is that."""
    dims = universe.dims
    for dim, count in universe.counted:
        others = {dims.find(f"={name}") for name in universe.sized} - {dims.find(count)}
        with suppress(Untyped):
            if dims.find(dim) not in others:
                dims.unify(dim, count)


def symbol_of(universe: Universe, instance: Instance, epoch: int) -> Symbol | None:
    """The symbol of an instance that was typed."""
    tensor = universe.tensors.get((instance, epoch))
    return None if tensor is None else universe.symbol(instance, tensor.axes, epoch)


def _define(settled: Settled, tensor: Tensor, epoch: int) -> None:
    universe = settled.universe
    symbol = universe.symbol(tensor.instance, tensor.axes, epoch)
    if tensor.assumed is not None:
        settled.assumed[symbol] = tensor.assumed
    if tensor.data is not None:
        settled.data[symbol] = tensor.data
        return
    if tensor.body is None:
        return
    indices = [Index(letter, universe.dims.dim(dim)) for letter, dim in tensor.lead]
    rest = [Index(f"·x{n}", universe.dims.dim(d)) for n, d in enumerate(tensor.body.dims)]
    try:
        body = tensor.body.at(*(value(i) for i in rest))
        universe.definitions.add(Definition(symbol, (*indices, *rest), body))
    except Untyped as error:
        settled.broken[symbol] = error
    except CyclicDefinition as error:
        settled.broken[symbol] = Untyped(str(error), "cyclic")
    except ExprError as error:
        settled.broken[symbol] = Untyped(str(error), "too-large")
    except RecursionError:
        settled.broken[symbol] = Untyped("the formula is too long or nested too deeply", "too-deep")
    except ValueError as error:
        settled.broken[symbol] = Untyped(str(error), "untyped")


def _fold(settled: Settled) -> None:
    """`y = f(W x + b)` beside `a = W x + b` is f(a) for a derivative by a; inner formulas are named first, those too
    that a is said in: `h = f(a)` and `y = f(W x + b) V` are seen to be one only with `f(a) V`."""
    definitions, instances = settled.universe.definitions, settled.universe.instances
    world = settled.universe.world
    named = [s for s in definitions if (i := instances.get(s)) is not None and world.family(i.base).by > 0]
    within = [s for s in definitions if s in instances and any(definitions.depends(n, s) for n in named)]
    for symbol in definitions.ordered(sorted({*named, *within})):
        if symbol in definitions:
            fold(definitions, symbol)


def _unknowns(settled: Settled) -> None:
    """Define the names that are only ever differentiated, innermost ones first."""
    universe = settled.universe
    waiting = _with_hidden(universe)
    while waiting:
        inner = [k for k, below in waiting.items() if not any((b, k[1]) in waiting and (b, k[1]) != k for b in below)]
        for key in inner or list(waiting):
            _unknown(settled, *key, waiting.pop(key))


def _with_hidden(universe: Universe) -> dict[tuple[Instance, int], set[Instance]]:
    """What every unknown is a function of: what it is differentiated by, and the names in a definition that could not
    be read."""
    found = alike(universe, universe.numerators)
    typed: list[tuple[Instance, int]] = [key for key in universe.tensors if isinstance(key, tuple)]
    for instance, epoch in typed:
        hidden = universe.world.hidden.get(instance.base)
        if hidden is not None:
            others = {i for i, n in typed if n == epoch and i.base in hidden.names}
            found.setdefault((instance, epoch), set()).update(others)
    return found


def _unknown(settled: Settled, instance: Instance, epoch: int, below: set[Instance]) -> None:
    universe = settled.universe
    tensor = universe.tensors.get((instance, epoch))
    if tensor is None or tensor.body is not None or tensor.data is not None:
        return
    symbol = universe.symbol(instance, tensor.axes, epoch)
    declared = declared_frontier(universe, instance, epoch)
    arguments = {_whole_of(universe, b, s) for b in declared or below if (s := symbol_of(universe, b, epoch))} - {
        symbol
    }
    depends = universe.definitions.depends
    frontier = sorted(
        (a for a in arguments if not any(b != a and depends(b, a) for b in arguments) and not depends(a, symbol)),
    )
    if not frontier:
        return
    lead = [Index(f"·x{n}", universe.dims.dim(d)) for n, d in enumerate(tensor.axes)]
    given = {} if lead else _given_slopes(settled, instance, epoch, frontier)
    args: list[tuple[tuple[Index, ...], Expr]] = []
    for a in (a for a in frontier if a not in given):
        places = _places(a, lead if universe.config.entrywise else [])
        indices = tuple(i for n, i in enumerate(places) if i.name == f"·u{n}")
        args.append((indices, component(a, *(value(i) for i in places))))
    args += [((), value(i)) for i in lead]
    rest = [unknown(symbol.name, tuple(args), ())] if args else []
    square = len(lead) > 1 and lead[-1].dim == lead[-2].dim
    if rest and square and universe.world.family(instance.base).domain_kind in SYMMETRIC:
        swapped = (*args[:-2], args[-1], args[-2])
        rest = [mul(const(Fraction(1, 2)), x) for x in (*rest, unknown(symbol.name, swapped, ()))]
    universe.definitions.add(Definition(symbol, tuple(lead), add(*given.values(), *rest)))
    settled.unknown[symbol] = tuple(frontier)


def _whole_of(universe: Universe, instance: Instance, symbol: Symbol) -> Symbol:
    """The matrix of a row or column with a name: what depends on the one depends on the whole."""
    own = universe.definitions.get(symbol) if _is_part(universe, instance) else None
    return own.body.symbol if own is not None and isinstance(own.body, Component) else symbol


def _is_part(universe: Universe, instance: Instance) -> bool:
    return instance.base in universe.world.slices | universe.world.slices_by_formula


def _places(symbol: Symbol, lead: list[Index]) -> list[Index]:
    """The indices of an argument of an unknown function: bound ones, for an axis of the function itself its own."""
    left = list(lead)
    found = []
    for n, d in enumerate(symbol.axes):
        own = next((i for i in left if i.dim == d), None)
        left = [i for i in left if i is not own]
        found.append(Index(f"·u{n}", d) if own is None else own)
    return found


def _given_slopes(settled: Settled, instance: Instance, epoch: int, frontier: list[Symbol]) -> dict[Symbol, Expr]:
    """The sums of the given slopes times what they are slopes by, for the variables that nothing lies above."""
    universe, found = settled.universe, dict[Symbol, Expr]()
    frame = Frame(universe, "slopes", 10**9)
    for slope in universe.world.slopes.get(instance.base, ()):
        name = slope.variable
        try:
            labels = tuple(frame.label(x) for x in name.labels)
        except Untyped:
            continue
        variable = symbol_of(universe, Instance(name.base, labels, name.primes), epoch)
        if variable is None or variable not in frontier or variable in found or name.subs or name.postfix:
            continue
        sizes = tuple(universe.dims.sizes.get(universe.dims.find(d.name)) for d in variable.axes)
        count, shape = sum(map(len, slope.rows)), (len(slope.rows), len(slope.rows[0]))
        if sizes not in ((), (count,), shape) or (not sizes and count > 1):
            continue
        slopes = Symbol(f"∂{instance.shown}/∂{variable.name}", variable.axes)
        settled.data[slopes] = slope.rows
        settled.slopes.add(slope.position)
        indices = [Index(f"·s{n}", d) for n, d in enumerate(variable.axes)]
        term = mul(*(component(s, *(value(i) for i in indices)) for s in (slopes, variable)))
        for index in reversed(indices):
            term = total(index, term)
        found[variable] = term
    return found


def declared_frontier(universe: Universe, instance: Instance, epoch: int) -> set[Instance]:
    """What a sentence says an unknown depends on: "the loss l is a differentiable function of a^{(l+1)}"."""
    nodes: list[Node] = universe.world.frontiers.get(instance.base, [])
    found = set()
    frame = Frame(universe, "frontier", 10**9)
    for node in nodes:
        ref = reference(node, universe.world.glossary)
        if ref is None:
            continue
        try:
            labels = tuple(frame.label(x) for x in ref.labels)
        except Untyped:
            continue
        found.add(Instance(ref.base, labels, ref.primes))
    return {i for i in found if (i, epoch) in universe.tensors}
