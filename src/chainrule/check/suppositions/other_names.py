r"""A target or an output under two names: `L = \frac12 \|a - \hat y\|^2`, and its gradient `(a - y) \odot \sigma'(z)`.

The loss is written with one name, which a line does not have, and the line with another, which nothing defines and the
loss does not have. That is customary for a target, or for an output. Where a line holds with the first in the place of
the second, that is what its author meant: the line rests on it from there on, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from math import inf

from chainrule.check.comparison.lines import Lines
from chainrule.read.tree import Accent, Name, Node, Script
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref, children, node_key, reference, walk
from chainrule.sheet.syntax.spelling import letter_in, look, spelled_out

CALLED = re.compile(
    r"\b(?:targets?|labels?|truth|true|desired|expected|outputs?|correct|predict\w*|actual)\b", re.IGNORECASE
)
NEAR = 60
TARGETS = frozenset({"y", "t", "d", "Y", "T", "D"})
"""The letters of targets, with whatever accent, star, word or typeface."""
OUTPUTS = frozenset({"y", "o", "p", "Y", "O", "P"})
"""The letters of what a network puts out."""


def other_names(lines: Lines, e: Equation) -> Iterator[tuple[Site, str]]:
    """What a name in a line may be that nothing defines: a target or an output that the loss is written with."""
    world = lines.world
    here = {r for side in (e.lhs, e.rhs) for r in _on_the_line(world, side)}
    losses = _losses(world, e)
    losses = [s for s in losses if any(s.base in names_in(world, side) for side in (e.lhs, e.rhs))] or losses
    inside = {r.base for s in losses for r in _on_the_line(world, s.body)}
    targets = {b for b in inside if letter_in(b) in TARGETS and not world.defined(b)}
    outputs = {b for b in inside if b in world.sites and look(b) != "loss"}
    every = list(_all_losses(world))
    near = [s for s in every if s.section == e.section] or every
    if len({s.base for s in near}) != 1:
        return  # of several losses, each has targets of its own
    sites = [s for t in (world.sites, world.functions) for found in t.values() for s in found]
    here_too = [s for s in sites if s.section == e.section]
    elsewhere = {r.base for s in here_too for r in _on_the_line(world, s.body)}
    for ref in sorted(here, key=lambda r: r.base):
        if ref.base in inside | elsewhere or world.defined(ref.base) or ref.postfix or ref.primes:
            continue
        if ref.base in world.size_names or _is_something_else(e, ref.base):
            continue
        letter = letter_in(ref.base)
        others = (targets if letter in TARGETS else set()) | (outputs if letter in OUTPUTS else set())
        for other in sorted(others - {r.base for r in here}):
            yield from _written_as(world, ref, other, losses)


def _is_something_else(e: Equation, base: str) -> bool:
    """Whether the words speak of a name alone, and not as of a target or an output."""
    formula = rf"(?:\$|\\\()\s*{re.escape(spelled_out(base))}\s*(?:\$|\\\))"
    text = e.document.text
    first, last = text.rfind("\n#", 0, e.span.start), text.find("\n#", e.span.end)
    text = text[max(first, 0) : last if last > 0 else None]
    near = (text[max(0, m.start() - NEAR) : m.end() + NEAR] for m in re.finditer(formula, text))
    return any(not CALLED.search(words) for words in near)


def _written_as(world: World, ref: Ref, other: str, losses: list[Site]) -> Iterator[tuple[Site, str]]:
    """A name as another one that a loss is written with, with the same labels or those of the last layer; until a loss
    is written with the name itself."""
    labels = _labels(world, ref)
    found = ((s, n) for s in losses for n in _wholes(world, s.body, other, labels, ref.labels))
    for loss, node in islice(found, 1):
        text = f"{spelled_out(ref.base)} is taken to be what the loss calls {spelled_out(other)}"
        own = Ref(ref.base, labels, ref.labels)
        later = (s for s in _all_losses(world) if s.position > loss.position and ref.base in names_in(world, s.body))
        until = min((s.position for s in later), default=inf)
        yield Site(ref.base, own, node, loss.position + 1, assumed=text, until=until), text


def _on_the_line(world: World, node: Node) -> Iterator[Ref]:
    """The names of a formula, but not the letters in their scripts."""
    ref = reference(node, world.glossary) if isinstance(node, (Name, Accent, Script)) else None
    if ref is not None:
        yield ref
    else:
        for child in children(node):
            yield from _on_the_line(world, child)


def _losses(world: World, e: Equation) -> list[Site]:
    """The definitions of losses that a line can speak of."""
    bases = {s.base for s in _all_losses(world)}
    found = ((world.site(b, e.position), world.function(b, e.position)) for b in sorted(bases))
    return [site for pair in found for site in pair if site is not None]


def _all_losses(world: World) -> Iterator[Site]:
    for table in (world.sites, world.functions):
        for base, sites in table.items():
            if look(base) == "loss":
                yield from sites


def _labels(world: World, ref: Ref) -> tuple[Node, ...]:
    family = world.family(ref.base)
    return tuple(s for n, s in enumerate(ref.subs) if family.slot(n) == "label")


def _wholes(world: World, body: Node, base: str, labels: tuple[Node, ...], above: tuple[Node, ...]) -> Iterator[Node]:
    """The whole tensor of a name where it has some labels: `\\hat y` for `\\hat y_k`, `\\hat y_t` for itself."""
    for node in walk(body):
        ref = reference(node, world.glossary) if isinstance(node, (Name, Accent, Script)) else None
        if ref is None or ref.base != base or ref.primes:
            continue
        own = _labels(world, ref)
        alike = [*map(node_key, (*own, *ref.labels))] == [*map(node_key, (*labels, *above))]
        if not alike and (labels or above or own):
            continue  # `\hat y` may be the output of the last layer, a^{(L)}
        if len(own) == len(ref.subs) and not ref.postfix:
            yield node
        elif not own and isinstance(node, Script):
            bare = replace(node, sub=None) if node.sup is not None else node.base
            whole = reference(bare, world.glossary)
            if whole is not None and whole.base == base and not whole.subs:
                yield bare
