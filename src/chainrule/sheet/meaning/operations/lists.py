"""Lists, `(a_1, \\dots, a_n)`: what changes between the first and the last item runs from one to the other."""

from __future__ import annotations

from chainrule.read.tree import Dots, Node, Number
from chainrule.sheet.meaning.operations.stacked import beside, chosen, counted, put, repeated, stacked
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Untyped, Val
from chainrule.sheet.records.sizes import named_dim
from chainrule.sheet.syntax.names import letter_of, reference
from chainrule.sheet.syntax.patterns import SLOT, generalised


def listed(frame: Frame, items: tuple[Node, ...]) -> Val:
    """`(a_1, \\dots, a_n)` and `(a, b, c)` as a column; `[x_1, x_2]` are the columns of a matrix, `[U, V]` lie side by
    side, `[h, x]` is one long column."""
    if any(isinstance(i, Dots) for i in items):
        return dotted(frame, items, False)
    vals = [frame.value(i) for i in items]
    if not all(v.scalar for v in vals):
        refs = [reference(i, frame.world.glossary) for i in items]
        alike = len({None if r is None else r.base for r in refs}) == 1
        return (beside if alike or any(v.kind == "matrix" for v in vals) else stacked)(frame, vals)
    dim = frame.new_dim("list")
    frame.dims.fix(dim, len(vals))
    return Val((dim, None), lambda i: chosen(counted(frame, dim, i), [v.at for v in vals]), literal=True)


def dotted(frame: Frame, items: tuple[Node, ...], down: bool) -> Val:
    """A list with dots: what changes between its first and its last item runs from one to the other. Numbers make a
    column; vectors the rows of a matrix (`down`) or its columns."""
    real = [i for i in items if not isinstance(i, Dots)]
    if len(real) < 2:
        raise Untyped("dots need an item on both sides", "untyped")
    pattern = generalised(real[0], real[-1])
    if pattern is None:
        raise Untyped("what the dots stand for is not clear from the items around them", "ambiguous")
    general, first, last = pattern
    if not isinstance(first, Number) or first.text not in ("0", "1"):
        raise Untyped("a list with dots starts at 0 or 1", "untyped")
    dim = frame.new_dim("list")
    frame.dims.low(dim, int(first.text))
    limit_length(frame, dim, last)
    inner = frame.bind(SLOT, dim)
    val = inner.value(general)
    slot = inner.letters[SLOT][1]
    if not val.scalar:
        return repeated(val, dim, slot, down)
    return Val((dim, None), lambda i: put(val.at(), slot(), i), literal=True)


def limit_length(frame: Frame, dim: str, last: Node) -> None:
    if isinstance(last, Number) and last.text.isdigit():
        frame.dims.fix(dim, int(last.text))
    elif (letter := letter_of(last)) is not None:
        frame.dims.unify(dim, named_dim(frame, letter))
