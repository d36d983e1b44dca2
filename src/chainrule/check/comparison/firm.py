"""Whether a line that does not fit its shapes could be right under any other reading of its names.

That a lost transpose is an error takes for granted that the names were read as their author means them. They were,
where no other reading of a name or a product sign could make the line true, or where each that could breaks what other
lines say of the same names; and where those lines fit, so that no custom of the document is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from chainrule.check.comparison.compare import Comparer, Different, guard
from chainrule.check.comparison.lines import EQUALITIES, Lines
from chainrule.check.comparison.settle import settle
from chainrule.read.tree import Product
from chainrule.sheet.inference.candidates import candidates
from chainrule.sheet.inference.search import CONVENTIONS, FAILURE, line_cost
from chainrule.sheet.inference.typed_lines import misfits, type_line
from chainrule.sheet.records.configurations import Config
from chainrule.sheet.records.families import Reading
from chainrule.sheet.records.lines import Line, lines_of, names_in
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref, walk

# So many lines must lose their shapes under a reading that would save the line, and so many times more must have
# shapes than not under the reading of the document.
WITNESSES, MANY = 2, 4
MOST_PAIRED = 5


def firm(lines: Lines, e: Equation) -> bool:
    """Whether no other reading saves a line that does not fit, without breaking more than it saves."""
    world = lines.world
    (line,) = lines_of(world, [e])
    if _unsure(world, e) or fits(world, line):
        return False  # what fits alone is at odds with the dimensions of other lines, and either may be misread
    apart = (x for x in lines.equations if x.position != e.position and not (x.lhs is e.rhs or x.rhs is e.lhs))
    others = [x for x in lines_of(world, [x for x in apart if x.op in EQUALITIES]) if x.names & line.names]
    fitting = [x for x in others if fits(world, x)]
    direct = _direct(world, e)
    near = [x for x in others if direct & _direct(world, x.equation)]
    failing = _misfits(world, [x for x in near if x not in fitting])
    if sum(x in fitting for x in near) < max(WITNESSES, MANY * failing):
        return False
    return all(
        not _saved(lines, other, line) or sum(not fits(other, x) for x in fitting) >= WITNESSES
        for other in _other_readings(world, e, line)
    )


def _saved(lines: Lines, world: World, line: Line) -> bool:
    """Whether a line could be true in another world: its shapes fit, and its sides do not differ there."""
    if not fits(world, line):
        return False
    universe = Universe(world, Config())
    _, lhs, rhs = type_line(universe, line.equation)
    comparer = Comparer(settle(universe), lines.options.seed, lines.deadline)
    return not isinstance(guard(lambda: comparer.compare(lhs, rhs)), Different)


def _unsure(world: World, e: Equation) -> bool:
    """Whether a name of a line solves a condition, may have lost an index, or is known by its components alone: then
    its shape is not what it looks."""
    solved = {base for c in world.imposed for base in c.unknowns}
    for base in lines_of(world, [e])[0].names:
        family = world.family(base)
        if base in solved and family.declared_rank is None and "label" in family.slots.values():
            return True
        if base in world.leaving_out and world.dropped is None:
            return True
    return known_by_components(world, e)


def known_by_components(world: World, e: Equation) -> bool:
    """Whether a name stands whole in a line that is defined by its components: it may be a row or a column."""
    return any(_by_components(world, ref) for side in (e.lhs, e.rhs) for ref in references(side, world))


def _by_components(world: World, ref: Ref) -> bool:
    sites = world.sites.get(ref.base, ())
    return bool(sites) and len(ref.subs) < min(len(site.ref.subs) for site in sites)


def _direct(world: World, e: Equation) -> set[str]:
    """The names that stand in a line and may have axes."""
    names = names_in(world, e.lhs, e.rhs)
    return {b for b in names if (r := world.readings.get(b)) is None or r.axes > 0} - world.glossary.bound


def fits(world: World, line: Line) -> bool:
    return line_cost(Universe(world, Config()), line) < FAILURE


def _misfits(world: World, lines: list[Line]) -> int:
    """How many formulas keep some lines from fitting by their shapes. Two links of a chain that fail for the formula
    between them are one misfit, and what cannot be read says nothing of shapes."""
    failed = [x.equation for x in lines if misfits(Universe(world, Config()), x.equation)]
    return sum(not any(y.rhs is x.lhs for y in failed) for x in failed)


def _other_readings(world: World, e: Equation, line: Line) -> Iterator[World]:
    """The world with one name read otherwise, or two that stand in the line, or one of its product signs."""
    options = {b: _options(world, b) for b in line.ordered if b in world.readings}
    for base, readings in options.items():
        yield from (_read(world, {base: reading}) for reading in readings)
    direct = [b for b in sorted(_direct(world, e)) if options.get(b)][:MOST_PAIRED]
    for a, b in combinations(direct, 2):
        yield from (_read(world, {a: ra, b: rb}) for ra in options[a] for rb in options[b])
    for sign in _signs(e):
        for reading, _ in CONVENTIONS[sign]:
            if reading != world.conventions.get(sign):
                yield replace(world, conventions={**world.conventions, sign: reading}, derived={})


def _options(world: World, base: str) -> list[Reading]:
    return [reading for reading, _ in candidates(world.family(base)) if reading != world.readings[base]]


def _read(world: World, readings: dict[str, Reading]) -> World:
    return replace(world, readings={**world.readings, **readings}, derived={})


def _signs(e: Equation) -> set[str]:
    """The product signs of a line."""
    products = (n for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Product))
    return {f.op or "juxtaposition" for p in products for f in p.factors[1:]} & CONVENTIONS.keys()
