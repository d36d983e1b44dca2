r"""Sums written out in numbers: `(1 - p) + (0 - p)` for `\sum_i (y_i - p)` puts numbers in for the y.

That a sum of labels is one may be known of vectors that pick a class; the terms that are printed are of other labels.
"""

from __future__ import annotations

from chainrule.check.comparison.lines import Lines
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import Need
from chainrule.read.tree import Big, Node, Sum
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.references import references
from chainrule.sheet.syntax.literals import is_literal
from chainrule.sheet.syntax.names import walk


def put_in_one_by_one(lines: Lines, side: Node, other: Node) -> Finding | None:
    """The terms of a sum over names with indices, and without a definition, that another side prints in numbers."""
    terms = any(isinstance(n, Sum) and len(n.terms) > 1 for n in walk(side))
    if not terms or not is_literal(side) or not any(isinstance(n, Big) and n.op == "sum" for n in walk(other)):
        return None
    found = {r.base for r in references(other, lines.world) if r.subs and not lines.world.defined(r.base)}
    data = [Instance(base) for base in sorted(found)]
    text = f"the numbers put in for {', '.join(x.shown for x in data)} are not given in the document"
    needs = tuple(Need("definition", x) for x in data)
    return assumed("undefined-symbol", text, needs=needs) if data else None
