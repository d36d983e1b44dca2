"""A derivative of a sheet as a derivation: the chain rule over the sheet's own quantities, in its own names.

Where the loss is a scalar and the variable a quantity of the sheet, the steps are those that `derive` writes. Any other
derivative (of a vector, of a function nobody defines) is written as it is after it has been carried out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from chainrule.calculus import NoMatrixForm, contract, matrix_form, resolve
from chainrule.check.exact import term_of
from chainrule.check.lines import Variant
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
    Const,
    Definition,
    Definitions,
    Expr,
    ExprError,
    Index,
    IndexValue,
    Mul,
    Power,
    Reduce,
    Symbol,
    apply,
    component,
    const,
    mul,
    substitute,
    total,
    value,
    walk,
)
from chainrule.sheet.shapes import Untyped
from chainrule.sheet.statements import Equation
from chainrule.sheet.world import Universe
from chainrule.solve.samples import over_samples
from chainrule.solve.writing import Way, functions_of, name_of, with_sizes, written_without_ours
from chainrule.write.array_tex import to_tex
from chainrule.write.derivation import Line, Page, View
from chainrule.write.term_tex import TermWriter

VALUES = frozenset({"sigmoid", "tanh", "exp", "relu", "softplus", "sqrt"})
LONGEST = 600
"""A result of more characters is not written."""


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
    yield from over_samples(variant, found, tex)
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
        lines = [with_sizes(variant, line) for line in page.steps()]
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
    if variant.universe.world.pooled:
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
    bodies = {s: substitute(contract(resolve(definitions[s].body, definitions)), out) for s in made}
    table = Definitions(Definition(s, definitions[s].indices, _as_logistic(b) or b) for s, b in bodies.items())
    top = substitute(top, out)
    if isinstance(top, Component) and not top.indices and top.symbol in table:
        top = table[top.symbol].body
    reached = set(table.ordered(sorted(top.symbols)))
    named = [s for s in made if s in reached]
    values = {s for s in named if _is_value(table[s].body)}
    return Problem(top, inputs, table, named, values, names), by


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


# -------------------------------------------------------------------------------------------------- carried out


def _carried_out(variant: Variant, asked: Equation, tex: str) -> Iterator[Way]:
    """The derivative as a term, over whole arrays and in components."""
    if asked.position in variant.failed:
        return
    term, axes = term_of(variant, variant.typed[asked.position][1])
    term = cancelled(contract(written_without_ours(variant, term)))
    names = {s: name_of(variant.universe, s) for s in term.symbols} | functions_of(variant.universe)
    free = sorted((i for i in term.axes if i not in axes), key=lambda i: i.name)
    if not free:
        try:
            right = to_tex(matrix_form(term, tuple(axes)), names)
            yield Way((), with_sizes(variant, Line("result", tex, right)))
        except (NoMatrixForm, KeyError):
            pass
    letters: dict[Index, str] = {i: i.name for i in free}
    if not axes:
        try:
            right = TermWriter(names).write(term, letters)
            yield Way((), with_sizes(variant, Line("result", tex, right)))
        except (NoMatrixForm, KeyError, StopIteration):
            pass
