r"""The output of a network in its loss, without the mark of the layer, where the layers are told for any l: `C =
\sum_i (a_i - t_i)^2` behind `a_j^{[l]} = f(z_j^{[l]})` speaks of a^{[L]}, or of what else the last layer is called.
What a loss moves from step to step, `w^{(k)} = w^{(k-1)} - \eta \nabla L`, has no layers.

A target that has the mark of the last layer elsewhere has it in the loss too.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from chainrule.read.tree import Accent, Fenced, Name, Node, Relation, Script, Sum
from chainrule.sheet.networks.loss_relations import Key, Last, bare, is_loss, relations_of
from chainrule.sheet.syntax.names import node_key, shifted_letter, walk
from chainrule.sheet.syntax.rebuilding import rebuilt

BARE_MARKS = frozenset("lL")
"""The letters that are marks of layers without brackets too, and no exponents."""


def last_of_any_layer(formulas: list[Node]) -> Last:
    """The names of a document that leave the mark of the last layer out where the loss speaks of them."""
    relations = [r for node in formulas for r in relations_of(node)]
    general = _general(relations)
    if not general:
        return {}
    marks, kept = _marks(formulas), {node_key(r.first) for r in relations}
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


def _by_a_loss(rule: Relation) -> bool:
    """Whether a loss or a derivative stands in a rule, as in that of an iterate."""
    signs = (isinstance(n, Name) and n.text in ("nabla", "partial") for n in walk(rule.links[0].node))
    return any(signs) or any(is_loss(n) for n in walk(rule.links[0].node))


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
