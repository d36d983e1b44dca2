r"""Activations and what goes into them as quantities with names: `\tanh(W x)` becomes h = tanh(z), z = W x.

What a sheet or a formula in TeX leaves without a name gets one here, so that derivatives are written through values and
there is one step a layer. A softmax gets the name p, also the one that is the derivative of a log-sum-exp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chainrule.calculus import NoMatrixForm, contract, matrix_form
from chainrule.calculus.arrays.notation import walk as arrays_in
from chainrule.calculus.recognised import softmaxes_in
from chainrule.derive.build import Problem, fold_minted
from chainrule.derive.letters import Letters
from chainrule.derive.operations import VALUES_WITH_NAMES
from chainrule.expr import rebuilt
from chainrule.expr.bound_names import fresh
from chainrule.expr.definitions import Definition, Definitions
from chainrule.expr.index import Index, Symbol
from chainrule.expr.making import value
from chainrule.expr.nodes import Apply, Component, Expr, Mul, Power, Reduce
from chainrule.expr.substitution import substitute
from chainrule.expr.tensors import softmax
from chainrule.expr.terms import apply, component, mul, total
from chainrule.expr.walks import factors_in


def with_activations(problem: Problem) -> Problem:
    """The problem with a name for every activation, its argument, and every softmax."""
    return _Namer(problem).problem()


class _Namer:
    def __init__(self, problem: Problem) -> None:
        self.before = problem
        self.letters = Letters({*problem.inputs, *(s.name for s in problem.named)})
        self.definitions: dict[Symbol, Definition] = {}
        self.known: dict[Expr, Symbol] = {}
        self.values = set(problem.values)
        self.names = dict(problem.names)
        self.minted: set[Symbol] = set()

    def problem(self) -> Problem:
        """Every definition in turn, then the loss."""
        for symbol in self.before.named:
            d = self.before.definitions[symbol]
            self.definitions[symbol] = Definition(symbol, d.indices, self.renamed(d.body, whole=symbol in self.values))
        loss = self.renamed(self.before.loss)
        found = replace(
            self.before, loss=loss, definitions=Definitions(self.definitions.values()), named=list(self.definitions),
            values=self.values, names=self.names, minted=self.minted,
        )  # fmt: skip
        fold_minted(found)
        found.names |= self.letters.shortened(self.minted)
        return found

    def renamed(self, body: Expr, whole: bool = False) -> Expr:
        """The term with names; `whole`: it is itself the value that has a name."""

        def change(node: Expr, found: Expr) -> Expr:
            keeps = whole and node is body
            if isinstance(found, Apply) and found.name in VALUES_WITH_NAMES:
                found = apply(found.name, self.named(found.args[0], "z"))
                found = found if keeps else self.named(found, "h", is_value=True)
            elif isinstance(found, Mul) and not keeps:
                found = self.softmaxes(found)
            elif isinstance(found, Apply) and found.name == "log":
                self.log_sum(found.args[0])
            return found

        return rebuilt(body, change)

    def softmaxes(self, term: Expr) -> Expr:
        """exp(u_i) / sum_k exp(u_k) as p_i, also where a sum of such products is divided as a whole."""
        while isinstance(term, Mul):
            found = self.softmax_among(term.factors) or self.softmax_below(term)
            if found is None:
                return term
            term = found
        return term

    def softmax_among(self, factors: Sequence[Expr]) -> Expr | None:
        """The product with p_i for one quotient."""
        match = next(softmaxes_in(factors), None)
        if match is None:
            return None
        left, logits, index, place = match
        return mul(*left, substitute(self.probabilities(logits, index), {index: place}))

    def softmax_below(self, term: Mul) -> Expr | None:
        """1/s sum_j exp(u_j) c_j as sum_j p_j c_j."""
        for inner in term.factors:
            if not (isinstance(inner, Reduce) and inner.op == "sum"):
                continue
            index = fresh(inner.index.dim, term)
            body = substitute(inner.body, {inner.index: value(index)})
            divisors = [f for f in term.factors if isinstance(f, Power)]
            inside = [*factors_in(body), *divisors]
            match = next(softmaxes_in(inside), None)
            if match is not None:
                left, logits, place_of, place = match
                rest = [f for f in term.factors if f is not inner and f not in divisors]
                within = mul(*left, substitute(self.probabilities(logits, place_of), {place_of: place}))
                return mul(*rest, total(index, within))
        return None

    def log_sum(self, inside: Expr) -> None:
        """log(sum_k exp(u_k)) has the derivative softmax(u), which gets a name where it is made of several names."""
        exponential = inside.body if isinstance(inside, Reduce) and inside.op == "sum" else None
        if isinstance(inside, Reduce) and isinstance(exponential, Apply) and exponential.name == "exp":
            self.probabilities(exponential.args[0], inside.index)

    def probabilities(self, logits: Expr, index: Index) -> Expr:
        """The component of the softmax of logits along an index."""
        order = (*sorted(i for i in logits.free if i != index), index)
        return self.named(softmax(self.named(logits, "z", order=order), index), "p", is_value=True, order=order)

    def named(self, term: Expr, letter: str, is_value: bool = False, order: tuple[Index, ...] = ()) -> Expr:
        """The term as a component of a quantity, unless it is one."""
        if isinstance(term, Component):
            return term
        axes = order or _ordered(term)
        places = tuple(Index(f"key{k}", i.dim) for k, i in enumerate(axes))
        key = substitute(term, dict(zip(axes, map(value, places), strict=True)))
        if key not in self.known:
            name, tex = self.letters.mint(letter, len(axes))
            symbol = Symbol(name, tuple(i.dim for i in axes))
            self.known[key] = symbol
            self.definitions[symbol] = Definition(symbol, places, contract(key))
            self.names[symbol] = tex
            self.minted.add(symbol)
            self.values |= {symbol} if is_value else set()
        return component(self.known[key], *map(value, axes))


def _ordered(term: Expr) -> tuple[Index, ...]:
    """The free indices as axes; of two, in the order that writes the array with fewer transposes."""
    axes = tuple(sorted(term.free))
    if len(axes) != 2:
        return axes
    return min((axes, axes[::-1]), key=lambda order: _transposes(term, order))


def _transposes(term: Expr, axes: tuple[Index, ...]) -> int:
    try:
        return sum(a.op == "transpose" for a in arrays_in(matrix_form(contract(term), axes)))
    except NoMatrixForm:
        return 0
