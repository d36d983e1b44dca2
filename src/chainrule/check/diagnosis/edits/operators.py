"""Big operators that do not belong where they stand: a sum of the loss that is left over in its derivative."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.check.diagnosis.edits.edit import Edit, short
from chainrule.check.diagnosis.edits.order import products
from chainrule.check.diagnosis.edits.places import Side


def operators_dropped(side: Side) -> Iterator[Edit]:
    r"""One operator too many, or all that follow one another: `x_i` for `\sum_i \sum_j x_i`."""
    for product in products(side):
        units = side.units(product)
        starts = [n for n, unit in enumerate(units[:-1]) if unit.kind == "big"]
        for n in starts:
            last = next(m for m in range(n, len(units)) if units[m].kind != "big")
            for end in dict.fromkeys((n + 1, last)):
                start, stop = units[n].span.start, units[end].span.start
                source = short(side.text[start:stop].rstrip())
                yield Edit(start, stop, "", f"{source} removed", f"the operator {source} does not belong there")
