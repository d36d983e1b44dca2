"""A loss of a sheet with what lies between it and a variable, as `derive` wants them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from chainrule.check.comparison.exact import term_of
from chainrule.check.comparison.lines import Variant
from chainrule.derive.build import Problem
from chainrule.derive.sheets import assembled, bodies_of, functions_of, name_of
from chainrule.expr import (
    Component,
    Const,
    Definitions,
    Expr,
    Index,
    IndexValue,
    Symbol,
    Unknown,
    add,
    component,
    mul,
    substitute,
    total,
    value,
)
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.names import reference


def problem_of(variant: Variant, loss: Equation, variable: Equation) -> tuple[Problem, Symbol]:
    """The loss and what lies between it and the variable, as `derive` wants them. Raises `Untyped`."""
    universe, definitions = variant.universe, variant.universe.definitions
    (top, axes), (target, _) = (term_of(variant, variant.typed[e.position][1]) for e in (loss, variable))
    ref = reference(loss.lhs, variant.universe.world.glossary)
    if ref is not None and ref.base in variant.universe.world.pooled:
        top, axes = _added_up(top, axes, definitions)
    entry = isinstance(target, Component) and all(isinstance(i, Const) for i in target.indices) and bool(target.indices)
    if axes or top.free or not isinstance(target, Component) or not (entry or _is_whole_tensor(target)):
        raise Untyped("no scalar, or no quantity to derive by")
    order = definitions.ordered(sorted(top.symbols))
    made = [s for s in order if s in definitions and s != target.symbol and definitions[s].body.symbols]
    names = {s: name_of(universe, s) for s in order} | functions_of(universe)
    by, inputs = target.symbol, {s.name: s for s in order if s not in made}
    if by not in inputs.values():
        raise Untyped("the loss does not depend on it")
    out: dict[Symbol, Callable[..., Expr]] = {}
    if entry:
        by = Symbol(f"{target.symbol.name} at {target.indices}")
        out, names[by] = {target.symbol: _taken_out(target, by)}, variable.text(variable.lhs)
        inputs[by.name] = by
    bodies = {d.symbol: replace(d, body=substitute(d.body, out)) for d in bodies_of(made, definitions)}
    if isinstance(top, Component) and top.symbol in bodies and isinstance(bodies[top.symbol].body, Unknown):
        body, slopes = _linear(bodies[top.symbol].body, loss.spelled or ("",), names)
        bodies[top.symbol] = replace(bodies[top.symbol], body=body)
        inputs |= {s.name: s for s in slopes}
    return assembled(substitute(top, out), inputs, bodies.values(), names), by


def _linear(body: Expr, spelled: Sequence[str], names: dict[Symbol, str]) -> tuple[Expr, list[Symbol]]:
    r"""A loss that is some function of quantities, as the linear one with its slopes: what is known of it are the
    `\frac{\partial L}{\partial z}` by these. Raises `Untyped`."""
    terms, slopes = list[Expr](), list[Symbol]()
    for bound, argument in body.args if isinstance(body, Unknown) else ():
        if not isinstance(argument, Component):
            raise Untyped("a function of what has no name")
        slope = Symbol(f"slope by {argument.symbol.name}", tuple(i.dim for i in bound))
        names[slope] = rf"\frac{{\partial {spelled[0]}}}{{\partial {names[argument.symbol]}}}"
        slopes.append(slope)
        term = mul(component(slope, *map(value, bound)), argument)
        for index in bound:
            term = total(index, term)
        terms.append(term)
    return add(*terms), slopes


def _added_up(top: Expr, axes: list[Index], definitions: Definitions) -> tuple[Expr, list[Index]]:
    """The sum of the losses of all samples, each written out."""
    if axes and isinstance(top, Component) and top.symbol in definitions:
        top = substitute(top, {top.symbol: definitions[top.symbol].at})
    for axis in axes:
        top = total(axis, top)
    return top, []


def _is_whole_tensor(target: Component) -> bool:
    """Whether all its indices are different letters."""
    return all(isinstance(i, IndexValue) for i in target.indices) and len(set(target.indices)) == len(target.indices)


def _taken_out(entry: Component, one: Symbol) -> Callable[..., Expr]:
    """The tensor with a symbol of its own for one entry, `w_{13}`."""
    return lambda *at: component(one) if at == entry.indices else component(entry.symbol, *at)
