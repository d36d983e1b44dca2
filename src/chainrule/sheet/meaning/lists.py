"""Lists, `(a_1, \\dots, a_n)`: what changes between the first and the last item runs from one to the other."""

from __future__ import annotations

from dataclasses import fields, replace

from chainrule.read import tree
from chainrule.read.tree import Dots, Name, Node, Number, Span
from chainrule.sheet.frame import Frame
from chainrule.sheet.meaning.stacked import beside, chosen, put, repeated, stacked
from chainrule.sheet.names import letter_of, reference
from chainrule.sheet.shapes import Untyped, Val
from chainrule.sheet.sizes import named_dim

SLOT = "•"


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
    return Val((dim, None), lambda i: chosen(i, [v.at for v in vals]), literal=True)


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


def generalised(first: Node, last: Node, slot: str = SLOT) -> tuple[Node, Node, Node] | None:
    """The common pattern of two items with a slot where they differ, and what stands in the slot in each."""
    found: list[tuple[Node, Node]] = []
    pattern = _pattern(first, last, found, slot)
    if pattern is None or not found:
        return None
    low, high = found[0]
    if any(not _alike(low, a) or not _alike(high, b) for a, b in found[1:]):
        return None
    return pattern, low, high


def _alike(a: Node, b: Node) -> bool:
    return type(a) is type(b) and getattr(a, "text", None) == getattr(b, "text", None)


def _pattern(a: Node, b: Node, found: list[tuple[Node, Node]], slot: str = SLOT) -> Node | None:
    if isinstance(a, Number) and isinstance(b, (Name, Number)) and getattr(a, "text", "") != getattr(b, "text", ""):
        found.append((a, b))
        return Name(a.span, slot)
    if type(a) is not type(b):
        return None
    changes: dict[str, object] = {}
    for f in fields(a):
        x, y = getattr(a, f.name), getattr(b, f.name)
        if isinstance(x, Span):
            continue
        merged = _pattern_value(x, y, found, slot)
        if merged is _NOTHING:
            return None
        changes[f.name] = merged
    return replace(a, **changes)  # type: ignore[arg-type]


_NOTHING = object()


def _pattern_value(x: object, y: object, found: list[tuple[Node, Node]], slot: str) -> object:
    if isinstance(x, Node) and isinstance(y, Node):
        merged = _pattern(x, y, found, slot)
        return _NOTHING if merged is None else merged
    if isinstance(x, tuple) and isinstance(y, tuple):
        if len(x) != len(y):
            return _NOTHING
        items = [_pattern_value(a, b, found, slot) for a, b in zip(x, y, strict=True)]
        return _NOTHING if any(i is _NOTHING for i in items) else tuple(items)
    if isinstance(x, (tree.Factor, tree.Term, tree.Link)) and type(x) is type(y):
        assert isinstance(y, (tree.Factor, tree.Term, tree.Link))
        sign_x = getattr(x, "op", getattr(x, "sign", ""))
        sign_y = getattr(y, "op", getattr(y, "sign", ""))
        merged = _pattern(x.node, y.node, found, slot) if sign_x == sign_y else None
        return _NOTHING if merged is None else replace(x, node=merged)
    return x if x == y else _NOTHING


def same_form(a: Node, b: Node) -> bool:
    found: list[tuple[Node, Node]] = []
    return _pattern(a, b, found) is not None and not found
