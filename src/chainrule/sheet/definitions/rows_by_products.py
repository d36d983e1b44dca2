r"""Vectors that lie in rows, as a document multiplies them: with `h = x W + b`, x and b are rows, though `x \in
\mathbb{R}^d` says nothing of it.

No column stands on the left of a matrix. So what stands there in a definition is a row, and what is added to the
product is one. A small letter before a capital that nobody declares may be a number, so that it must stand in such a
sum, and no other vector on the right of a matrix, `W x`.
"""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.read.tree import Node, Product, Sum
from chainrule.sheet.records.families import Family
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Ref, reference, walk
from chainrule.sheet.syntax.spelling import look

BETWEEN = frozenset({"", "cdot", "times", "*"})


def vectors_as_rows(world: World) -> None:
    """Declare the vectors rows that are multiplied by a matrix from the right."""
    bodies = [s.body for sites in world.sites.values() for s in sites]
    terms = [part for body in bodies for part in walk(body) if isinstance(part, Product)]
    pairs = [pair for part in terms if (pair := _last_two(world, part)) is not None]
    columns = {b.base for a, b in pairs if _is_matrix(world, a) and _is_vector(world, b)}
    rows = {(a.base, b.base) for a, b in pairs if _is_vector(world, a) and _is_matrix(world, b)}
    affine = {x for body in bodies for x in _in_affine_forms(world, body)}
    told = {a for a, _ in rows if world.family(a).declared_rank is not None or (a in affine and not columns)}
    rows = {(a, b) for a, b in rows if a in told - columns}
    world.rowwise |= bool(rows) and not columns
    for base in {a for a, _ in rows} | {x for body in bodies for x in _added(world, body, rows)}:
        family = world.family(base)
        if _is_column(family):
            family.declared_rank = "row"


def _last_two(world: World, node: Product) -> tuple[Ref, Ref] | None:
    """The last two factors of a product, where both are names that nothing is done to."""
    if len(node.factors) < 2 or node.factors[-1].op not in BETWEEN:
        return None
    first, second = (reference(f.node, world.glossary) for f in node.factors[-2:])
    if first is None or second is None or first.postfix or second.postfix:
        return None
    return first, second


def _is_column(family: Family) -> bool:
    return family.declared_rank == "column" and len(family.declared_dims) == 1 and not family.declared_subs


def _is_matrix(world: World, ref: Ref) -> bool:
    family = world.family(ref.base)
    if family.declared_rank is not None:
        return family.declared_rank == "matrix"
    return look(ref.base) in ("upper", "bold upper") and not world.defined(ref.base)


def _is_vector(world: World, ref: Ref) -> bool:
    family = world.family(ref.base)
    return _is_column(family) or (family.declared_rank is None and look(ref.base) in ("lower", "bold lower"))


def _in_affine_forms(world: World, body: Node) -> Iterator[str]:
    r"""The x and h of `x U + h W + b`, where nothing but such products and vectors is added; no \alpha of
    `C - \alpha F`."""
    for part in walk(body):
        if isinstance(part, Sum) and len(part.terms) > 1:
            products = [_last_two(world, t.node) for t in part.terms if isinstance(t.node, Product)]
            rest = [reference(t.node, world.glossary) for t in part.terms if not isinstance(t.node, Product)]
            if all(p is not None and _is_vector(world, p[0]) and _is_matrix(world, p[1]) for p in products) and all(
                ref is not None and _is_vector(world, ref) for ref in rest
            ):
                yield from (p[0].base for p in products if p is not None)


def _added(world: World, body: Node, rows: set[tuple[str, str]]) -> Iterator[str]:
    """The names that are added to a product of a row and a matrix."""
    for part in walk(body):
        if isinstance(part, Sum):
            pairs = [_last_two(world, t.node) for t in part.terms if isinstance(t.node, Product)]
            if any(pair is not None and (pair[0].base, pair[1].base) in rows for pair in pairs):
                refs = (reference(t.node, world.glossary) for t in part.terms)
                yield from (ref.base for ref in refs if ref is not None and not ref.postfix)
