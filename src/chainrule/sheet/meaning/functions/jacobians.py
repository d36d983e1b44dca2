r"""Derivatives of functions at any point: `J_f(g(x))`, `Df(x)`, `\nabla f(Ax + b)`, `\nabla^2 f(Ax + b)`.

A variable is put in the place of the argument, the value is differentiated by that, and the argument takes its place
back, so that nothing else of the argument counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chainrule.calculus import derivative, resolve
from chainrule.expr import Component, Expr, Symbol, component, substitute
from chainrule.read.tree import Comma, Factor, Fenced, Infix, Name, Node
from chainrule.sheet.definitions.maps import are_functions, below_a_jacobian, call, composed, is_function, is_sign
from chainrule.sheet.meaning.functions.calls import fence_of, hung
from chainrule.sheet.meaning.operations.stacked import chosen
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Dims, Untyped, Val
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.derivatives import nabla_of
from chainrule.sheet.syntax.names import node_key, reference, walk


@dataclass(frozen=True)
class Variable:
    """What stands in the place of an argument while a function is differentiated."""

    name: str
    point: Val
    dims: Dims

    @property
    def symbol(self) -> Symbol:
        """Only asked for once dimensions are settled."""
        return Symbol(self.name, tuple(map(self.dims.dim, self.point.dims)))

    @property
    def val(self) -> Val:
        return Val(self.point.shape, self.at)

    def at(self, *terms: Expr) -> Component:
        """The variable, or an entry of it."""
        entry = component(self.symbol, *terms)
        assert isinstance(entry, Component)
        return entry


@dataclass(frozen=True)
class AtPoint:
    """A derivative of some functions, one behind the other, at a point: its order, whether it is a gradient, its
    arguments, the factor with them, and where the next one begins."""

    functions: tuple[Node, ...]
    order: int
    gradient: bool
    arguments: tuple[Node, ...]
    last: Node | None
    end: int


def at_a_point(frame: Frame, factors: tuple[Factor, ...], n: int) -> tuple[Val, int] | None:
    """The derivative of a function that begins at factor n, and where the next operand begins."""
    found = _jacobian(frame, factors, n) or _gradient(frame, factors, n)
    if found is None:
        return None
    val = _derived(frame, found)
    return (val if found.last is None else hung(frame, val, found.last)), found.end


def applied_after_another(frame: Frame, factors: tuple[Factor, ...], n: int) -> tuple[Val, int] | None:
    r"""`(f \circ g)(x)` from factor n on; what nobody defines is a function too where it is called elsewhere."""
    functions = composed(factors[n].node) if isinstance(factors[n].node, Fenced) else ()
    after = factors[n + 1] if n + 1 < len(factors) else None
    fence = None if after is None or after.op else fence_of(after.node)
    if len(functions) < 2 or fence is None or fence.open != "(":
        return None
    if not all(is_function(frame.world, f) or _is_called(frame, f) for f in functions):
        return None
    assert after is not None
    return hung(frame, frame.value(call(functions, fence.body)), after.node), n + 2


def _is_called(frame: Frame, function: Node) -> bool:
    ref = reference(function, frame.world.glossary)
    if ref is None or not ref.bare or ref.base in frame.world.sites:
        return False
    family = frame.world.family(ref.base)
    return family.called > 0 and not family.operand  # a matrix stands without parentheses behind it too


def _jacobian(frame: Frame, factors: tuple[Factor, ...], n: int) -> AtPoint | None:
    r"""`J_f(x)`, `J_f`, `Df(x)`, `D(f \circ g)(x)`."""
    node = factors[n].node
    below = below_a_jacobian(node)
    functions, at = composed(below) if below is not None else (), n + 1
    if not functions and is_sign(frame.world, node) and at < len(factors) and not factors[at].op:
        functions, at = composed(factors[at].node), at + 1
        if at >= len(factors) or factors[at].op or fence_of(factors[at].node) is None:
            return None
    if not are_functions(frame.world, functions):
        return None
    return _at(frame, factors, at, functions, 1, gradient=False)


def _gradient(frame: Frame, factors: tuple[Factor, ...], n: int) -> AtPoint | None:
    r"""`\nabla f(Ax + b)`, `\nabla^2 f(g(x))`, `\nabla_x f(Ax)`: at a point that is no name of a variable."""
    nabla = nabla_of(factors[n].node)
    if nabla is None or nabla[1] > 2 or n + 2 >= len(factors) or factors[n + 1].op or factors[n + 2].op:
        return None
    function, fence = factors[n + 1].node, fence_of(factors[n + 2].node)
    ref = reference(function, frame.world.glossary)
    if fence is None or fence.open != "(" or isinstance(fence.body, (Comma, Infix)) or ref is None or not ref.bare:
        return None
    known = is_function(frame.world, function) or frame.world.family(ref.base).called > 0
    named = reference(fence.body, frame.world.glossary) is not None
    inside = {node_key(x) for x in walk(fence.body)}
    if not known or ref.base in frame.world.sites or (named and not nabla[0]):
        return None
    if any(node_key(v) in inside for v in nabla[0]) or (nabla[0] and named):
        return None
    site = frame.world.function(ref.base, frame.position)
    own = {node_key(p) for p in site.params or ()} if site is not None else set()
    if ref.base not in frame.world.maps and not {node_key(v) for v in nabla[0]} <= own:
        return None  # by a variable that f rests on behind its argument
    return _at(frame, factors, n + 2, (function,), nabla[1], gradient=True)


def _at(
    frame: Frame, factors: tuple[Factor, ...], at: int, functions: tuple[Node, ...], order: int, gradient: bool
) -> AtPoint | None:
    """The arguments behind a function, or those of its formula where there are none."""
    after = factors[at] if at < len(factors) else None
    fence = None if after is None or after.op else fence_of(after.node)
    if after is not None and fence is not None and fence.open == "(":
        return AtPoint(functions, order, gradient, arguments(fence), after.node, at + 1)
    inner = reference(functions[-1], frame.world.glossary)
    site = None if inner is None else frame.world.function(inner.base, frame.position)
    if site is None or not site.params:
        return None
    return AtPoint(functions, order, gradient, site.params, None, at)


def _derived(frame: Frame, found: AtPoint) -> Val:
    """The derivative of functions at a point: rows for their values, columns for their argument, as is the custom for
    Jacobians by name; a gradient is a column, a Hessian a matrix."""
    points = [frame.value(a) for a in found.arguments]
    if any(p.kind not in ("scalar", "column", "row") for p in points):
        raise Untyped("a Jacobian by a matrix", "shape")
    if len(points) > 1 and not all(p.scalar for p in points):
        raise Untyped("a Jacobian by several vectors at once", "untyped")
    variables = [Variable(f"point {n + 1} of {frame.depth}", p, frame.dims) for n, p in enumerate(points)]
    names = [Name(a.span, f"·at{n + 1}") for n, a in enumerate(found.arguments)]
    inner = frame.child(args={**frame.args, **{x.text: v.val for x, v in zip(names, variables, strict=True)}})
    inner.free = frame.free
    val = inner.value(call(found.functions, names[0] if len(names) == 1 else Comma(names[0].span, tuple(names))))
    if len(val.dims) > 1 or (found.gradient and val.dims):
        raise Untyped("the derivative of an array at a point", "shape")
    axis = _axis(frame, points)
    axes = () if axis is None else (axis,) * found.order
    definitions = frame.universe.definitions

    def slope(term: Expr, by: list[Component]) -> Expr:
        for variable in by:
            term = resolve(derivative(term, variable, definitions), definitions)
        return substitute(term, {v.symbol: v.point.at for v in variables})

    def full(*terms: Expr) -> Expr:
        term, below = val.at(*terms[: len(val.dims)]), terms[len(val.dims) :]
        if len(points) > 1:
            return _picked(below, variables, lambda by: slope(term, by))
        places: list[tuple[Expr, ...]] = [(x,) for x in below] or [()] * found.order
        return slope(term, [variables[0].at(*t) for t in places])

    if found.gradient or not axes:
        shape = (*val.dims, *axes)
        return Val((*shape, *(None,) * (2 - len(shape))), full, derived=True)
    return Val((val.dims[0] if val.dims else None, axes[0]), full, derived=True)


def _axis(frame: Frame, points: list[Val]) -> str | None:
    """The dimension of the columns of a Jacobian: that of the argument, or the arguments themselves."""
    if len(points) == 1:
        return points[0].dims[0] if points[0].dims else None
    axis = frame.new_dim("by")
    frame.dims.fix(axis, len(points))
    return axis


def _picked(
    places: tuple[Expr, ...], variables: list[Variable], at: Callable[[list[Component]], Expr], *by: Component
) -> Expr:
    """A derivative by the arguments that some index terms pick."""
    if not places:
        return at(list(by))
    return chosen(places[0], [lambda v=v: _picked(places[1:], variables, at, *by, v.at()) for v in variables])
