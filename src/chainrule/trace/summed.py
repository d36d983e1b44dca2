r"""A loss with an entry for every sample, `L = \frac12 (p - y)^2`, whose sum is what an update rule differentiates.

A rule `w' = w - \eta \frac{\partial L}{\partial w}` has a meaning only for the sum where L is an array.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import Factor, Fenced, Fraction, Name, Node, Product, Script
from chainrule.sheet.records.statements import Sheet
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.names import reference
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.trace.rules import Rule, Updates


def with_sums(sheet: Sheet, updates: Updates, kinds: dict[str, str]) -> tuple[Sheet, Updates]:
    """The sheet with sums for the losses that are arrays ("column", "row" or "matrix" by their names) where they are
    differentiated."""

    def choose(node: Node) -> Node | None:
        if isinstance(node, Fraction):
            top = above(node.numerator)
            whole = None if top is None or top.body is None or below(node.denominator) is None else summed(top.body)
            if whole is None or not isinstance(node.numerator, Product):
                return None
            return replace(node, numerator=replace(node.numerator, factors=(node.numerator.factors[0], whole)))
        if isinstance(node, Product) and len(node.factors) == 2 and nabla_of(node.factors[0].node) is not None:
            whole = summed(node.factors[1].node)
            return None if whole is None else replace(node, factors=(node.factors[0], whole))
        return None

    def summed(loss: Node) -> Factor | None:
        ref = reference(loss, sheet.glossary)
        kind = None if ref is None else kinds.get(ref.base)
        if kind is None:
            return None
        one = Name(loss.span, "1", ("bold",))
        row = Script(loss.span, one, None, Name(loss.span, "top"))
        before = () if kind == "row" else (Factor("", row),)
        behind = () if kind == "column" else (Factor("", one),)
        return Factor("", Fenced(loss.span, "(", Product(loss.span, (*before, Factor("", loss), *behind)), ")"))

    equations = {id(e): replace(e, lhs=rebuilt(e.lhs, choose), rhs=rebuilt(e.rhs, choose)) for e in sheet.equations}
    rules = [Rule(r.name, r.base, equations.get(id(r.equation), r.equation)) for r in updates.rules]
    return replace(sheet, equations=list(equations.values())), replace(updates, rules=rules)
