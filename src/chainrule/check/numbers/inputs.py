"""Inputs that a document never prints, recovered from the numbers that it does print, when these determine them.

`W' = W - \\alpha \\Delta W` with all but W printed gives W; `s = X W` then gives X. First each input is solved for
where it is the only unknown beside printed quantities, in the order that the equations allow. Then all inputs are
fitted to all printed numbers, each computed from the inputs alone, so that a wrong digit spoils no other number. What
an input may be off by is known from the digits; every printed number is judged by what the others say of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from chainrule.calculus import resolve
from chainrule.check.comparison.digits import Printed, printed_table
from chainrule.check.comparison.exact import term_of
from chainrule.check.comparison.lines import EQUALITIES, Lines, Variant
from chainrule.check.comparison.points import dims_of, reach
from chainrule.check.comparison.settle import Recovered, Rows
from chainrule.check.comparison.writing import name_of
from chainrule.check.numbers import fit
from chainrule.expr import Component, Definitions, Dim, Expr, ExprError, Index, Model, Symbol, Unknown, evaluate
from chainrule.expr.model import Array
from chainrule.sheet.records.families import Reading
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import Equation

MOST_UNKNOWNS, MOST_NUMBERS, MOST_RESHAPED = 150, 3000, 3
MOST_FITTING, ROUNDS, MOST_SHOWN = 0.8, 5, 12
STARTS = (0.0, 0.5, 1.0, -1.0)
MOST_WRONG = 0.15
"""Of the printed numbers so many may be wrong; beyond that it is our reading that is."""


@dataclass
class Table:
    """A printed table as an equation: its term over the axes, in terms of inputs and of what was printed before."""

    position: int
    term: Expr
    local: Expr
    axes: list[Index]
    printed: Array
    half: Array
    whole: Symbol | None = None
    turned: bool = False
    inputs: frozenset[Symbol] = frozenset()
    solvable: bool = True

    def as_printed(self, flat: Array) -> Array:
        """Numbers over the axes in the rows and columns in which they are printed."""
        shaped = flat.reshape(self.printed.shape)
        return shaped.T if self.turned else shaped


@dataclass
class _Recovery:
    """The recovery of the inputs of one variant."""

    variant: Variant
    deadline: Callable[[], None]
    tables: list[Table] = field(default_factory=list)
    sizes: dict[Dim, int] = field(default_factory=dict)
    shown: dict[Symbol, Array] = field(default_factory=dict)

    @property
    def definitions(self) -> Definitions:
        return self.variant.universe.definitions

    # ------------------------------------------------------------------------------------------ what is printed

    def read(self, equations: list[Equation]) -> None:
        """The tables that rest on inputs without a number."""
        for e in equations:
            cells = printed_table(e.rhs) if e.op in EQUALITIES and e.position not in self.variant.failed else None
            if cells is None or e.position not in self.variant.typed or not is_decimal(cells):
                continue
            try:
                table = self._table(e, cells)
            except (Untyped, ExprError, RecursionError, ValueError):
                continue
            if table is not None:
                self.tables.append(table)
                before = next((x for x in equations if _leads_to(x, e)), None)
                self._note(table.whole, table)
                self._note(None if before is None else self._whole(before), table)

    def _table(self, e: Equation, cells: list[list[Printed]]) -> Table | None:
        term, axes = term_of(self.variant, self.variant.typed[e.position][1])
        parts = reach([term], self.definitions)
        free = {t.symbol for t in parts if isinstance(t, Component) and t.symbol not in self.definitions}
        data, broken = self.variant.settled.data, self.variant.settled.broken
        unfit = any(s in broken or s.kind == "integer" for s in free) or any(isinstance(t, Unknown) for t in parts)
        if free <= data.keys() or unfit or term.free - set(axes):
            return None
        if not self._sized([], axes):
            return None
        shape = [self.sizes[i.dim] for i in axes]
        rows, columns = shape if len(shape) == 2 else (int(np.prod(shape, dtype=int)), 1)
        turned = (len(cells), len(cells[0])) != (rows, columns)
        if turned and (len(cells[0]), len(cells)) != (rows, columns):
            return None
        printed, half = (np.array([[float(v) for v in row] for row in a]) for a in _numbers(cells))
        if turned:
            printed, half = printed.T, half.T
        whole = term.symbol if isinstance(term, Component) and len(term.indices) == len(axes) else None
        local = term
        if whole is not None and whole in self.definitions and isinstance(term, Component):
            local = resolve(self.definitions[whole].at(*term.indices), self.definitions)
        inputs, solvable = frozenset(free - data.keys()), self._sized(parts, axes)
        return Table(e.position, term, local, axes, printed, half, whole, turned, inputs, solvable)

    def _sized(self, terms: Iterable[Expr], axes: list[Index]) -> bool:
        """Whether the tables give a size to every dimension that stands in some terms and axes."""
        known = self.variant.universe.dims
        for dim in dims_of(terms, Definitions()) | {i.dim for i in axes}:
            size = known.sizes.get(known.find(dim.name)) if dim.fixed is None else dim.fixed
            if size is None:
                return False
            self.sizes[dim] = size
        return True

    def _whole(self, e: Equation) -> Symbol | None:
        """The tensor that the first side of a chain names, where that side has a meaning."""
        if e.position not in self.variant.typed:
            return None
        try:
            term, axes = term_of(self.variant, self.variant.typed[e.position][1])
        except (Untyped, ExprError, RecursionError, ValueError):
            return None
        return term.symbol if isinstance(term, Component) and len(term.indices) == len(axes) else None

    def _note(self, symbol: Symbol | None, table: Table) -> None:
        if symbol is not None and symbol in self.definitions and self.sizes.keys() >= {*symbol.axes}:
            self.shown[symbol] = table.printed.reshape([self.sizes[d] for d in symbol.axes])

    # ------------------------------------------------------------------------------------------ where to begin

    def started(self) -> dict[Symbol, Array]:
        """The inputs solved for one after the other, each where printed quantities leave it as the only unknown."""
        known: dict[Symbol, Array] = {}
        wanted = sorted({s for t in self.tables for s in t.inputs})
        grew = True
        while grew:
            grew = False
            for symbol in [s for s in wanted if s not in known]:
                beside = [t for t in self.tables if t.solvable and self._missing(t, known) == {symbol}]
                found = self._alone(symbol, beside, known) if beside else None
                if found is not None:
                    known[symbol] = found
                    grew = True
        return known

    def _missing(self, table: Table, known: dict[Symbol, Array]) -> set[Symbol]:
        stop = self.shown.keys() | known.keys() | self.variant.settled.data.keys()
        return {s for s in _behind(table.local, self.definitions, stop) if s not in stop and s not in self.definitions}

    def _alone(self, symbol: Symbol, tables: list[Table], known: dict[Symbol, Array]) -> Array | None:
        fixed = self._data() | {s: v[None] for s, v in (self.shown | known).items()}
        values = self._values([symbol], [(t.local, t.axes) for t in tables], fixed)
        printed, half = _flat(tables)
        shape = [self.sizes[d] for d in symbol.axes]
        near = half + 1e-3 * np.abs(printed).max()
        for first in STARTS:
            x = fit.solved(values, printed, half, np.full(int(np.prod(shape, dtype=int)), first))
            if x is None:
                continue
            at, jacobian = fit.slopes(values, x)
            determined = len(fit.basis(jacobian, half, range(len(half)))) == len(x)
            if determined and np.quantile(np.abs(at - printed) / near, MOST_FITTING) < 1:
                return x.reshape(shape)
        return None

    def stepwise(self) -> dict[int, tuple[Array, frozenset[Symbol]]]:
        """The numbers of each table as they follow from what is printed of the quantities right behind it."""
        found = {}
        for t in self.tables:
            names = _behind(t.local, self.definitions, self.shown)
            behind = names & self.shown.keys()
            bodies = [self.definitions[s].body for s in names - behind if s in self.definitions]
            if behind and not self._missing(t, {}) and self._sized([t.local, *bodies], t.axes):
                fixed = self._data() | {s: v[None] for s, v in self.shown.items()}
                numbers = self._values([], [(t.local, t.axes)], fixed)(np.zeros((1, 0)))[0]
                found[t.position] = t.as_printed(numbers), frozenset(behind)
        return found

    # ------------------------------------------------------------------------------------------ all together

    def groups(self, known: dict[Symbol, Array]) -> Iterator[tuple[list[Symbol], list[Table]]]:
        """Inputs that share tables, with these tables."""
        left = [t for t in self.tables if t.solvable and t.inputs <= known.keys()]
        while left:
            symbols, tables = set(left[0].inputs), list[Table]()
            while more := [t for t in left if t.inputs & symbols]:
                tables += more
                left = [t for t in left if t not in more]
                symbols |= {s for t in more for s in t.inputs}
            yield sorted(symbols), sorted(tables, key=lambda t: t.position)

    def fitted(self, symbols: list[Symbol], tables: list[Table], known: dict[Symbol, Array]) -> Recovered | None:
        """The inputs of a group from all its tables, and what each printed number is by the others."""
        values = self._values(symbols, [(t.term, t.axes) for t in tables], self._data())
        printed, half = _flat(tables)
        start = np.concatenate([known[s].ravel() for s in symbols])
        if len(start) > MOST_UNKNOWNS or len(printed) > MOST_NUMBERS:
            return None
        x = fit.solved(values, printed, half, start)
        if x is None:
            return None
        at, jacobian = fit.slopes(values, x)
        if not np.isfinite(jacobian).all():
            return None
        gaps, least = printed - at, 1e-12 * np.abs(printed)
        ends = [int(np.prod([self.sizes[d] for d in s.axes], dtype=int)) for s in symbols]
        close = np.abs(gaps) <= 3 * half + least
        for _ in range(ROUNDS):
            good = np.flatnonzero(close).tolist()
            if len(good) < len(x) + 2 or len(printed) - len(good) > max(1, MOST_WRONG * len(printed)):
                return None
            whole = fit.told(x, jacobian, gaps, half, good, ends)
            if not whole.known:
                return None
            left = printed - values(whole.exact[None])[0]
            before, close = close, np.abs(left) <= half + whole.off(jacobian, half) + least
            if np.array_equal(before, close):
                break
        else:
            return None
        found = Recovered(dict(zip(symbols, self._shaped(symbols, whole), strict=True)))
        first_one = 0
        for table in tables:
            mine = list(range(first_one, first_one + table.printed.size))
            first_one += len(mine)
            others = [k for k in good if k not in mine]
            first = fit.told(x, jacobian, gaps, half, others, ends)
            told = first.off(jacobian[mine], half)
            second = fit.told(x, jacobian, gaps, half, [k for k in others if k not in first.rows], ends)
            again = second.off(jacobian[mine], half)
            wrong = np.abs(left[mine]) > np.maximum(told, again) + half[mine]
            found.spread[table.position] = table.as_printed(whole.off(jacobian[mine], half))
            found.confirmed[table.position] = table.as_printed(told <= 2 * half[mine])
            found.wrong[table.position] = table.as_printed(wrong)
        return found

    def _shaped(self, symbols: list[Symbol], told: fit.Told) -> Iterator[Rows]:
        """The inputs as rows of exact numbers."""
        flat = [Fraction(float(v)) if n is None else n for v, n in zip(told.x, told.numbers, strict=True)]
        for s in symbols:
            shape = [self.sizes[d] for d in s.axes]
            n, columns = int(np.prod(shape, dtype=int)), shape[1] if len(shape) == 2 else 1
            yield tuple(tuple(flat[k : k + columns]) for k in range(0, n, columns))
            flat = flat[n:]

    # ------------------------------------------------------------------------------------------ numbers

    def _data(self) -> dict[Symbol, Array]:
        found = {}
        for s, rows in self.variant.settled.data.items():
            if all(d in self.sizes for d in s.axes):
                numbers = np.array([float(x) for row in rows for x in row])
                found[s] = numbers.reshape([1, *(self.sizes[d] for d in s.axes)])
        return found

    def _values(
        self, symbols: list[Symbol], terms: list[tuple[Expr, list[Index]]], fixed: dict[Symbol, Array]
    ) -> fit.Values:
        """The numbers of terms as a function of some symbols, where others are fixed."""
        shapes = [[self.sizes[d] for d in s.axes] for s in symbols]

        def values(x: Array) -> Array:
            points, start = len(x), 0
            given = {s: np.broadcast_to(v, (points, *v.shape[1:])) for s, v in fixed.items()}
            for s, shape in zip(symbols, shapes, strict=True):
                n = int(np.prod(shape, dtype=int))
                given[s] = x[:, start : start + n].reshape(points, *shape)
                start += n
            model = Model(self.sizes, given, self.definitions, points, deadline=self.deadline)
            return np.concatenate([evaluate(t, axes, model).reshape(points, -1) for t, axes in terms], axis=1)

        return values


def recovered(lines: Lines, variant: Variant) -> Recovered:
    """The inputs of a variant that its printed numbers determine; found once."""
    if variant.settled.recovered is None:
        variant.settled.recovered = _recovered(lines, variant)[0]
    return variant.settled.recovered


def shaped_by_numbers(lines: Lines) -> None:
    """Make arrays of inputs that were read as single numbers where the printed numbers then determine more inputs."""
    variant = lines.variant()
    found, known = _recovered(lines, variant)
    variant.settled.recovered = found
    for _ in range(MOST_RESHAPED):
        open_ones = sorted({s for t in _read(lines, variant).tables for s in t.inputs} - found.values.keys())
        loose = [s for s in open_ones if not s.axes and _is_free(lines, variant, s)]
        better = None
        for base, axes in [(variant.universe.instances[s].base, n) for s in loose for n in (1, 2)]:
            world = replace(lines.world, readings=lines.world.readings | {base: Reading(axes)}, derived={})
            other = Lines(world, lines.equations, lines.options, lines.deadline).variant()
            if not other.failed.keys() <= variant.failed.keys():
                continue
            again, more = _recovered(lines, other)
            if (len(again.values), more) > (len(found.values), known):
                better = world, again, more
                break
        if better is None:
            return
        lines.world.readings = better[0].readings
        lines.variants.clear()
        variant, (_, found, known) = lines.variant(), better
        variant.settled.recovered = None


def _is_free(lines: Lines, variant: Variant, symbol: Symbol) -> bool:
    """Whether nothing but custom makes an input a single number."""
    instance = variant.universe.instances.get(symbol)
    if instance is None or instance.base not in lines.world.readings:
        return False
    return lines.world.family(instance.base).declared_rank is None


def _read(lines: Lines, variant: Variant) -> _Recovery:
    recovery = _Recovery(variant, lines.deadline)
    recovery.read(lines.equations)
    return recovery


def _recovered(lines: Lines, variant: Variant) -> tuple[Recovered, int]:
    """What is recovered, and how many inputs there was a beginning for."""
    recovery = _read(lines, variant)
    found = Recovered(stepwise=recovery.stepwise())
    known = recovery.started() if recovery.tables else {}
    for symbols, tables in recovery.groups(known):
        try:
            part = recovery.fitted(symbols, tables, known)
        except (ExprError, np.linalg.LinAlgError):
            continue
        if part is not None:
            where = _places(lines, tables)
            for s in symbols:
                value = f"{name_of(variant.universe, s)}{_shown(part.values[s])}"
                part.texts[s] = f"{value} is never printed; it is recovered from {where}"
            found.join(part)
    return found, len(known)


def is_decimal(cells: list[list[Printed]]) -> bool:
    """Whether a printed table is one of decimals or has several rows."""
    return len(cells) > 1 or any("." in c.text for row in cells for c in row)


def _places(lines: Lines, tables: list[Table]) -> str:
    at = {e.position: e.line for e in lines.equations}
    numbers = [at[t.position] for t in tables]
    return f"the numbers on lines {min(numbers)} to {max(numbers)}" if len(set(numbers)) > 1 else f"line {numbers[0]}"


def _shown(rows: Rows) -> str:
    """` = 0.5`, ` = [0.1 0.2; 0.3 0.4]`; nothing for what is too large to be shown."""
    if sum(map(len, rows)) > MOST_SHOWN:
        return ""
    text = "; ".join(" ".join(f"{float(x):.6g}" for x in row) for row in rows)
    return f" = [{text}]" if len(rows) > 1 or len(rows[0]) > 1 else f" = {text}"


def _leads_to(before: Equation, e: Equation) -> bool:
    return before.document is e.document and before.chain == e.chain and before.link == e.link - 1


def _numbers(cells: list[list[Printed]]) -> tuple[list[list[Fraction]], list[list[Fraction]]]:
    return [[c.value for c in row] for row in cells], [[c.unit / 2 for c in row] for row in cells]


def _flat(tables: Iterable[Table]) -> tuple[Array, Array]:
    tables = list(tables)
    return np.concatenate([t.printed.ravel() for t in tables]), np.concatenate([t.half.ravel() for t in tables])


def _behind(term: Expr, definitions: Definitions, stop: Iterable[Symbol]) -> set[Symbol]:
    """The symbols that a term rests on, through definitions but not beyond some symbols."""
    stop = set(stop)
    found: set[Symbol] = set()
    todo = [term]
    while todo:
        for symbol in todo.pop().symbols - found:
            found.add(symbol)
            if symbol not in stop and symbol in definitions:
                todo.append(definitions[symbol].body)
    return found
