"""Derivatives by forward accumulation through definitions.

`derivative(expr, t[i], definitions)` cuts the graph at t: t is opaque, every other defined symbol p that depends on t
contributes the component `(dp/dt)[.., i]` of a derived symbol, defined once and kept in the definitions. So the cost
is linear in the number of definitions, however often they are shared, and no walk recurses.

Inside, the derivative is taken by the component t[τ] over indices ∂1, ∂2, ..; definitions are first renamed to the
indices λ1, λ2, .., so that derivatives of derivatives never meet a τ of an earlier one.
"""

from __future__ import annotations

from chainrule.calculus.rules import rule_for
from chainrule.calculus.simplify import contract
from chainrule.expr.definitions import Definition, Definitions
from chainrule.expr.index import Dim, Index, Symbol
from chainrule.expr.making import value
from chainrule.expr.nodes import Component, Derivative, Expr
from chainrule.expr.substitution import substitute
from chainrule.expr.terms import ZERO
from chainrule.expr.walks import walk


def derivative(expr: Expr, target: Component, definitions: Definitions) -> Expr:
    """d expr / d target, with sums over deltas contracted.

    >>> from chainrule.expr.terms import component
    >>> x = component(Symbol("x"))
    >>> derivative(x**3 + 2, x, Definitions())
    3 * (x)^(2)
    """
    expr = resolve(expr, definitions)
    forward = Forward(target.symbol, definitions)
    found = forward.of(expr)
    forward.settle()
    return substitute(found, dict(zip(forward.slots, target.indices, strict=True)))


def partial(expr: Expr, target: Symbol, definitions: Definitions) -> tuple[Expr, tuple[Index, ...]]:
    """The direct derivative, all other symbols held fixed, over the slots given with it."""
    direct = Forward(target, definitions, through=False)
    return direct.of(expr), direct.slots


def resolve(expr: Expr, definitions: Definitions) -> Expr:
    """Carry out every `Derivative` in the term and in the definitions it uses, innermost first."""
    if expr.resolved and all(d.body.resolved for d in definitions.values()):
        return expr
    for symbol in definitions.ordered(sorted(expr.symbols)):
        definition = definitions.get(symbol)
        if definition is not None and not definition.body.resolved:
            body = _resolved(definition.body, definitions)
            definitions.add(Definition(symbol, definition.indices, body), derived=True)
    return expr if expr.resolved else _resolved(expr, definitions)


def _resolved(expr: Expr, definitions: Definitions) -> Expr:
    """The term with its derivatives carried out; the definitions it uses hold none."""
    done: dict[Expr, Expr] = {}
    for node in walk(expr):
        if node.resolved:
            done[node] = node
            continue
        done[node] = node.with_scopes([(bound, done[body]) for bound, body in node.scopes])
        if isinstance(node, Derivative):
            done[node] = _carried_out(done[node.body], done[node.target], definitions)
    return contract(done[expr])


def _carried_out(body: Expr, target: Expr, definitions: Definitions) -> Expr:
    if not isinstance(target, Component):
        raise TypeError(f"a derivative is taken by a component of a symbol, not by {target!r}")
    forward = Forward(target.symbol, definitions)
    found = forward.of(body)
    forward.settle()
    return substitute(found, dict(zip(forward.slots, target.indices, strict=True)))


def numbered(letter: str, dims: tuple[Dim, ...]) -> tuple[Index, ...]:
    """Indices letter1, letter2, .. over the dimensions."""
    return tuple([Index(f"{letter}{k}", dim) for k, dim in enumerate(dims, 1)])


def renamed(definition: Definition) -> Definition:
    """The definition over the indices λ1, λ2, .."""
    names = numbered("λ", definition.symbol.axes)
    if names == definition.indices:
        return definition
    return Definition(definition.symbol, names, definition.at(*map(value, names)))


class Forward:
    """One sweep of derivatives by a target; `through` other definitions, or with them held fixed."""

    def __init__(self, target: Symbol, definitions: Definitions, through: bool = True) -> None:
        self.target, self.definitions = target, definitions
        self.slots = numbered("∂", target.axes)
        self._changing = definitions.dependants(target) | {target} if through else frozenset((target,))
        self._done: dict[Expr, Expr] = {}
        self._waiting: list[Symbol] = []

    def __call__(self, child: Expr) -> Expr:
        """The derivative of a child, which has been taken before its parent's."""
        return ZERO if child.symbols.isdisjoint(self._changing) else self._done[child]

    def changes(self, child: Expr) -> bool:
        """Whether the derivative of a child is different from 0."""
        return self(child) is not ZERO

    def symbol(self, p: Symbol) -> Symbol:
        """The symbol of dp/dt; its definition is made in `settle`."""
        known = self.definitions.derived
        if (p, self.target) not in known:
            known[p, self.target] = derived_symbol(p, self.target)
            self._waiting.append(p)
        return known[p, self.target]

    def of(self, expr: Expr) -> Expr:
        """The derivative of a term by t[∂1, ∂2, ..], contracted."""
        stack = [expr]
        while stack:
            node = stack[-1]
            if node in self._done or node.symbols.isdisjoint(self._changing):
                stack.pop()
                continue
            inner = () if isinstance(node, Component) else node.children
            waiting = [c for c in inner if c not in self._done and not c.symbols.isdisjoint(self._changing)]
            if waiting:
                stack += reversed(waiting)
                continue
            self._done[node] = self._apply(node)
            stack.pop()
        return contract(self(expr))

    def _apply(self, node: Expr) -> Expr:
        if isinstance(node, Component) and node.symbol not in self._changing:
            return ZERO
        return rule_for(node, self.changes).build(node, self)

    def settle(self) -> None:
        """Define the derived symbols that were asked for, and those their definitions ask for."""
        made: list[Definition] = []
        while self._waiting:
            p = self._waiting.pop()
            definition = renamed(self.definitions[p])
            symbol = self.definitions.derived[p, self.target]
            indices = numbered("λ", symbol.axes)
            body = self.of(definition.body)
            slots = dict(zip(self.slots, map(value, indices[len(p.axes) :]), strict=True))
            made.append(Definition(symbol, indices, substitute(body, slots)))
        for definition in reversed(made):
            self.definitions.add(definition, derived=True)


def derived_symbol(p: Symbol, t: Symbol) -> Symbol:
    """dp/dt as a symbol with the axes of p, then those of t; its kind says where the ones end."""
    return Symbol(rf"\frac{{\partial {p.name}}}{{\partial {t.name}}}", p.axes + t.axes, f"derivative {len(p.axes)}")
