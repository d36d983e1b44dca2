r"""Rules that are written for the last layer only: `z^L = W^L a^{L-1} + b^L` and `a^L = \sigma(z^L)` in a document that
goes on with any layer l.

Nothing else being said of them, the other layers compute what the last one does. A softmax is that of the last layer
alone, and so is an activation where another function is applied to what goes into the other layers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Fenced, Name, Node, Product
from chainrule.sheet.definitions.redefine import words_in
from chainrule.sheet.derivatives.bare_functions import argument_of
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref, letter_of, node_key, reference, shifted_letter, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.spelling import spelled_out

# Words about the layers that a rule for the last one may not be that of.
OTHERS = re.compile(
    r"\b(?:hidden|others?|inner|remaining|intermediate)\b(?![^.]{0,60}\b(?:same|likewise|alike|similar))", re.IGNORECASE
)


def alike_layers(world: World, equations: list[Equation]) -> None:
    """Give the names of other layers the rules of the last one."""
    used = _labels_used(world, equations)
    found = [
        (base, sites[0], last, letter)
        for base, sites in world.sites.items()
        for last, letter in _general(world, base, used)
    ]
    if not any(_goes_back(world, site, last) for _, site, last, _ in found):
        return
    for base, site, last, letter in found:
        if not _is_of_all(world, site, last, letter, equations):
            continue
        ref = replace(site.ref, labels=tuple(_with(x, last, letter) for x in site.ref.labels))
        text = f"{spelled_out(base)} of the other layers is computed as that of the last one, which is not said"
        world.sites[base] = [site, replace(site, ref=ref, body=_with(site.body, last, letter), assumed=text)]


def _labels_used(world: World, equations: list[Equation]) -> dict[str, set[str]]:
    """The letters of the labels that each name has."""
    used: dict[str, set[str]] = {}
    for ref in (r for e in equations for side in (e.lhs, e.rhs) for r in references(side, world)):
        used.setdefault(ref.base, set()).update(x for label in ref.labels if (x := shifted_letter(label)) is not None)
    return used


def _general(world: World, base: str, used: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """The letter of the last layer that the only rule of a name is for, and the letter that stands for any layer."""
    sites = world.sites[base]
    alone = all(_repeats(world, sites[0], s) for s in sites[1:])
    last = letter_of(sites[0].ref.labels[0]) if alone and len(sites[0].ref.labels) == 1 else None
    if last is None or len(last) != 1 or not last.isupper() or last in world.glossary.bound:
        return
    others = {x for x in used.get(base, set()) if x.islower() and x in world.glossary.layers}
    if len(others) == 1 and base not in world.functions:
        yield last, others.pop()


def _repeats(world: World, site: Site, other: Site) -> bool:
    """Whether another rule says the same of the layer after any: `z^{l+1} = W^{l+1} a^l + b^{l+1}`."""
    letters = [shifted_letter(x) for x in other.ref.labels if letter_of(x) is None]
    after = len(letters) == len(other.ref.labels) == 1 and (letters[0] or "L").islower()
    return after and words_in(world, site.body) == words_in(world, other.body)


def _goes_back(world: World, site: Site, last: str) -> bool:
    """Whether a rule leads from one layer to the one before."""
    labels = (x for r in references(site.body, world) for x in r.labels)
    return any(letter_of(x) is None and shifted_letter(x) == last for x in labels)


def _is_of_all(world: World, site: Site, last: str, letter: str, equations: list[Equation]) -> bool:
    """Whether a rule may be that of all layers."""
    if _goes_back(world, site, last):
        return True
    call = _call(world, site.body)
    if call is None or any(OTHERS.search(text) for text in world.told.values()):
        return False
    function, argument = call
    elsewhere = _with(argument, last, letter)
    applied = {
        name.base
        for e in equations
        for side in (e.lhs, e.rhs)
        for name, at in _calls(world, side)
        if node_key(at) == node_key(elsewhere)
    }
    return function.base != "softmax" and world.roles.get(function.base) != "softmax" and applied <= {function.base}


def _call(world: World, node: Node) -> tuple[Ref, Node] | None:
    """The function and the argument of `\\sigma(z^L)`."""
    found = list(_calls(world, node)) if isinstance(node, Product) and len(node.factors) == 2 else []
    return found[0] if len(found) == 1 else None


def _calls(world: World, node: Node) -> Iterator[tuple[Ref, Node]]:
    for part in (n for n in walk(node) if isinstance(n, Product)):
        for name, fence in zip(part.factors, part.factors[1:], strict=False):
            ref = reference(name.node, world.glossary)
            argument = argument_of(fence) if isinstance(fence.node, Fenced) else None
            if ref is not None and argument is not None and not ref.labels:
                yield ref, argument


def _with(node: Node, last: str, letter: str) -> Node:
    return rebuilt(node, lambda n: replace(n, text=letter) if isinstance(n, Name) and n.text == last else None)
