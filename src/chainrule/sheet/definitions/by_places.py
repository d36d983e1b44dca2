r"""Coordinates of points, `(x_1, y_1) = (x_0, y_0) - \eta \nabla f(x_0, y_0)`: what a line says of each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chainrule.read.tree import Accent, Comma, Factor, Fenced, Fraction, Name, Node, Number, Product, Script, Sum, Term
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import nabla_of
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import reference


def places(world: World, side: Node, n: int) -> tuple[Node, ...]:
    """The n coordinates of a sum of tuples and gradients, each with numbers before it; none where a side is anything
    else."""
    terms = side.terms if isinstance(side, Sum) else (Term("+", side),)
    found = [_places(world, t.node, n) for t in terms]
    if len(terms) == 1:
        return ()
    if not all(found):  # a matrix in it mixes the coordinates: `(3, 3) - H^{-1} \nabla f(3, 3)`
        whole = Fenced(side.span, "(", side, ")")
        known = _items(terms[0].node, n) is not None
        return tuple(Script(side.span, whole, sub=Number(side.span, str(k + 1))) for k in range(n)) if known else ()
    return tuple(
        Sum(side.span, tuple(replace(t, node=items[k]) for t, items in zip(terms, found, strict=True)))
        for k in range(n)
    )


def _places(world: World, node: Node, n: int) -> tuple[Node, ...]:
    """The coordinates of a tuple, of a gradient at a point, or of a product of numbers and one of these."""
    if (items := _items(node, n)) is not None:
        return tuple(Fenced(i.span, "(", i, ")") for i in items)
    if not isinstance(node, Product):
        return ()
    *before, last = node.factors
    if len(before) > 1 and _items(last.node, n) is not None and nabla_of(before[-2].node) == ([], 1):
        *before, nabla, function = before
        inner = _slopes(world, nabla, function, last, n) if not (function.op or last.op) else ()
    else:
        inner = tuple(replace(last, node=i) for i in _places(world, last.node, n)) if before else ()
        called = before and not last.op and not _is_number(world, before[-1].node, called=True)
        inner = () if called else inner
    if not all(_is_number(world, f.node) for f in before):
        return ()
    return tuple(replace(node, factors=(*before, i)) if before else i.node for i in inner)


def _items(node: Node, n: int) -> tuple[Node, ...] | None:
    pair = isinstance(node, Fenced) and node.open == "(" and isinstance(node.body, Comma)
    items = node.body.items if pair else ()  # type: ignore[attr-defined]
    return items if len(items) == n else None


def _slopes(world: World, nabla: Factor, function: Factor, point: Factor, n: int) -> Sequence[Factor]:
    """The partial derivatives of a function at a point, by its arguments in their order."""
    ref = reference(function.node, world.glossary)
    sites = () if ref is None or not ref.bare else world.functions.get(ref.base, ())
    params = sites[-1].params if sites else None
    if params is None or len(params) != n:
        return ()
    slopes = (Fraction(nabla.node.span, _rounded(function.node), _rounded(p)) for p in params)
    return [replace(nabla, node=Product(nabla.node.span, (Factor("", s), point))) for s in slopes]


def _rounded(node: Node) -> Node:
    return Product(node.span, (Factor("", Name(node.span, "partial")), Factor("", node)))


def _is_number(world: World, node: Node, called: bool = False) -> bool:
    """Whether a factor before a tuple is a number, printed or by a name; `called`: right before its parenthesis, where
    a Latin letter may be a function."""
    if literal_number(node) is not None:
        return True
    if isinstance(node, Fraction):
        return all(_is_number(world, part) for part in (node.numerator, node.denominator))
    ref = reference(node, world.glossary) if isinstance(node, (Name, Script, Accent)) else None
    if ref is None or ref.postfix or ref.base in world.functions or ref.base[:1].isupper() or ref.base == "nabla":
        return False
    return not called or len(ref.base) > 1
