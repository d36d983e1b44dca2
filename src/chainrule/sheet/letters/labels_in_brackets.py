r"""Layers in brackets on the line, as in code: `Z[1] = W[1] X + b[1]`, `A[l] = g(Z[l])`.

A name is defined there with a whole number in brackets behind it, which no product is. All brackets that hold numbers
or a letter, or that letter and a number, are labels then, `Z^{[1]}` and `A^{[l-1]}`; in a document that sums over such
a letter they are places in a list instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Accent, Big, Factor, Fenced, Name, Node, Number, Product, Relation, Script, Sum
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.names import walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import is_transpose


def labels_in_brackets(formulas: Iterable[Node]) -> frozenset[str]:
    """The names that a document labels so; none where fewer than two labels are told apart."""
    defined: set[tuple[str, str]] = set()
    labelled: set[str] = set()
    otherwise: set[str] = set()
    letters: set[str] = set()
    summed: set[str] = set()
    for node in (n for f in formulas for n in walk(f)):
        if isinstance(node, Relation) and isinstance(node.first, Product) and len(node.first.factors) == 2:
            name, defines = node.first.factors[0].node, _bracket(node.first.factors[1])
            if defines is not None and _is_name(name) and isinstance(defines.body, Number) and _is_label(defines):
                defined.add((_text(name), defines.body.text))
        if isinstance(node, Product):
            for one, behind in pairwise(node.factors):
                label = _bracket(behind)
                if label is not None and _is_name(one.node):
                    (labelled if _is_label(label) else otherwise).add(_text(one.node))
                    letters |= {n.text for n in walk(label.body) if isinstance(n, Name)}
        if isinstance(node, Big) and node.sub is not None:
            summed |= set(bound_letters(node.sub))
    if len({number for _, number in defined}) < 2 or letters & summed or otherwise & {name for name, _ in defined}:
        return frozenset()
    return frozenset(labelled - otherwise)


def with_labels_above(node: Node, names: frozenset[str]) -> Node:
    """A formula with those brackets above their names."""

    def choose(part: Node) -> Node | None:
        if not isinstance(part, Product):
            return None
        out: list[Factor] = []
        for factor in part.factors:
            last, label = out[-1].node if out else None, _bracket(factor)
            if last is not None and label is not None and _is_name(last) and _text(last) in names and _is_label(label):
                out[-1] = replace(out[-1], node=_labelled(last, label, factor.node))
            else:
                out.append(replace(factor, node=rebuilt(factor.node, choose)))
        if len(out) == len(part.factors):
            return None
        return replace(out[0].node, span=part.span) if len(out) == 1 else replace(part, factors=tuple(out))

    return rebuilt(node, choose)


def _labelled(name: Node, label: Fenced, written: Node) -> Node:
    """`A^{[1]}`, and `(A^{[1]})^T` where the brackets are transposed."""
    span = name.span.join(written.span)
    whole = Script(span, name, None, label, 0)
    if not isinstance(written, Script):
        return whole
    return replace(written, span=span, base=Fenced(span, "(", whole, ")"))


def _bracket(factor: Factor) -> Fenced | None:
    """The brackets that stand right behind something, transposed or not."""
    node = factor.node
    if isinstance(node, Script) and node.sub is None and node.sup is not None and is_transpose(node.sup):
        node = node.base
    fenced = isinstance(node, Fenced) and (node.open, node.close) == ("[", "]") and not factor.op
    return node if fenced and isinstance(node, Fenced) else None


def _is_label(label: Fenced) -> bool:
    """A whole number, a letter, or a letter and a whole number."""
    parts = [t.node for t in label.body.terms] if isinstance(label.body, Sum) else [label.body]
    if len(parts) > 2 or any(isinstance(p, Number) and not p.text.isdigit() for p in parts):
        return False
    first = parts[0]
    return isinstance(first, (Name, Number)) and all(isinstance(p, Number) for p in parts[1:])


def _is_name(node: Node) -> bool:
    return isinstance(node, Name) or (isinstance(node, Accent) and isinstance(node.body, Name))


def _text(node: Node) -> str:
    return node.text if isinstance(node, Name) else f"{getattr(node, 'kind', '')} {getattr(node.body, 'text', '')}"  # type: ignore[attr-defined]
