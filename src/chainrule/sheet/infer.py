"""What the undefined names of a world are: scalars, vectors, matrices, samples; rows or columns.

Declarations decide; what they leave open is settled by making as many lines as possible fit, at the least cost in
unusual readings (`CUSTOMS`). It is a local search: one name or convention is changed at a time, and only the lines that
mention it are typed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import inf

from chainrule.read.tree import Accent, Comma, Fenced, Name, Node, Product, Script
from chainrule.sheet.algebra import diagonal, same_shape
from chainrule.sheet.dropped import droppable
from chainrule.sheet.extremes import bodies
from chainrule.sheet.frame import LISTS, ROWS, USUAL, Choices, Frame
from chainrule.sheet.literals import literal_matrix
from chainrule.sheet.meaning.implied import summed_over, with_strays_summed
from chainrule.sheet.meaning.structural import is_function_word
from chainrule.sheet.names import KRONECKER, Glossary, children, reference, walk
from chainrule.sheet.recurrence import recurrent
from chainrule.sheet.shapes import RANKS, Dims, Layout, Untyped, Val, scalar
from chainrule.sheet.slices import ROW
from chainrule.sheet.spelling import look
from chainrule.sheet.statements import Equation
from chainrule.sheet.unreadable import against_declaration, hide_unreadable, loss_of_entries
from chainrule.sheet.world import Config, Cycle, Family, Reading, Site, Universe, World

# How unusual it is that a name of this look, without subscripts, has this rank: (scalar, column, row, matrix).
CUSTOMS: dict[str, tuple[float, float, float, float]] = {
    "bold lower": (3.0, 0.0, 1.2, 3.0),
    "bold upper": (3.0, 2.0, 3.0, 0.0),
    "upper": (1.0, 1.6, 2.6, 0.0),
    "calligraphic": (0.0, 3.0, 4.0, 2.0),
    "greek upper": (1.0, 2.0, 4.0, 0.5),
    "lower": (0.0, 0.7, 1.1, 2.5),
    "loss": (0.0, 3.0, 4.0, 4.0),
}
# Letters that say how many there are, or how much is lost, unless they are variables: `dW = dO V^T`.
COUNTS = frozenset("CDEKMNTV")
CONVENTIONS: dict[str, tuple[tuple[str, float], ...]] = {
    "cdot": (("inner", 0.0), ("hadamard", 0.4)),
    "juxtaposition": (("", 0.0), ("hadamard", 0.6)),
    "*": (("hadamard", 0.0), ("", 0.1)),
    "times": (("", 0.0), ("hadamard", 0.3)),
    ".": (("inner", 0.0), ("hadamard", 0.4)),
    LISTS: (("column", 0.0), ("row", 0.3)),
    ROWS: (("row", 0.0), ("column", 0.3)),
}
FAILURE, ASKEW, ODD, SQUARE, DROPPED, ELSEWHERE, TRANSPOSED = 4.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.6

# Readings of two names at once are tried this often in one search.
MOST_TRIALS = 240

# How unusual the readings may be that each round of the search tries: what a common reading of one name explains is not
# put on an unusual one of another.
UNUSUAL = (1.0, 2.0, inf, inf, inf)
# Costs closer than this are the same; the earlier reading, which is the more usual one, stays.
CLOSE = 1e-9


def candidates(family: Family) -> list[tuple[Reading, float]]:
    """The readings of an undefined name with their costs, cheapest first."""
    declared = _declared(family)
    if declared is not None:
        return declared
    counts = family.sub_counts or {0}
    most = max(counts)
    if family.domain_kind == "covariance":
        return [(Reading(most + 2, split=bool(most) and 0 in counts), 0.0)]
    custom = CUSTOMS["upper" if family.base in COUNTS and is_variable(family) else look(family.base)]
    if most == 0:
        if family.gradient:  # nobody writes a gradient by a number
            custom = (max(custom[0], custom[1] + 1.0), *custom[1:])
        ranks = [(0, False), (1, False), (1, True), (2, False)]
        found = [(Reading(a, r), c) for (a, r), c in zip(ranks, custom, strict=True) if a or not family.transposed]
        return sorted(found, key=lambda x: x[1])
    if family.full:
        return [(Reading(most), 0.0), *([(Reading(1, True), 0.5)] if most == 1 else [])]
    bold = look(family.base) == "bold lower"
    options = [(Reading(most), 0.8 if bold and most == 1 and counts == {1} else 0.0)]
    if counts == {most} == {1} and family.transposed:
        options = [(Reading(1), TRANSPOSED)]  # nobody transposes a number: `u_w^T v` is about vectors u_w
    if counts == {most}:
        options += [(Reading(most + 1), 0.0 if bold else 0.6), (Reading(most + 1, True), 1.4), (Reading(most + 2), 2.5)]
    elif 0 in counts:
        options += [
            (Reading(most, split=True), 2.0),
            (Reading(most + 1, split=True), 1.8),
            (Reading(most + 1, True, split=True), 2.6),
            (Reading(most + 1), 1.3),
            *([(Reading(most + 1, True), 1.4)] if most == 1 and look(family.base).endswith("upper") else []),
            (Reading(most, True), 0.5 if most == 1 else 0.8 if most - 1 in counts else 9.0),
        ]
        if most == 2:
            options.append((Reading(2), 0.0))
    elif counts == {1, 2}:
        options = [(Reading(2), 0.0), (Reading(2, True), 0.8), (Reading(3), 2.5)]
    return sorted(options, key=lambda x: x[1])


def is_variable(family: Family) -> bool:
    """Whether a name is transposed, differentiated by or has a differential: then it is no count."""
    return family.transposed or family.by > 0 or family.changing


def _declared(family: Family) -> list[tuple[Reading, float]] | None:
    """The readings a declaration leaves open: a vector may be the whole or one sample."""
    rank = family.declared_rank
    if rank is None or rank == "tensor":
        return None if rank is None else [(Reading(len(family.declared_dims)), 0.0)]
    axes = RANKS[rank] + family.declared_subs
    rows = (True,) if rank == "row" else (False,) if rank == "column" else (False, True)
    if axes - family.declared_subs != 1:
        rows = (False,)
    most = max(family.sub_counts, default=0)
    found = []
    for row in rows:
        cost = 0.7 * row if rank != "row" else 0.0
        if most <= axes:
            found.append((Reading(axes, row), cost + ELSEWHERE * _counts_otherwise(family)))
        if 0 in family.sub_counts and most >= 1 and family.declared_subs == 0 and rank != "matrix" and not family.full:
            found.append((Reading(axes + 1, row, split=True), cost + (0.3 if most <= axes else 0.0)))
        if 0 in family.sub_counts and family.declared_subs == 1 == axes - family.declared_subs and not family.full:
            found.append((Reading(axes, row, split=True), cost + 0.3))  # `x_i \\in R^d` beside `f(x)`
    return found or [(Reading(axes, rows[0]), 0.0)]


def _counts_otherwise(family: Family) -> bool:
    """Whether the sums over the index of a declared vector end elsewhere than its entries: `x \\in R^d` beside
    `\\sum_{i=1}^n x_i`."""
    dims = family.declared_dims
    return len(dims) == 1 and dims[0] is not None and bool(family.ends) and dims[0] not in family.ends


# -------------------------------------------------------------------------------------------------- typing


@dataclass
class Line:
    """An equation with the names it mentions, directly or through definitions."""

    equation: Equation
    names: frozenset[str]
    ordered: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.ordered = tuple(sorted(self.names))


def type_line(universe: Universe, e: Equation, choices: Choices = USUAL) -> tuple[Frame, Val, Val]:
    """Both sides of an equation as values; raises `Untyped`."""
    below = bodies(e.lhs, e.rhs, universe.world)
    if below is not None:
        e = replace(e, lhs=below[0], rhs=below[1])
    frame = Frame(universe, f"@{e.position}", e.position, choices=choices, statement=(e.lhs, e.rhs))
    if universe.world.einstein:
        frame = frame.child(einstein=frozenset(universe.world.free_letters.get(e.position, ())))
    if e.position in universe.world.indexed_by:
        e = replace(e, lhs=with_strays_summed(frame, e.lhs), rhs=with_strays_summed(frame, e.rhs))
    lhs = _over_samples(frame, e.lhs) if choices.total else frame.value(e.lhs)
    rhs = frame.value(e.rhs)
    if choices.entrywise:
        lhs, rhs = as_diagonal(frame.dims, lhs, rhs), as_diagonal(frame.dims, rhs, lhs)
    if universe.world.einstein:
        lhs, rhs = _identified(frame, e, lhs, rhs), _identified(frame, e, rhs, lhs)
    return frame, lhs, rhs


def as_diagonal(dims: Dims, val: Val, other: Val) -> Val:
    """A vector beside the square Jacobian of one vector by another is the diagonal of that matrix."""
    square = (
        other.jacobian is not None and other.kind == "matrix" and dims.find(other.dims[0]) == dims.find(other.dims[1])
    )
    if not square or val.kind not in ("column", "row") or dims.find(val.dims[0]) != dims.find(other.dims[0]):
        return val
    return diagonal(dims, val)


def _identified(frame: Frame, e: Equation, val: Val, other: Val) -> Val:
    """In index notation a tensor is its components: A^T beside A_{lk} is (A^T)_{kl}, in the order of ∂X_{kl}."""
    letters = frame.world.free_letters.get(e.position, ())
    if not other.scalar or not val.dims or len(val.dims) != len(letters) or not set(letters) <= set(frame.free):
        return val
    terms = []
    for letter, axis in zip(letters, val.dims, strict=True):
        dim, term = frame.free_letter(letter)
        frame.dims.unify(dim, axis)
        terms.append(term)
    return scalar(lambda: val.at(*(t() for t in terms)), val.derived)


def _over_samples(frame: Frame, node: Node) -> Val:
    """One sample's quantity summed over the data set: the other meaning of a symbol that both share."""
    dim = f"{frame.owner}:samples"
    inner = frame.bind("·n", dim)
    return summed_over(inner, ["·n"], inner.child(lift=inner.letters["·n"]).value(node))


