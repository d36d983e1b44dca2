"""A variable exchanged for an argument in a value, and in the definitions behind it."""

from __future__ import annotations

from dataclasses import replace

from chainrule.calculus import resolve
from chainrule.expr import Component, Definitions, Expr, Symbol, substitute, value
from chainrule.sheet.arrays import algebra
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped, Val

MOST_STEPS = 50


def put_for(frame: Frame, val: Val, whole: Val, argument: Val) -> Val:
    """A value with an argument in the place of a variable everywhere, also in what rests on it."""
    if whole.kind != argument.kind:
        raise Untyped("an argument of another shape than the parameter", "shape")
    for one, other in zip(whole.dims, argument.dims, strict=True):
        frame.dims.unify(one, other)

    def at(*terms: Expr) -> Expr:
        variable = whole.at(*(value(algebra.fresh(frame.dims, d)) for d in whole.dims))
        assert isinstance(variable, Component)
        term = written_out(resolve(val.at(*terms), definitions), variable.symbol, definitions)
        return substitute(term, {variable.symbol: argument.at})

    definitions = frame.universe.definitions
    return replace(val, at=at, jacobian=None)


def written_out(term: Expr, variable: Symbol, definitions: Definitions) -> Expr:
    """A term with the formulas of all names in it that rest on a variable."""
    for _ in range(MOST_STEPS):
        inner = {s: definitions[s].at for s in term.symbols if definitions.depends(s, variable)}
        if not inner:
            return term
        term = resolve(substitute(term, inner), definitions)
    raise Untyped("too many definitions behind a function", "too-deep")
