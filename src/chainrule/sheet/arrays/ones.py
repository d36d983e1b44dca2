"""Arrays of ones: `\\mathbf{1}`, `\\mathbf{1}_n`, `\\mathbf{1}_{n \\times n}`, and what the words call so."""

from __future__ import annotations

from chainrule.expr import const
from chainrule.read.tree import Name, Node, Product
from chainrule.sheet.records.frame import Frame
from chainrule.sheet.records.shapes import Val, scalar
from chainrule.sheet.records.sizes import named_dim
from chainrule.sheet.syntax.names import Glossary, Ref, letter_of

ONES_NAMES = frozenset({"bb 1", "bold 1", "bold bb 1"})
SIZES_BELOW = frozenset("nmdpNMDKBCHTLV")
"""Letters that say below such a name how many there are; `\\mathbf{1}_k` may be the k-th unit vector."""
ONES = "ones"
"""The kind of what the words call a vector or a matrix of ones."""


def ones(frame: Frame, ref: Ref) -> Val | None:
    """The array of ones that a name stands for: a column, unless its sizes, the words or the lines say a matrix; where
    sums are implied, a one that carries its index: `\\mathbf{1}_h x_h` is a sum."""
    family, sizes = frame.world.family(ref.base), sizes_below(ref, frame.world.glossary)
    if frame.einstein is not None and ref.base in ONES_NAMES and ref.subs and not sizes:
        return None if frame.world.defined(ref.base) else _carried(frame, ref)
    told = family.domain_kind == ONES
    plain = ref.base in ONES_NAMES and not ref.subs
    if not (told or plain or sizes) or (ref.subs and not sizes) or frame.world.defined(ref.base):
        return None
    if frame.world.struck and plain and not family.transposed:
        return scalar(const(1))  # the one entry that the lines are about
    reading = frame.world.readings.get(ref.base)
    matrix = len(sizes) == 2 or family.declared_rank == "matrix" or (plain and reading is not None and reading.axes > 1)
    names = sizes or family.declared_dims
    dims = [frame.new_dim("ones") for _ in range(2 if matrix and names else 1)]
    frame.universe.ones.setdefault(frame.owner, []).extend(dims)
    for dim, name in zip(dims, names, strict=False):
        if name is not None and name.isdigit():
            frame.dims.fix(dim, int(name))
        elif name is not None:
            frame.dims.unify(dim, named_dim(frame, name))
    if matrix:
        return Val((dims[0], dims[-1]), lambda *_: const(1))
    return Val((None, dims[0]) if family.declared_rank == "row" else (dims[0], None), lambda _: const(1))


def _carried(frame: Frame, ref: Ref) -> Val:
    """A one with its index, which runs as far as the letter does elsewhere; by custom h goes on to H."""
    for letter, sub in ((letter_of(sub), sub) for sub in ref.subs):
        summed = f"∑{letter}"
        frame.index_term(sub, summed)
        frame.universe.ones.setdefault(frame.owner, []).append(summed)
        count = (letter or "").upper()
        if count in frame.world.size_names and not frame.world.defined(count):
            frame.universe.counted.append((summed, named_dim(frame, count)))
    return scalar(const(1))


def sizes_below(ref: Ref, glossary: Glossary) -> tuple[str, ...]:
    """The sizes in the subscript of a name for ones, one or two."""
    head, _, word = ref.base.partition("_")
    if head not in ONES_NAMES:
        return ()
    parts: tuple[Node, ...] = ref.subs
    if len(parts) == 1 and isinstance(parts[0], Product) and [f.op for f in parts[0].factors[1:]] == ["times"]:
        parts = tuple(f.node for f in parts[0].factors)
    names = [word] if word else [n.text for n in parts if isinstance(n, Name)]
    sizes = tuple(x for x in names if x in SIZES_BELOW and x not in glossary.bound)
    return sizes if 0 < len(sizes) == len(names) <= 2 and len(parts) in (0, len(names)) else ()
