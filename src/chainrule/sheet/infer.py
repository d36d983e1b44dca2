"""What the undefined names of a world are: scalars, vectors, matrices, samples; rows or columns.

Declarations decide; what they leave open (`candidates`) is settled by making as many lines as possible fit, at the
least cost in unusual readings (`search`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from chainrule.read.tree import Comma, Fenced, Product
from chainrule.sheet.arrays.components import is_matrix
from chainrule.sheet.arrays.dropped import droppable
from chainrule.sheet.arrays.zeros import starts_with_zero
from chainrule.sheet.definitions.recurrence import recurrent
from chainrule.sheet.inference.added_together import added_together
from chainrule.sheet.inference.candidates import candidates, is_quantity
from chainrule.sheet.inference.further_along import take_the_next
from chainrule.sheet.inference.losses_with_entries import with_entries
from chainrule.sheet.inference.search import (
    CLOSE,
    CONVENTIONS,
    FAILURE,
    UNUSUAL_ROUNDS,
    USUAL_ROUNDS,
    Options,
    Search,
    as_in_matrix_algebra,
)
from chainrule.sheet.inference.signs_of_gates import signs_of_gates
from chainrule.sheet.inference.starts import as_arrays
from chainrule.sheet.inference.typed_lines import type_line
from chainrule.sheet.inference.unreadable import hide_unreadable
from chainrule.sheet.records.configurations import Config
from chainrule.sheet.records.families import Family, Reading
from chainrule.sheet.records.frame import LISTS, PICKED, ROWS
from chainrule.sheet.records.lines import Line, lines_of
from chainrule.sheet.records.shapes import Layout, Untyped
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Cycle, Universe
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_literal, is_zero, literal_matrix
from chainrule.sheet.syntax.names import Glossary, reference, walk
from chainrule.sheet.syntax.slices import ROW

# What it costs that an argument is left out where it stands elsewhere.
DROPPED = 1.0
# And that a loss is the sum of the entries that it comes out with, where nobody says so.
ADDED_UP = 1.0


def infer(world: World, config: Config, equations: list[Equation], deadline: Callable[[], None]) -> None:
    """Choose readings for every undefined name, and conventions for products of vectors."""
    memo: dict[object, float] = {}  # of the lines that no change of the definitions concerns
    for _ in range(12):
        _search(world, config, equations, deadline, memo)
        before = {base: tuple(map(id, sites)) for base, sites in _definitions(world)}
        lines = lines_of(world, equations)
        circle = _circle(world, config, equations, deadline)
        if circle is not None:
            world.drop(max(circle.positions), circle.message)
        elif take_the_next(world, config, equations, deadline):
            pass
        elif not hide_unreadable(world, config, equations, deadline):
            return
        after = {base: tuple(map(id, sites)) for base, sites in _definitions(world)}
        changed = {base for base in before if before[base] != after.get(base)}
        gone = {x.equation.position for x in lines if not x.names.isdisjoint(changed)}
        memo = {key: cost for key, cost in memo.items() if isinstance(key, tuple) and key[0] not in gone}


def _definitions(world: World) -> Iterator[tuple[str, list[Site]]]:
    """All definitions of each name."""
    for base in world.sites.keys() | world.functions.keys():
        yield base, [*world.sites.get(base, ()), *world.functions.get(base, ())]


def _circle(world: World, config: Config, equations: list[Equation], deadline: Callable[[], None]) -> Cycle | None:
    """A set of equations that define names through each other, if there is one."""
    universe = Universe(world, config)
    for e in equations:
        deadline()
        if not _is_typed(e, world.glossary):
            continue
        try:
            type_line(universe, e)
        except Cycle as cycle:
            return cycle
        except (Untyped, RecursionError):
            continue
    return None


# A list of entries is a column by custom, or a row: `w = [w_a, w_b]` where lines need `x \\cdot w^T` to be a number.
LYING_IN_A_ROW = [(Reading(1, row=True), 0.0), (Reading(1), 0.3)]
LYING = [(Reading(1), 0.0), (Reading(1, row=True), 0.3)]


def _listed(world: World, base: str) -> bool:
    """Whether a name is defined by a list of its entries."""
    return all(isinstance(s.body, Fenced) and isinstance(s.body.body, Comma) for s in world.sites[base])


def _by_entries(world: World, base: str) -> bool:
    """Whether a vector is defined by its entries, which do not say whether it is a row."""
    family = world.family(base)
    slots = [sum(family.slot(n) == "axis" for n in range(len(s.ref.subs))) for s in world.sites[base]]
    return family.sub_counts == {0, 1} and 1 in slots


def _updated_only(world: World, base: str) -> bool:
    """Whether only later updates of a name are defined, or values for an example: `w' = w - \\eta g` says nothing of
    what w itself is, and neither does a zero without a shape that it starts from."""
    return all(s.ref.primes or s.onward or starts_with_zero(world, s) for s in world.sites[base])


def _steps_only(world: World, base: str) -> bool:
    r"""Whether only the steps of a name are defined, `x_{k+1} = x_k - \eta \nabla f(x_k)`, and it stands without a
    number too: the x of `f(x)` is any point. Numbers for one of them would say what all of them are."""
    family, sites = world.family(base), world.sites[base]
    steps = all(any(family.slot(n) == "label" for n in range(len(s.ref.subs))) for s in sites)
    numbers = any(is_literal(s.body) and not is_zero(s.body) for s in sites)
    return family.bare > 0 and family.sub_counts == {0} and steps and not numbers


def _search(
    world: World,
    config: Config,
    equations: list[Equation],
    deadline: Callable[[], None],
    memo: dict[object, float],
) -> None:
    updated = {base for base in world.sites if _updated_only(world, base)}
    free = updated | {base for base in world.sites if _steps_only(world, base)}
    options = {
        base: candidates(family)
        for base, family in world.families.items()
        if (base not in world.sites or base in free) and base not in world.aliases and is_quantity(family)
    }
    if world.rowwise:
        options = {base: _rows_first(found) for base, found in options.items()}
    options |= as_arrays(world, equations, options)
    for base in world.glossary.whole & options.keys():
        options[base] = [o for o in options[base] if not o[0].split] or options[base]
    options |= {base: [(Reading(1), 0.0)] for base in world.vectors.keys() - (world.rows | world.laid_flat)}
    options |= dict.fromkeys(world.rows, LYING_IN_A_ROW) | dict.fromkeys(world.laid_flat, LYING)
    for base, family in world.families.items():
        if base in world.sites and base not in options and family.sub_counts and max(family.sub_counts) > 0:
            split = _split_of_defined(world, family)
            if split:
                options[base] = split
    options |= {base: LYING for base in world.sites if base not in options and _listed(world, base)}
    if world.rowwise or any(f.declared_rank == "row" for f in world.families.values()):
        for base in (b for b in world.sites if _by_entries(world, b)):
            options[base] = [*options[base], LYING[-1]] if base in options else LYING
    lines = [x for x in lines_of(world, equations) if _is_typed(x.equation, world.glossary, not updated)]
    signs = _signs_used(world, equations)
    elementwise = signs_of_gates(world, equations)
    least = _settle(Search(world, config, lines, deadline, memo, elementwise), options, signs)
    if losses := _array_losses(world, config, lines, options, least):
        before, kept = (world.readings, world.conventions), world.pooled
        world.pooled |= losses
        cost = ADDED_UP + _settle(Search(world, config, lines, deadline, elementwise=elementwise), options, signs)
        if cost < least - CLOSE:
            world.added_up, least = world.added_up | losses, cost
            memo.clear()
        else:
            world.pooled = kept
            world.readings, world.conventions = before
    left_out = droppable(world, equations)
    world.leaving_out = frozenset(base for d in left_out for base in d.slots)
    for dropped in left_out[:2] if least >= FAILURE else ():
        before = world.readings, world.conventions
        world.dropped = dropped
        cost = DROPPED + _settle(Search(world, config, lines, deadline, elementwise=elementwise), options, signs)
        if cost < least - CLOSE:
            break
        world.dropped = None
        world.readings, world.conventions = before
    world.derived.pop("liftable", None)


def _array_losses(world: World, config: Config, lines: list[Line], options: Options, least: float) -> frozenset[str]:
    """The losses that have entries as the names are read, if lines do not fit so; else those squares that have, or
    would have, were capitals matrices and small letters columns where that is open: the W of `h = W x` is a row only
    for the sake of `(h - t)^2`."""
    found = with_entries(Universe(world, config), lines, squares=least < FAILURE)
    if found:
        return found
    before = world.readings
    counts = world.glossary.bound | world.size_names
    world.readings = before | {b: as_in_matrix_algebra(b, options[b]) for b in options.keys() - counts}
    try:
        return with_entries(Universe(world, config), lines, squares=True)
    finally:
        world.readings = before


def _rows_first(found: list[tuple[Reading, float]]) -> list[tuple[Reading, float]]:
    """The readings of a name where vectors are rows: a row costs what a column does, and the other way round."""
    cost = dict(found)
    turned = {reading: replace(reading, row=not reading.row) for reading in cost if reading.axes == 1}
    swapped = [(r, cost.get(turned.get(r, r), c)) for r, c in found]
    return sorted(swapped, key=lambda x: x[1])


def _settle(search: Search, options: Options, signs: list[str]) -> float:
    """The best readings a search finds, and what they cost. Where a line fits in an odd way only, the names are gone
    through the other way round as well: what is changed first may bar the way to what is usual."""
    least = _found(search, options, signs)
    if any(0 < search.cost([line]) < FAILURE for line in search.lines):
        before = search.world.readings, search.world.conventions
        cost = _found(search, dict(reversed(options.items())), signs)
        if cost >= least - CLOSE:
            search.world.readings, search.world.conventions = before
        least = min(cost, least)
    return _as_columns(search, options, signs, least) if least >= 2 * FAILURE else least


def _as_columns(search: Search, options: Options, signs: list[str], least: float) -> float:
    """What the search costs with capitals as vectors that are added to each other, where several lines ask for it."""
    world = search.world
    open_ = [b for b, found in options.items() if world.readings[b] == Reading(2) and (Reading(1)) in dict(found)]
    for group in added_together(world, (x.equation for x in search.lines), open_):
        before, lines = (world.readings.copy(), world.conventions.copy()), search.cost(search.lines)
        world.readings |= {base: Reading(1) for base in group}
        search.descend(options, signs, USUAL_ROUNDS)
        cost = _finished(search, options, signs)
        if search.cost(search.lines) <= lines - 2 * FAILURE:
            least = min(least, cost)
        else:
            world.readings, world.conventions = before
    return least


def _found(search: Search, options: Options, signs: list[str]) -> float:
    """What the search comes to with usual readings first, of one name at a time or of two, whichever costs less."""
    search.world.readings = {base: found[0][0] for base, found in options.items()}
    search.world.conventions = search.usual_signs()
    if recurrent(search.world):
        search.start(options, signs)
    search.descend(options, signs, USUAL_ROUNDS)
    before = search.world.readings.copy(), search.world.conventions.copy()
    least = _finished(search, options, signs)
    best = search.world.readings, search.world.conventions
    search.world.readings, search.world.conventions = before
    usual = {base: [x for x in found if x[1] <= USUAL_ROUNDS[-1]] or found[:1] for base, found in options.items()}
    if search.pairs(usual):
        cost = _finished(search, options, signs)
        if cost < least - CLOSE:
            return cost
    search.world.readings, search.world.conventions = best
    return least


def _finished(search: Search, options: Options, signs: list[str]) -> float:
    search.descend(options, signs, UNUSUAL_ROUNDS)
    search.pairs(options)
    return search.total(options)


def _is_typed(e: Equation, glossary: Glossary, started: bool = True) -> bool:
    """Equations whose sides have shapes; the tables of later updates say nothing that the first ones do not, unless
    what is updated is never said to be `started` from anything."""
    if e.op not in ("=", ":=", "≡", "=:", "≈") or e.source in ("condition", "prose"):
        return False
    ref = reference(e.lhs, glossary)
    return ref is None or not ref.primes or not started or literal_matrix(e.rhs) is None


def _split_of_defined(world: World, family: Family) -> list[tuple[Reading, float]]:
    """A name defined bare but used with a subscript: a component of it, or its version for one sample."""
    bare = [s for s in world.sites[family.base] if not s.ref.subs]
    if not bare or family.full:
        return []
    if all(literal_matrix(s.body) is not None for s in bare):
        return [(Reading(0), 0.0)]  # numbers are no formula for every sample
    return [(Reading(0), 0.0), (Reading(1, split=True), 0.4), (Reading(2, split=True), 0.8)]


def _signs_used(world: World, equations: list[Equation]) -> list[str]:
    signs = {PICKED} if any(1 in f.sub_counts and is_matrix(world, f) for f in world.families.values()) else set[str]()
    for e in equations:
        for node in (*walk(e.lhs), *walk(e.rhs)):
            if isinstance(node, Product):
                signs |= {f.op or "juxtaposition" for f in node.factors[1:]}
            elif isinstance(node, Fenced) and node.open == "[" and isinstance(node.body, Comma):
                signs.add(LISTS)
            elif isinstance(node, Fenced) and node.open == ROW:
                signs.add(ROWS)
    return [s for s in CONVENTIONS if s in signs]


# All arrangements of derivatives, the most usual one first.
LAYOUTS = (
    Layout("denominator", "numerator"),
    Layout("denominator", "denominator"),
    Layout("numerator", "numerator"),
    Layout("numerator", "denominator"),
)
