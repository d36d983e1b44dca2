r"""Cotangents that are named after their variable: `\delta_v = \frac{\partial J}{\partial v}`, `\bar v`.

A document that names the derivatives of its loss so for two variables, or for a letter that stands for any, names all
of them so: `\delta_{W_1}` is then the derivative by `W_1`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Accent, Big, Factor, Fenced, Fraction, Name, Node, Number, Product, Script, Span, Text
from chainrule.sheet.derivatives.unsaid_cotangents import unsaid_cotangents
from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.names import children, node_key, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS

Kind = tuple[str, object]
Losses = dict[Kind, Node]


def with_cotangents(sheet: Sheet) -> Sheet:
    """The sheet with the cotangents that have such names written as derivatives; an equation that only says what the
    name is stays as it is."""
    told = _conventions(sheet)
    losses = told or unsaid_cotangents(sheet.equations, _named)
    if not losses:
        return sheet
    known = {node_key(n) for e in sheet.equations for side in (e.lhs, e.rhs) for n in _quantities(side)}
    known -= {node_key(v) for e in sheet.equations if (v := _otherwise(e, told)) is not None}

    def out(node: Node) -> Node:
        return rebuilt(node, lambda part: _derivative(part, losses, known))

    before = sheet.glossary.rewritten
    sheet.glossary.rewritten = lambda node, position: out(before(node, position))
    sheet.equations = [
        replace(e, lhs=_as_word(e.lhs) if _said(e) else out(e.lhs), rhs=out(e.rhs)) for e in sheet.equations
    ]
    sheet.expressions = [(scope, position, out(node)) for scope, position, node in sheet.expressions]
    return sheet


def _conventions(sheet: Sheet) -> Losses:
    """The ways of naming that a document uses, each with the loss."""
    variables: dict[Kind, dict[object, Node]] = {}
    for e in sheet.equations:
        if (said := _said(e)) is not None:
            kind, loss, variable = said
            variables.setdefault(kind, {})[node_key(variable)] = loss
    return {
        kind: next(iter(found.values()))
        for kind, found in variables.items()
        if len({node_key(loss) for loss in found.values()}) == 1 and (len(found) > 1 or _is_any(sheet, *found))
    }


def _is_any(sheet: Sheet, variable: object) -> bool:
    """Whether a letter stands in no other formula: it is any variable."""
    others = [e for e in sheet.equations if _said(e) is None]
    return all(node_key(n) != variable for e in others for side in (e.lhs, e.rhs) for n in _quantities(side))


def _said(e: Equation) -> tuple[Kind, Node, Node] | None:
    """The way of naming, the loss and the variable of `\\delta_v = \\partial J / \\partial v`."""
    named = None if e.link else _named(e.lhs)
    top = above(e.rhs.numerator) if isinstance(e.rhs, Fraction) else None
    bottom = below(e.rhs.denominator) if isinstance(e.rhs, Fraction) else None
    if named is None or top is None or top.body is None or top.order != 1 or bottom is None or len(bottom[1]) != 1:
        return None
    kind, variable = named
    return (kind, top.body, variable) if node_key(bottom[1][0]) == node_key(variable) else None


def _otherwise(e: Equation, losses: Losses) -> Node | None:
    """The x of `\\bar x = \\frac1n \\sum_i x_i`: a formula of no cotangent gives such a name another meaning."""
    named = None if e.link or _said(e) is not None else _named(e.lhs)
    if named is None or named[0] not in losses or named[0][0] != "accent":
        return None
    derived = (isinstance(part, Fraction) and above(part.numerator) is not None for part in walk(e.rhs))
    kinds = {found[0] for part in walk(e.rhs) if (found := _named(part)) is not None}
    return None if named[0] in kinds or any(derived) else named[1]


def _named(node: Node) -> tuple[Kind, Node] | None:
    """The way of naming and the variable of a name that may be a cotangent."""
    match node:
        case Accent(kind="bar" | "hat" | "tilde" as kind, body=body):  # `\\Delta w` is a step
            return ("accent", kind), body
        case Script(base=Name() as base, sub=sub, sup=None, primes=0) if isinstance(sub, (Name, Script, Accent)):
            return ("subscript", node_key(base)), sub
    return None


def _derivative(node: Node, losses: Losses, known: set[object]) -> Node | None:
    """The derivative that a name stands for; what stands under another derivative is left as it is."""
    if isinstance(node, Fraction) and above(node.numerator) is not None and below(node.denominator) is not None:
        return node
    flip = node.sup if isinstance(node, Script) else None
    if isinstance(node, Script) and isinstance(flip, Text) and node.sub is not None:
        named = _named(replace(node, sup=None))  # `\\delta_{a_1}^{\\text{(by u)}}`: one of the terms of the derivative
        return _as_word(node) if named is not None and named[0] in losses else None
    if flip is not None and not (isinstance(flip, Name) and flip.text in TRANSPOSE_WORDS):
        return None
    named = _named(replace(node, sup=None) if isinstance(node, Script) and flip is not None else node)
    loss = None if named is None else losses.get(named[0])
    if named is None or loss is None or node_key(named[1]) not in known:
        return None
    found = _fraction(node.span, loss, named[1])
    return found if flip is None else Script(node.span, Fenced(node.span, "(", found, ")"), None, flip)


def _as_word(node: Node) -> Node:
    """A name with what it is named after as a word, and no index."""
    if not isinstance(node, Script) or node.sub is None:
        return node
    letters = "".join(n.text for n in walk(node.sub) if isinstance(n, (Name, Number)))
    return replace(node, sub=Text(node.sub.span, letters))


def _fraction(span: Span, loss: Node, variable: Node) -> Node:
    partial = Factor("", Name(span, "partial"))
    top, bottom = (Product(span, (partial, Factor("", part))) for part in (replace(loss, span=span), variable))
    return Fraction(span, top, bottom)


def _quantities(node: Node) -> Iterator[Node]:
    """The parts of a formula outside of all subscripts, and what is differentiated by."""
    yield node
    for child in children(node):
        if not (isinstance(node, Script) and child is node.sub) and not (isinstance(node, Big) and child is node.sub):
            yield from _quantities(child)
