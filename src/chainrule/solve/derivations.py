"""A derivative of a sheet as a derivation: the chain rule over the sheet's own quantities, in its own names.

Where the loss is a scalar and the variable a quantity of the sheet, the steps are those that `derive` writes. Any other
derivative (of a vector, of a function nobody defines) is written as it is after it has been carried out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from chainrule.calculus import NoMatrixForm, contract
from chainrule.check.comparison.exact import term_of
from chainrule.check.comparison.lines import Variant
from chainrule.derive.cancel import cancelled, collected, merged
from chainrule.derive.cases import in_case
from chainrule.derive.gradient import Derivation, expanded, first_order, second_order
from chainrule.derive.gradient import written as written_out
from chainrule.derive.recheck import Unsure, recheck
from chainrule.derive.record import Answer
from chainrule.derive.through import through_values
from chainrule.expr import (
    Component,
    Definition,
    Expr,
    ExprError,
    IndexValue,
)
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import Equation
from chainrule.solve.forms.cases import case_of
from chainrule.solve.forms.components import in_components
from chainrule.solve.forms.entries import carried_out, of_entries, over_arrays
from chainrule.solve.forms.samples import over_samples
from chainrule.solve.forms.wholes import by_kind
from chainrule.solve.forms.writing import Way, letters_of, with_sizes
from chainrule.solve.problems import problem_of
from chainrule.write.derivation import Form, Page, View

FORMS: tuple[Form, Form] = ("matrix", "index")
LONGEST = 600
"""A result of more characters is not written."""


def ways(
    variant: Variant, asked: Equation, tex: str, loss: Equation | None, variable: Equation | None, order: int = 1
) -> Iterator[Way]:
    """Ways to answer what a derivative is, the best first."""
    if asked.position not in variant.failed and asked.conditions and case_of(variant, asked) is None:
        return
    if variable is not None and order == 1 and _is_row(variant, asked, variable):
        yield from carried_out(variant, asked, tex)  # a vector, before its entries
    if loss is not None and variable is not None and order == 2:
        yield from _second(variant, loss, variable, tex)
    elif loss is not None and variable is not None:
        yield from _derived(variant, asked, loss, variable, tex)
        yield from of_entries(variant, asked, loss, variable, tex)
    yield from carried_out(variant, asked, tex)


def _derived(variant: Variant, asked: Equation, loss: Equation, variable: Equation, tex: str) -> Iterator[Way]:
    if {loss.position, variable.position} & variant.failed.keys():
        return
    try:
        problem, target = problem_of(variant, loss, variable)
        (found,) = first_order(problem, [target])
        recheck(found)
    except (Untyped, Unsure, ExprError, ArithmeticError, KeyError, StopIteration, RecursionError, ValueError):
        return
    answer = Answer(loss.text(loss.lhs) if loss.spelled is None else loss.spelled[0], "", problem, (found,))
    free = _letters_asked(variant, variable)
    _sum_to_one(variant, found, collected if free else _as_it_is)
    _to_case(variant, found, asked, variable)
    if not free:
        yield from _in_components(variant, answer, found, tex)
    yield from over_samples(variant, found, tex)
    letters = letters_of(variant, free, problem.names)
    for form in FORMS if not free else reversed(FORMS):
        yield from _pages(variant, answer, found, View("full", form, letters=letters), tex, bool(free))


def _second(variant: Variant, loss: Equation, variable: Equation, tex: str) -> Iterator[Way]:
    """A Hessian, values of functions under their names."""
    if {loss.position, variable.position} & variant.failed.keys():
        return
    try:
        problem, target = problem_of(variant, loss, variable)
        found = second_order(problem, target)
        recheck(found)
    except (Untyped, Unsure, ExprError, ArithmeticError, KeyError, StopIteration, RecursionError, ValueError):
        return
    w = found.result
    values = [
        Definition(s, problem.definitions[s].indices, expanded(problem.definitions[s].body, problem))
        for s in problem.named
        if s in problem.values
    ]
    term = merged(contract(cancelled(by_kind(through_values(w.term, values), variant))))
    yield from over_arrays(variant, term, w.indices, problem.names, tex)


def _letters_asked(variant: Variant, variable: Equation) -> list[str]:
    """The letters of the variable in `\\frac{\\partial L}{\\partial W_{ij}}`."""
    frame, left, _ = variant.typed[variable.position]
    target = term_of(variant, left)[0] if frame.free else None
    places = target.indices if isinstance(target, Component) else ()
    return [i.index.name for i in places if isinstance(i, IndexValue) and i.index.name in frame.free]


def _is_row(variant: Variant, asked: Equation, variable: Equation) -> bool:
    r"""Whether a vector of many is asked for, `\frac{\partial J}{\partial \mu_k}`."""
    if {asked.position, variable.position} & variant.failed.keys():
        return False
    return len(term_of(variant, variant.typed[asked.position][1])[1]) == 1 and bool(_letters_asked(variant, variable))


def _to_case(variant: Variant, found: Derivation, asked: Equation, variable: Equation) -> None:
    """Put the result into the case that is asked for."""
    case, w = case_of(variant, asked), found.result
    if case is not None:
        target = term_of(variant, variant.typed[variable.position][1])[0]
        places = target.indices if isinstance(target, Component) else ()
        letters = {t.index.name: i for t, i in zip(places, w.indices, strict=False) if isinstance(t, IndexValue)}
        found.result = written_out(w.symbol, w.indices, collected(in_case(w.term, case, letters)))
        found.steps[-1] = replace(found.steps[-1], right=found.result)


def _as_it_is(term: Expr) -> Expr:
    return term


def _sum_to_one(variant: Variant, found: Derivation, shorten: Callable[[Expr], Expr]) -> None:
    """Put 1 for the sums over distributions and one-hot vectors, and shorten what is left."""
    for k, step in enumerate(found.steps):
        w = step.right
        found.steps[k] = replace(
            step,
            right=written_out(
                w.symbol,
                w.indices,
                shorten(contract(by_kind(w.term, variant))),
            ),
        )
    found.result = found.steps[-1].right


def _in_components(variant: Variant, answer: Answer, found: Derivation, tex: str) -> Iterator[Way]:
    """The steps, and the result with all entries written out, where it singles out some."""
    w = found.result
    for line in in_components(variant, w.term, w.indices, answer.problem.names, tex):
        try:
            steps = list(Page(answer, found, View("full", "matrix")).steps())
        except (KeyError, NoMatrixForm, StopIteration):
            return
        before = tuple(with_sizes(variant, x) for x in steps[:-1] if x.left != x.right)
        yield Way(before, replace(line, why=steps[-1].why))


def _pages(variant: Variant, answer: Answer, found: Derivation, view: View, tex: str, lettered: bool) -> Iterator[Way]:
    page = Page(answer, found, view)
    try:
        lines = [with_sizes(variant, line) for line in page.steps()]
    except (KeyError, NoMatrixForm, StopIteration):
        return
    *steps, result = [line for k, line in enumerate(lines) if line.left != line.right or k == len(lines) - 1]
    named = replace(result, left=tex) if lettered or view.form == "matrix" or not found.result.indices else result
    if all(len(line.tex) < LONGEST for line in lines):
        yield Way(tuple(steps), named)
        yield Way(tuple(steps), result)
