r"""The output of a network in its loss, without the mark of the layer, where the layers are told for any l: `C =
\sum_i (a_i - t_i)^2` behind `a_j^{[l]} = f(z_j^{[l]})` speaks of a^{[L]}, if the document calls the last layer so.

A target that has the mark of the last layer elsewhere has it in the loss too.
"""

from __future__ import annotations

from collections import defaultdict

from chainrule.read.tree import Accent, Fenced, Name, Node, Relation, Script, Sum
from chainrule.sheet.rewriting.loss_relations import Key, Last, bare, is_loss, relations_of
from chainrule.sheet.syntax.names import node_key, shifted_letter, walk

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
    tops = {node_key(sup): sup for sup in last.values()}
    if len(tops) != 1:
        return {}
    ((key_of_top, top),) = tops.items()
    beside = {key: top for key, at in marks.items() if key not in general and set(at) == {key_of_top}}
    named = last | beside
    plain = {key for r in relations if is_loss(r.first) for link in r.links for key in bare(link.node, named)} - kept
    return {key: named[key] for key in plain} if plain & last.keys() else {}


def _general(relations: list[Relation]) -> set[Key]:
    """The names with a rule for any layer, some rule leading from one layer to the one before it."""
    found, back = set[Key](), False
    for r in relations:
        letter = _letter(r.first)
        if letter is not None and letter.islower():
            assert isinstance(r.first, Script)
            found.add(node_key(r.first.base))
            back |= any(_is_before(n, letter) for n in walk(r.links[0].node))
    return found if back else set()


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
