"""How many samples a sheet gives: where it has numbers for `x_1`, `x_2` and `y_1`, `y_2` and no more, a sum over what i
marks has two terms."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Name, Node, Number
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import Ref, reference, walk


def given_samples(world: World, letter: str, body: Node) -> int | None:
    """The number of samples with a value of what a letter marks in a summand; None where none has one, or not all from
    1 on."""
    counts = {_count(world, base) for base in _marked(world, letter, body)} - {0}
    count = counts.pop() if len(counts) == 1 else 0
    return count if count > 1 else None


def _marked(world: World, letter: str, body: Node) -> set[str]:
    """The names that a letter marks in a formula, and in what defines these in general."""
    found, todo = set[str](), [(letter, body)]
    while todo:
        mark, formula = todo.pop()
        for base in {ref.base for ref in _refs(world, formula) if mark in _letters(ref)} - found:
            found.add(base)
            todo += [(x, s.body) for s in world.sites.get(base, ()) for x in _letters(s.ref)]
    return found


def _refs(world: World, formula: Node) -> Iterator[Ref]:
    return (ref for n in walk(formula) if (ref := reference(n, world.glossary)) is not None)


def _letters(ref: Ref) -> set[str]:
    return {x.text for x in (*ref.subs, *ref.labels) if isinstance(x, Name)}


def _count(world: World, base: str) -> int:
    """Up to which number, from 1 on, a name has values; -1 where some between have none."""
    numbers = {n for s in world.sites.get(base, ()) if is_literal(s.body) and (n := _number(s.ref)) is not None}
    return 0 if not numbers - {0} else max(numbers) if numbers - {0} == set(range(1, max(numbers) + 1)) else -1


def _number(ref: Ref) -> int | None:
    marks = (*ref.subs, *ref.labels)
    return int(marks[0].text) if len(marks) == 1 and isinstance(marks[0], Number) and marks[0].text.isdigit() else None
