"""An index that a document stops writing: \\mu_j and x_{ij} are defined, and for one feature it goes on with \\mu, x_i.

The letter j is left out of all names that carry it; where that is what makes the lines fit, it is put back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chainrule.read.tree import Name, Script
from chainrule.sheet.records.configurations import Dropped
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref, letter_of, reference, walk

LEAST_NAMES = 2
"""An index that one name alone leaves out is a whole row or a slip."""


def droppable(world: World, equations: Iterable[Equation]) -> list[Dropped]:
    """Letters that names carry in one place and leave out in another; those with the most names first."""
    uses: dict[str, list[Ref]] = {}
    for e in equations:
        for side in (e.lhs, e.rhs) if e.op in DEFINING else ():
            for ref in references(side, world):
                uses.setdefault(ref.base, []).append(ref)
    found: dict[str, dict[str, tuple[int, int]]] = {}
    beside: dict[str, dict[str, str]] = {}
    for base, refs in uses.items():
        counts = {len(r.subs) for r in refs}
        if world.family(base).slots or counts != {max(counts), max(counts) - 1}:
            continue
        full = [r for r in refs if len(r.subs) == max(counts)]
        for slot in range(max(counts)):
            letters = {letter_of(r.subs[slot]) for r in full}
            letter = letters.pop() if len(letters) == 1 else None
            if letter is not None:
                others = {letter_of(r.subs[1 - slot]) for r in full} if max(counts) == 2 else {None}
                other = others.pop() if len(others) == 1 else None
                for name in (base, f"{base}^2"):
                    found.setdefault(letter, {})[name] = (slot, max(counts))
                    if other is not None:
                        beside.setdefault(letter, {})[name] = other
    kept = [Dropped(x, slots, beside.get(x, {})) for x, slots in found.items() if len(slots) >= 2 * LEAST_NAMES]
    return sorted((d for d in kept if any(map(world.defined, d.slots))), key=lambda d: -len(d.slots))


def leaves_out(world: World, e: Equation) -> bool:
    """Whether a line leaves the index out."""
    if world.dropped is None:
        return False
    slots = world.dropped.slots
    refs = (ref for side in (e.lhs, e.rhs) for ref in references(side, world) if ref.base in slots)
    return any(len(ref.subs) < slots[ref.base][1] for ref in refs)


def has_wholes(world: World, e: Equation) -> bool:
    r"""Whether a name in a line may be all entries, and no entry without its index: `\mathbf{p}` beside `p_i`."""
    if world.dropped is None:
        return False
    bold = set(_bold(world, e, scripted=False)) & world.dropped.slots.keys()
    return bool(bold) and not bold <= {base for x in world.equations for base in _bold(world, x, scripted=True)}


def _bold(world: World, e: Equation, scripted: bool) -> Iterator[str]:
    """The names that stand in bold in a line, with something on them or without."""
    nodes = [n for side in (e.lhs, e.rhs) for n in walk(side)]
    below = {id(n.base) for n in nodes if isinstance(n, Script)}
    for name in (n for n in nodes if isinstance(n, Name) and "bold" in n.style and (id(n) in below) is scripted):
        ref = reference(name, world.glossary)
        if ref is not None:
            yield ref.base
