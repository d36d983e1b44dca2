r"""Lines of differentials that are told by their direction: `d\hat x = r\,dx + x\,dr` behind `\hat x = r x`.

A differential goes from what a quantity is made of to it, and the gradient that code calls `dx` the other way, from
what is computed of x back to it. A loss that is differentiated somewhere, and by which nothing is, has no gradient of
its own: `dL = g^T dx` goes forward, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chainrule.read.tree import Accent, Fenced, Fraction, Name, Node, Product, Script
from chainrule.sheet.derivatives.degrees import acts, degree, integrates, is_d, is_derivative
from chainrule.sheet.records.statements import DEFINING, DEFINING_LEFT, Equation, Sheet
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.literals import is_zero
from chainrule.sheet.syntax.names import children, node_key, spelled, walk
from chainrule.sheet.syntax.spelling import names_loss


def forward_lines(sheet: Sheet) -> frozenset[int]:
    """The positions of the lines of differentials that go forward, with those that their chains go on with."""
    losses = _losses(sheet)
    heads = [e for e in sheet.equations if of_first_degree(e) and (goes_forward(sheet, e) or _of_loss(e, losses))]
    chains = {(id(e.document), e.chain) for e in heads}
    going_on = (e for e in sheet.equations if (id(e.document), e.chain) in chains and of_first_degree(e))
    return frozenset(e.position for e in going_on)


def goes_forward(sheet: Sheet, e: Equation) -> bool:
    """`dv = (1 - v^2) du` behind `v = \\tanh u`: a differential goes from what a quantity is computed from to it, and a
    gradient the other way. What goes round in a circle goes nowhere."""
    own = node_key(next(changing_names(e.lhs), e.lhs))
    changing = {node_key(x) for x in changing_names(e.rhs)} - {own}
    return bool(changing & _made_of(sheet, own)) and not any(own in _made_of(sheet, x) for x in changing)


def _made_of(sheet: Sheet, own: object) -> set[object]:
    """The names behind a quantity, through their definitions."""
    found, todo = set[object](), [own]
    while todo:
        key = todo.pop()
        sites = (x.rhs for x in sheet.equations if not x.link and x.op in DEFINING and _called(x.lhs) == key)
        names = {node_key(n) for side in sites for n in walk(side) if isinstance(n, (Name, Script, Accent))}
        todo += names - found
        found |= names
    return found


def _called(side: Node) -> object:
    """The f of `f(x, y) = ...`, the name of anything else."""
    factors = side.factors if isinstance(side, Product) else ()
    call = len(factors) == 2 and isinstance(factors[1].node, Fenced) and not factors[1].op
    return node_key(factors[0].node if call else side)


def changing_names(side: Node) -> Iterator[Node]:
    """What stands behind the d's of a formula, outside of its derivatives."""
    for node in _outside_slopes(side):
        if isinstance(node, Product):
            for first, second in pairwise(node.factors):
                if is_d(first.node) and not second.op:
                    yield second.node


def of_first_degree(e: Equation) -> bool:
    """Whether both sides have one d in every term; zero is of every degree."""
    if e.op not in DEFINING_LEFT or integrates(e.lhs) or integrates(e.rhs):
        return False
    degrees = {degree(side) for side in (e.lhs, e.rhs) if not is_zero(side)}
    return degrees == {1}


def _of_loss(e: Equation, losses: set[object]) -> bool:
    """`dL = g^T dx` for a loss L."""
    factors = e.lhs.factors if isinstance(e.lhs, Product) else ()
    if e.link or len(factors) != 2 or not acts(factors, 0):
        return False
    return node_key(factors[1].node) in losses - {node_key(n) for n in changing_names(e.rhs)}


def _losses(sheet: Sheet) -> set[object]:
    """The losses that are differentiated by something, where nothing is differentiated by them or computed of them."""
    slopes = [n for e in sheet.equations for side in (e.lhs, e.rhs) for n in walk(side) if isinstance(n, Fraction)]
    tops, others = set[object](), set[object]()
    for slope in slopes:
        top, bottom = above(slope.numerator), below(slope.denominator)
        if top is not None and isinstance(top.body, Name) and names_loss(spelled(top.body)):
            tops.add(node_key(top.body))
        others |= {node_key(v) for v in (bottom[1] if bottom is not None else ())}
    others |= {node_key(n) for e in sheet.equations for n in _outside_slopes(e.rhs)} if tops else set()
    return tops - others


def _outside_slopes(node: Node) -> Iterator[Node]:
    """The parts of a formula without its derivatives."""
    stack = [node]
    while stack:
        top = stack.pop()
        if not is_derivative(top):
            yield top
            stack += children(top)
