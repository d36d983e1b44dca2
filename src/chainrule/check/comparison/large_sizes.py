r"""Sizes that a document prints and that are too large to compute with: 784 in `W \\in \\mathbb{R}^{128 \\times 784}`.

What is true of arrays of all sizes is seen at small ones as well. A large size is made smaller, different from all
others, where nothing but declarations of shapes speaks of it: no formula has the number, and no array is so long.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chainrule.read.tree import Comma, Matrix, Number
from chainrule.sheet.records.shapes import Dims
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.universe import Universe
from chainrule.sheet.syntax.names import walk

LARGE = 24
"""No size up to this is changed."""
FIRST = 8
"""What large sizes become, from here on: no size of those that are chosen freely."""


def with_smaller_sizes(universe: Universe) -> Dims:
    """The dimensions of a universe, with smaller sizes for the large ones that only declarations speak of."""
    dims = universe.dims
    sizes = set(dims.sizes.values())
    if max(sizes, default=0) <= LARGE or dims.measures or dims.reaches:
        return dims
    printed = _printed(universe.world.equations)
    large = sorted(n for n in sizes if n > LARGE and printed.isdisjoint((n - 1, n, n + 1)))
    free = (n for n in range(FIRST, FIRST + len(sizes) + len(large)) if n not in sizes)
    small = dict(zip(large, free, strict=False))
    return replace(dims, sizes={x: small.get(n, n) for x, n in dims.sizes.items()})


def _printed(equations: Iterable[Equation]) -> set[int]:
    """The whole numbers in formulas, without the shapes of declarations, and how many entries are written out."""
    found = set[int]()
    for e in equations:
        for part in (n for side in ((e.lhs,) if e.op == "∈" else (e.lhs, e.rhs)) for n in walk(side)):
            match part:
                case Number(text=text) if text.isdigit() and len(text) < 10:
                    found.add(int(text))
                case Matrix(rows=rows):
                    found |= {len(rows), *map(len, rows)}
                case Comma(items=items):
                    found.add(len(items))
    return found
