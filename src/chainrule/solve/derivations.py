"""A derivative of a sheet as a derivation: the chain rule over the sheet's own quantities, in its own names.

Where the loss is a scalar and the variable a quantity of the sheet, the steps are those that `derive` writes. Any other
derivative (of a vector, of a function nobody defines) is written as it is after it has been carried out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from chainrule.calculus import NoMatrixForm, contract, matrix_form, resolve
from chainrule.check.exact import term_of
from chainrule.check.lines import Variant
from chainrule.check.writing import base_of, written
from chainrule.derive.build import Problem
from chainrule.derive.cancel import cancelled
from chainrule.derive.gradient import Derivation, first_order
from chainrule.derive.gradient import written as written_out
from chainrule.derive.recheck import Unsure, recheck
from chainrule.derive.record import Answer
from chainrule.expr import (
    Add,
    Apply,
    Component,
    Definition,
    Definitions,
    Expr,
    ExprError,
    Index,
    Mul,
    Power,
    Reduce,
    Symbol,
    apply,
    component,
    const,
    mul,
    substitute,
    value,
    walk,
)
from chainrule.sheet.shapes import Untyped
from chainrule.sheet.statements import Equation
from chainrule.sheet.world import Universe
from chainrule.write.array_tex import to_tex
from chainrule.write.derivation import Line, Page, View
from chainrule.write.term_tex import TermWriter

VALUES = frozenset({"sigmoid", "tanh", "exp", "relu", "softplus", "sqrt"})
LONGEST = 600
"""A result of more characters is not written."""


@dataclass(frozen=True)
class Way:
    """One way to write an answer: lines before the result, and the result."""

    steps: tuple[Line, ...]
    result: Line


def ways(
    variant: Variant, asked: Equation, tex: str, loss: Equation | None, variable: Equation | None
) -> Iterator[Way]:
    """Ways to answer what a derivative is, the best first."""
    if loss is not None and variable is not None:
        yield from _derived(variant, loss, variable, tex)
    yield from _carried_out(variant, asked, tex)


# -------------------------------------------------------------------------------------------------- with steps


def _derived(variant: Variant, loss: Equation, variable: Equation, tex: str) -> Iterator[Way]:
    if {loss.position, variable.position} & variant.failed.keys():
        return
    try:
        problem, target = _problem(variant, loss, variable)
        (found,) = first_order(problem, [target])
        recheck(found)
    except (Untyped, Unsure, ExprError, ArithmeticError, KeyError, StopIteration, RecursionError, ValueError):
        return
    answer = Answer(loss.text(loss.lhs) if loss.spelled is None else loss.spelled[0], "", problem, (found,))
    _sum_to_one(variant, found)
    yield from _over_samples(variant, found, tex)
    component_asked = bool(variant.typed[variable.position][0].free)
    for form in ("index", "matrix") if component_asked else ("matrix", "index"):
        yield from _pages(variant, answer, found, View("full", form), tex)


def _sum_to_one(variant: Variant, found: Derivation) -> None:
    """Put 1 for the sums over distributions and one-hot vectors."""
    universe = variant.universe

    def one(term: Expr) -> Expr:
        done: dict[Expr, Expr] = {}
        for node in walk(term):
            scopes = [(bound, done[inner]) for bound, inner in node.scopes]
            changed = any(a is not b for (_, a), (_, b) in zip(scopes, node.scopes, strict=True))
            new = node.with_scopes(scopes) if changed else node
            done[node] = const(1) if _is_whole(new, universe) else new
        return done[term]

    for k, step in enumerate(found.steps):
        w = step.right
        found.steps[k] = replace(step, right=written_out(w.symbol, w.indices, contract(one(w.term))))
    found.result = found.steps[-1].right


def _is_whole(node: Expr, universe: Universe) -> bool:
    body = node.body if isinstance(node, Reduce) and node.op == "sum" else None
    if not isinstance(body, Component) or not isinstance(node, Reduce) or body.indices[-1:] != (value(node.index),):
        return False
    instance = universe.instances.get(body.symbol)
    return instance is not None and universe.world.family(instance.base).domain_kind in ("one-hot", "simplex")


def _pages(variant: Variant, answer: Answer, found: Derivation, view: View, tex: str) -> Iterator[Way]:
    page = Page(answer, found, view)
    try:
        lines = [_with_sizes(variant, line) for line in page.steps()]
    except (KeyError, NoMatrixForm, StopIteration):
        return
    *steps, result = lines
    named = replace(result, left=tex) if view.form == "matrix" or not found.result.indices else result
    if all(len(line.tex) < LONGEST for line in lines):
        yield Way(tuple(steps), named)
        yield Way(tuple(steps), result)


def _problem(variant: Variant, loss: Equation, variable: Equation) -> tuple[Problem, Symbol]:
    """The loss and what lies between it and the variable, as `derive` wants them. Raises `Untyped`."""
    universe, definitions = variant.universe, variant.universe.definitions
    (top, axes), (target, _) = (term_of(variant, variant.typed[e.position][1]) for e in (loss, variable))
    if axes or top.free or not isinstance(target, Component) or len(set(target.indices)) != len(target.symbol.axes):
        raise Untyped("no scalar, or no whole quantity to derive by")
    table, named, inputs = Definitions(), list[Symbol](), dict[str, Symbol]()
    order = definitions.ordered(sorted(top.symbols))
    for symbol in order:
        made = symbol in definitions and symbol != target.symbol and bool(definitions[symbol].body.symbols)
        if made:
            whole = definitions[symbol]
            body = contract(resolve(whole.body, definitions))
            table.add(Definition(symbol, whole.indices, _as_logistic(body) or body))
            named.append(symbol)
        else:
            inputs[symbol.name] = symbol
    if target.symbol not in inputs.values():
        raise Untyped("the loss does not depend on it")
    if isinstance(top, Component) and not top.indices and top.symbol in table:
        top = table[top.symbol].body
        named = [s for s in named if table[s] is not None and s in _reach(top, table)]
    values = {s for s in named if _is_value(table[s].body)}
    names = {s: name_of(universe, s) for s in order}
    return Problem(top, inputs, table, named, values, names), target.symbol


def _is_value(body: Expr) -> bool:
    """Whether a quantity is the value of a function whose derivative is written through it; so is a softmax."""
    if isinstance(body, Apply):
        return body.name in VALUES
    factors = body.factors if isinstance(body, Mul) else ()
    sums = (f.base for f in factors if isinstance(f, Power) and isinstance(f.base, Reduce))
    raised = any(isinstance(f, Apply) and f.name == "exp" for f in factors)
    return raised and any(s.op == "sum" and isinstance(s.body, Apply) and s.body.name == "exp" for s in sums)


def _as_logistic(body: Expr) -> Expr | None:
    """`1 / (1 + e^{-z})` as sigmoid(z)."""
    if not isinstance(body, Power) or body.exponent is not const(-1) or not isinstance(body.base, Add):
        return None
    terms = [t for t in body.base.terms if t is not const(1)]
    if len(terms) != 1 or len(body.base.terms) != 2 or not isinstance(terms[0], Apply) or terms[0].name != "exp":
        return None
    return apply("sigmoid", mul(const(-1), terms[0].args[0]))


def _reach(top: Expr, table: Definitions) -> set[Symbol]:
    return set(table.ordered(sorted(top.symbols)))


def name_of(universe: Universe, symbol: Symbol) -> str:
    """A symbol in the TeX of the sheet, without the letters of its axes."""
    instance = universe.instances.get(symbol)
    if instance is None:
        return symbol.name
    if instance.labels:
        return written(universe, replace(instance, sampled=False))
    return base_of(universe, instance.base) + "'" * instance.primes


# -------------------------------------------------------------------------------------------------- sums over samples


def _over_samples(variant: Variant, found: Derivation, tex: str) -> Iterator[Way]:
    r"""`\sum_{i} (p_i - y_i) x_i`: a sum over samples, where the sheet speaks of one sample and never of all."""
    term, axes = found.result.term, found.result.indices
    of = {s: bar for bar, s in found.cotangents.items()}
    bars = {of[step.by]: step for step in found.steps[:-1] if step.by in of}
    while open_ones := [b for b in bars if b in term.symbols]:
        known = bars[open_ones[0]].right
        term = substitute(term, {open_ones[0]: Definition(open_ones[0], known.indices, known.term).at})
    term = cancelled(contract(term))
    front = [f for f in term.factors if not isinstance(f, Reduce)] if isinstance(term, Mul) else []
    sums = [f for f in term.factors if isinstance(f, Reduce)] if isinstance(term, Mul) else [term]
    if len(sums) != 1 or not isinstance(sums[0], Reduce) or sums[0].op != "sum" or any(f.free for f in front):
        return
    index, letters = sums[0].index, set[str]()
    names: dict[Symbol, str] = {s: name_of(variant.universe, s) for s in term.symbols}
    body = _of_one(variant, sums[0].body, index, names, letters)
    if index in body.free or len(letters) != 1:
        return
    try:
        inside = to_tex(matrix_form(body, tuple(axes)), names)
        before = TermWriter(names).write(mul(*front), {}) if front else ""
    except (NoMatrixForm, KeyError, StopIteration):
        return
    inside = rf"\left({inside}\right)" if isinstance(body, Add) else inside
    before = "-" if before == "-1" else before
    yield Way((), _with_sizes(variant, Line("result", tex, rf"{before} \sum_{{{letters.pop()}}} {inside}".strip())))


def _of_one(variant: Variant, body: Expr, index: Index, names: dict[Symbol, str], letters: set[str]) -> Expr:
    """The summand with `x_i` for the sample i of x; `letters` are those that the sheet gives to samples."""
    ones: dict[Symbol, Callable[..., Expr]] = {}
    for symbol in sorted(body.symbols):
        instance = variant.universe.instances.get(symbol)
        places = [t for t in walk(body) if isinstance(t, Component) and t.symbol == symbol]
        if not symbol.axes or not all(t.indices[0] is value(index) for t in places) or instance is None:
            continue
        name = written(variant.universe, replace(instance, sampled=True))
        found = re.search(r"_\{?([a-z])\}?", name)
        if found is None:
            continue
        letters.add(found[1])
        one = Symbol(f"{symbol.name} at one sample", symbol.axes[1:], symbol.kind)
        names[one] = name
        ones[symbol] = _without_first(one)
    return substitute(body, ones) if ones else body


def _without_first(one: Symbol) -> Callable[..., Expr]:
    return lambda *terms: component(one, *terms[1:])


# -------------------------------------------------------------------------------------------------- carried out


def _carried_out(variant: Variant, asked: Equation, tex: str) -> Iterator[Way]:
    """The derivative as a term, over whole arrays and in components."""
    if asked.position in variant.failed:
        return
    term, axes = term_of(variant, variant.typed[asked.position][1])
    term = cancelled(contract(_written_out(variant, term)))
    names = {s: name_of(variant.universe, s) for s in term.symbols}
    free = sorted((i for i in term.axes if i not in axes), key=lambda i: i.name)
    if not free:
        try:
            right = to_tex(matrix_form(term, tuple(axes)), names)
            yield Way((), _with_sizes(variant, Line("result", tex, right)))
        except (NoMatrixForm, KeyError):
            pass
    letters: dict[Index, str] = {i: i.name for i in free}
    if not axes:
        try:
            right = TermWriter(names).write(term, letters)
            yield Way((), _with_sizes(variant, Line("result", tex, right)))
        except (NoMatrixForm, KeyError, StopIteration):
            pass


def _written_out(variant: Variant, term: Expr) -> Expr:
    """The term without the derivatives that only have names of ours."""
    definitions, instances = variant.universe.definitions, variant.universe.instances
    while ours := sorted(s for s in term.symbols if s in definitions and s not in instances):
        term = substitute(term, {ours[0]: definitions[ours[0]].at})
    return term


def _with_sizes(variant: Variant, line: Line) -> Line:
    """Dimensions under the names that the sheet gives them."""
    dims = variant.universe.dims
    right = re.sub(r"[^\s{}\\]*[#:][^\s{}\\]*", lambda m: dims.shown(m[0]), line.right)
    return replace(line, right=right)
