"""Sizes by name: the dimension that a size name stands for, and formulas of sizes (`H - k + 1`)."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.expr import Expr, add, const, mul, size
from chainrule.read.tree import Name, Node, Number
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.linear import Linear, linear
from chainrule.sheet.records.shapes import Measure
from chainrule.sheet.syntax.names import reference, size_name, walk


def named_dim(frame: Frame, name: str, strong: bool = False) -> str:
    """The dimension that a size name stands for; of the size that the document gives it (`m = n - k + 1`)."""
    dim = f"={name}"
    if strong and dim not in frame.dims.names:
        frame.dims.name(dim, name)
    known = name in frame.universe.sized
    frame.universe.sized.add(name)
    site = None if known else frame.world.site(name, frame.position)
    form = None if site is None else sizes_of(frame, site.body)
    if form is not None and form.parts:
        frame.dims.measure(Measure(dim, form))
    elif form is not None and form.constant > 0:
        frame.dims.fix(dim, form.constant)
    return dim


def sizes_of(frame: Frame, node: Node) -> Linear | None:
    """A formula of sizes and whole numbers as a form of the dimensions that have these sizes."""

    def atom(part: Node) -> Linear | None:
        name = size_name(part)
        if name is None or name in frame.letters:
            return None
        number = frame.whole(name)
        if number is not None and name not in frame.world.size_names:
            return Linear(constant=number)
        return Linear(((named_dim(frame, name), 1),)) if name in frame.world.size_names else None

    return linear(node, atom)


def with_marked_sizes(frame: Frame, node: Node) -> Linear | None:
    """A formula of sizes in which a size carries a mark, `M^l - 1`, `n^{(l-1)} - k`; each is a size of its own."""
    glossary = frame.world.glossary

    def atom(part: Node) -> Linear | None:
        ref = reference(part, glossary)
        if ref is None or not ref.labels or ref.subs or ref.postfix or ref.primes:
            return sizes_of(frame, part)
        for label in ref.labels:
            frame.label(label)
        written = "".join(n.text for n in _texts(ref.labels))
        return Linear(((named_dim(frame, f"{ref.base}^{written}"), 1),))

    return linear(node, atom)


def _texts(nodes: Sequence[Node]) -> list[Name | Number]:
    found = [n for node in nodes for n in walk(node) if isinstance(n, Name | Number)]
    return sorted(found, key=lambda n: n.span.start)


def measured(frame: Frame, form: Linear) -> Expr:
    """A form of sizes as a number."""
    return add(const(form.constant), *(mul(const(n), size(frame.dims.dim(x))) for x, n in form.parts))
