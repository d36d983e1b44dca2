r"""The output of a network in its loss, without the mark of the layer: `L = \frac12 (A - Y)^2` behind `A^{[1]} =
\sigma(Z^{[1]})` and `A^{[2]} = \sigma(Z^{[2]})` speaks of A^{[2]}.

A name that stands without a mark only in the loss and in gradients of the loss, and that every layer defines with one,
is that of the last layer. Layers are told from samples by what they are made of: A^{[2]} leads back to A^{[1]}.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Accent, Comma, Fenced, Fraction, Name, Node, Number, Relation, Script
from chainrule.sheet.networks.loss_relations import Key, Last, bare, is_loss, relations_of
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt


def last_layers(formulas: list[Node]) -> Last:
    """The names of a document that leave their mark out where the loss speaks of them."""
    relations = [r for node in formulas for r in relations_of(node)]
    defined: dict[Key, list[Relation]] = {}
    for r in relations:
        defined.setdefault(node_key(r.first), []).append(r)
    layers: dict[Key, dict[int, Script]] = {}
    for r in relations:
        if (layer := _marked(r.first)) is not None:
            layers.setdefault(node_key(layer[0]), {})[layer[1]] = layer[2]
    plain = {key for r in relations if is_loss(r.first) for key in bare(r, layers)}
    found: Last = {}
    for key in plain - defined.keys():
        numbers = layers[key]
        last, first = numbers[max(numbers)], numbers.get(1)
        if len(numbers) > 1 and first is not None and _leads(defined, node_key(last), node_key(first)):
            assert last.sup is not None
            found[key] = last.sup
    return found


def with_last_layers(node: Node, last: Last) -> Node:
    """A formula about the loss with the marks written; any other as it is."""
    if isinstance(node, Comma):
        return replace(node, items=tuple(with_last_layers(n, last) for n in node.items))
    if not isinstance(node, Relation):
        return node
    sides = (node.first, *(link.node for link in node.links))
    about = is_loss(node.first) or any(_is_slope(n, last) for side in sides for n in walk(side))
    return _written(node, last) if about else node


def _written(node: Node, last: Last) -> Node:
    def mark(part: Node) -> Node | None:
        core = part.base if isinstance(part, Script) else part
        sup = last.get(node_key(core))
        if sup is None or not isinstance(part, Script):
            return None if sup is None else Script(part.span, core, None, sup)
        return part if part.sup is not None or part.primes else replace(part, sup=sup)

    return rebuilt(node, mark)


# -------------------------------------------------------------------------------------------------- what is looked for


def _marked(node: Node) -> tuple[Node, int, Script] | None:
    """The name, the number of its layer and the whole of `A^{[2]}`, `a^{(2)}`."""
    if not isinstance(node, Script) or not isinstance(node.sup, Fenced) or node.sup.open not in "([":
        return None
    number = node.sup.body
    if not isinstance(node.base, Name | Accent) or not isinstance(number, Number) or not number.text.isdigit():
        return None
    return node.base, int(number.text), node


def _is_slope(node: Node, last: Last) -> bool:
    r"""`\frac{\partial L}{\partial A}`."""
    if not isinstance(node, Fraction):
        return False
    top, bottom = above(node.numerator), below(node.denominator)
    if top is None or top.body is None or bottom is None or not is_loss(top.body):
        return False
    return any(node_key(n.base if isinstance(n, Script) else n) in last for n in bottom[1])


def _leads(defined: dict[Key, list[Relation]], start: Key, end: Key) -> bool:
    """Whether the definition of one name leads to another, and not by a loss, as that of an iterate does."""
    seen, todo = set[Key](), [start]
    while todo:
        key = todo.pop()
        if key not in seen and key in defined:
            seen.add(key)
            parts = [n for r in defined[key] for n in walk(r.links[0].node)]
            if any(is_loss(n) for n in parts):
                return False
            todo += [node_key(n) for n in parts if isinstance(n, Script | Name)]
    return end in seen
