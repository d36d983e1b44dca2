"""The rules of differentiation, one named row each.

`d` is the derivative by the component t[τ] of the target symbol; a rule builds the derivative of a node from the
derivatives of its children. Where a derivative jumps, these conventions hold (see `chainrule.expr.functions`):

* relu'(0) = 0, sign(0) = 0, d|x| = sign(x) dx;
* max(a, b) of two terms: at a tie the derivative belongs to the first argument (numbers come first: max(0, x) is
  relu), and the maximum over an index belongs to the first place that attains it; min likewise;
* conditions, indicators, floor and index terms are piecewise constant: their derivative is 0, also at a jump.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from chainrule.expr.bound_names import fresh
from chainrule.expr.functions import BY_NAME
from chainrule.expr.index import Index, Symbol
from chainrule.expr.making import value
from chainrule.expr.nodes import (
    Add,
    Apply,
    Component,
    Const,
    Determinant,
    Expr,
    IndexValue,
    Indicator,
    Inverse,
    Mul,
    Piecewise,
    Power,
    Reduce,
    Unknown,
)
from chainrule.expr.substitution import substitute
from chainrule.expr.terms import (
    MINUS_ONE,
    ONE,
    ZERO,
    add,
    apply,
    component,
    delta,
    indicator,
    inverse,
    mul,
    piecewise,
    power,
    reduce,
    sub,
    total,
    unknown,
)
from chainrule.expr.walks import factors_in, terms_in, walk

Changes = Callable[[Expr], bool]
Passed = list[tuple[Expr, tuple[Expr, ...]]]
"""The children of a node that change, each with the factors of its change in that of the node."""


class Differential(Protocol):
    """What a rule may ask for: the derivatives of children, the target, and derivatives of defined symbols."""

    target: Symbol
    slots: tuple[Index, ...]

    def __call__(self, child: Expr) -> Expr:
        """The derivative of a child; 0 where it does not depend on the target."""

    def changes(self, child: Expr) -> bool:
        """Whether the derivative of a child is different from 0."""

    def symbol(self, p: Symbol) -> Symbol:
        """The symbol whose components [indices of p, indices of t] are the derivatives of p by t."""


@dataclass(frozen=True)
class Rule:
    """A row: the name, the node it is for, when it applies, what it says, and either how the change of the node is made
    of those of its children (`passes`) or how its derivative is built."""

    name: str
    kind: type[Expr]
    condition: str
    sentence: str
    passes: Callable[[Any, Changes], Passed] | None = None
    when: Callable[[Any, Changes], bool] | None = None
    built: Callable[[Any, Differential], Expr] | None = None

    def build(self, node: Expr, d: Differential) -> Expr:
        """The derivative of a node."""
        if self.built is not None:
            return self.built(node, d)
        assert self.passes is not None
        found = add(*(mul(d(child), *factors) for child, factors in self.passes(node, d.changes)))
        for index in reversed(opened(node)):
            found = total(index, found)
        return found


def opened(node: Expr) -> tuple[Index, ...]:
    """The bound indices of a node whose change is a sum over them of what comes from its body.

    They go by their own names: what is bound further out has other ones (see `chainrule.expr.terms`)."""
    return node.scopes[0][0] if node.BINDS else ()


def of_component(node: Component, d: Differential) -> Expr:
    """d t[i] / d t[τ] = [i = τ], a product over the axes; d p[i] / d t[τ] = (dp/dt)[i, τ] of a defined p."""
    if node.symbol != d.target:
        return component(d.symbol(node.symbol), *node.indices, *d.slots)
    return mul(*(delta(term, value(slot)) for term, slot in zip(node.indices, d.slots, strict=True)))


def of_terms(node: Add, changes: Changes) -> Passed:
    """d(f + g) = df + dg."""
    return [(term, ()) for term in node.terms if changes(term)]


def of_product(node: Mul, changes: Changes) -> Passed:
    """d(f g) = df g + f dg."""
    parts = node.factors
    return [(f, parts[:k] + parts[k + 1 :]) for k, f in enumerate(parts) if changes(f)]


def of_power(node: Power, changes: Changes) -> Passed:
    """d(u^c) = c u^(c-1) du."""
    return [(node.base, (node.exponent, power(node.base, sub(node.exponent, ONE))))]


def of_exponential(node: Power, changes: Changes) -> Passed:
    """d(u^v) = u^v (dv log u + v du / u)."""
    base, exponent = node.base, node.exponent
    through_base = [(base, (node, exponent, power(base, MINUS_ONE)))] if changes(base) else []
    return [(exponent, (node, apply("log", base))), *through_base]


def of_function(node: Apply, changes: Changes) -> Passed:
    """d f(u, v) = f_1(u, v) du + f_2(u, v) dv."""
    partials = BY_NAME[node.name].partials
    return [(u, (p(*node.args),)) for p, u in zip(partials, node.args, strict=True) if changes(u)]


def of_log_abs(node: Apply, changes: Changes) -> Passed:
    """d log|u| = du / u."""
    (inner,) = node.args[0].children
    return [(inner, (power(inner, MINUS_ONE),))]


def of_log_multiple(node: Apply, changes: Changes) -> Passed:
    """d log(c u) = du / u."""
    _, inner = node.args[0].children
    return [(inner, (power(inner, MINUS_ONE),))]


def of_sum(node: Reduce, changes: Changes) -> Passed:
    """d sum_i f_i = sum_i df_i."""
    return [(node.body, ())]


def of_prod(node: Reduce, changes: Changes) -> Passed:
    """d prod_i f_i = sum_i df_i prod_j [j = i: 1, else f_j], right at zeros too."""
    other = fresh(node.index.dim, node.body, value(node.index))
    body = substitute(node.body, {node.index: value(other)})
    return [(node.body, (reduce("prod", other, piecewise([(delta(value(other), value(node.index)), ONE)], body)),))]


def of_extreme(node: Reduce, changes: Changes) -> Passed:
    """d max_i f_i = sum_i [i = argmax f] df_i."""
    place = reduce(f"arg{node.op}", node.index, node.body)
    return [(node.body, (delta(value(node.index), place),))]


NOT = {"<": ">=", "<=": ">", "==": "!=", "!=": "=="}


def of_piecewise(node: Piecewise, d: Differential) -> Expr:
    """Case by case; what all cases are multiplied with stands before them, but for what is only read where its index
    is in range: `[k <= n] h_k`."""
    items = [*(d(item) for _, item in node.cases), d(node.otherwise)]
    terms = [t for item in items if item is not ZERO for t in terms_in(item)]
    shared = [f for f in factors_in(terms[0]) if all(f in factors_in(t) for t in terms[1:])] if terms else []
    conditions = [condition for condition, _ in node.cases]
    guarded = {i for condition in conditions for i in _in_range(condition)}
    shared = [f for f in dict.fromkeys(shared) if not isinstance(f, Const) and not guarded & f.free]
    *cases, otherwise = [_divided(item, shared) for item in items]
    if not guarded and len(cases) == 1 and isinstance(test := conditions[0], Indicator):
        if otherwise is ZERO:
            return mul(*shared, test, cases[0])
        if cases[0] is ZERO:
            return mul(*shared, indicator(NOT[test.rel], test.a, test.b), otherwise)
    return mul(*shared, piecewise(list(zip(conditions, cases, strict=True)), otherwise))


def _in_range(condition: Expr) -> Iterator[Index]:
    """The indices that a condition keeps within bounds: `[k <= n]`."""
    for term in walk(condition):
        if isinstance(term, Indicator) and term.rel in ("<", "<=") and not term.symbols:
            yield from term.free


def _divided(item: Expr, shared: list[Expr]) -> Expr:
    """The item without factors that all its terms have."""
    if item is ZERO:
        return item
    terms = terms_in(item)
    left = []
    for term in terms:
        rest = list(factors_in(term))
        for f in shared:
            rest.remove(f)
        left.append(mul(*rest))
    return add(*left)


def of_inverse(node: Inverse, changes: Changes) -> Passed:
    """d(M^-1)[i, j] = - sum_ab M^-1[i, a] dM[a, b] M^-1[b, j]."""
    left = inverse(node.body, node.row, node.col, node.i, value(node.row))
    right = inverse(node.body, node.row, node.col, value(node.col), node.j)
    return [(node.body, (MINUS_ONE, left, right))]


def of_determinant(node: Determinant, changes: Changes) -> Passed:
    """d det M = det M sum_ab M^-1[b, a] dM[a, b]."""
    return [(node.body, (node, inverse(node.body, node.row, node.col, value(node.col), value(node.row))))]


def of_unknown(node: Unknown, d: Differential) -> Expr:
    """d F(u, v) = sum over the entries e of every argument of F_e du_e."""
    return add(*(_by_argument(node, k, d(body)) for k, (_, body) in enumerate(node.args) if d(body) is not ZERO))


def _by_argument(node: Unknown, k: int, change: Expr) -> Expr:
    bound, names = node.args[k][0], list[Index]()
    for index in bound:
        names.append(fresh(index.dim, node, change, *map(value, names)))
    change = substitute(change, {i: value(j) for i, j in zip(bound, names, strict=True)})
    summand = mul(unknown(node.name, node.args, (*node.slots, (k, tuple(map(value, names))))), change)
    for name in names:
        summand = total(name, summand)
    return summand


def nothing(node: Expr, changes: Changes) -> Passed:
    """0."""
    return []


def has_op(*ops: str) -> Callable[[Reduce, Changes], bool]:
    """Whether the reduction is one of these."""
    return lambda node, changes: node.op in ops


def fixed_exponent(node: Power, changes: Changes) -> bool:
    """Whether the exponent does not depend on the target."""
    return not changes(node.exponent)


def is_log_abs(node: Apply, changes: Changes) -> bool:
    """log of an absolute value."""
    return node.name == "log" and isinstance(node.args[0], Apply) and node.args[0].name == "abs"


def is_log_multiple(node: Apply, changes: Changes) -> bool:
    """log of a number times one other factor."""
    factors = node.args[0].children
    return node.name == "log" and type(node.args[0]) is Mul and len(factors) == 2 and type(factors[0]) is Const


# fmt: off
RULES: tuple[Rule, ...] = (
    Rule("constant", Const, "", "a constant does not change", nothing),
    Rule("index", IndexValue, "", "an index is a whole number and does not change", nothing),
    Rule("component", Component, "", "a component of the target changes with itself alone, a defined one as its"
         " definition does", built=of_component),
    Rule("sum", Add, "", "the derivative of a sum is the sum of the derivatives", of_terms),
    Rule("product", Mul, "", "each factor changes in turn", of_product),
    Rule("power", Power, "the exponent does not change", "the derivative of u^c is c u^(c-1) u'",
         of_power, fixed_exponent),
    Rule("exponential", Power, "u > 0", "the derivative of u^v is u^v (v' log u + v u' / u)", of_exponential),
    Rule("log-abs", Apply, "u != 0", "the derivative of log|u| is u' / u", of_log_abs, is_log_abs),
    Rule("log-multiple", Apply, "u != 0", "a number falls away: the derivative of log(c u) is u' / u",
         of_log_multiple, is_log_multiple),
    Rule("function", Apply, "", "the chain rule: the function's derivative times the argument's", of_function),
    Rule("sum-over-index", Reduce, "op is sum", "the derivative goes under the sum", of_sum, has_op("sum")),
    Rule("product-over-index", Reduce, "op is prod", "each factor changes in turn", of_prod, has_op("prod")),
    Rule("extreme", Reduce, "op is max or min; no tie", "only the largest (smallest) term counts",
         of_extreme, has_op("max", "min")),
    Rule("place", Reduce, "op is argmax or argmin", "a place is a whole number and does not change",
         nothing, has_op("argmax", "argmin")),
    Rule("cases", Piecewise, "not on a border", "conditions do not change; each case has its derivative",
         built=of_piecewise),
    Rule("indicator", Indicator, "not on a border", "an indicator is constant on either side", nothing),
    Rule("inverse", Inverse, "M is invertible", "the derivative of M^-1 is -M^-1 M' M^-1", of_inverse),
    Rule("determinant", Determinant, "M is invertible", "the derivative of det M is det M tr(M^-1 M')", of_determinant),
    Rule("unknown", Unknown, "F is smooth", "the chain rule over every entry of every argument", built=of_unknown),
)
# fmt: on
_BY_KIND: dict[type[Expr], list[Rule]] = {}
for _rule in RULES:
    _BY_KIND.setdefault(_rule.kind, []).append(_rule)


def rule_for(node: Expr, changes: Changes) -> Rule:
    """The first row that applies."""
    for rule in _BY_KIND.get(type(node), ()):
        if rule.when is None or rule.when(node, changes):
            return rule
    raise TypeError(f"no rule differentiates a {type(node).__name__}")
