r"""Labels in a formula: the y of `\log p_y` and of `\operatorname{softmax}(W x)_y`, which no sum runs over."""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.read.tree import Big, Comma, Factor, Fenced, Name, Node, Product, Script
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.script_words import INDEX_LETTERS


def labels_in(equations: Iterable[Equation]) -> list[str]:
    """The letters that stand in subscripts as labels: of a group, of a name that has an index elsewhere, and letters
    that are indices by custom. An index of the left side, `z_i = ...`, is none."""
    sides = [(e.lhs, e.rhs) for e in equations if e.own]
    parts = [n for _, rhs in sides for n in walk(rhs)]
    bound = {x for lhs, _ in sides for n in walk(lhs) if isinstance(n, Script) and n.sub for x in _letters(n.sub)}
    bound |= {x for n in parts if isinstance(n, Big) and n.sub is not None for x in bound_letters(n.sub)}
    scripts = [(n.base, _letters(n.sub)) for n in parts if isinstance(n, Script) and n.sub is not None]
    indexed = {node_key(base) for base, letters in scripts if bound & set(letters)}
    found: dict[str, None] = {}
    for base, letters in scripts:
        for x in (x for x in letters if x not in bound):
            if isinstance(base, Fenced) or x in INDEX_LETTERS or node_key(base) in indexed:
                found[x] = None
    return list(found)


def _letters(sub: Node) -> list[str]:
    """The single letters of a subscript."""
    match sub:
        case Name(text=text, style=()) if len(text) == 1:
            return [text]
        case Comma(items=items):
            return [x for item in items for x in _letters(item)]
        case Product(factors=factors) if all(isinstance(f, Factor) and f.op == "" for f in factors):
            return [x for f in factors for x in _letters(f.node)]
    return []
