"""Derivatives written through values: sigma(z) (1 - sigma(z)) with h = sigma(z) is h (1 - h), and p for a softmax."""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.calculus.simplify import place_of
from chainrule.expr.definitions import Definition
from chainrule.expr.folding import folded
from chainrule.expr.folding_products import in_products
from chainrule.expr.nodes import Component, Expr, Indicator, Mul
from chainrule.expr.substitution import substitute
from chainrule.expr.terms import mul
from chainrule.expr.walks import rebuilt


def through_values(body: Expr, definitions: Iterable[Definition]) -> Expr:
    """The term with the name of a value for every copy of its formula, also inside products."""
    for definition in definitions:
        body = in_products(folded(body, definition), definition)
    return body


def at_labels(body: Expr) -> Expr:
    """[i = y] f_i is [i = y] f_y, for a label y: what cancels at the label is seen."""

    def change(_: Expr, found: Expr) -> Expr:
        for k, factor in enumerate(found.factors) if isinstance(found, Mul) else ():
            for index in factor.axes if isinstance(factor, Indicator) else ():
                place = place_of(index, factor)
                if isinstance(place, Component) and isinstance(found, Mul):
                    rest = mul(*found.factors[:k], *found.factors[k + 1 :])
                    found = mul(factor, substitute(rest, {index: place}))
        return found

    return rebuilt(body, change, 1 << Indicator.RANK | 1 << Mul.RANK)


__all__ = ["at_labels", "through_values"]
