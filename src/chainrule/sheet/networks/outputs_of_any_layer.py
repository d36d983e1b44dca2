r"""The output of a network in its loss, without the mark of the layer, where the layers are told for any l: `C =
\sum_i (a_i - t_i)^2` behind `a_j^{[l]} = f(z_j^{[l]})` speaks of a^{[L]}, or of what else the last layer is called.
What a loss moves from step to step, `w^{(k)} = w^{(k-1)} - \eta \nabla L`, has no layers, nor has what is solved step
by step, `x^{(k)} = D^{-1} (b - R x^{(k-1)})`: a layer has a parameter of its own beside what the layer before it says.

A target that has the mark of the last layer elsewhere has it in the loss too. A name that is something else without its
mark, as the x of `x^{(0)} = x` or of `\|x^{(L)} - x\|^2`, is no output.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Accent, Comma, Fenced, Name, Node, Product, Relation, Script, Sum
from chainrule.sheet.networks.loss_relations import Key, Last, bare, is_loss, relations_of
from chainrule.sheet.syntax.names import children, node_key, shifted_letter, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

BARE_MARKS = frozenset("lL")
"""The letters that are marks of layers without brackets too, and no exponents."""
LAYERS = re.compile(r"\blayers?\b|\bnetworks?\b|\bneurons?\b|\bunits?\b", re.IGNORECASE)


def last_of_any_layer(formulas: list[Node], words: str) -> Last:
    """The names of a document that leave the mark of the last layer out where the loss speaks of them."""
    relations = [r for node in formulas for r in relations_of(node)]
    general = _general(relations)
    if not general or not _are_layers(relations, general, words):
        return {}
    marks, kept = _marks(formulas), _something_else(relations, general)
    last = {key: sup for key in general if len(tops := _last(marks[key])) == 1 for sup in tops.values()}
    last = last or _unnamed(general, marks)
    tops = {node_key(sup): sup for sup in last.values()}
    if len(tops) != 1:
        return {}
    ((key_of_top, top),) = tops.items()
    beside = {key: top for key, at in marks.items() if key not in general and set(at) == {key_of_top}}
    named = last | beside
    plain = {key for r in relations if is_loss(r.first) for link in r.links for key in bare(link.node, named)} - kept
    return {key: named[key] for key in plain} if plain & last.keys() else {}


def _unnamed(general: dict[Key, Node], marks: dict[Key, dict[Key, Node]]) -> Last:
    """The marks of the last layer of a document that never speaks of it, with the capital of the usual letter."""
    if any(_last(at) for at in marks.values()) or any(n.text == "t" for sup in general.values() for n in _names(sup)):
        return {}  # a T may be a transpose
    return {
        key: rebuilt(sup, lambda n: replace(n, text=n.text.upper()) if isinstance(n, Name) else None)
        for key, sup in general.items()
    }


def _names(sup: Node) -> list[Name]:
    return [n for n in walk(sup) if isinstance(n, Name)]


def _general(relations: list[Relation]) -> dict[Key, Node]:
    """The names with a rule for any layer, each with its mark there, some rule leading from one layer to the one before
    it; none that a loss moves from step to step."""
    found, back = dict[Key, Node](), False
    moved = {node_key(r.first.base) for r in relations if isinstance(r.first, Script) and _by_a_loss(r)}
    for r in relations:
        letter = _letter(r.first)
        if letter is not None and letter.islower():
            assert isinstance(r.first, Script) and r.first.sup is not None
            found[node_key(r.first.base)] = r.first.sup
            back |= any(_is_before(n, letter) for n in walk(r.links[0].node))
    return {key: sup for key, sup in found.items() if key not in moved} if back else {}


def _are_layers(relations: list[Relation], general: dict[Key, Node], words: str) -> bool:
    """Whether a parameter of the layer stands beside what the layer before it says, `W^l h^{l-1}`, and the letter or a
    word says that it is one."""
    letters = {n.text for sup in general.values() for n in _names(sup)}
    if not letters <= BARE_MARKS and LAYERS.search(words) is None:
        return False
    rules = (r for r in relations if isinstance(r.first, Script) and node_key(r.first.base) in general)
    products = (n for r in rules for n in walk(r.links[0].node) if isinstance(n, Product))
    return any(_has_parameter([f.node for f in p.factors], general) for p in products)


def _has_parameter(factors: list[Node], general: dict[Key, Node]) -> bool:
    bases = [(node_key(f.base), f) for f in factors if isinstance(f, Script)]
    before = any(key in general and any(_is_before(f, x) for x in _letters(general[key])) for key, f in bases)
    marks = {x for sup in general.values() for x in _letters(sup)}
    return before and any(key not in general and _letter(f) in marks for key, f in bases)


def _letters(sup: Node) -> set[str]:
    return {n.text for n in _names(sup)}


def _something_else(relations: list[Relation], general: dict[Key, Node]) -> set[Key]:
    """The names of layers that are something else where they have no mark: what the document gives a formula, what
    stands in the rule of a layer or is equal to a layer, what a loss speaks of with and without a mark, or has for its
    argument; and those whose last layer has a name of its own."""
    found = {node_key(r.first) for r in relations}
    for r in relations:
        sides = (r.first, *(link.node for link in r.links))
        if is_loss(r.first):
            found |= {node_key(n.base) for side in sides for n in walk(side) if _mark(n) and isinstance(n, Script)}
            found |= set(_only_argument(r.first))
        elif _mark(r.first) is not None:
            found |= {key for side in sides[1:] for key in bare(side, general)}
        elif isinstance(r.first, Name | Accent | Script):
            found |= {node_key(n.base) for n in sides[1:] if _mark(n) is not None and isinstance(n, Script)}
    return found


def _only_argument(loss: Node) -> Iterator[Key]:
    """The x of `L(x)`."""
    argument = loss.factors[1].node if isinstance(loss, Product) else None
    if isinstance(argument, Fenced) and not isinstance(argument.body, Comma):
        yield node_key(argument.body)


def _by_a_loss(rule: Relation) -> bool:
    """Whether a loss or a derivative stands in a rule, as in that of an iterate; the L of `z^{[L]}` is none."""
    signs = (isinstance(n, Name) and n.text in ("nabla", "partial") for n in walk(rule.links[0].node))
    return any(signs) or any(is_loss(n) for n in _on_the_line(rule.links[0].node))


def _on_the_line(node: Node) -> Iterator[Node]:
    """A formula without what stands below or above its names."""
    yield node
    for part in (node.base,) if isinstance(node, Script) else children(node):
        yield from _on_the_line(part)


def _is_before(node: Node, letter: str) -> bool:
    """`a^{l-1}`."""
    mark = _mark(node)
    core = mark.body if isinstance(mark, Fenced) else mark
    return isinstance(core, Sum) and core.terms[-1].sign == "-" and shifted_letter(core) == letter


def _mark(node: Node) -> Node | None:
    return node.sup if isinstance(node, Script) and isinstance(node.base, Name | Accent) and not node.primes else None


def _letter(node: Node) -> str | None:
    """The letter of the layer of `a_j^{[l]}`, `a^l`."""
    mark = _mark(node)
    if isinstance(mark, Fenced) and mark.open in "([" and isinstance(mark.body, Name) and len(mark.body.text) == 1:
        return mark.body.text
    return mark.text if isinstance(mark, Name) and mark.text in BARE_MARKS else None


def _marks(formulas: list[Node]) -> dict[Key, dict[Key, Node]]:
    """What stands above each name that has anything above it."""
    found: dict[Key, dict[Key, Node]] = defaultdict(dict)
    for node in (n for f in formulas for n in walk(f)):
        sup = _mark(node)
        if sup is not None and isinstance(node, Script):
            found[node_key(node.base)][node_key(sup)] = sup
    return found


def _last(marks: dict[Key, Node]) -> dict[Key, Node]:
    """The marks that are capitals: of the last layer."""

    def is_last(sup: Node) -> bool:
        core = sup.body if isinstance(sup, Fenced) else sup
        return isinstance(core, Name) and len(core.text) == 1 and core.text.isupper() and core.text != "T"

    return {key: sup for key, sup in marks.items() if is_last(sup)}
