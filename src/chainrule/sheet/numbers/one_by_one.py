"""Arrays that are given entry by entry, `w_{11} = 0.2, w_{12} = -0.4, ...`, beside formulas for a general entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import product

from chainrule.read.tree import Matrix, Number
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import Ref, letter_of, reference
from chainrule.sheet.syntax.one_by_one import each_by_itself, entries

MOST_ENTRIES = 400
Grid = dict[tuple[int, ...], Equation]


def listed_entries(world: World, equations: Iterable[Equation]) -> dict[str, Grid]:
    """The names whose entries are all given, each once and as a number, and that stand with letters elsewhere."""
    equations = list(equations)
    grids: dict[str, Grid] = {}
    spoiled: set[str] = set()
    for e in [part for whole in equations for part in _each(whole)]:
        ref = reference(e.lhs, world.glossary)
        if ref is None or e.op not in DEFINING or e.link or e.source != "formula":
            continue
        if not ref.subs:
            if ref.bare and not _lists_entries(world, e, ref.base):
                spoiled.add(ref.base)  # what says the whole makes a claim of each entry
            continue
        place = _place(ref)
        plain = len(place) == len(ref.subs) and not (ref.labels or ref.primes or ref.postfix)
        grid = grids.setdefault(ref.base, {})
        if not plain or literal_number(e.rhs) is None or place in grid:
            spoiled.add(ref.base)
        grid[place] = e
    complete = {base: grid for base, grid in grids.items() if base not in spoiled and _complete(grid)}
    return {base: grid for base, grid in complete.items() if _in_general(world, equations, base, grid)}


def _place(ref: Ref) -> tuple[int, ...]:
    return tuple(int(s.text) for s in ref.subs if isinstance(s, Number) and s.text.isdigit())


def _each(e: Equation) -> list[Equation]:
    """The parts of `(x_1, y_1) = (2, 5)`; an equation that gives one value, by itself."""
    return [replace(e, lhs=name, rhs=value, link=0) for name, value in each_by_itself(e.lhs, e.rhs)] or [e]


def _complete(grid: Grid) -> bool:
    """Whether the places are all those of a vector or a matrix of two entries at least."""
    last = [max(places) for places in zip(*grid, strict=False)]
    if len({len(p) for p in grid}) != 1 or len(last) > 2 or not 1 < len(grid) <= MOST_ENTRIES:
        return False
    return set(grid) == set(product(*(range(1, n + 1) for n in last)))


def _in_general(world: World, equations: Iterable[Equation], base: str, grid: Grid) -> bool:
    """Whether a general entry is spoken of, with as many letters as the entries have numbers, or the whole is made of
    its entries, `z = [z_1, z_2]`."""
    count = len(next(iter(grid)))
    if any(len(_lists_entries(world, e, base)) == len(grid) for e in equations):
        return True
    refs = (r for e in equations for side in (e.lhs, e.rhs) for r in references(side, world) if r.base == base)
    return any(len(r.subs) == count and all(letter_of(s) is not None for s in r.subs) for r in refs)


def _lists_entries(world: World, e: Equation, base: str) -> set[tuple[int, ...]]:
    """The places of the entries that an equation says a name is the array of, `z = [z_1, z_2]` or `X = [x_1, x_2]`."""
    whole = reference(e.lhs, world.glossary) if e.op in DEFINING else None
    if whole is None or whole.base.lower() != base.lower() or not whole.bare:
        return set()
    refs = [reference(cell, world.glossary) for row in entries(e.rhs) for cell in row]
    return {_place(r) for r in refs if r is not None} if all(r and r.base == base for r in refs) else set()


def assemble(world: World, grids: dict[str, Grid]) -> None:
    """Make each of these names the array of its entries; the equations that give them define nothing else."""
    for base, grid in grids.items():
        first = grid[min(grid)]
        columns = max(p[1] for p in grid) if len(min(grid)) == 2 else 1
        cells = [grid[p].rhs for p in sorted(grid)]
        rows = tuple(tuple(cells[k : k + columns]) for k in range(0, len(cells), columns))
        section = first.section
        position = min(e.position for e in grid.values())
        world.partial |= {e.position for e in grid.values()}
        world.sites[base] = [
            Site(base, Ref(base), Matrix(first.span, "pmatrix", rows), position, section=section, own=first.own)
        ]
