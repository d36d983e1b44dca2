"""Gradients with the steps that lead to them: one record, from which every depth and every writing is drawn.

The cotangents come from reverse accumulation over the quantities of the problem. Derivatives of an activation are
written through its value (`h ⊙ (1 - h)`), the cotangent of a value is put into that of its argument, and each
cotangent is brought into matrix form. Every result is compared with forward accumulation and with finite differences
before it is given out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from chainrule.calculus import NoMatrixForm, contract, derivative, gradients, matrix_form
from chainrule.calculus.arrays.notation import Array
from chainrule.calculus.derivative import numbered
from chainrule.derive.build import Problem
from chainrule.derive.cancel import cancelled, positive, spread
from chainrule.derive.kronecker import Kronecker, kronecker
from chainrule.derive.through import at_labels, through_values
from chainrule.expr.definitions import Definition, Definitions
from chainrule.expr.index import Index, Symbol
from chainrule.expr.making import value
from chainrule.expr.nodes import Add, Expr, Inverse
from chainrule.expr.substitution import substitute
from chainrule.expr.terms import component

MOST_WRITTEN_OUT = 16
"""A result is written in the inputs alone when at most this many quantities stand between them."""


@dataclass(slots=True)
class Written:
    """A quantity: its symbol (None: the loss), indices, entry, and matrix form where it has one."""

    symbol: Symbol | None
    indices: tuple[Index, ...]
    term: Expr
    form: Array | None


@dataclass(slots=True)
class Step:
    """One equation of a derivation: the derivative by `by` (a quantity), and why it holds."""

    rule: str
    by: Symbol
    right: Written
    why: str


@dataclass
class Derivation:
    """The derivative of the loss by one input: definitions, steps back, the result, and it in inputs alone."""

    problem: Problem
    wrt: Symbol
    order: int
    steps: list[Step]
    result: Written
    back: Backward | None = None
    cotangents: dict[Symbol, Symbol] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @cached_property
    def forward(self) -> list[Written]:
        """The quantities that the steps speak of."""
        return [] if self.back is None else self.back.forward([s.right.term for s in self.steps])

    @cached_property
    def kronecker(self) -> Kronecker | None:
        """The Hessian by a matrix as a sum of Kronecker products, where it is one."""
        by_matrix = self.order == 2 and len(self.wrt.axes) == 2
        return kronecker(self.result.term, self.result.indices) if by_matrix else None

    @cached_property
    def whole(self) -> Written | None:
        """The result in the inputs alone; None where many quantities stand between them."""
        return self.result if self.back is None else self.back.whole(self.result)


def first_order(problem: Problem, targets: list[Symbol]) -> list[Derivation]:
    """The gradient by each target."""
    back = Backward(problem, targets)
    return [back.derivation(t) for t in targets]


def written(symbol: Symbol | None, indices: tuple[Index, ...], term: Expr) -> Written:
    """The quantity in matrix form, where it has one, if need be with its products multiplied out: inverses then meet
    what they are inverses of. No free index is called like a bound one in it, so that it reads one way only."""
    clash = [i for i in indices if 0 < i.number <= term.bound] if term.bound else []
    if clash:
        names = numbered("λ", tuple([i.dim for i in indices]))
        indices, term = names, substitute(term, dict(zip(indices, map(value, names), strict=True)))
    form = _form(term, indices)
    if form is None or (term.holds(Inverse) and term.holds(Add)):
        other = _form(contract(spread(term)), indices)
        form = other if form is None or (other is not None and other.length < form.length) else form
    return Written(symbol, indices, term, form)


def _form(term: Expr, indices: tuple[Index, ...]) -> Array | None:
    try:
        return matrix_form(term, indices)
    except NoMatrixForm:
        return None


class Backward:
    """The cotangents of every quantity between the loss and the targets."""

    def __init__(self, problem: Problem, targets: list[Symbol]) -> None:
        self.problem = problem
        table = problem.definitions
        self.changing: set[Symbol] = set()
        for target in targets if problem.named else ():
            self.changing |= table.dependants(target).intersection(problem.named)
        order = [s for s in problem.named if s in self.changing]
        self.found = gradients(problem.loss, [*targets, *order], table.copy(), "", problem.values)
        self.bars = {definition.symbol: s for s, definition in self.found.items()}
        self.bodies: dict[Symbol, Definition] = {}
        self.order = {s: k for k, s in enumerate(problem.named)}
        self.values_of: dict[Symbol, list[Symbol]] = {}
        for value_symbol in problem.values:
            for x in table[value_symbol].body.symbols:
                self.values_of.setdefault(x, []).append(value_symbol)
        for symbol in [*reversed(order), *targets]:
            self.bodies[symbol] = self.simplified(self.found[symbol])

    def simplified(self, definition: Definition) -> Definition:
        """The cotangent with those of function values put in, and values for functions."""
        given = body = definition.body
        if values := self.problem.values:
            bars = [x for x in given.symbols if self.bars.get(x) in values]
            body = substitute(given, {bar: self.bodies[self.bars[bar]].at for bar in bars}) if bars else given
        body = self.simple(body)
        return definition if body is given else Definition(definition.symbol, definition.indices, body)

    def values_in(self, body: Expr) -> list[Definition]:
        """The definitions of function values whose arguments are in the term."""
        if not self.values_of:
            return []
        found = {s for x in body.symbols for s in self.values_of.get(x, ())}
        return [self.problem.definitions[s] for s in sorted(found, key=self.order.__getitem__)]

    def derivation(self, target: Symbol) -> Derivation:
        """The steps that lead to one target, and the result."""
        steps = [self.step(s) for s in [*self.needed(target), target]]
        return Derivation(self.problem, target, 1, steps, steps[-1].right, self, dict(self.bars))

    def forward(self, bodies: Sequence[Expr]) -> list[Written]:
        """The quantities that some terms, and the loss, speak of."""
        table = self.problem.definitions
        return [written(s, table[s].indices, table[s].body) for s in self.quantities([self.problem.loss, *bodies])]

    def needed(self, target: Symbol) -> list[Symbol]:
        """The quantities whose cotangents the target's rests on, from the loss on."""
        if not self.changing:
            return []
        held: set[Symbol] = set()
        waiting = [target]
        while waiting:
            for bar in self.bodies[waiting.pop()].body.symbols & self.bars.keys():
                if self.bars[bar] not in held:
                    held.add(self.bars[bar])
                    waiting.append(self.bars[bar])
        return [s for s in reversed(self.problem.named) if s in held]

    def step(self, symbol: Symbol) -> Step:
        body = self.bodies[symbol]
        users = sorted([f"${self.problem.names[self.bars[b]]}$" for b in body.body.symbols & self.bars.keys()])
        rule = "chain rule" if users else "derivative"
        why = f"chain rule through {', '.join(users)}" if users else "derivative of the loss"
        return Step(rule, symbol, written(symbol, body.indices, body.body), why)

    def quantities(self, bodies: Iterable[Expr]) -> list[Symbol]:
        """The named quantities that the terms speak of, and those that these are made of."""
        table = self.problem.definitions
        held: set[Symbol] = set()
        waiting = [s for body in bodies for s in body.symbols if s in table]
        while waiting:
            symbol = waiting.pop()
            if symbol not in held:
                held.add(symbol)
                waiting += [s for s in table[symbol].body.symbols if s in table]
        return [s for s in self.problem.named if s in held]

    def whole(self, result: Written) -> Written | None:
        """A result in the inputs alone; None where many quantities stand between them."""
        if len(self.problem.named) > MOST_WRITTEN_OUT:
            return None
        body = expanded(self.without_bars(result.term), self.problem)
        return written(None, result.indices, contract(body))

    def without_bars(self, body: Expr) -> Expr:
        """The term with every cotangent put in."""
        for bar in (self.found[s].symbol for s in self.problem.named if s in self.found):
            if bar in body.symbols:
                body = substitute(body, {bar: self.bodies[self.bars[bar]].at})
        return body

    def through(self, target: Symbol, indices: tuple[Index, ...]) -> Expr:
        """The derivative by a target through the quantities alone."""
        return self.simple(self.without_bars(self.bodies[target].at(*map(value, indices))))

    def derived(self, body: Expr, target: Symbol, indices: tuple[Index, ...]) -> Expr:
        """The derivative of a term by a target, through the quantities alone."""
        table = Definitions(self.problem.definitions.values())
        body = derivative(body, component(target, *map(value, indices)), table)
        while made := sorted(s for s in body.symbols if s in table and s not in self.problem.definitions):
            body = contract(substitute(body, {s: table[s].at for s in made}))
        return self.simple(positive(body))

    def simple(self, body: Expr) -> Expr:
        """The term written through values, with what cancels."""
        body = at_labels(through_values(contract(body), self.values_in(body)))
        return cancelled(contract(body))


def expanded(body: Expr, problem: Problem) -> Expr:
    """The term with every named quantity written out."""
    for symbol in reversed(problem.named):
        if symbol in body.symbols:
            body = substitute(body, {symbol: problem.definitions[symbol].at})
    return body


def second_order(problem: Problem, target: Symbol) -> Derivation:
    """The Hessian by one target: entry (i, j) is the second derivative by entries i and j."""
    back = Backward(problem, [target])
    first = tuple(Index(f"i{k}", dim) for k, dim in enumerate(target.axes, 1))
    second = tuple(Index(f"j{k}", dim) for k, dim in enumerate(target.axes, 1))
    gradient = back.through(target, first)
    hessian = back.derived(gradient, target, second)
    one, two = written(target, first, gradient), written(target, (*first, *second), hessian)
    steps = [
        Step("derivative", target, one, "derivative of the loss"),
        Step("second derivative", target, two, "derivative of the gradient"),
    ]
    return Derivation(problem, target, 2, steps, two, back)
