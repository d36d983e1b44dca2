r"""Quantities of one kind: `E_{o1}` and `E_{o2}`, `y_1` and `y_2`, told apart by a number; they share their formula.

Where every numbered name in a formula has the number of the name that it defines, the formula for another number is
the same one with that number.
"""

from __future__ import annotations

import re
from dataclasses import replace

from chainrule.read.tree import Node, Number, Script
from chainrule.sheet.definitions.put_in import is_arithmetic
from chainrule.sheet.records.references import references
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref, reference, walk
from chainrule.sheet.syntax.rebuilding import rebuilt


def stem(ref: Ref) -> str:
    """A name with its number left open."""
    return re.sub(r"\d+", "#", ref.base) + "#" * len(ref.subs)


def number_in(ref: Ref) -> str | None:
    """The one number of a name, in its base or as its only subscript."""
    found = re.findall(r"\d+", ref.base) + [s.text for s in ref.subs if isinstance(s, Number)]
    return found[0] if len(found) == 1 and all(isinstance(s, Number) for s in ref.subs) else None


def like(world: World, ref: Ref) -> Node | None:
    """The formula of a like quantity, renumbered for this one; None when there is none or numbers are mixed in it."""
    own = number_in(ref)
    if own is None:
        return None
    for sites in world.sites.values():
        for site in sites:
            other = number_in(site.ref)
            if other in (None, own) or stem(site.ref) != stem(ref) or is_arithmetic(world, site.body):
                continue
            numbers = {number_in(r) for r in references(site.body, world)} - {None}
            if numbers == {other} and other is not None and not _raised(site.body, other):
                return _renumbered(world, site.body, other, own)
    return None


def _raised(body: Node, number: str) -> bool:
    r"""Whether the number stands above a name too: in `1 - \beta_1^1` it may be the power of this very step."""
    scripts = (n for n in walk(body) if isinstance(n, Script))
    return any(isinstance(n.sup, Number) and n.sup.text == number for n in scripts)


def _renumbered(world: World, body: Node, old: str, new: str) -> Node:
    inside = {id(n) for part in walk(body) if _is_numbered(world, part) for n in walk(part)}

    def choose(node: Node) -> Node | None:
        if isinstance(node, Number) and node.text == old and id(node) in inside:
            return replace(node, text=new)
        return None

    return rebuilt(body, choose)


def _is_numbered(world: World, node: Node) -> bool:
    ref = reference(node, world.glossary)
    return ref is not None and number_in(ref) is not None and not ref.postfix