def mismatch(universe: Universe, lhs: Val, rhs: Val) -> bool:
    """Whether the sides have different shapes; a gradient may be the transpose of the other side."""
    if _zero(rhs) or _zero(lhs):
        return False
    try:
        if same_shape(universe.dims, lhs, rhs):
            return False
        if {lhs.kind, rhs.kind} == {"row", "column"} and (lhs.derived or rhs.derived or lhs.literal or rhs.literal):
            universe.dims.unify(lhs.dims[0], rhs.dims[0])
            return False
    except Untyped:
        return True
    return True


def _zero(val: Val) -> bool:
    return val.scalar and val.literal


def names_in(world: World, node: Node) -> set[str]:
    """Bases that a formula mentions: `L_{hinge}` is one name, and L is not in it."""
    found = set()
    stack = [node]
    while stack:
        part = stack.pop()
        ref = reference(part, world.glossary) if isinstance(part, (Name, Accent, Script)) else None
        if ref is None:
            stack += children(part)
            continue
        found.add(world.aliases.get(ref.base, ref.base))
        stack += (*ref.subs, *ref.labels, *(p.node for p in ref.postfix if p.node is not None))
    return found


def lines_of(world: World, equations: Iterable[Equation]) -> list[Line]:
    """Equations with all names they rest on, directly or through definitions."""
    below: dict[str, frozenset[str]] = {}

    def reach(base: str, seen: frozenset[str]) -> frozenset[str]:
        if base in below:
            return below[base]
        if base in seen:
            return frozenset()
        found = {base}
        for site in (*world.sites.get(base, ()), *world.functions.get(base, ())):
            for name in names_in(world, site.body):
                found |= reach(name, seen | {base})
        result = frozenset(found)
        if not seen:
            below[base] = result
        return result

    lines = []
    for e in equations:
        direct = names_in(world, e.lhs) | names_in(world, e.rhs)
        lines.append(Line(e, frozenset(x for name in direct for x in reach(name, frozenset()))))
    return lines


