r"""A vector given by its general entry: `\mathrm{diag}(p_i (1 - p_i))` has the vector of all p_i (1 - p_i) on its
diagonal, where nothing else says which i is meant."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.expr import Expr, IndexValue, substitute
from chainrule.read.tree import Node
from chainrule.sheet.frame import Frame
from chainrule.sheet.names import letter_of
from chainrule.sheet.scan import references
from chainrule.sheet.script_words import INDEX_LETTERS
from chainrule.sheet.shapes import Val


def by_general_entry(frame: Frame, node: Node) -> Val | None:
    """The vector whose general entry a formula is; None for a formula without one open letter in its subscripts."""
    world = frame.world
    refs = list(references(node, world))
    subs = (s for ref in refs for n, s in enumerate(ref.subs) if world.family(ref.base).slot(n) == "axis")
    letters = {x for s in subs if (x := letter_of(s)) is not None and (x in INDEX_LETTERS or x in world.glossary.bound)}
    open_letters = letters - frame.letters.keys() - set(frame.free) - frame.labels.keys() - frame.used
    if len(open_letters) != 1:
        return None
    letter = open_letters.pop()
    inner = frame.bind(letter, frame.new_dim(f"each {letter}"))
    dim, place = inner.letters[letter]
    return at_every_place(inner.value(node), dim, place)


def at_every_place(body: Val, dim: str, place: Callable[[], Expr]) -> Val | None:
    """The vector of the numbers that a value is as its index runs over a dimension; None where it is no number."""
    if not body.scalar:
        return None

    def at(entry: Expr) -> Expr:
        running = place()
        assert isinstance(running, IndexValue)
        return substitute(body.at(), {running.index: entry})

    return Val((dim, None), at, None, body.derived)
