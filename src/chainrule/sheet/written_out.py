"""Ways to write that a whole document keeps to, written out before anything is read of its formulas.

Each row of `CONVENTIONS` looks for one of them in the document, and says how a formula is written in the usual way.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from chainrule.read.tree import Node
from chainrule.sheet.bare_functions import applied_to, with_arguments
from chainrule.sheet.bare_slopes import slopes_at, with_slopes
from chainrule.sheet.component_functions import by_components, with_component_names
from chainrule.sheet.digits_in_names import names_with_digits, with_whole_names
from chainrule.sheet.entries_beside_a_vector import wholes_of_entries, with_entries_of
from chainrule.sheet.index_letters import sums_are_implied
from chainrule.sheet.integrals import integrated, with_sums
from chainrule.sheet.mean_counts import counts_of, with_counts
from chainrule.sheet.of_functions import at_their_argument, functions_of_formulas
from chainrule.sheet.parametrised import parametrised, with_parameters
from chainrule.sheet.sample_marks import left_out, with_marks
from chainrule.sheet.sizes_below import has_sizes, without_sizes
from chainrule.sheet.spelled_words import with_words, words_of
from chainrule.sheet.transposed_calls import called_plainly, with_transposed_values
from chainrule.sheet.transposing_primes import transposing, with_transposes
from chainrule.sheet.two_kinds_of_rows import samples_apart, with_samples_apart
from chainrule.sheet.upper_indices import indices_above, with_indices_below
from chainrule.sheet.values_as_names import values_differentiated_by, with_values_named

Change = Callable[[Node], Node]


def written_out(formulas: list[Node], words: str) -> tuple[Change, ...]:
    """How the formulas of a document are written in the usual way, one convention after the other."""
    found: list[Change] = []
    for convention in CONVENTIONS:
        change = convention(formulas, words)
        if change is not None:
            found.append(change)
            formulas = [change(node) for node in formulas]
    return tuple(found)


def changed(node: Node, changes: tuple[Change, ...]) -> Node:
    """A formula with the conventions of its document written out."""
    for change in changes:
        node = change(node)
    return node


def _digits(formulas: list[Node], _words: str) -> Change | None:
    names = names_with_digits(formulas)
    return partial(with_whole_names, names=names) if names else None


def _words(formulas: list[Node], _words: str) -> Change | None:
    words = words_of(formulas)
    return partial(with_words, words=words) if words else None


def _sizes(formulas: list[Node], _words: str) -> Change | None:
    return without_sizes if has_sizes(formulas) else None


def _entries(formulas: list[Node], _words: str) -> Change | None:
    wholes = wholes_of_entries(formulas)
    return partial(with_entries_of, wholes=wholes) if wholes else None


def _above(formulas: list[Node], words: str) -> Change | None:
    letters = indices_above(formulas, sums_are_implied(words))
    return partial(with_indices_below, letters=letters) if letters else None


def _parameters(formulas: list[Node], _words: str) -> Change | None:
    stems = parametrised(formulas)
    return partial(with_parameters, stems=stems) if stems else None


def _transposes(formulas: list[Node], words: str) -> Change | None:
    functions = transposing(formulas, words)
    return None if functions is None else partial(with_transposes, functions=functions)


def _transposed_calls(formulas: list[Node], _words: str) -> Change | None:
    calls = called_plainly(formulas)
    return partial(with_transposed_values, calls=calls) if calls else None


def _values(formulas: list[Node], _words: str) -> Change | None:
    values = values_differentiated_by(formulas)
    return partial(with_values_named, values=values) if values else None


def _components(formulas: list[Node], _words: str) -> Change | None:
    functions = by_components(formulas)
    return partial(with_component_names, functions=functions) if functions else None


def _arguments(formulas: list[Node], _words: str) -> Change | None:
    calls = applied_to(formulas)
    return partial(with_arguments, calls=calls) if calls else None


def _of_functions(formulas: list[Node], _words: str) -> Change | None:
    at = functions_of_formulas(formulas)
    return partial(at_their_argument, at=at) if at else None


def _slopes(formulas: list[Node], _words: str) -> Change | None:
    at = slopes_at(formulas)
    return partial(with_slopes, at=at) if at else None


def _samples(formulas: list[Node], _words: str) -> Change | None:
    marks = left_out(formulas)
    return partial(with_marks, marks=marks) if marks else None


def _counts(formulas: list[Node], _words: str) -> Change | None:
    counts = counts_of(formulas)
    return partial(with_counts, counts=counts) if counts else None


def _apart(formulas: list[Node], _words: str) -> Change | None:
    letters = samples_apart(formulas)
    return partial(with_samples_apart, letters=letters) if letters else None


def _integrals(formulas: list[Node], _words: str) -> Change | None:
    letters = integrated(formulas)
    return partial(with_sums, letters=letters) if letters else None


CONVENTIONS: tuple[Callable[[list[Node], str], Change | None], ...] = (
    _digits,
    _words,
    _sizes,
    _above,
    _entries,
    _parameters,
    _transposes,
    _transposed_calls,
    _values,
    _components,
    _arguments,
    _of_functions,
    _slopes,
    _samples,
    _counts,
    _apart,
    _integrals,
)