def line_cost(universe: Universe, line: Line) -> float:
    """0 for a line that fits, `FAILURE` for one that does not.

    `ASKEW` when one side is the other's transpose or what is defined has another rank than its declaration says, `ODD`
    when a whole matrix is differentiated by a number, as `(Xb)^T X b` would be for a number b,
    `SQUARE` for each small letter that must be a square matrix.
    """
    e = line.equation
    kept = universe.mark()
    try:
        _, lhs, rhs = type_line(universe, e)
        askew = f"@{e.position}" in universe.flipped
        askew |= {lhs.kind, rhs.kind} == {"row", "column"} or against_declaration(universe.world, e, lhs)
        entries = loss_of_entries(universe.world, e, lhs)
        if not mismatch(universe, lhs, rhs):
            odd = f"@{e.position}" in universe.odd
            return ASKEW * (askew + entries) + ODD * odd + SQUARE * _squares(universe, line.ordered)
    except (Untyped, RecursionError):
        pass  # a line that does not fit is what this function counts
    universe.back(kept)
    return FAILURE


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


# -------------------------------------------------------------------------------------------------- the search

Options = dict[str, list[tuple[Reading, float]]]


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
LYING = [(Reading(1), 0.0), (Reading(1, row=True), 0.3)]


def _listed(world: World, base: str) -> bool:
    """Whether a name is defined by a list of its entries."""
    return all(isinstance(s.body, Fenced) and isinstance(s.body.body, Comma) for s in world.sites[base])


