r"""The mistakes people make, as a table of small edits: what each one changes, smallest and most frequent first.

An edit replaces one piece of the source text, so that a repaired line keeps everything else as its author wrote it.
Nothing here says that an edit is right: `check.diagnose` tries them and compares numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from chainrule.check.edits.edit import Edit, Rule, grouped, short
from chainrule.check.edits.functions import functions, primes
from chainrule.check.edits.indices import index_order, indices, labels
from chainrule.check.edits.numbers import exponents, number_added, number_added_inside, number_removed, other_numbers
from chainrule.check.edits.order import order, symmetric, transposes
from chainrule.check.edits.parts import (
    complements,
    components,
    factor_added,
    factor_dropped,
    product_signs,
    term_dropped,
)
from chainrule.check.edits.signs import leading_minus, signs, turned
from chainrule.check.places import Side

__all__ = ["RULES", "Edit", "Rule", "edits", "grouped", "short"]

MOST_OF_ONE_RULE = 6

RULES: tuple[Rule, ...] = (
    Rule("sign of a term", "sign", signs),
    Rule("difference turned round", "sign", turned),
    Rule("leading minus", "sign", leading_minus),
    Rule("numeric factor removed", "factor", number_removed, scales=True),
    Rule("numeric factor added", "factor", number_added, scales=True),
    Rule("transpose", "transposed", transposes),
    Rule("subscripts exchanged", "index", index_order),
    Rule("order of factors", "transposed", order),
    Rule("numeric factor inside", "factor", number_added_inside),
    Rule("matrix taken as symmetric", "transposed", symmetric),
    Rule("index", "index", indices),
    Rule("label", "index", labels),
    Rule("number", "factor", other_numbers, scales=True),
    Rule("exponent", "unequal", exponents),
    Rule("function", "wrong-function", functions),
    Rule("derivative of a function", "wrong-function", primes),
    Rule("factor missing", "factor", factor_added),
    Rule("factor too many", "factor", factor_dropped),
    Rule("term too many", "missing-term", term_dropped),
    Rule("complement", "unequal", complements),
    Rule("product sign", "unequal", product_signs),
    Rule("component", "shape", components),
)


def edits(side: Side, ratio: bool = False, between: Iterable[tuple[Rule, Edit]] = ()) -> Iterator[tuple[Rule, Edit]]:
    """All edits of a side: some of every rule in the order of the table, then those `between`, then the rest.

    When one side is a constant multiple of the other (`ratio`), the rules that multiply come first.
    """
    rules = sorted(RULES, key=lambda r: not r.scales) if ratio else RULES
    waiting = [(rule, rule.edits(side)) for rule in rules]
    for rule, found in waiting:
        yield from ((rule, edit) for edit in islice(found, MOST_OF_ONE_RULE))
    yield from between
    for rule, found in waiting:
        yield from ((rule, edit) for edit in found)
