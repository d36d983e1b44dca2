r"""Error terms that are a derivative in the last layer, `\delta^L = \frac{\partial C}{\partial z^L}`, and are passed on
by a rule from layer to layer, `\delta^l = (W^{l+1})^T \delta^{l+1} \odot f'(z^l)`.

The rule says what the derivatives of the other layers come to. So it is a claim, and \delta^l is the derivative by z^l;
so are the rules that stand before the line that says so.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Name, Node, Script
from chainrule.sheet.networks.named_slopes import variable_of
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import DEFINING
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import letter_of, node_key, reference, shifted_letter
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.spelling import spelled_out
from chainrule.sheet.words.cues import has_slope


def alike_errors(world: World) -> None:
    """Make such error terms the derivatives in all layers, wherever the document says that they are derivatives."""
    for base, sites in list(world.sites.items()):
        told = [s for s in sites if _is_slope(world, s)]
        rules = [s for s in sites if s not in told]
        if not rules or not all(_goes_back(world, s) for s in rules):
            continue
        told += _said_elsewhere(world, base, rules)
        if len({x.base for s in told if (x := variable_of(world, s.body)) is not None}) > 1:
            continue  # the derivative by what goes into a layer, and that by what comes out of it
        general = [s for s in told if (letter := _letter(s)) is not None and letter.islower()]
        slopes = (found for last in told for rule in rules if (found := _of_any_layer(world, last, rule)) is not None)
        slope = general[0] if general else next(slopes, None)
        if slope is not None:
            first = min(s.position for s in rules)
            early = slope.position > first  # the rules before it speak of the same derivative
            world.sites[base] = [replace(slope, position=first - 1) if early else slope]


def _is_slope(world: World, site: Site) -> bool:
    """Whether a formula is the derivative of a loss by a quantity of the same layer."""
    variable = variable_of(world, site.body)
    return variable is not None and [node_key(x) for x in variable.labels] == [node_key(x) for x in site.ref.labels]


def _goes_back(world: World, rule: Site) -> bool:
    """Whether a formula comes to an error term by a slope, or by that of the next layer."""
    own = any(r.base == rule.base for r in references(rule.body, world))
    return _letter(rule) is not None and (own or has_slope(rule.body))


def _said_elsewhere(world: World, base: str, rules: list[Site]) -> list[Site]:
    """The equations behind the rules that say of which derivative they speak."""
    parts = {s.section[0] for s in rules}
    found = []
    for e in world.equations:
        ref = reference(e.lhs, world.glossary) if e.op in DEFINING and not e.link and e.source == "formula" else None
        if ref is not None and ref.base == base and {e.scope.part} == parts and not (ref.primes or ref.postfix):
            site = Site(base, ref, e.rhs, e.position, section=(e.scope.part, e.scope.section), own=e.own)
            found += [site] if _is_slope(world, site) and _letter(site) is not None else []
    return found


def _of_any_layer(world: World, last: Site, rule: Site) -> Site | None:
    """The derivative of the last layer for any layer, where a rule leads from each layer to the one before."""
    top, letter = _letter(last), _letter(rule)
    if top is None or letter is None or not top.isupper() or not letter.islower() or top in world.glossary.bound:
        return None
    variable = variable_of(world, last.body)
    if variable is None or [letter_of(x) for x in variable.labels] != [top] or not _rises(world, rule, letter):
        return None
    if not any(_is_of_any(s, letter) for s in world.sites.get(variable.base, ())):
        return None
    body = rebuilt(last.body, lambda n: _above(n, top, letter))
    text = f"{spelled_out(last.base)} of the other layers is the derivative that it is in the last one"
    return replace(last, ref=rule.ref, body=body, assumed=text)


def _above(node: Node, top: str, letter: str) -> Node | None:
    """A name with the letter of any layer above it; the loss may have that of the last one too."""
    if not isinstance(node, Script) or node.sup is None:
        return None
    sup = rebuilt(node.sup, lambda n: replace(n, text=letter) if isinstance(n, Name) and n.text == top else None)
    return replace(node, sup=sup)


def _letter(site: Site) -> str | None:
    return letter_of(site.ref.labels[0]) if len(site.ref.labels) == 1 else None


def _is_of_any(site: Site, letter: str) -> bool:
    """Whether a rule is for any layer."""
    own = _letter(site)
    return own is not None and own.islower() and len(own) == len(letter)


def _rises(world: World, rule: Site, letter: str) -> bool:
    """Whether a rule leads from the next layer to this one."""
    labels = [x for r in references(rule.body, world) if r.base == rule.base for x in r.labels]
    return bool(labels) and all(_next(x, letter) for x in labels)


def _next(label: Node, letter: str) -> bool:
    return letter_of(label) is None and shifted_letter(label) == letter