def _updated_only(world: World, base: str) -> bool:
    """Whether only later updates of a name are defined, or values for an example: `w' = w - \\eta g` says nothing of
    what w itself is."""
    return all(s.ref.primes or s.onward for s in world.sites[base])


def _search(
    world: World,
    config: Config,
    equations: list[Equation],
    deadline: Callable[[], None],
    memo: dict[object, float],
) -> None:
    updated = {base for base in world.sites if _updated_only(world, base)}
    options = {
        base: candidates(family)
        for base, family in world.families.items()
        if (base not in world.sites or base in updated) and base not in world.aliases and is_quantity(family)
    }
    options |= {base: [(Reading(1), 0.0)] for base in world.vectors}
    for base, family in world.families.items():
        if base in world.sites and base not in options and family.sub_counts and max(family.sub_counts) > 0:
            split = _split_of_defined(world, family)
            if split:
                options[base] = split
    options |= {base: LYING for base in world.sites if base not in options and _listed(world, base)}
    lines = [x for x in lines_of(world, equations) if _is_typed(x.equation, world.glossary, not updated)]
    signs = _signs_used(equations)
    least = _settle(Search(world, config, lines, deadline, memo), options, signs)
    left_out = droppable(world, equations)
    world.leaving_out = frozenset(base for d in left_out for base in d.slots)
    for dropped in left_out[:2] if least >= FAILURE else ():
        before = world.readings, world.conventions
        world.dropped = dropped
        cost = DROPPED + _settle(Search(world, config, lines, deadline), options, signs)
        if cost < least - CLOSE:
            break
        world.dropped = None
        world.readings, world.conventions = before
    world.derived.pop("liftable", None)


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
    return least


def _found(search: Search, options: Options, signs: list[str]) -> float:
    search.world.readings = {base: found[0][0] for base, found in options.items()}
    search.world.conventions = {op: found[0][0] for op, found in CONVENTIONS.items()}
    if recurrent(search.world):
        search.start(options, signs)
    search.descend(options, signs)
    search.pairs(options)
    return search.total(options)


def _as_in_matrix_algebra(base: str, found: list[tuple[Reading, float]]) -> Reading:
    """A capital letter is a matrix, a small one a column, a loss a number, where that is left open."""
    rank = {"upper": 2, "bold upper": 2, "lower": 1, "bold lower": 1}.get(look(base), 0)
    return next((r for r, _ in found if r.axes == rank and not r.row), found[0][0])


def _is_typed(e: Equation, glossary: Glossary, started: bool = True) -> bool:
    """Equations whose sides have shapes; the tables of later updates say nothing that the first ones do not, unless
    what is updated is never said to be `started` from anything."""
    if e.op not in ("=", ":=", "≡", "=:", "≈") or e.source in ("condition", "prose"):
        return False
    ref = reference(e.lhs, glossary)
    return ref is None or not ref.primes or not started or literal_matrix(e.rhs) is None


