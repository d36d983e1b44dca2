r"""`\nabla W` for the gradient of the loss by W: the ∇ before what a document differentiates its one loss by, and not
before the loss.

A document that writes so for one of these names writes so for names that nothing defines too, `\nabla b`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from chainrule.read.tree import Accent, Factor, Fenced, Fraction, Name, Node, Product, Script
from chainrule.sheet.derivatives.gradient_names import losses_of
from chainrule.sheet.records.statements import DEFINING, Sheet
from chainrule.sheet.records.throughout import throughout
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.names import node_key, walk
from chainrule.sheet.syntax.rebuilding import with_parts


def with_nablas(sheet: Sheet) -> Sheet:
    """The sheet with such gradients written as derivatives."""
    sides = [side for e in sheet.equations for side in (e.lhs, e.rhs)]
    behind = {letter for side in sides for letter in _behind_nablas(side)}
    if not behind:
        return sheet
    losses = {node_key(x): x for side in sides for x in losses_of(side)}
    variables = {letter.lower() for side in sides for letter in _variables(side)}
    defined = {_letter(e.lhs) for e in sheet.equations if e.op in DEFINING}
    known = {x.lower() for x in behind} & variables
    if len(losses) != 1 or not known & {x.lower() for x in behind - defined}:  # the slope of a quantity is another
        return sheet
    loss = next(iter(losses.values()))
    called = {_letter(f.node) for side in sides for n in walk(side) for f in _called(n)}
    variables = known | {x.lower() for x in behind - defined - called}

    def out(node: Node) -> Node:
        return _written(node, loss, variables)

    return throughout(sheet, out)


def _behind_nablas(node: Node) -> Iterator[str]:
    """The letters of the names behind each ∇."""
    for part in (n for n in walk(node) if isinstance(n, Product)):
        for sign, f in pairwise(part.factors):
            letter = _letter(f.node) if isinstance(f.node, (Name, Script, Accent)) and not f.op else None
            if isinstance(sign.node, Name) and sign.node.text == "nabla" and letter is not None:
                yield letter


def _called(node: Node) -> Iterator[Factor]:
    """What stands before parentheses."""
    for f, behind in pairwise(node.factors) if isinstance(node, Product) else ():
        if not behind.op and isinstance(behind.node, Fenced):
            yield f


def _variables(node: Node) -> Iterator[str]:
    """The letters of what a formula differentiates a name by."""
    for part in walk(node):
        bottom = below(part.denominator) if isinstance(part, Fraction) and above(part.numerator) is not None else None
        for variable in bottom[1] if bottom is not None else ():
            letter = _letter(variable)
            if letter is not None:
                yield letter


def _letter(node: Node) -> str | None:
    while isinstance(node, (Script, Accent, Fenced)):
        node = node.body if isinstance(node, (Accent, Fenced)) else node.base
    return node.text if isinstance(node, Name) else None


def _written(node: Node, loss: Node, variables: set[str]) -> Node:
    if not isinstance(node, Product):
        return with_parts(node, lambda part: _written(part, loss, variables))
    factors: list[Factor] = []
    rest = list(node.factors)
    while rest:
        first = rest.pop(0)
        gradient = _gradient(first.node, rest, loss, variables)
        if gradient is not None:
            rest.pop(0)
        factors.append(Factor(first.op, gradient or _written(first.node, loss, variables)))
    return factors[0].node if len(factors) == 1 else replace(node, factors=tuple(factors))


def _gradient(nabla: Node, rest: list[Factor], loss: Node, variables: set[str]) -> Node | None:
    """The derivative by the name behind a ∇ that stands before nothing else."""
    if not (isinstance(nabla, Name) and nabla.text == "nabla") or not rest or rest[0].op:
        return None
    variable = rest[0].node
    letter = _letter(variable) if isinstance(variable, (Name, Script, Accent)) else None
    called = len(rest) > 1 and not rest[1].op and isinstance(rest[1].node, Fenced)
    if letter is None or letter.lower() not in variables or letter == _letter(loss) or called:
        return None
    span = nabla.span.join(variable.span)
    partial = Factor("", Name(span, "partial"))
    top, bottom = (Product(span, (partial, Factor("", part))) for part in (replace(loss, span=span), variable))
    return Fraction(span, top, bottom)
