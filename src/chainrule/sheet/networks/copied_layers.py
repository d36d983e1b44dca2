r"""Rules that are written for the units of one layer and meant for those of all: `a_j = \sum_i w_{ji} z_i`, and then
`\frac{\partial a_k}{\partial z_j}`. Where letters alone tell layers apart (`sheet.networks.layers_by_letters`), the
next letter says that the next layer is meant.

An error term that is a derivative in one layer is one in all of them: `\delta_k = \frac{\partial E}{\partial a_k}`
says what \delta_j is, and a formula for it is a claim.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chainrule.read.tree import Fenced, Name, Node, Number, Script
from chainrule.sheet.networks.layers_by_letters import ByLetters
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.names import Ref
from chainrule.sheet.syntax.rebuilding import rebuilt


def copied_layers(world: World, equations: Iterable[Equation]) -> None:
    """Give the names of other layers that formulas speak of the rule of a layer that has one."""
    layers = next((change for change in world.glossary.written_out if isinstance(change, ByLetters)), None)
    if layers is None:
        return
    used: dict[str, set[int]] = {}
    _note(used, world, (side for e in equations for side in (e.lhs, e.rhs)))
    before = None
    while before != used:
        before = {base: {*numbers} for base, numbers in used.items()}
        for base in list(world.sites):
            _copy(world, base, used, layers.letters)


def _note(used: dict[str, set[int]], world: World, nodes: Iterable[Node]) -> None:
    for ref in (r for node in nodes for r in references(node, world)):
        if (number := _number(ref)) is not None:
            used.setdefault(ref.base, set()).add(number)


def _copy(world: World, base: str, used: dict[str, set[int]], letters: tuple[str, ...]) -> None:
    """Give a name the rules of all layers in which it is used."""
    sites = world.sites[base]
    numbers = {n: s for s in sites if (n := _number(s.ref)) is not None}
    if len(numbers) != len(sites) or base not in used:
        return
    slopes = {n: s for n, s in numbers.items() if derivative_of(s.body) is not None}
    claimed = numbers.keys() - slopes.keys() if slopes else set()
    for number in sorted(used[base] - numbers.keys() | claimed):
        rules = (slopes or numbers).items()
        copies = (_copied(world, site, number - n, letters, None if slopes else used) for n, site in rules)
        copy = next((c for c in copies if c is not None), None)
        if copy is not None:
            world.sites[base] = [*(s for s in world.sites[base] if s is not numbers.get(number)), copy]
            _note(used, world, [copy.body])


def _number(ref: Ref) -> int | None:
    """The number of the layer of a name."""
    label = ref.labels[0] if len(ref.labels) == 1 else None
    return int(label.text) if isinstance(label, Number) and label.text.isdigit() else None


def _copied(
    world: World, site: Site, by: int, letters: tuple[str, ...], used: dict[str, set[int]] | None
) -> Site | None:
    """The rule of a layer for that which so many letters lie behind; None where it speaks of a name that has one layer
    alone, or of layers that no name is `used` in."""
    shift = {x: letters[n + by] for n, x in enumerate(letters) if 0 <= n + by < len(letters)}
    for ref in references(site.body, world):
        number, below = _number(ref), {s.text for s in ref.subs if isinstance(s, Name)} & {*letters}
        if below - shift.keys() or (below and number is None):
            return None
        if number is not None and used is not None and number + by not in used[ref.base]:
            return None

    def moved(node: Node) -> Node | None:
        if isinstance(node, Name) and node.text in shift and not node.style:
            return replace(node, text=shift[node.text])
        return None

    def label(node: Node) -> Node:
        return replace(node, text=str(int(node.text) + by)) if isinstance(node, Number) else node

    ref = replace(
        site.ref, subs=tuple(rebuilt(s, moved) for s in site.ref.subs), labels=tuple(map(label, site.ref.labels))
    )
    return replace(site, ref=ref, body=_with_labels(rebuilt(site.body, moved), by))


def _with_labels(node: Node, by: int) -> Node:
    """A formula with the numbers of all its layers moved."""

    def choose(part: Node) -> Node | None:
        if isinstance(part, Script) and isinstance(part.sup, Fenced) and isinstance(part.sup.body, Number):
            sup = replace(part.sup, body=replace(part.sup.body, text=str(int(part.sup.body.text) + by)))
            return replace(part, sup=sup)
        return None

    return rebuilt(node, choose)
