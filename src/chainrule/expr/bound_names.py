"""The names of bound indices.

A node that binds indices keeps its children in `scopes`, pairs (bound indices, body). When it is built each bound index
is renamed to `•k`, with k one above every number bound inside its body and not free in it. So alpha-equivalent terms
are the same object, and opening a node (using its bound index as if it were free) is safe as long as no other opened
node stands beside it; else rename with `fresh`.
"""

from __future__ import annotations

from chainrule.expr.index import BOUND, Dim, Index, bound_at
from chainrule.expr.making import value
from chainrule.expr.nodes import Expr, Scope
from chainrule.expr.substitution import substitute


def closed(bound: tuple[Index, ...], body: Expr) -> Scope:
    """The scope with its bound indices in canonical names."""
    if not bound:
        return (), body
    names = _canonical(bound, body)
    if names is bound or names == bound:
        return bound, body
    if len(bound) > 1 and any(i.number for i in bound):
        held = _held(bound, body)
        body = substitute(body, {i: value(j) for i, j in zip(bound, held, strict=True)})
        bound, names = held, _canonical(held, body)
    # inside, indices that made way for the old names have taken lower ones, so that a lower one may do here, too
    return closed(names, substitute(body, {i: value(j) for i, j in zip(bound, names, strict=True)}))


def _held(bound: tuple[Index, ...], body: Expr) -> tuple[Index, ...]:
    """Names for the time of renaming that are not free in the body, where an outer renaming may be under way."""
    taken = {i.name for i in body.free}
    names = (name for k in range(len(taken) + len(bound)) if (name := f"{BOUND}held{k}") not in taken)
    return tuple(Index(name, i.dim) for name, i in zip(names, bound, strict=False))


def _canonical(bound: tuple[Index, ...], body: Expr) -> tuple[Index, ...]:
    taken = [i.number for i in body.free if i.number and i not in bound]
    names, k = [], body.bound
    if not taken and len(bound) == 1 and bound[0].number == k + 1:
        return bound
    for index in bound:
        k += 1
        while k in taken:
            k += 1
        names.append(index if index.number == k else bound_at(k, index.dim))
    return tuple(names)


def fresh(dim: Dim, *avoid: Expr) -> Index:
    """An index over `dim` that is free in none of the terms."""
    taken = {i.name for e in avoid for i in e.free}
    return Index(next(name for k in range(len(taken) + 1) if (name := f"ι{k}") not in taken), dim)
