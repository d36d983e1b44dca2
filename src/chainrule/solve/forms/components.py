r"""Vectors and matrices entry by entry, `\begin{bmatrix} 2 x_1 \\ 3 \end{bmatrix}`: where entries have formulas of
their own, a textbook writes all of them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from chainrule.calculus import NoMatrixForm, contract
from chainrule.check.comparison.lines import Variant
from chainrule.derive.cancel import cancelled
from chainrule.expr import Const, Expr, Index, IndexValue, Indicator, Symbol, const, substitute, walk
from chainrule.solve.forms.writing import letters_of, with_sizes
from chainrule.write.derivation import Line
from chainrule.write.term_tex import TermWriter

MOST = 16
"""As many entries are written out."""


def in_components(
    variant: Variant, term: Expr, axes: Sequence[Index], names: Mapping[Symbol, str], tex: str
) -> Iterator[Line]:
    """A vector or a matrix of a few entries, where some of these are singled out by their numbers."""
    sizes = [_size(variant, i) for i in axes]
    if not 1 <= len(axes) <= 2 or not all(sizes) or not any(_singles_out(t, axes) for t in walk(term)):
        return
    rows, columns = (sizes[0], sizes[1] if len(sizes) == 2 else 1)
    if rows * columns > MOST or term.free - set(axes):
        return
    writer = TermWriter(names, letters_of(variant, [], names))
    places = product(*(range(i.dim.low, i.dim.low + n) for i, n in zip(axes, sizes, strict=True)))
    try:
        entries = [writer.write(_at(term, axes, place), {}) for place in places]
    except (NoMatrixForm, KeyError, StopIteration):
        return
    body = r" \\ ".join(" & ".join(entries[k * columns : (k + 1) * columns]) for k in range(rows))
    yield with_sizes(variant, Line("result", tex, rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"))


def _at(term: Expr, axes: Sequence[Index], place: Sequence[int]) -> Expr:
    return cancelled(contract(substitute(term, {i: const(n) for i, n in zip(axes, place, strict=True)})))


def _size(variant: Variant, index: Index) -> int:
    dims = variant.universe.dims
    return index.dim.fixed or dims.sizes.get(dims.find(index.dim.name)) or 0


def _singles_out(node: Expr, axes: Sequence[Index]) -> bool:
    """Whether an axis is compared with a number: `\\delta_{i1}`, "the second entry"."""
    sides = (node.a, node.b) if isinstance(node, Indicator) else ()
    return any(isinstance(x, Const) for x in sides) and any(
        isinstance(x, IndexValue) and x.index in axes for x in sides
    )
