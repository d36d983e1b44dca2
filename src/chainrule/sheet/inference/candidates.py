"""The readings of an undefined name, as its declaration, its look and its uses leave them, each with what it costs."""

from __future__ import annotations

from chainrule.sheet.arrays.ones import ONES
from chainrule.sheet.letters.eulers_number import EULER
from chainrule.sheet.records.families import Family, Reading
from chainrule.sheet.records.shapes import RANKS
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.names import KRONECKER
from chainrule.sheet.syntax.spelling import COUNTS, look

# How unusual it is that a name of this look, without subscripts, has this rank: (scalar, column, row, matrix).
CUSTOMS: dict[str, tuple[float, float, float, float]] = {
    "bold lower": (3.0, 0.0, 1.2, 3.0),
    "bold upper": (3.0, 2.0, 3.0, 0.0),
    "upper": (1.0, 1.6, 2.6, 0.0),
    "calligraphic": (0.0, 3.0, 4.0, 2.0),
    "greek upper": (1.0, 2.0, 4.0, 0.5),
    "lower": (0.0, 0.7, 1.1, 2.5),
    "loss": (0.0, 3.0, 4.0, 4.0),
}
# Letters that say how many there are, or how much is lost, unless they are variables: `dW = dO V^T`.
NO_ARRAYS = COUNTS | {"C", "E"}
# A declared vector whose sums end elsewhere than its entries; a number with an index that is transposed, which is more
# unusual than that a line with a lost transpose does not fit.
ELSEWHERE, TRANSPOSED = 1.0, 12.0
# What says that each one of some labels is a number: `y_i \\in \\{-1, 1\\}`.
TWO_VALUED = frozenset({"binary", "signs"})
# A number among the factors of a trace.
TRACED = 2.0


def candidates(family: Family) -> list[tuple[Reading, float]]:
    """The readings of an undefined name with their costs, cheapest first."""
    declared = _declared(family)
    if declared is not None:
        return declared
    counts = family.sub_counts or {0}
    most = max(counts)
    entries = 2 in counts <= {0, 2}  # the w_{ij} of symmetric weights are the entries of one, beside w or not
    if family.domain_kind == "symmetric" and entries:
        return [(Reading(2), 0.0), (Reading(4), CUSTOMS["loss"][1])]
    if family.domain_kind == "covariance":
        return [(Reading(most + 2, split=bool(most) and 0 in counts), 0.0)]
    if family.domain_kind == "symmetric":  # said of matrices, seldom of anything else
        return [(Reading(most + 2, split=bool(most) and 0 in counts), 0.0), (Reading(most), CUSTOMS["loss"][1])]
    if most in family.determined - {0} and counts <= {0, most}:  # the S_k of `\\det S_k`, beside an S or not
        return [(Reading(most + 2, split=0 in counts), 0.0), (Reading(most), CUSTOMS["loss"][1])]
    custom = CUSTOMS[_look(family)]
    if most == 0 and family.stacked:
        return [(Reading(2), 0.0), (Reading(1), CUSTOMS["bold upper"][1])]
    if most == 0:
        if family.gradient or family.normed:  # nobody writes a gradient by a number, or the norm of one
            custom = (max(custom[0], custom[1] + 1.0), *custom[1:])
        if family.traced:
            custom = (custom[0] + TRACED, *custom[1:])
        turned = family.transposed or (family.values_transposed and not family.variable)
        ranks = [(0, False), (1, False), (1, True), (2, False)]
        found = [(Reading(a, r), c) for (a, r), c in zip(ranks, custom, strict=True) if a or not turned]
        return sorted(found, key=lambda x: x[1])
    if family.full:
        return [(Reading(most), 0.0), *([(Reading(1, True), 0.5)] if most == 1 else [])]
    bold = look(family.base) == "bold lower"
    whole = 0.8 if bold and most == 1 and counts == {1} else 0.0
    options = [(Reading(most), whole + bool(family.gradient and counts == {1}))]
    if counts == {most} == {1} and family.transposed:
        options = [(Reading(1), TRANSPOSED)]  # nobody transposes a number: `u_w^T v` is about vectors u_w
    if counts == {most}:
        more = 0.0 if family.domain_kind not in TWO_VALUED else TRANSPOSED
        options += [(Reading(most + 1), more + (0.0 if bold else 0.6)), (Reading(most + 1, True), more + 1.4)]
        options += [(Reading(most + 2), more + 2.5)]
    elif 0 in counts:
        options += [
            (Reading(most, split=True), 2.0),
            (Reading(most + 1, split=True), 1.8),
            (Reading(most + 1, True, split=True), 2.6),
            (Reading(most + 1), 1.3),
            *([(Reading(most + 1, True), 1.4)] if most == 1 and look(family.base).endswith("upper") else []),
            (Reading(most, True), 0.5 if most == 1 else 0.8 if most - 1 in counts else 9.0),
        ]
        if most == 2:
            options.append((Reading(2), 0.0))
    elif counts == {1, 2}:
        options = [(Reading(2), 0.0), (Reading(2, True), 0.8), (Reading(3), 2.5)]
    return sorted(options, key=lambda x: x[1])


def _look(family: Family) -> str:
    """The look of a name, or what its uses make of it: a letter for a count may be an array, and what has a gradient is
    a number like a loss."""
    letter = family.base.split("_")[0].split("^")[0]
    if letter in NO_ARRAYS and is_variable(family):
        return "upper"
    return "loss" if family.graded and family.called and look(family.base) == "lower" else look(family.base)


def is_variable(family: Family) -> bool:
    """Whether a name is transposed, differentiated by, has a differential or stands as `x^T D x` or in a trace: then it
    is no count."""
    return family.transposed or family.by > 0 or family.changing or family.between or family.traced


def _declared(family: Family) -> list[tuple[Reading, float]] | None:
    """The readings a declaration leaves open: a vector may be the whole or one sample."""
    rank = family.declared_rank
    if rank is None or rank == "tensor":
        return None if rank is None else [(Reading(len(family.declared_dims)), 0.0)]
    axes = RANKS[rank] + family.declared_subs
    rows = (True,) if rank == "row" else (False,) if rank == "column" else (False, True)
    if axes - family.declared_subs != 1:
        rows = (False,)
    most = max(family.sub_counts, default=0)
    found = []
    for row in rows:
        cost = 0.7 * row if rank != "row" else 0.0
        if most <= axes:
            found.append((Reading(axes, row), cost + ELSEWHERE * _counts_otherwise(family)))
        if 0 in family.sub_counts and most >= 1 and family.declared_subs == 0 and rank != "matrix" and not family.full:
            found.append((Reading(axes + 1, row, split=True), cost + (0.3 if most <= axes else 0.0)))
        if 0 in family.sub_counts and family.declared_subs == 1 == axes - family.declared_subs and not family.full:
            found.append((Reading(axes, row, split=True), cost + 0.3))  # `x_i \\in R^d` beside `f(x)`
    return found or [(Reading(axes, rows[0]), 0.0)]


def _counts_otherwise(family: Family) -> bool:
    """Whether the sums over the index of a declared vector end elsewhere than its entries: `x \\in R^d` beside
    `\\sum_{i=1}^n x_i`."""
    dims = family.declared_dims
    return len(dims) == 1 and dims[0] is not None and bool(family.ends) and dims[0] not in family.ends


def is_quantity(family: Family) -> bool:
    """Whether a name stands for a number or an array rather than for a function."""
    if family.base == KRONECKER or is_function_word(family.base):
        return False
    if family.identity or family.domain_kind in (ONES, EULER):
        return False
    return family.operand > 0 or not family.called or family.weight or family.variable
