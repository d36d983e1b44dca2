r"""The mistakes people make, as a table of small edits: what each one changes, smallest and most frequent first.

An edit replaces one piece of the source text, so that a repaired line keeps everything else as its author wrote it.
Nothing here says that an edit is right: `check.diagnosis.diagnose` tries them and compares numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from chainrule.check.diagnosis.edits.brackets import brackets
from chainrule.check.diagnosis.edits.edit import Edit, Rule, grouped, short
from chainrule.check.diagnosis.edits.functions import functions, primes
from chainrule.check.diagnosis.edits.indices import index_order, indices, labels
from chainrule.check.diagnosis.edits.names import excluded, names, numbered, other_names, throughout
from chainrule.check.diagnosis.edits.numbers import (
    exponents,
    number_added,
    number_added_inside,
    number_removed,
    other_numbers,
)
from chainrule.check.diagnosis.edits.operators import operators_dropped
from chainrule.check.diagnosis.edits.order import order, symmetric, transposes
from chainrule.check.diagnosis.edits.parts import (
    complements,
    components,
    factor_added,
    factor_dropped,
    product_signs,
    quantity_dropped,
    term_dropped,
)
from chainrule.check.diagnosis.edits.places import Side
from chainrule.check.diagnosis.edits.signs import leading_minus, shifts, signs, turned

__all__ = [
    "MISPLACED",
    "MISSPELT",
    "MISTAKEN",
    "PLAIN_SLIPS",
    "RULES",
    "SIGNS",
    "SLIPS",
    "Edit",
    "Rule",
    "edits",
    "grouped",
    "short",
]

MOST_OF_ONE_RULE = 6

PRODUCT_SIGN = "one product sign"
"""In what the sides differ that only a product of another kind makes equal: where shapes are guessed, so is this."""

RULES: tuple[Rule, ...] = (
    Rule("sign of a term", "sign", "the sign of one term", signs, slip=True),
    Rule("difference turned round", "sign", "the order of one difference", turned, slip=True),
    Rule("the same slip throughout", "unequal", "one slip made throughout", throughout),
    Rule("leading minus", "sign", "a leading minus", leading_minus, slip=True),
    Rule("numeric factor removed", "factor", "a numeric factor", number_removed, scales=True, slip=True),
    Rule("numeric factor added", "factor", "a numeric factor", number_added, scales=True, slip=True),
    Rule("transpose", "transposed", "one transpose", transposes, slip=True),
    Rule("subscripts exchanged", "index", "the order of two subscripts", index_order, slip=True),
    Rule("order of factors", "transposed", "the order of one product", order),
    Rule("numeric factor inside", "factor", "a numeric factor", number_added_inside, slip=True),
    Rule("matrix taken as symmetric", "transposed", "a matrix taken as symmetric", symmetric),
    Rule("index", "index", "one index", indices),
    Rule("sign in a subscript", "index", "the sign in one subscript", shifts),
    Rule("label", "index", "one label", labels),
    Rule("number of a component", "index", "one subscript", numbered),
    Rule("number", "factor", "one number", other_numbers, scales=True, slip=True),
    Rule("exponent", "unequal", "one exponent", exponents),
    Rule("function", "wrong-function", "one function", functions, slip=True),
    Rule("derivative of a function", "wrong-function", "the derivative of one function", primes),
    Rule("factor missing", "factor", "exactly one factor", factor_added),
    Rule("factor too many", "factor", "exactly one factor", factor_dropped),
    Rule("term too many", "missing-term", "exactly one term", term_dropped),
    Rule("complement", "unequal", "one complement", complements),
    Rule("name", "unequal", "one name", names),
    Rule("range of an operator", "index", "the range of one operator", excluded),
    Rule("operator too many", "unequal", "one operator", operators_dropped),
    Rule("product sign", "unequal", PRODUCT_SIGN, product_signs),
    Rule("component", "shape", "one component", components),
    Rule("parentheses", "unequal", "where one pair of parentheses stands", brackets),
)


SLIPS = tuple(rule for rule in RULES if rule.slip)
# Slips that make another statement of a line in any world: a transpose makes none where a matrix is symmetric.
PLAIN_SLIPS = tuple(rule for rule in SLIPS if rule.code != "transposed")
# Slips, and factors in the wrong order, which is one where the line fits no shapes.
MISPLACED = tuple(rule for rule in RULES if rule.slip or rule.edits is order)
# One thing for another, or one too many: nobody leaves these to the reader, as a lost index or a product by entries.
MISTAKEN = (
    Rule("name", "unequal", "one name", other_names),
    Rule("factor too many", "factor", "exactly one factor", quantity_dropped),
    Rule("term too many", "missing-term", "exactly one term", term_dropped),
)
SIGNS = tuple(rule for rule in SLIPS if rule.edits is signs)
MISSPELT = tuple(rule for rule in SLIPS if rule.edits is index_order)


def edits(
    side: Side, ratio: bool = False, between: Iterable[tuple[Rule, Edit]] = (), rules: tuple[Rule, ...] = RULES
) -> Iterator[tuple[Rule, Edit]]:
    """All edits of a side: some of every rule in the order of the table, then those `between`, then the rest.

    When one side is a constant multiple of the other (`ratio`), the rules that multiply come first.
    """
    ordered = sorted(rules, key=lambda r: not r.scales) if ratio else rules
    waiting = [(rule, rule.edits(side)) for rule in ordered]
    for rule, found in waiting:
        yield from ((rule, edit) for edit in islice(found, MOST_OF_ONE_RULE))
    yield from between
    for rule, found in waiting:
        yield from ((rule, edit) for edit in found)
