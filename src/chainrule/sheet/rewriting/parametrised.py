r"""Functions whose parameter stands in the subscript: `h_w(x) = 1 / (1 + e^{-w^T x})`, then `h_{2w}(x)`, `h_{w'}(x_i)`.

Where a document defines a function with a name in its subscript that the definition speaks of, and applies it with
another subscript elsewhere, the subscript is one more argument: `h_w(x)` is read as `h(x, w)` throughout. So it is
where the name is that of a known function: `\tanh_w(x) = \tanh(w^T x)` is no component of the hyperbolic tangent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from chainrule.read.symbols import FUNCTIONS
from chainrule.read.tree import Comma, Factor, Fenced, Name, Node, Product, Relation, Script
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import INDEX_LETTERS

Stem = tuple[str, tuple[str, ...]]


def parametrised(nodes: Iterable[Node]) -> frozenset[Stem]:
    """The functions that are applied with several parameters in the subscript, one of them in a definition."""
    nodes = list(nodes)
    subscripts: dict[Stem, set[object]] = {}
    defined: set[Stem] = set()
    for node in nodes:
        for part in walk(node):
            for script, _ in _calls(part):
                subscripts.setdefault(_stem(script), set()).add(node_key(script.sub))
            if isinstance(part, Relation) and part.links[0].op in ("=", ":=", "≡"):
                defined |= {_stem(s) for s, _ in _calls(part.first) if _speaks_of(part, s.sub)}
    named = {stem for stem in defined if stem[0] in FUNCTIONS and stem[0] not in ("log", "ln")}
    return frozenset(named | {stem for stem in defined - _alone(nodes) if len(subscripts[stem]) > 1})


def _alone(nodes: list[Node]) -> set[Stem]:
    r"""The names that stand somewhere without a subscript and parentheses, which alone tell p_\theta from p in
    `p_\theta(x) = p^x (1 - p)^{1 - x}`."""
    applied = {id(script.base) for node in nodes for part in walk(node) for script, _ in _calls(part)}
    names = (part for node in nodes for part in walk(node) if isinstance(part, Name))
    return {(name.text, name.style) for name in names if id(name) not in applied}


def with_parameters(node: Node, stems: frozenset[Stem]) -> Node:
    """The formula with the subscripts of these functions among their arguments."""

    def choose(part: Node) -> Node | None:
        pairs = {id(script): fence for script, fence in _calls(part) if _stem(script) in stems}
        if not pairs or not isinstance(part, Product):
            return None
        factors, skip = list[Factor](), False
        for factor, following in zip(part.factors, [*part.factors[1:], None], strict=True):
            if skip:
                skip = False
                continue
            script = factor.node
            if id(script) in pairs and following is not None and isinstance(script, Script):
                bare = replace(script, sub=None) if script.primes or script.sup else _own(script.base)
                factors += [Factor(factor.op, bare), Factor("", _extended(pairs[id(script)], script.sub, stems))]
                skip = True
            else:
                factors.append(Factor(factor.op, with_parameters(factor.node, stems)))
        return replace(part, factors=tuple(factors))

    return rebuilt(node, choose) if stems else node


def _own(name: Node) -> Node:
    """The name as that of a function of the document, where it is the word of a known one."""
    return replace(name, style=("sf",)) if isinstance(name, Name) and name.text in FUNCTIONS else name


def _extended(fence: Fenced, sub: Node | None, stems: frozenset[Stem]) -> Fenced:
    body = with_parameters(fence.body, stems)
    items = body.items if isinstance(body, Comma) else (body,)
    assert sub is not None
    return replace(fence, body=Comma(fence.body.span, (*items, sub)))


def _calls(node: Node) -> Iterator[tuple[Script, Fenced]]:
    """`h_w(x)` in a product: the name with its subscript, and the parentheses after it."""
    if not isinstance(node, Product):
        return
    for factor, following in zip(node.factors, node.factors[1:], strict=False):
        script, fence = factor.node, following.node
        if not isinstance(script, Script) or not isinstance(script.base, Name) or script.sub is None:
            continue
        if not following.op and isinstance(fence, Fenced) and fence.open == "(":
            yield script, fence


def _stem(script: Script) -> Stem:
    assert isinstance(script.base, Name)
    return script.base.text, script.base.style


def _speaks_of(relation: Relation, sub: Node | None) -> bool:
    """Whether a subscript is a plain name, no index, that the other side speaks of."""
    if not isinstance(sub, Name) or (sub.text in INDEX_LETTERS and not sub.style):
        return False
    return any(node_key(part) == node_key(sub) for part in walk(relation.links[0].node))
