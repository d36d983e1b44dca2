r"""Lines about one entry of what is declared as vectors: `\mu, \gamma \in \mathbb{R}^d`, and derivatives for one of d.

A dimension is struck from all declarations: what is declared with it alone is a number then, and a matrix a vector.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chainrule.sheet.inference.unreadable import AGAINST_DECLARATION
from chainrule.sheet.records.shapes import RANKS
from chainrule.sheet.records.world import World

Dims = tuple[str | None, ...]


def disputed(world: World, used: Iterable[str]) -> Iterator[str]:
    """The dimensions in the declarations that words take back in part, or that a definition contradicts and nothing
    but elementwise formulas can be about: none of the names that are `used` is an array besides, or transposed."""
    told = {d for base in world.reshaped for d in world.family(base).declared_dims}
    hidden = [base for base, h in world.hidden.items() if h.why.message == AGAINST_DECLARATION]
    contradicted = {d for base in hidden for d in world.family(base).declared_dims}
    families = [world.family(base) for base in used]
    for dim in sorted(d for d in told | contradicted if d is not None and not d.isdigit()):
        having = [f for f in families if dim in f.declared_dims]
        if dim in told or not any(f.transposed or _without(f.declared_dims, dim) for f in having):
            yield dim


def strike(world: World, dim: str) -> None:
    """Take a dimension out of all declarations of a world."""
    world.struck = dim
    for family in world.families.values():
        if dim in family.declared_dims and family.declared_rank in RANKS:
            family.declared_dims = _without(family.declared_dims, dim)
            family.declared_rank = _rank(family.declared_dims)
        for labels, dims in list(family.labelled_dims.items()):
            if dim in dims:
                family.labelled_dims[labels] = kept = _without(dims, dim)
                family.labelled_ranks[labels] = _rank(kept)


def _without(dims: Dims, dim: str) -> Dims:
    return tuple(d for d in dims if d not in (dim, "1"))


def _rank(dims: Dims) -> str:
    return ("scalar", "vector", "matrix")[min(len(dims), 2)]
