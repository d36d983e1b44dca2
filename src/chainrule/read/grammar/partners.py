"""Parentheses without a partner: where the missing one stands, if any place says the same. Bars that stand in pairs."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.read.grammar.fold import Item, Op
from chainrule.read.symbols import FUNCTIONS
from chainrule.read.tokens import Token
from chainrule.read.tree import Big, Fenced, Fraction, Name, Node, Number, Script, Unread


def takes_operand(node: Node) -> bool:
    """Whether a name or sign waits for an operand: a function word, a big operator, a nabla."""
    if isinstance(node, Script):
        node = node.base
    return isinstance(node, Big) or (isinstance(node, Name) and (node.text in FUNCTIONS or node.text == "nabla"))


def is_slash(item: Item | None) -> bool:
    """Whether an item is the slash of a quotient."""
    return isinstance(item, Op) and item.text == "/"


def closes_at_end(items: Sequence[Item], before: Sequence[Item]) -> bool:
    """Whether an unclosed parenthesis says the same wherever it is closed, or can only be closed at the end.

    That is so for a single operand, and for a product that nothing applies to as a whole: `2 (a - b) c` is one value
    however `2 ((a - b) c` is mended, while `2 (a - b` may be `2(a) - b`.
    """
    if len(items) == 1:
        return isinstance(items[0], Node) and not isinstance(items[0], Unread)
    if any(isinstance(i, Unread) or (isinstance(i, Op) and (i.kind != "prod" or i.text == "/")) for i in items):
        return False
    if not before or isinstance(before[-1], Op):
        return bool(items) and not (before and is_slash(before[-1]))
    return bool(items) and isinstance(before[-1], (Number, Fraction, Fenced))


def opens_at(items: Sequence[Item]) -> int | None:
    r"""Where the parenthesis belongs that the one behind `items` closes and nobody opened; None where that matters.

    The side is a product (`\sum_i a_i b_i)`), or its last term has a sign that waits for an operand: `a - \log s)` is
    a - \log(s), and `a - \sum_i b_i)` the same with the sum in parentheses. `a - b)` may be (a - b) or a - (b).
    """
    side = 1 + max((i for i, item in enumerate(items) if isinstance(item, Op) and item.kind == "rel"), default=-1)
    if side == len(items):
        return None
    if _is_product(items[side:]):
        return side
    term = 1 + max((i for i, item in enumerate(items) if isinstance(item, Op) and item.kind == "sum"), default=side - 1)
    waiting = [i for i, item in enumerate(items) if i >= term and isinstance(item, Node) and takes_operand(item)]
    functions = [i for i in waiting if not _is_sum(items[i])]
    behind = items[functions[0] + 1 :] if functions else items[term:]
    if not waiting or not behind or not _is_product(behind):
        return None
    reaches = not functions or len(behind) == 1 or not isinstance(behind[0], Fenced)
    return len(items) - len(behind) if reaches else None


def _is_product(items: Sequence[Item]) -> bool:
    """Whether items are a product and no more: no sum, no fraction by a slash, no function that may reach further."""
    return not any(
        isinstance(i, Unread)
        or (isinstance(i, Op) and (i.kind != "prod" or i.text == "/"))
        or (isinstance(i, Node) and takes_operand(i) and not _is_sum(i))
        for i in items
    )


def _is_sum(node: Item) -> bool:
    base = node.base if isinstance(node, Script) else node
    return isinstance(base, Big) and base.op in ("sum", "prod")


def of_bars(tokens: Sequence[Token], outer: Fenced) -> Fenced:
    r"""Bars around bars as the double bars of a norm, written one by one: `\lvert\lvert x \rvert\rvert`,
    `\left|\left| x \right|\right|`. Nobody takes an absolute value twice; bars of another kind inside, as in
    `\left| |A| \right|`, are the absolute value of a determinant."""
    inner = outer.body
    if not isinstance(inner, Fenced) or {outer.open, outer.close, inner.open, inner.close} != {"|"}:
        return outer
    opening = [t.kind for t in tokens if t.start in (outer.span.start, inner.span.start)]
    closing = [t.kind for t in tokens if t.end in (outer.span.end, inner.span.end)]
    pairs = len(opening) == len(closing) == 2 and opening[0] == opening[1] and closing[0] == closing[1]
    return Fenced(outer.span, "‖", inner.body, "‖") if pairs else outer
