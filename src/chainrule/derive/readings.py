"""What the names of a formula in TeX are, where nothing is said of them: the readings under which every line fits.

A sheet is read as for checking. In a formula of one line nothing but its own use says what a name is, so the readings
are tried one after the other: the cheapest is taken, and where two cost the same the names are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from math import inf

from chainrule.derive.names import GREEK, python_name
from chainrule.read.python import FormulaError
from chainrule.sheet.inference.candidates import candidates, is_quantity
from chainrule.sheet.inference.typed_lines import mismatch, type_line
from chainrule.sheet.records.configurations import Config
from chainrule.sheet.records.families import FUNCTION_LETTERS, Reading
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import DEFAULT_ROLES, World
from chainrule.sheet.syntax.spelling import look, names_loss, spelled_out

MOST_READINGS = 600
STRETCHED = 5.0
"""What it costs to read a number beside an array in a sum, or the norm of a number."""
CAPITAL = [(Reading(2), 0.0), (Reading(0), 6.0)]
"""A capital letter is a matrix wherever one fits."""
GREEK_ARRAY = 0.3
"""What it costs beside the usual that a small Greek letter is an array."""
USUAL, UNUSUAL = 1.0, 2.5
UNREAD = "operator"
"""The code of what has a meaning that is not read."""
WORDS = ("scalar", "vector", "matrix")

Options = dict[str, list[tuple[Reading, float]]]


def settle(
    world: World, equations: Sequence[Equation], loss: Equation, deadline: Callable[[], None]
) -> dict[str, Reading]:
    """Choose readings for the names that nothing is said of. Raises `FormulaError` when their use leaves it open."""
    used = {x for e in equations for side in (e.lhs, e.rhs) for x in names_in(world, side)}
    for most in (USUAL, UNUSUAL):
        options = _options(world, used, most)
        if not options:
            return {}
        total = 1
        for found in options.values():
            total *= len(found)
        if total > MOST_READINGS:
            return {}
        readings = _best(world, options, equations, loss, deadline)
        if readings:
            chosen = _only(readings)
            world.readings |= chosen
            return chosen
    return {}


def as_factors(world: World) -> None:
    """Read `A (x - a)` as a product where A is no letter for a function: a formula of one line gives no other hint."""
    for base, family in world.families.items():
        function = base in FUNCTION_LETTERS or base in DEFAULT_ROLES or base in world.roles or world.defined(base)
        function |= names_loss(base) and base != "C"  # a C before parentheses is more often a constant
        if family.called and not function and family.calls_with_names < family.called:
            family.operand += 1


def _options(world: World, used: set[str], most: float) -> Options:
    """The names in use whose reading is open, with the readings that cost no more than `most`."""
    found: Options = {}
    for base, family in ((b, world.family(b)) for b in sorted(used)):
        told = family.declared_rank is not None or family.integer or base in world.sites or base in world.aliases
        if told or not is_quantity(family):
            continue
        if look(base) in ("upper", "loss") and len(base) == 1 and base.isupper() and family.sub_counts <= {0}:
            found[base] = CAPITAL
            continue
        greek = base in GREEK and base.islower()
        open_ones = [(r, c + (GREEK_ARRAY if greek and r.axes else 0.0)) for r, c in candidates(family) if not r.row]
        found[base] = [x for x in open_ones if x[1] <= most] or open_ones[:1]
    return found


def _best(
    world: World, options: Options, equations: Sequence[Equation], loss: Equation, deadline: Callable[[], None]
) -> list[dict[str, Reading]]:
    """The cheapest readings under which all lines fit and the loss is a scalar. What fits, but has a meaning that is
    not read (`e^X` of a matrix), is no reason to take a letter for something else: then `Untyped` is raised."""
    least, best = inf, list[dict[str, Reading]]()
    meant, unread = inf, None
    before = dict(world.readings)
    for choice in product(*options.values()):
        deadline()
        readings = {base: reading for base, (reading, _) in zip(options, choice, strict=True)}
        cost = sum(c for _, c in choice)
        if cost > least + 1e-9:
            continue
        world.readings = before | readings
        try:
            cost += _cost(world, equations, loss)
        except Untyped as error:
            if error.code == UNREAD and cost < meant:
                meant, unread = cost, error
            continue
        if cost < least - 1e-9:
            least, best = cost, [readings]
        elif cost < inf and abs(cost - least) <= 1e-9:
            best.append(readings)
    world.readings = before
    if unread is not None and meant < least:
        raise unread
    return best


def _cost(world: World, equations: Sequence[Equation], loss: Equation) -> float:
    """What a reading stretches; infinite where a line does not fit. Raises `Untyped`."""
    world.derived.pop("liftable", None)
    universe = Universe(world, Config())
    try:
        for e in equations:
            _, lhs, rhs = type_line(universe, e)
            if mismatch(universe, lhs, rhs) or (e.position == loss.position and rhs.dims):
                return inf
    except RecursionError:
        return inf
    return STRETCHED * universe.dims.stretched


def _only(readings: list[dict[str, Reading]]) -> dict[str, Reading]:
    first = readings[0]
    open_names = {b: sorted({r[b].axes for r in readings}) for b in first if any(r[b] != first[b] for r in readings)}
    if not open_names:
        return first
    names = {b: python_name(spelled_out(b)) for b in open_names}
    asked = "; ".join(
        f"{spelled_out(b)} may be a {' or a '.join(WORDS[r] for r in ranks)}" for b, ranks in open_names.items()
    )
    one = next(iter(names.values()))
    raise FormulaError(
        f'the shapes are ambiguous: {asked}. Write for example --shape "{one}: n" (or "{one}:" for a scalar)'
    )