def is_quantity(family: Family) -> bool:
    """Whether a name stands for a number or an array rather than for a function."""
    if family.base == KRONECKER or is_function_word(family.base):
        return False
    if family.identity:
        return False
    return family.operand > 0 or not family.called or family.weight


def _split_of_defined(world: World, family: Family) -> list[tuple[Reading, float]]:
    """A name defined bare but used with a subscript: a component of it, or its version for one sample."""
    bare = [s for s in world.sites[family.base] if not s.ref.subs]
    if not bare or family.full:
        return []
    return [(Reading(0), 0.0), (Reading(1, split=True), 0.4), (Reading(2, split=True), 0.8)]


def _signs_used(equations: list[Equation]) -> list[str]:
    signs: set[str] = set()
    for e in equations:
        for node in (*walk(e.lhs), *walk(e.rhs)):
            if isinstance(node, Product):
                signs |= {f.op or "juxtaposition" for f in node.factors[1:]}
            elif isinstance(node, Fenced) and node.open == "[" and isinstance(node.body, Comma):
                signs.add(LISTS)
            elif isinstance(node, Fenced) and node.open == ROW:
                signs.add(ROWS)
    return [s for s in CONVENTIONS if s in signs]


@dataclass
class Search:
    """Local search with the cost of each line remembered for the readings it was typed under."""

    world: World
    config: Config
    lines: list[Line]
    deadline: Callable[[], None]
    memo: dict[object, float] = field(default_factory=dict)
    trials: int = 0

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
        custom += sum(dict(found)[self.world.conventions[op]] for op, found in CONVENTIONS.items())
        return self.cost(self.lines, custom, most)

    def start(self, options: Options, signs: list[str]) -> None:
        """Where to begin in a recurrence, whose lines rest on all names at once: one name at a time, there is no way
        from a world of numbers to a world of vectors. So the cheapest readings are compared with those of matrix
        algebra, with and without elementwise products."""
        cheapest = {base: found[0][0] for base, found in options.items()}
        algebra = {base: _as_in_matrix_algebra(base, found) for base, found in options.items()}
        plain = {op: found[0][0] for op, found in CONVENTIONS.items()}
        elementwise = plain | {op: "hadamard" for op in signs if op not in (LISTS, ROWS)}
        starts = [(cheapest, plain), (algebra, plain), (algebra, elementwise)]
        least, best = inf, starts[0]
        for readings, conventions in starts:
            self.world.readings, self.world.conventions = dict(readings), dict(conventions)
            cost = self.total(options, least)
            if cost < least - CLOSE:
                least, best = cost, (readings, conventions)
        self.world.readings, self.world.conventions = dict(best[0]), dict(best[1])

    def descend(self, options: Options, signs: list[str]) -> None:
        """One name or convention changed at a time, as long as that is better."""
        for most in UNUSUAL:
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
        for option, custom in CONVENTIONS[op]:
            self.world.conventions[op] = option
            cost = self.cost(self.lines, custom, least - CLOSE)
            if cost < least - CLOSE:
                best, least = option, cost
        self.world.conventions[op] = best
        return best != before

    def pairs(self, options: Options) -> None:
        """Lines whose shapes still do not fit may need two names changed at once; those with few names say it best."""
        for line in sorted(self.lines, key=lambda x: len(x.names)):
            if self.cost([line]) == 0.0 or not self.misfits(line):
                continue
            names = [n for n in sorted(line.names) if len(options.get(n, ())) > 1][:6]
            for i, a in enumerate(names):
                for b in names[i + 1 :]:
                    if self.pair(line, a, options[a], b, options[b]):
                        break

    def misfits(self, line: Line) -> bool:
        """Whether the shapes of a line are what keeps it from having a meaning."""
        universe = Universe(self.world, self.config)
        try:
            _, lhs, rhs = type_line(universe, line.equation)
            return mismatch(universe, lhs, rhs)
        except Untyped as error:
            return error.code == "shape"
        except RecursionError:
            return False

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


# All arrangements of derivatives, the most usual one first.
LAYOUTS = (
    Layout("denominator", "numerator"),
    Layout("denominator", "denominator"),
    Layout("numerator", "numerator"),
    Layout("numerator", "denominator"),
)
