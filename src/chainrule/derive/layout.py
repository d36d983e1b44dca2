r"""Numerator layout: a gradient by a column is a row, one by a matrix is laid out like its transpose.

Every step of a derivation is turned, with the derivatives it rests on: with δ a row and the derivative by W of shape
h × n, `W^{\top} δ` becomes `δ W`, and `δ x^{\top}` becomes `x δ`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from chainrule.calculus.arrays.notation import Array, coefficient, number, walk
from chainrule.calculus.arrays.products import matmul, outer, product, transpose
from chainrule.calculus.arrays.sums import add
from chainrule.derive.gradient import Derivation
from chainrule.expr.index import Symbol


@dataclass(frozen=True)
class Turned:
    """The steps of a derivation in numerator layout: for each its form (None: in components), the symbols of gradients
    by vectors, which are rows, and of those by matrices with the symbols they stand for."""

    forms: tuple[Array | None, ...]
    rows: frozenset[Symbol]
    matrices: dict[Symbol, Symbol]


def turned(derivation: Derivation) -> Turned:
    """The steps in numerator layout; those of second derivatives, which are symmetric, lie as they do."""
    rows = frozenset(bar for bar in derivation.cotangents if len(bar.axes) == 1)
    images = {bar: Symbol(bar.name, bar.axes[::-1], bar.kind) for bar in derivation.cotangents if len(bar.axes) == 2}
    found = Turned((), rows, {image: bar for bar, image in images.items()})
    forms = tuple(in_numerator_layout(s.right.form, len(s.by.axes), found) for s in derivation.steps)
    return replace(found, forms=forms)


def in_numerator_layout(form: Array | None, rank: int, found: Turned) -> Array | None:
    """The form of a gradient by a symbol with so many axes; a second derivative stays as it is."""
    if form is None or len(form.axes) != rank:
        return form
    form = rewritten(form, found.rows, {bar: image for image, bar in found.matrices.items()})
    if rank == 1:
        return Array("row", (form,), form.axes)
    return _transposed(form, frozenset((*found.rows, *found.matrices))) if rank == 2 else form


def _transposed(form: Array, gradients: frozenset[Symbol]) -> Array:
    """The transpose, taken inside a Hadamard product or a sum that holds gradients."""
    if form.op not in ("product", "add") or not holds(form, gradients):
        return transpose(form)
    parts = [_transposed(f, gradients) if f.rank == 2 else f for f in form.args]
    return add(*parts) if form.op == "add" else product(number(coefficient(form)), *parts)


def rewritten(form: Array, rows: frozenset[Symbol], images: Mapping[Symbol, Symbol]) -> Array:
    """The array with transposes of the images for matrices, and rows first where two vectors are multiplied."""
    done: dict[Array, Array] = {}
    for node in walk(form):
        args = [done[a] for a in node.args]
        if node.op == "symbol" and isinstance(node.data, Symbol) and node.data in images:
            done[node] = transpose(Array("symbol", (), node.axes[::-1], images[node.data]))
        elif node.op == "inner" and holds(args[1], rows) and not holds(args[0], rows):
            done[node] = Array("inner", (args[1], args[0]), node.axes)
        elif args == [*node.args]:
            done[node] = node
        else:
            done[node] = _over(node, args)
    return done[form]


def _over(node: Array, args: list[Array]) -> Array:
    """The same operation over other arguments, in its short form."""
    match node.op:
        case "matmul":
            return matmul(*args)
        case "transpose":
            return transpose(*args)
        case "outer":
            return outer(*args)
        case "add":
            return add(*args)
        case "product":
            return product(number(coefficient(node)), *args)
    return Array(node.op, tuple(args), node.axes, node.data)


def holds(form: Array, symbols: frozenset[Symbol]) -> bool:
    """Whether one of the symbols is in an array."""
    return any(node.op == "symbol" and node.data in symbols for node in walk(form))
