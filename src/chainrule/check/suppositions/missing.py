r"""What a document leaves unsaid, name by name, with what its uses suggest: what `chainrule context` writes down.

Every line that rests on something unsaid carries its needs (`check.records.need`), and a line that could not be typed
may want shapes; here they are gathered over the lines of a document. A suggestion is what the reading of the document
came to (a shape, a role, the names something rests on), never the wish that a line come true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.comparison.writing import written
from chainrule.check.records.finding import Finding
from chainrule.check.records.need import Need, introduced
from chainrule.check.records.report import Missing
from chainrule.sheet.arrays.tensors import tensor
from chainrule.sheet.inference.candidates import is_quantity
from chainrule.sheet.records.families import Instance
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.lines import names_in
from chainrule.sheet.records.shapes import Untyped
from chainrule.sheet.records.statements import Equation

WANTS_SHAPES = frozenset({"untyped", "ambiguous", "shape"})


def missing_of(lines: Lines, e: Equation, found: Finding) -> Iterator[Missing]:
    """What one line wants."""
    variant = lines.variant()
    line = e.document.position(e.lhs.span.start)[0]
    for need in dict.fromkeys((*found.needs, *_shapes(lines, e, found))):
        shape = "" if need.kind == "function" else shape_of(variant, need.instance, e.position)
        yield Missing(written(variant.universe, need.instance), need.kind, need.detail, shape, (line,))


def _shapes(lines: Lines, e: Equation, found: Finding) -> Iterator[Need]:
    """The names of a line that was not typed whose shapes nobody tells."""
    if found.verdict != "unsupported" or found.code not in WANTS_SHAPES:
        return
    world = lines.world
    for base in sorted(names_in(world, e.lhs, e.rhs)):
        if base in world.readings and is_quantity(world.family(base)) and not introduced(world, base):
            yield Need("shape", Instance(base))


def gathered(found: Iterable[Missing]) -> tuple[Missing, ...]:
    """One entry for each name and kind of need, with all the lines that want it, in the order of the first."""
    table: dict[tuple[str, str], Missing] = {}
    for item in found:
        before = table.setdefault((item.name, item.kind), item)
        details = dict.fromkeys(d for d in (before.detail, item.detail) if d)
        table[item.name, item.kind] = replace(
            before,
            detail=", ".join(details) if item.kind == "dependence" else next(iter(details), ""),
            shape=before.shape or item.shape,
            lines=tuple(sorted({*before.lines, *item.lines})),
        )
    told = {name for name, kind in table if kind != "shape"}
    return tuple(m for (name, kind), m in table.items() if kind != "shape" or name not in told)


def shape_of(variant: Variant, instance: Instance, position: int) -> str:
    r"""What the document's reading makes of a tensor: `\in \mathbb{R}^{m \times d}`, or in words where sizes have no
    names; "" for what has no reading."""
    universe = variant.universe
    try:
        found = tensor(Frame(universe, "missing", position), instance)
    except Untyped:
        return ""
    rank = len(found.axes)
    if rank == 0:
        return r"\in \mathbb{R}"
    sizes = [universe.dims.known(axis) for axis in found.axes]
    named = [s for s in sizes if s is not None]
    if len(named) == rank:
        lead = ["1"] if found.row and rank == 1 else []
        return r"\in \mathbb{R}^{" + r" \times ".join([*lead, *named]) + "}"
    return {1: "is a row vector" if found.row else "is a column vector", 2: "is a matrix"}.get(rank, "")
