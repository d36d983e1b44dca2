r"""Functions given by their components: `f(x)_i = ...` is `f_i(x) = ...`, and is written so everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chainrule.read.symbols import FUNCTIONS
from chainrule.read.tree import Accent, Factor, Fenced, Name, Node, Product, Relation, Script
from chainrule.sheet.syntax.names import node_key
from chainrule.sheet.syntax.rebuilding import rebuilt

DEFINES = frozenset({"=", ":=", "≡"})


def by_components(formulas: Iterable[Node]) -> frozenset[object]:
    """The functions for whose components a document has a formula."""
    found = set()
    for node in formulas:
        match node:
            case Relation(first=Product(factors=(f, args)), links=(link, *_)) if link.op in DEFINES and not args.op:
                if _is_name(f.node) and _component(args.node) is not None:
                    found.add(node_key(f.node))
    return frozenset(found)


def with_component_names(node: Node, functions: frozenset[object]) -> Node:
    """A formula with the index of such a function on its name."""
    return rebuilt(node, lambda part: _moved(part, functions)) if functions else node


def _moved(node: Node, functions: frozenset[object]) -> Node | None:
    if not isinstance(node, Product):
        return None
    out: list[Factor] = []
    for factor in node.factors:
        before = out[-1] if out and not factor.op else None
        script = _component(factor.node)
        if before is None or script is None or node_key(before.node) not in functions:
            out.append(replace(factor, node=with_component_names(factor.node, functions)))
            continue
        name = Script(before.node.span.join(script.span), before.node, script.sub, primes=0)
        call = (replace(before, node=name), Factor("", with_component_names(script.base, functions)))
        if script.sup is None:
            out[-1:] = call
        else:
            whole = Fenced(name.span, "(", Product(name.span, (replace(call[0], op=""), call[1])), ")")
            out[-1] = replace(before, node=Script(name.span, whole, None, script.sup))
    return out[0].node if len(out) == 1 else replace(node, factors=tuple(out))


def _component(node: Node) -> Script | None:
    """`(x)_i` behind a function."""
    hung = isinstance(node, Script) and isinstance(node.base, Fenced) and node.base.open == "(" and node.sub is not None
    return node if hung and isinstance(node, Script) and not node.primes else None


def _is_name(node: Node) -> bool:
    name = node.body if isinstance(node, Accent) else node
    return isinstance(name, Name) and name.text not in FUNCTIONS
