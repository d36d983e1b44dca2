r"""An elementwise product beside a matrix product, without parentheses: `s \circ A B`.

Products are read from left to right where the shapes allow both. A line that holds in the other grouping is assumed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import chain, product
from typing import TypeGuard

from chainrule.check.comparison.compare import Different, Same
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.doubts.customs import customs
from chainrule.check.records.finding import Finding, assumed
from chainrule.read.tree import Factor, Fenced, Name, Node, Product, Script
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.syntax.rebuilding import rebuilt

ELEMENTWISE = frozenset({"odot", "circ"})
MATRIX = frozenset({"", "cdot"})


def grouped_otherwise(lines: Lines, e: Equation, variant: Variant, _different: Different) -> Finding | None:
    """A line that is right when its elementwise products and its matrix products are carried out in another order."""
    sides = [[side, *(w for group in GROUPINGS if (w := rebuilt(side, group)) is not side)] for side in (e.lhs, e.rhs)]
    for lhs, rhs in product(*sides):
        if lhs is e.lhs and rhs is e.rhs:
            continue
        line = replace(e, lhs=lhs, rhs=rhs)
        trial = lines.with_line(line)
        readings = chain((trial.like(variant),), (make() for _, make in customs(trial, line)))
        if any(isinstance(trial.outcome(line, v), Same) for v in readings):
            return assumed("condition", "holds if the elementwise and the matrix products are grouped in another way")
    return None


def _mixed(node: Node) -> TypeGuard[Product]:
    """Whether a node is an elementwise product with a matrix product in it that has no parentheses."""
    if not isinstance(node, Product) or not all(f.op in ELEMENTWISE | MATRIX for f in node.factors):
        return False
    signs = {f.op in ELEMENTWISE for n, f in enumerate(node.factors) if n and not _argument(node, n)}
    return signs == {True, False}


def _argument(node: Product, n: int) -> bool:
    """Whether a factor may be what the name before it is applied to: the (a) of `s'(a)`."""
    f, before = node.factors[n], node.factors[n - 1].node
    return not f.op and isinstance(f.node, Fenced) and isinstance(before, (Name, Script))


def _matrix_first(node: Node) -> Node | None:
    """`A \\circ (B C)` for `A \\circ B C`."""
    return _grouped(node, _matrix_first, ELEMENTWISE) if _mixed(node) else None


def _elementwise_first(node: Node) -> Node | None:
    """`(A \\circ B) C` for `A \\circ B C`."""
    return _grouped(node, _elementwise_first, MATRIX) if _mixed(node) else None


def _grouped(node: Product, inside: Callable[[Node], Node | None], between: frozenset[str]) -> Product:
    """The product with parentheses around what stands between two signs of a kind."""
    groups: list[list[Factor]] = []
    for n, f in enumerate(node.factors):
        part = Factor(f.op, rebuilt(f.node, inside))
        if n == 0 or (f.op in between and not _argument(node, n)):
            groups.append([part])
        else:
            groups[-1].append(part)
    factors = []
    for first, *rest in groups:
        whole = Product(node.span, (replace(first, op=""), *rest))
        factors.append(Factor(first.op, Fenced(node.span, "(", whole, ")")) if rest else first)
    return replace(node, factors=tuple(factors))


GROUPINGS = (_matrix_first, _elementwise_first)
