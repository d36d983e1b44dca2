"""Derivatives that are no gradients of a loss: of vectors, of entries by entries, of functions that nobody defines.

They are written as they are after they have been carried out, the values of functions under their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from chainrule.calculus import NoMatrixForm, contract, derivative, matrix_form, resolve
from chainrule.check.comparison.exact import term_of
from chainrule.check.comparison.lines import Variant
from chainrule.derive.cancel import cancelled, collected
from chainrule.derive.cases import in_case
from chainrule.derive.sheets import functions_of, is_value, known, name_of
from chainrule.derive.through import through_values
from chainrule.expr import Component, Definition, Definitions, Expr, Index, Indicator, Symbol
from chainrule.sheet.records.statements import Equation
from chainrule.solve.forms.cases import case_of
from chainrule.solve.forms.components import in_components
from chainrule.solve.forms.rows import in_rows
from chainrule.solve.forms.samples import as_sum, at_samples
from chainrule.solve.forms.wholes import by_kind
from chainrule.solve.forms.writing import Way, letters_of, with_sizes, written_without_ours
from chainrule.write.array_tex import to_tex
from chainrule.write.derivation import Line
from chainrule.write.term_tex import TermWriter


def _through_its_values(variant: Variant, term: Expr, definitions: Definitions) -> Expr:
    r"""`p_j (\delta_{jk} - p_k)`: the values of functions under their names, where the sheet has names for them."""
    instances = variant.universe.instances
    resolved = (
        Definition(s, d.indices, contract(resolve(d.body, definitions)))
        for s, d in list(definitions.items())  # resolving a sum over steps enters more of them
        if s in instances
    )
    values = [d for d in resolved if is_value(d.body) and d.body.symbols <= term.symbols]
    return collected(cancelled(through_values(term, values))) if values else term


def of_entries(variant: Variant, asked: Equation, top: Equation, variable: Equation, tex: str) -> Iterator[Way]:
    """The derivative of one entry by another, known functions of the sheet taken as such."""
    if {top.position, variable.position} & variant.failed.keys():
        return
    definitions = variant.universe.definitions
    (body, axes), (by, others) = (term_of(variant, variant.typed[e.position][1]) for e in (top, variable))
    if axes or not isinstance(by, Component) or (isinstance(body, Component) and not body.indices):
        return
    table = Definitions(
        Definition(s, definitions[s].indices, known(contract(resolve(definitions[s].body, definitions))))
        for s in definitions.ordered(sorted(body.symbols))
        if s in definitions
    )
    if all(table[s].body is definitions[s].body for s in table):
        return
    term = resolve(derivative(body, by, table), table)
    yield from _written(variant, term, others, table, tex, case_of(variant, asked))


def carried_out(variant: Variant, asked: Equation, tex: str) -> Iterator[Way]:
    """The derivative as a term, over whole arrays and in components."""
    if asked.position in variant.failed:
        return
    term, axes = term_of(variant, variant.typed[asked.position][1])
    yield from _written(variant, term, axes, variant.universe.definitions, tex, case_of(variant, asked))


def _written(
    variant: Variant, term: Expr, axes: list[Index], definitions: Definitions, tex: str, case: Indicator | None
) -> Iterator[Way]:
    whole = cancelled(contract(written_without_ours(variant, term, definitions)))
    term = contract(by_kind(_through_its_values(variant, whole, definitions), variant))
    term = term if case is None else collected(in_case(term, case))
    names = {s: name_of(variant.universe, s) for s in term.symbols} | functions_of(variant.universe)
    free = sorted((i for i in term.axes if i not in axes), key=lambda i: i.name)
    letters: dict[Index, str] = {i: i.name for i in free}
    if not free:
        yield from over_arrays(variant, term, tuple(axes), names, tex)
        yield from in_rows(variant, term, axes, free, names, tex)
    elif axes:
        yield from at_samples(variant, term, free, tuple(axes), tex)
        yield from in_rows(variant, term, axes, free, names, tex)
    else:
        try:
            right = TermWriter(names, letters_of(variant, list(letters.values()), names)).write(term, letters)
            yield Way((), with_sizes(variant, Line("result", tex, right)))
        except (NoMatrixForm, KeyError, StopIteration):
            pass


def over_arrays(
    variant: Variant, term: Expr, axes: tuple[Index, ...], names: Mapping[Symbol, str], tex: str
) -> Iterator[Way]:
    """A term over whole arrays, as a sum over samples where the sheet speaks of one sample; a number in components."""
    yield from (Way((), line) for line in in_components(variant, term, axes, names, tex))
    yield from as_sum(variant, term, axes, tex)
    with suppress(NoMatrixForm, KeyError):
        yield Way((), with_sizes(variant, Line("result", tex, to_tex(matrix_form(term, axes), names))))
    try:
        right = "" if axes else TermWriter(names, letters_of(variant, [], names)).write(term, {})
    except (NoMatrixForm, KeyError, StopIteration):
        return
    if right:
        yield Way((), with_sizes(variant, Line("result", tex, right)))
