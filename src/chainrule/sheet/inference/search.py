"""A search for the readings under which lines fit at the least cost: one name or convention is changed at a time, and
only the lines that mention it are typed again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import inf

from chainrule.sheet.definitions.recurrence import recurrent
from chainrule.sheet.inference.typed_lines import misfits, mismatch, type_line
from chainrule.sheet.inference.unreadable import against_declaration, lies_otherwise, loss_of_entries
from chainrule.sheet.records.configurations import Config
from chainrule.sheet.records.families import Reading
from chainrule.sheet.records.frame import LISTS, PICKED, ROWS
from chainrule.sheet.records.lines import Line
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import reference
from chainrule.sheet.syntax.spelling import look

# What a sign between arrays, or a list of entries, may stand for.
CONVENTIONS: dict[str, tuple[tuple[str, float], ...]] = {
    "cdot": (("inner", 0.0), ("hadamard", 0.4)),
    "juxtaposition": (("", 0.0), ("hadamard", 0.6)),
    "*": (("hadamard", 0.0), ("", 0.1)),
    "times": (("", 0.0), ("hadamard", 0.3)),
    ".": (("inner", 0.0), ("hadamard", 0.4)),
    LISTS: (("column", 0.0), ("row", 0.3)),
    ROWS: (("row", 0.0), ("column", 0.3)),
    PICKED: (("column", 0.0), ("row", 0.5), ("other", 0.5)),
}
FAILURE, ASKEW, ODD, SQUARE, MIXED = 4.0, 1.0, 1.0, 1.0, 2.0
# What another meaning costs of the sign between a gate and its complement.
GATED = 2.0
# Readings of two names at once are tried this often in one search.
MOST_TRIALS = 240
# How unusual the readings may be that each round of the search tries: what common readings of one name, or of two at
# once, explain is not put on an unusual one of another.
USUAL_ROUNDS, UNUSUAL_ROUNDS = (1.0, 2.0), (inf, inf, inf)
# Costs closer than this are the same; the earlier reading, which is the more usual one, stays.
CLOSE = 1e-9


def line_cost(universe: Universe, line: Line) -> float:
    """0 for a line that fits, `FAILURE` for one that does not.

    `ASKEW` when one side is the other's transpose or what is defined has another rank than its declaration says, `ODD`
    when a whole matrix is differentiated by a number, as `(Xb)^T X b` would be for a number b,
    `SQUARE` for each small letter that must be a square matrix, `MIXED` for numbers among arrays in a recurrence, whose
    lines all fit when its states, by small letters, are matrices and what goes into them are numbers.
    """
    e = line.equation
    kept = universe.mark()
    try:
        _, lhs, rhs = type_line(universe, e)
        askew = f"@{e.position}" in universe.flipped
        askew |= {lhs.kind, rhs.kind} == {"row", "column"} or against_declaration(universe.world, e, lhs)
        askew |= lies_otherwise(universe.world, e, lhs)
        entries = loss_of_entries(universe.world, e, lhs)
        if not mismatch(universe, lhs, rhs):
            odd = f"@{e.position}" in universe.odd
            mixed = MIXED * _stretched(universe, e) if lhs.kind == "matrix" else 0.0
            return ASKEW * (askew + entries) + ODD * odd + SQUARE * _squares(universe, line.ordered) + mixed
    except (Untyped, RecursionError):
        pass  # a line that does not fit is what this function counts
    universe.back(kept)
    return FAILURE


def _stretched(universe: Universe, e: Equation) -> float:
    """How much of a line of a recurrence for a small letter that is a matrix fits in a way that is seldom meant:
    `U h + b` for a number b. What the names in it stand for has been typed before and adds nothing."""
    ref = reference(e.lhs, universe.world.glossary)
    if ref is None or not look(ref.base).endswith("lower") or not recurrent(universe.world):
        return 0.0
    before = universe.dims.stretched
    type_line(universe, e)
    return universe.dims.stretched - before


def _squares(universe: Universe, names: Iterable[str]) -> int:
    """How many small letters without subscripts are square matrices, by their readings or by their definitions: all
    products fit then, which says nothing for such a reading."""
    world = universe.world
    small = {b for b in names if look(b).endswith("lower") and ((r := world.readings.get(b)) is None or r.axes == 2)}
    small = {b for b in small if world.family(b).sub_counts <= {0} and world.family(b).declared_rank is None}
    if not small:
        return 0
    find = universe.dims.find
    shapes = [(x.base, axes) for (x, _), axes in universe.shapes.items() if x.base in small]
    shapes += [(t.instance.base, t.axes) for t in universe.tensors.values() if t.instance.base in small]
    return len({base for base, axes in shapes if len(axes) == 2 and find(axes[0]) == find(axes[1])})


Options = dict[str, list[tuple[Reading, float]]]


def as_in_matrix_algebra(
    base: str, found: list[tuple[Reading, float]], row: bool = False, stepped: bool = False, looks: str = ""
) -> Reading:
    """A capital letter is a matrix, a small one a column or a row, a loss a number, where that is left open; what has a
    number of its own in every step, as the C of `C_t`, is a vector."""
    rank = 1 if stepped else {"upper": 2, "bold upper": 2, "lower": 1, "bold lower": 1}.get(looks or look(base), 0)
    return next((r for r, _ in found if r.axes == rank and r.row == (row and rank == 1)), found[0][0])


@dataclass
class Search:
    """Local search with the cost of each line remembered for the readings it was typed under."""

    world: World
    config: Config
    lines: list[Line]
    deadline: Callable[[], None]
    memo: dict[object, float] = field(default_factory=dict)
    elementwise: frozenset[str] = frozenset()
    """The signs that stand between a gate and its complement."""
    trials: int = 0

    def customs(self, op: str) -> tuple[tuple[str, float], ...]:
        """What a sign may stand for, and at what cost."""
        if op in self.elementwise:
            return tuple((x, 0.0 if x == "hadamard" else GATED) for x, _ in CONVENTIONS[op])
        if op == PICKED and not self.world.columnwise:
            return CONVENTIONS[op][:-1]
        return CONVENTIONS[op]

    def usual_signs(self) -> dict[str, str]:
        """What each sign stands for at the least cost."""
        return {op: min(self.customs(op), key=lambda x: x[1])[0] for op in CONVENTIONS}

    def cost(self, lines: list[Line], custom: float = 0.0, most: float = inf) -> float:
        """What lines cost on top of `custom`; once it has reached `most`, the rest is not looked at."""
        cost = custom
        if cost >= most:
            return cost
        self.world.derived.pop("liftable", None)
        universe = Universe(self.world, self.config)
        for line in lines:
            readings = tuple(self.world.readings.get(n) for n in line.ordered)
            key = (line.equation.position, readings, tuple(self.world.conventions.values()))
            if key not in self.memo:
                self.deadline()
                self.memo[key] = line_cost(universe, line)
            cost += self.memo[key]
            if cost >= most:
                break
        return cost

    def total(self, options: Options, most: float = inf) -> float:
        """What all lines and all readings cost."""
        custom = sum(dict(found)[self.world.readings[base]] for base, found in options.items())
        custom += sum(dict(self.customs(op))[self.world.conventions[op]] for op in CONVENTIONS)
        return self.cost(self.lines, custom, most)

    def start(self, options: Options, signs: list[str]) -> None:
        """Where to begin in a recurrence, whose lines rest on all names at once: one name at a time, there is no way
        from a world of numbers to a world of vectors. So the cheapest readings are compared with those of matrix
        algebra, with and without elementwise products."""
        cheapest = {base: found[0][0] for base, found in options.items()}
        counts = self.world.glossary.bound | self.world.size_names
        free = {base: found for base, found in options.items() if base not in counts}
        algebra = cheapest | {base: as_in_matrix_algebra(base, found) for base, found in free.items()}
        plain = self.usual_signs()
        elementwise = plain | {op: "hadamard" for op in signs if op not in (LISTS, ROWS, PICKED)}
        starts = [(cheapest, plain), (algebra, plain), (algebra, elementwise)]
        stepped = {base for base in free if "label" in self.world.family(base).slots.values()}
        row = self.world.rowwise
        states = cheapest | {b: as_in_matrix_algebra(b, found, row, b in stepped) for b, found in free.items()}
        starts += [(states, plain), (states, elementwise)] if row or states != algebra else []
        least, best = inf, starts[0]
        for readings, conventions in starts:
            self.world.readings, self.world.conventions = dict(readings), dict(conventions)
            cost = self.total(options, least)
            if cost < least - CLOSE:
                least, best = cost, (readings, conventions)
        self.world.readings, self.world.conventions = dict(best[0]), dict(best[1])

    def descend(self, options: Options, signs: list[str], rounds: tuple[float, ...]) -> None:
        """One name or convention changed at a time, as long as that is better. How rows of matrices lie comes
        first: names that are read as one sample each would hide it."""
        if PICKED in signs:
            self.convention(PICKED)
        for most in rounds:
            changed = False
            for base, found in options.items():
                usual = [(reading, cost) for reading, cost in found if cost <= most]
                if len(usual) > 1:
                    changed |= self.name(base, usual)
            for op in signs:
                changed |= self.convention(op)
            if not changed and most == inf:
                return

    def name(self, base: str, options: list[tuple[Reading, float]]) -> bool:
        """The best reading of one name while the others stay as they are."""
        lines = [x for x in self.lines if base in x.names]
        before = self.world.readings[base]
        best, least = before, inf
        for reading, custom in options:
            self.world.readings[base] = reading
            cost = self.cost(lines, custom, least - CLOSE)
            if cost < least - CLOSE:
                best, least = reading, cost
        self.world.readings[base] = best
        return best != before

    def convention(self, op: str) -> bool:
        """The best reading of one product sign, or of lists."""
        before = self.world.conventions[op]
        best, least = before, inf
        for option, custom in self.customs(op):
            self.world.conventions[op] = option
            cost = self.cost(self.lines, custom, least - CLOSE)
            if cost < least - CLOSE:
                best, least = option, cost
        self.world.conventions[op] = best
        return best != before

    def pairs(self, options: Options) -> bool:
        """Lines whose shapes still do not fit may need two names changed at once; those with few names say it best."""
        changed = False
        for line in sorted(self.lines, key=lambda x: len(x.names)):
            if self.cost([line]) == 0.0 or not self.misfits(line):
                continue
            letters = self.world.glossary.bound | self.world.size_names  # of indices, seldom arrays
            several = (n for n in line.names if len(options.get(n, ())) > 1)
            names = sorted(several, key=lambda n: (n in letters, n))[:6]
            for i, a in enumerate(names):
                for b in names[i + 1 :]:
                    if self.pair(line, a, options[a], b, options[b]):
                        changed = True
                        break
        return changed

    def misfits(self, line: Line) -> bool:
        """Whether the shapes of a line are what keeps it from having a meaning."""
        return misfits(Universe(self.world, self.config), line.equation)

    def pair(
        self, line: Line, a: str, for_a: list[tuple[Reading, float]], b: str, for_b: list[tuple[Reading, float]]
    ) -> bool:
        """Both names changed at once where that makes the failing line fit; the other lines decide whether it stays."""
        lines = [x for x in self.lines if a in x.names or b in x.names]
        before = self.world.readings[a], self.world.readings[b]
        custom_a = dict(for_a)
        custom_b = dict(for_b)
        least = self.cost(lines) + custom_a.get(before[0], 0) + custom_b.get(before[1], 0)
        best = before
        for ra, ca in for_a[:4]:
            for rb, cb in for_b[:4]:
                self.world.readings[a], self.world.readings[b] = ra, rb
                if (ra, rb) == before or self.trials >= MOST_TRIALS:
                    continue
                self.trials += 1
                if self.cost([line]) >= FAILURE:
                    continue
                cost = self.cost(lines, ca + cb, least - CLOSE)
                if cost < least - CLOSE:
                    best, least = (ra, rb), cost
        self.world.readings[a], self.world.readings[b] = best
        return best != before
