"""Directional derivatives: the derivative by the argument, or by the name below the D, along a direction."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.calculus import derivative, resolve
from chainrule.expr import Component, Expr, Index, Symbol, component, mul, substitute, total, value
from chainrule.read.tree import Differential, Factor, Fenced, Name
from chainrule.sheet.derivatives.directions import in_brackets, is_call
from chainrule.sheet.meaning.derivatives import differentials
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped, Val
from chainrule.sheet.syntax.derivative_signs import rest_of
from chainrule.sheet.syntax.names import node_key, reference

ARGUMENT = "·argument"


def along(frame: Frame, factors: tuple[Factor, ...], n: int) -> tuple[Val, int] | None:
    """`Df(x)[h]`, `D_W f(W)[H]` and `D_v f(x)` from factor n on; None where it is a differential."""
    sign = factors[n].node
    assert isinstance(sign, Differential)
    if not is_call(factors, n + 1):
        return None
    call, fence, direction = factors[n + 1 : n + 3], factors[n + 2].node, in_brackets(factors, n + 3)
    assert isinstance(fence, Fenced)
    end = n + 3 if direction is None else n + 4
    if direction is None and sign.sub is None:
        return None
    variable = fence.body if direction is None or sign.sub is None else sign.sub
    step = frame.value(direction or sign.sub or fence)
    ref = reference(call[0].node, frame.world.glossary)
    own = node_key(variable) == node_key(fence.body)
    if own and ref is not None and frame.world.function(ref.base, frame.position) is not None:
        return _at_argument(frame, call[0], fence, step), end
    jacobian = differentials.derived(frame, rest_of(call), [variable]).jacobian
    assert jacobian is not None
    return _contracted(frame, frame.value(rest_of(call)), jacobian.below_dims, jacobian.full, step), end


def _at_argument(frame: Frame, function: Factor, fence: Fenced, step: Val) -> Val:
    """The derivative of a function of the document by its argument, wherever else the name of that stands."""
    place = frame.value(fence.body)
    name = Name(fence.span, ARGUMENT)
    inner = frame.child(args={**frame.args, ARGUMENT: Val(place.shape, lambda *t: entry(*t))})
    val = inner.value(rest_of((function, Factor("", Fenced(fence.span, "(", name, ")")))))

    def entry(*terms: Expr) -> Component:
        found = component(Symbol(ARGUMENT, tuple(map(frame.dims.dim, place.dims))), *terms)
        assert isinstance(found, Component)
        return found

    def full(*terms: Expr) -> Expr:
        above, below = terms[: len(val.dims)], terms[len(val.dims) :]
        definitions = frame.universe.definitions
        slope = resolve(derivative(val.at(*above), entry(*below), definitions), definitions)
        return substitute(slope, {entry(*below).symbol: place.at})

    return _contracted(frame, val, place.dims, full, step)


def _contracted(frame: Frame, val: Val, below: tuple[str, ...], full: Callable[..., Expr], step: Val) -> Val:
    """The derivatives of every entry of a value by the entries of a variable, times those of the direction."""
    if len(below) != len(step.dims):
        raise Untyped("a direction is shaped like what it is a direction for", "shape")
    for one, other in zip(below, step.dims, strict=True):
        frame.dims.unify(one, other)

    def at(*terms: Expr) -> Expr:
        entries = [Index(f"·h{k}{frame.owner}", frame.dims.dim(d)) for k, d in enumerate(below)]
        places = [value(i) for i in entries]
        term = mul(full(*terms, *places), step.at(*places))
        for index in entries:
            term = total(index, term)
        return term

    return Val(val.shape, at)
