r"""A target under two names: `L = \frac12 \|a - \hat y\|^2`, and its gradient `(a - y) \odot \sigma'(z)`.

The loss is written with one name, which its gradients never have, and they with another, which nothing defines and the
loss does not have. Both are customary for a target. Where a line holds with the first in the place of the second, that
is what its author meant: the line rests on it from there on, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.check.comparison.lines import Lines
from chainrule.read.tree import Accent, Name, Node, Script
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import Site, World
from chainrule.sheet.syntax.names import Ref, children, node_key, reference, walk
from chainrule.sheet.syntax.spelling import letter_in, look, spelled_out

TARGETS = frozenset({"y", "t", "d", "Y", "T", "D"})
"""The letters of targets, with whatever accent, star, word or typeface."""


def other_names(lines: Lines, e: Equation) -> Iterator[tuple[Site, str]]:
    """What a name in a line may be that nothing defines: the only target that the losses are written with."""
    world = lines.world
    here = [r for side in (e.lhs, e.rhs) for r in _on_the_line(world, side)]
    losses = list(_losses(world))
    of_losses = {r.base for s in losses for r in _on_the_line(world, s.body)}
    targets = {b for b in of_losses if is_target(b) and not world.defined(b)}
    if len(targets) != 1 or targets & {r.base for r in here}:
        return
    (other,) = targets
    for ref in dict.fromkeys(r for r in here if is_target(r.base) and r.base not in of_losses):
        if world.defined(ref.base) or ref.postfix or ref.primes:
            continue
        labels = _labels(world, ref)
        found = next(((s, n) for s in losses for n in _wholes(world, s.body, other, labels, ref.labels)), None)
        if found is None:
            continue
        loss, node = found
        text = f"{spelled_out(ref.base)} is taken to be what the loss calls {spelled_out(other)}"
        yield Site(ref.base, Ref(ref.base, labels, ref.labels), node, loss.position + 1, assumed=text), text


def _on_the_line(world: World, node: Node) -> Iterator[Ref]:
    """The names of a formula, but not the letters in their scripts."""
    ref = reference(node, world.glossary) if isinstance(node, (Name, Accent, Script)) else None
    if ref is not None:
        yield ref
    else:
        for child in children(node):
            yield from _on_the_line(world, child)


def is_target(base: str) -> bool:
    """Whether a name is customary for a target."""
    return letter_in(base) in TARGETS


def _losses(world: World) -> Iterator[Site]:
    """Where the losses are defined."""
    for table in (world.sites, world.functions):
        for base, sites in table.items():
            if look(base) == "loss":
                yield from sites


def _labels(world: World, ref: Ref) -> tuple[Node, ...]:
    family = world.family(ref.base)
    return tuple(s for n, s in enumerate(ref.subs) if family.slot(n) == "label")


def _wholes(
    world: World, body: Node, base: str, labels: tuple[Node, ...], above: tuple[Node, ...]
) -> Iterator[Node]:
    """The whole tensor of a name where it has some labels: `\\hat y` for `\\hat y_k`, `\\hat y_t` for itself."""
    for node in walk(body):
        ref = reference(node, world.glossary) if isinstance(node, (Name, Accent, Script)) else None
        if ref is None or ref.base != base or ref.primes:
            continue
        own = _labels(world, ref)
        if [*map(node_key, own)] != [*map(node_key, labels)] or [*map(node_key, ref.labels)] != [*map(node_key, above)]:
            continue
        if len(own) == len(ref.subs) and not ref.postfix:
            yield node
        elif not own and isinstance(node, Script):
            bare = replace(node, sub=None) if node.sup is not None else node.base
            whole = reference(bare, world.glossary)
            if whole is not None and whole.base == base and not whole.subs:
                yield bare
