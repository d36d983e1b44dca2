r"""Names that a formula for a whole spreads over an index without saying which: the g of `y = g x + b`.

No product or sum of arrays says along which index a name with fewer of them goes; `y_{ij} = g_j x_{ij} + b_j` does.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Node, Script
from chainrule.sheet.records.references import references
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref, letter_of, walk
from chainrule.sheet.syntax.script_words import is_transpose


def is_spread(world: World, whole: Node, entry: Ref, rhs: Node) -> bool:
    """Whether a name stands alone in a formula for a whole, and in that of its `entry` with some of the indices.

    One that is defined along another index is a slip there, and a transpose in the whole says where an index goes.
    """
    if any(isinstance(n, Script) and n.sup is not None and is_transpose(n.sup) for n in walk(whole)):
        return False
    letters = [letter_of(s) for s in entry.subs]
    alone = {r.base for r in references(whole, world) if r.bare}
    found = [r for r in references(rhs, world) if r.base in alone and r.subs and {*_letters(r)} < {*letters}]
    return None not in letters and bool(found) and not any(_otherwise(world, r, rhs) for r in found)


def _letters(ref: Ref) -> list[str | None]:
    return [letter_of(s) for s in ref.subs]


def _otherwise(world: World, name: Ref, rhs: Node) -> bool:
    r"""Whether what defines a name says that it goes along another index: `\mu_i` beside `x_{ij}`, where the mean is
    `\mu_j = \frac{1}{N} \sum_i x_{ij}`."""
    here = dict(_places(world, name, rhs))
    sites = (s for s in world.sites.get(name.base, ()) if s.ref.subs)
    return any(here.get(base, places) != places for s in sites for base, places in _places(world, s.ref, s.body))


def _places(world: World, name: Ref, body: Node) -> Iterator[tuple[str, tuple[int, ...]]]:
    """At which places other names of a formula have the indices of a name."""
    own = _letters(name)
    for ref in references(body, world):
        letters = _letters(ref)
        if len(letters) > len(own) and None not in own and {*own} <= {*letters}:
            yield ref.base, tuple(letters.index(letter) for letter in own)
