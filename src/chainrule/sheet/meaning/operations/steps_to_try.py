"""The layers and times at which a line with cases by them, or about a name that has such cases, is put to the test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from chainrule.read.tree import Cases, Node, Number
from chainrule.sheet.definitions.recurrence import label_nodes, leads_back, step_letters
from chainrule.sheet.meaning.operations.cases_of_steps import capital, comparisons, has_rest, last_steps
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import shifted_letter, walk

INSIDE = {"=": 0, "≤": 0, "≥": 0, "<": -1, ">": 1}
"""How far from its bound the first step lies for which a condition holds, and where it does not."""
OUTSIDE = {"≠": 0, "<": 0, ">": 0, "≤": 1, "≥": -1}
TURNED = {"<": ">", ">": "<", "≤": "≥", "≥": "≤"}


def steps_named(frame: Frame, node: Node, letters: set[str]) -> Iterator[tuple[str, int]]:
    """The layers or times at the edges of the rows of a formula, with their letters: each row is put to the test."""
    for cases in (n for n in walk(node) if isinstance(n, Cases)):
        for letter, op, step in _bounds(frame, cases, letters):
            if op in INSIDE:
                yield letter, step + INSIDE[op]
            if op == "≠" or (op in OUTSIDE and has_rest(cases)):
                yield letter, step + OUTSIDE[op]


def steps_told(frame: Frame, sides: Iterable[Node], letters: set[str]) -> set[tuple[str, int]]:
    """The steps at the edges of the rows of what a line is about, but for those where a rule that goes back starts."""
    world = frame.world
    found: set[tuple[str, int]] = set()
    for base in _reached(world, sides):
        for site in world.sites.get(base, ()):
            for cases in (n for n in walk(site.body) if isinstance(n, Cases)):
                starts = _has_start(world, base, site, cases)
                for letter, op, step in _bounds(frame, cases, _letters(world, site)):
                    steps = {step + INSIDE.get(op, 0), step + OUTSIDE.get(op, 0)}
                    own = {letter} & letters or letters  # a rule for s is one for the t of the line
                    found |= {(x, n) for x in own for n in steps if not (starts and n <= 1)}
    return found


def _letters(world: World, site: Site) -> set[str]:
    own = {x for s in label_nodes(world, site.ref) if (x := shifted_letter(s)) is not None}
    return own | step_letters(world, site.body)


def _bounds(frame: Frame, cases: Cases, letters: set[str]) -> Iterator[tuple[str, str, int]]:
    """The comparisons of a step in the conditions of rows, the step on the left: `l`, `<` and the number of L."""
    for a, op, b in (link for case in cases.rows for link in comparisons(case.condition)):
        for one, sign, other in ((a, op, b), (b, TURNED.get(op, op), a)):
            letter = shifted_letter(one)
            if letter in letters and (isinstance(other, Number) or capital(other) in last_steps(frame.world)):
                step = frame.label(other)
                if letter is not None and isinstance(step, int):
                    yield letter, sign, step


def _has_start(world: World, base: str, site: Site, cases: Cases) -> bool:
    """Whether a row leads back to an earlier step of the name and another, its start, does not."""
    back = [leads_back(world, base, replace(site, body=case.value)) for case in cases.rows]
    return any(back) and not all(back)


def _reached(world: World, sides: Iterable[Node]) -> set[str]:
    """The names that a line depends on."""
    seen: set[str] = set()
    nodes = list(sides)
    while nodes:
        new = {ref.base for ref in references(nodes.pop(), world)} - seen
        seen |= new
        nodes += [site.body for base in new for site in world.sites.get(base, ())]
    return seen
