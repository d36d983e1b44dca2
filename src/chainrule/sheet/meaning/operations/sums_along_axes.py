r"""Sums over a letter that nothing in them carries: `\sum_j M` for a matrix that is written `M_{ij}` elsewhere.

It runs along the axis of that letter. What is summed stays a matrix, as with `keepdims` in NumPy: the sum of a row
stands in every place of the row, `A \odot (G - \sum_j G \odot A)`.
"""

from __future__ import annotations

from chainrule.expr import IndexValue, total
from chainrule.read.tree import Big, Node
from chainrule.sheet.meaning.operations.binders import Binder
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.references import references
from chainrule.sheet.records.shapes import Val
from chainrule.sheet.syntax.names import letter_of, walk


def along_an_axis(frame: Frame, node: Big, binder: Binder, body: Node) -> Val | None:
    """The sum of a matrix along the axis whose letter a sum without limits names; None for any other sum."""
    limits = binder.low is not None or binder.high is not None or bool(binder.conditions)
    if node.op != "sum" or limits or any(letter_of(part) == binder.letter for part in walk(body)):
        return None
    axis = _axis_of(frame, binder.letter, body)
    val = None if axis is None else frame.value(body)
    if axis is None or val is None or val.kind != "matrix":
        return None
    inner = frame.bind(binder.letter, val.dims[axis])
    term = inner.letters[binder.letter][1]()
    assert isinstance(term, IndexValue)
    index, at = term.index, val.at
    if axis == 0:
        return Val(val.shape, lambda _, j: total(index, at(term, j)), None, val.derived)
    return Val(val.shape, lambda i, _: total(index, at(i, term)), None, val.derived)


def _axis_of(frame: Frame, letter: str, body: Node) -> int | None:
    """The axis that a letter runs along where the names of a formula are defined by their entries; None where that is
    not said, or said in two ways."""
    world = frame.world
    bases = {ref.base for ref in references(body, world)}
    subs = [site.ref.subs for base in bases for site in world.sites.get(base, ()) if len(site.ref.subs) == 2]
    axes = {n for pair in subs for n, sub in enumerate(pair) if letter_of(sub) == letter}
    return axes.pop() if len(axes) == 1 else None
