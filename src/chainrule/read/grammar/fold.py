r"""From a flat list of operands and operators to a tree, by precedence.

Weakest first: comma list; "or"; relation chain and the separators `|` `:` `;`; sum; product. Inside fences and scripts
a separator is weaker than a relation (`P(Y = y \mid x)`, `\{x : x > 0\}`), on the outer level of a row a relation is
weaker (`y \mid x \sim N`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from chainrule.read.tree import (
    Big,
    Comma,
    Dots,
    Factor,
    Fenced,
    Fraction,
    Infix,
    Link,
    Missing,
    Name,
    Node,
    Product,
    Relation,
    Span,
    Sum,
    Term,
    Unread,
)


class Op(NamedTuple):
    """An operator between operands: its kind ("rel", "sum", "prod", "comma", "infix", "or", "over") and sign."""

    kind: str
    text: str
    span: Span


Item = Node | Op
_Fold = Callable[[Sequence[Item], int], Node]
_STARS = frozenset(["*", "ast", "star"])
_ALONE = frozenset(["sum", "prod", "rel"])


def fold(items: Sequence[Item], at: int, row: bool = False) -> Node:
    """The tree of a list; `at` is the place of an empty one, `row` says that it is the outer level of a row."""
    if len(items) == 1:
        return _alone(items[0])
    if not any(isinstance(item, Op) for item in items):
        return _product(items, at)
    return _over(items, at, row)


def _alone(item: Item) -> Node:
    """A single operand, or a sign that stands for itself: `x^*`, `f(\\cdot)`."""
    if isinstance(item, Op):
        return Name(item.span, item.text) if item.kind in _ALONE and item.text != "." else Missing(item.span)
    return item


def split(items: Sequence[Item], kind: str) -> tuple[list[list[Item]], list[Op]]:
    """The pieces between the operators of a kind, and those operators."""
    pieces: list[list[Item]] = [[]]
    ops: list[Op] = []
    for item in items:
        if isinstance(item, Op) and item.kind == kind:
            ops.append(item)
            pieces.append([])
        else:
            pieces[-1].append(item)
    return pieces, ops


def extent(items: Sequence[Item], at: int) -> Span:
    """The span that holds all items (tokens of one macro share a span, so their order is no guarantee)."""
    if not items:
        return Span(at, at)
    return Span(min(i.span.start for i in items), max(i.span.end for i in items))


def _over(items: Sequence[Item], at: int, row: bool) -> Node:
    pieces, ops = split(items, "over")
    if not ops:
        return _comma(items, at, row)
    top, bottom = _comma(pieces[0], at, row), _comma(pieces[1], ops[0].span.end, row)
    if ops[0].text == "choose":
        both = Comma(top.span.join(bottom.span), (top, bottom))
        return called(both.span, "binom", both)
    return Fraction(top.span.join(ops[0].span).join(bottom.span), top, bottom)


def called(span: Span, word: str, arguments: Node) -> Product:
    """A notation of its own as the call of a function that has no letter."""
    fence = arguments if isinstance(arguments, Fenced) else Fenced(arguments.span, "(", arguments, ")")
    return Product(span, (Factor("", Name(span, word, ("rm",))), Factor("", fence)))


def _comma(items: Sequence[Item], at: int, row: bool) -> Node:
    inner = _statement_in_row if row else _statement
    pieces, ops = split(items, "comma")
    starts = [at, *(op.span.end for op in ops)]
    nodes = [inner(p, start) for p, start in zip(pieces, starts, strict=True) if p]
    if len(nodes) < 2:
        return nodes[0] if nodes else Missing(Span(at, at))
    nodes = [part for node in nodes for part in _apart_from_dots(node)]
    return Comma(extent(items, at), tuple(nodes))


def _apart_from_dots(node: Node) -> list[Node]:
    r"""`x_1, \dots x_n`: a comma before or after dots that was not written."""
    if isinstance(node, Relation):
        *dots, first = _apart_from_dots(node.first)
        return [*dots, replace(node, span=Span(first.span.start, node.span.end), first=first)] if dots else [node]
    if not isinstance(node, Product) or any(f.op for f in node.factors):
        return [node]
    factors = [f.node for f in node.factors]
    if isinstance(factors[0], Dots):
        return [factors[0], _product(factors[1:], factors[0].span.end)]
    if isinstance(factors[-1], Dots):
        return [_product(factors[:-1], node.span.start), factors[-1]]
    return [node]


def _statement(items: Sequence[Item], at: int) -> Node:
    return _infix(items, at, "or", _separated)


def _separated(items: Sequence[Item], at: int) -> Node:
    return _infix(items, at, "infix", _chain)


def _chain(items: Sequence[Item], at: int) -> Node:
    return _relation(items, at, _sum)


def _statement_in_row(items: Sequence[Item], at: int) -> Node:
    return _infix(items, at, "or", _chain_in_row)


def _chain_in_row(items: Sequence[Item], at: int) -> Node:
    return _relation(items, at, _side)


def _side(items: Sequence[Item], at: int) -> Node:
    return _infix(items, at, "infix", _sum)


def _infix(items: Sequence[Item], at: int, kind: str, inner: _Fold) -> Node:
    pieces, ops = split(items, kind)
    node = inner(pieces[0], at)
    for op, piece in zip(ops, pieces[1:], strict=True):
        if not piece and op.text == ";":
            continue
        right = inner(piece, op.span.end)
        node = Infix(node.span.join(op.span).join(right.span), op.text, node, right)
    return node


def _relation(items: Sequence[Item], at: int, inner: _Fold) -> Node:
    """A chain; the same sign twice in a row (`= \\\\ =`) is one sign."""
    pieces, ops = split(items, "rel")
    if not ops:
        return inner(items, at)
    first = inner(pieces[0], at) if pieces[0] else Missing(Span(at, at))
    links: list[Link] = []
    for i, op in enumerate(ops):
        piece = pieces[i + 1]
        if not piece and i + 1 < len(ops) and ops[i + 1].text == op.text:
            continue
        links.append(Link(op.text, op.span, inner(piece, op.span.end)))
    return Relation(extent(items, at), first, tuple(links))


def _sum(items: Sequence[Item], at: int) -> Node:
    """Terms with signs. A sign after a product sign (`a \\cdot -b`) belongs to the factor, not to the sum."""
    terms: list[Term] = []
    current: list[Item] = []
    signs: list[Op] = []
    for item in items:
        if not isinstance(item, Op) or item.kind != "sum" or _waits(current):
            current.append(item)
        elif current:
            terms.append(_term(signs, current, at))
            current, signs = [], [item]
        else:
            signs.append(item)
    if not terms and not signs:
        return _product(current, at)
    if not terms and not current and len(signs) == 1:
        return _alone(signs[0])
    terms.append(_term(signs, current, at))
    return Sum(extent(items, at), tuple(terms))


def _waits(current: list[Item]) -> bool:
    r"""Whether a list ends with what still needs its right operand: a product sign, `\sum_i`, `\log`."""
    last = current[-1] if current else None
    if isinstance(last, Op):
        return last.kind in ("prod", "sum") and last.text != "."
    return isinstance(last, Big) or (isinstance(last, Name) and last.text in ("log", "ln", "exp"))


def _term(signs: list[Op], items: list[Item], at: int) -> Term:
    node = _product(items, at) if items else _absent(signs[-1])
    for sign in reversed(signs[1:]):
        node = Sum(sign.span.join(node.span), (Term(sign.text, node),))
    return Term(signs[0].text if signs else "+", node)


def _absent(op: Op) -> Node:
    reason = f"nothing stands on the right of '{op.text}'; write the missing operand"
    return Unread(op.span, "missing-operand", reason)


def _product(items: Sequence[Item], at: int) -> Node:
    if len(items) == 1:
        return _alone(items[0])
    factors: list[Factor] = []
    i = 0
    while i < len(items):
        item = items[i]
        i += 1
        if not isinstance(item, Op):
            factors.append(Factor("", item))
        elif item.kind == "sum":
            right, i = _right(items, i - 1, item)
            factors.append(Factor("", right))
        elif item.text in _STARS and (not factors or i == len(items) or _is_sign(items[i], "prod")):
            factors.append(Factor("", Name(item.span, item.text)))
        elif item.text == "." and (not factors or i == len(items)):
            continue
        else:
            right, i = _right(items, i, item)
            if not factors:
                factors.append(Factor("", Missing(Span(item.span.start, item.span.start))))
            factors.append(Factor(item.text, right))
    if len(factors) == 1:
        return factors[0].node
    return Product(extent(items, at), tuple(factors)) if factors else Missing(Span(at, at))


def _right(items: Sequence[Item], i: int, op: Op) -> tuple[Node, int]:
    """The operand on the right of a product sign, with its own signs, and the place behind it."""
    signs: list[Op] = []
    while i < len(items) and _is_sign(items[i], "sum"):
        signs.append(items[i])  # type: ignore[arg-type]
        i += 1
    operand = items[i] if i < len(items) else None
    if operand is None or isinstance(operand, Op):
        return _absent(op), i
    for sign in reversed(signs):
        operand = Sum(sign.span.join(operand.span), (Term(sign.text, operand),))
    return operand, i + 1


def _is_sign(item: Item, kind: str) -> bool:
    return isinstance(item, Op) and item.kind == kind
