r"""Sums over a letter that nothing in them carries: `\sum_j M` for a matrix that is written `M_{ij}` elsewhere.

It runs along the axis of that letter. What is summed stays a matrix, as with `keepdims` in NumPy: the sum of a row
stands in every place of the row, `A \odot (G - \sum_j G \odot A)`.
"""

from __future__ import annotations

from chainrule.expr import IndexValue, total
from chainrule.read.tree import Big, Name, Node, Number, Product, Relation
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


def along_a_numbered_axis(frame: Frame, node: Big, body: Node) -> Val | None:
    r"""`\sum_0 G`, `\sum_{axis=1} G`, as in NumPy: the row of the sums of all columns, or the column of those of all
    rows. A sum that starts at a number ends at one."""
    axis = _number_of_an_axis(node)
    val = None if axis is None else frame.value(body)
    if axis is None or val is None or val.kind != "matrix":
        return None
    inner = frame.bind("axis", val.dims[axis])
    term = inner.letters["axis"][1]()
    assert isinstance(term, IndexValue)
    index, at = term.index, val.at
    if axis == 0:
        return Val((None, val.dims[1]), lambda j: total(index, at(term, j)), None, val.derived)
    return Val((val.dims[0], None), lambda i: total(index, at(i, term)), None, val.derived)


def _number_of_an_axis(node: Big) -> int | None:
    sub = node.sub
    if isinstance(sub, Relation) and len(sub.links) == 1 and sub.links[0].op == "=" and _is_axis(sub.first):
        sub = sub.links[0].node
    plain = node.op == "sum" and node.sup is None and isinstance(sub, Number)
    return int(sub.text) if plain and isinstance(sub, Number) and sub.text in ("0", "1") else None


def _is_axis(node: Node) -> bool:
    """Whether a side is the word axis, or its letters."""
    letters = [f.node for f in node.factors] if isinstance(node, Product) else [node]
    return "".join(n.text if isinstance(n, Name) else "?" for n in letters).lower() in ("axis", "dim")


def _axis_of(frame: Frame, letter: str, body: Node) -> int | None:
    """The axis that a letter runs along where the names of a formula are defined by their entries; None where that is
    not said, or said in two ways."""
    world = frame.world
    bases = {ref.base for ref in references(body, world)}
    subs = [site.ref.subs for base in bases for site in world.sites.get(base, ()) if len(site.ref.subs) == 2]
    axes = {n for pair in subs for n, sub in enumerate(pair) if letter_of(sub) == letter}
    return axes.pop() if len(axes) == 1 else None
