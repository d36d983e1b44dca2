"""Names with the index put back that their document stopped writing (`sheet.arrays.dropped`).

A line that writes \\mu_j is about the feature j, and an x_j in it is that feature of all samples: there it is the other
index that is left out. Where the letter of the index numbers something else too, the index has a letter of its own.
"""

from __future__ import annotations

from chainrule.read.tree import Name, Node, Span
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import letter_of, reference, walk


def completed(world: World, base: str, subs: list[Node], statement: tuple[Node, ...]) -> list[Node]:
    """The subscripts of a name with the index that the document stopped writing."""
    dropped = world.dropped
    if dropped is None or base not in dropped.slots:
        return subs
    place, full = dropped.slots[base]
    if len(subs) == full:
        return subs
    letter = dropped.letter
    while letter in world.glossary.bound:
        letter += "'"
    other = dropped.beside.get(base)
    if len(subs) == 1 and other is not None and letter_of(subs[0]) == dropped.letter and _kept(world, statement):
        place, letter = 1 - place, other
    return [*subs[:place], Name(Span(0, 0), letter), *subs[place:]]


def _kept(world: World, statement: tuple[Node, ...]) -> bool:
    """Whether a line writes the index with a name that has no other one."""
    assert world.dropped is not None
    slots, letter = world.dropped.slots, world.dropped.letter
    for node in (n for side in statement for n in walk(side)):
        ref = reference(node, world.glossary)
        lone = ref is not None and slots.get(ref.base, (0, 0))[1] == len(ref.subs) == 1
        if lone and ref is not None and letter_of(ref.subs[0]) == letter:
            return True
    return False
