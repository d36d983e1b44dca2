"""Ways to write that a whole document keeps to, written out before anything is read of its formulas.

Each row of `CONVENTIONS` looks for one of them in the document, and says how a formula is written in the usual way.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from chainrule.read.tree import Node
from chainrule.sheet.arrays.vectors_on_diagonals import vectors_on_diagonals, with_diagonals
from chainrule.sheet.derivatives.bare_functions import applied_to, with_arguments
from chainrule.sheet.derivatives.bare_slopes import slopes_at, with_slopes
from chainrule.sheet.derivatives.capitals_behind_d import capitals_behind_d, with_small_letters
from chainrule.sheet.derivatives.combined_functions import combined_functions, with_values
from chainrule.sheet.derivatives.of_functions import at_their_argument, functions_of_formulas
from chainrule.sheet.derivatives.values_as_names import values_differentiated_by, with_values_named
from chainrule.sheet.derivatives.variables_behind_nabla import variables_behind, with_variables_below
from chainrule.sheet.letters.index_letters import sums_are_implied
from chainrule.sheet.letters.indices_on_the_line import indices_on_the_line, with_indices
from chainrule.sheet.letters.labels_in_brackets import labels_in_brackets, with_labels_above
from chainrule.sheet.networks.arguments_left_out import time_of_everything, without_time
from chainrule.sheet.networks.gates_beside_steps import gates_beside_steps, with_gates_above
from chainrule.sheet.networks.inner_cross_entropies import outputs_of_softmax, with_inner_products
from chainrule.sheet.networks.layers_by_letters import layers_by_letters
from chainrule.sheet.networks.layers_counted_by_ell import counted_by_ell, with_plain_letter
from chainrule.sheet.networks.named_after_quantities import quantities_named_after, with_words_below
from chainrule.sheet.networks.outputs_of_any_layer import last_of_any_layer
from chainrule.sheet.networks.samples_of_matrices import samples_of_matrices, with_parts_of_matrices
from chainrule.sheet.networks.told_before_the_last import for_any_layer, told_before_the_last
from chainrule.sheet.networks.unnamed_activations import unnamed_activations, with_activations
from chainrule.sheet.numbers.matrices_at_points import matrices_at_points, with_places
from chainrule.sheet.rewriting.component_functions import (
    by_components,
    softened_by_entries,
    with_component_names,
    with_entries_of_softmax,
)
from chainrule.sheet.rewriting.counts_below_means import counted_means, without_counts
from chainrule.sheet.rewriting.densities_and_tables import densities_and_tables, with_typefaces
from chainrule.sheet.rewriting.digits_in_names import names_with_digits, with_whole_names
from chainrule.sheet.rewriting.entries_beside_a_vector import wholes_of_entries, with_entries_of
from chainrule.sheet.rewriting.functions_above import functions_above, without_owners
from chainrule.sheet.rewriting.new_values import new_values, with_hats
from chainrule.sheet.rewriting.numbers_behind_names import numbered_names, with_numbers_below
from chainrule.sheet.rewriting.outputs_in_losses import last_layers, with_last_layers
from chainrule.sheet.rewriting.parametrised import parametrised, with_parameters
from chainrule.sheet.rewriting.partial_subscripts import differentiated_below, with_partials
from chainrule.sheet.rewriting.plain_ones import plain_ones, with_ones_in_bold
from chainrule.sheet.rewriting.points_by_number import points_by_number, with_points
from chainrule.sheet.rewriting.sample_marks import entries_defined, left_out, with_entries_named, with_marks
from chainrule.sheet.rewriting.sizes_below import has_sizes, without_sizes
from chainrule.sheet.rewriting.spelled_words import with_words, words_of
from chainrule.sheet.rewriting.transposed_calls import called_plainly, with_transposed_values
from chainrule.sheet.rewriting.transposing_primes import transposing, with_transposes
from chainrule.sheet.rewriting.two_kinds_of_rows import samples_apart, with_samples_apart
from chainrule.sheet.statistics.expectations_by_law import (
    laws_of,
    shortened_laws,
    with_their_parameters,
    with_what_is_drawn,
)
from chainrule.sheet.statistics.laws_and_densities import capitals_of_laws, with_their_densities
from chainrule.sheet.statistics.normal_words import normal_laws, with_normal_laws
from chainrule.sheet.statistics.weighted_integrals import weighted, with_expectations
from chainrule.sheet.sums.capital_sigmas import signs_of_sums, with_signs_of_sums
from chainrule.sheet.sums.counted_ones import counts_of_ones, with_counted_ones
from chainrule.sheet.sums.integrals import integrated, with_sums
from chainrule.sheet.sums.mean_counts import counts_of, with_counts
from chainrule.sheet.sums.sets_of_pairs import pairs_of, with_indicators
from chainrule.sheet.sums.upper_indices import indices_above, with_indices_below

Change = Callable[[Node], Node]
Convention = Callable[[list[Node], str], Change | None]
Found = TypeVar("Found")


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


def _where(find: Callable[[list[Node]], Found | None], write: Callable[[Node, Found], Node]) -> Convention:
    """A convention: what is found of it in the formulas of a document, and a formula written by what was found."""

    def convention(formulas: list[Node], _words: str) -> Change | None:
        found = find(formulas)
        return (lambda node: write(node, found)) if found else None

    return convention


def _sizes(formulas: list[Node], _words: str) -> Change | None:
    return without_sizes if has_sizes(formulas) else None


def _above(formulas: list[Node], words: str) -> Change | None:
    letters = indices_above(formulas, sums_are_implied(words))
    return partial(with_indices_below, letters=letters) if letters.sure else None


def _transposes(formulas: list[Node], words: str) -> Change | None:
    functions = transposing(formulas, words)
    return None if functions is None else partial(with_transposes, functions=functions)


def _last_of_any_layer(formulas: list[Node], words: str) -> Change | None:
    last = last_of_any_layer(formulas, words)
    return partial(with_last_layers, last=last) if last else None


def _partials(formulas: list[Node], words: str) -> Change | None:
    functions = differentiated_below(formulas, words)
    return partial(with_partials, functions=functions) if functions else None


CONVENTIONS: tuple[Convention, ...] = (
    _where(signs_of_sums, with_signs_of_sums),
    _where(quantities_named_after, with_words_below),
    _where(gates_beside_steps, with_gates_above),
    _where(counted_by_ell, with_plain_letter),
    _where(names_with_digits, with_whole_names),
    _where(numbered_names, with_numbers_below),
    _where(labels_in_brackets, with_labels_above),
    _where(indices_on_the_line, with_indices),
    _where(variables_behind, with_variables_below),
    _where(words_of, with_words),
    _where(time_of_everything, without_time),
    layers_by_letters,
    _where(told_before_the_last, for_any_layer),
    _where(outputs_of_softmax, with_inner_products),
    _where(plain_ones, with_ones_in_bold),
    _partials,
    _where(points_by_number, with_points),
    _sizes,
    _where(counted_means, without_counts),
    _above,
    _where(wholes_of_entries, with_entries_of),
    _where(functions_above, without_owners),
    _where(densities_and_tables, with_typefaces),
    _where(matrices_at_points, with_places),
    _where(new_values, with_hats),
    _where(parametrised, with_parameters),
    _transposes,
    _where(called_plainly, with_transposed_values),
    _where(values_differentiated_by, with_values_named),
    _where(softened_by_entries, with_entries_of_softmax),
    _where(by_components, with_component_names),
    _where(unnamed_activations, with_activations),
    _where(capitals_behind_d, with_small_letters),
    _where(combined_functions, with_values),
    _where(applied_to, with_arguments),
    _where(functions_of_formulas, at_their_argument),
    _where(slopes_at, with_slopes),
    _where(samples_of_matrices, with_parts_of_matrices),
    _where(left_out, with_marks),
    _where(entries_defined, with_entries_named),
    _where(last_layers, with_last_layers),
    _last_of_any_layer,
    _where(counts_of, with_counts),
    _where(counts_of_ones, with_counted_ones),
    _where(samples_apart, with_samples_apart),
    _where(vectors_on_diagonals, with_diagonals),
    _where(capitals_of_laws, with_their_densities),
    _where(shortened_laws, with_their_parameters),
    _where(normal_laws, with_normal_laws),
    _where(integrated, with_sums),
    _where(weighted, with_expectations),
    _where(laws_of, with_what_is_drawn),
    _where(pairs_of, with_indicators),
)
