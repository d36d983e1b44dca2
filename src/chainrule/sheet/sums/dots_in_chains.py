r"""Dots between the derivatives of a chain, `\frac{\partial h_5}{\partial h_4} \cdots
\frac{\partial h_2}{\partial h_1}`: each factor leads one step further, and so do those that the dots stand for.

Between numbers they are written one by one, in the order that the ends have; between letters as a product over steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chainrule.read.tree import (
    Big,
    Factor,
    Fenced,
    Fraction,
    Link,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Sum,
    Term,
)
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.names import node_key
from chainrule.sheet.syntax.patterns import SLOT, filled

MOST = 40
"""So many factors are written at most."""
Place = tuple[Callable[[Script], Node | None], Callable[[Script, Node], Script]]


@dataclass(frozen=True)
class Step:
    """A derivative of a quantity by its like one step away: its pattern with slots for both, and where it leads."""

    upper: tuple[str, int]
    lower: tuple[str, int]
    top: Node
    key: object
    fraction: Fraction
    bare: bool
    """Whether the number stands above without brackets: a letter of ours there would be an exponent."""

    def at(self, upper: Node, lower: Node) -> Node:
        """The derivative at other steps."""
        numerator, denominator = self.fraction.numerator, self.fraction.denominator
        assert isinstance(numerator, Product) and isinstance(denominator, Product)
        parts = [_with_last(p, filled(self.top, x)) for p, x in ((numerator, upper), (denominator, lower))]
        return replace(self.fraction, numerator=parts[0], denominator=parts[1])


def chain_with_dots(factors: Sequence[Factor], at: int, letter: str | None) -> list[Factor] | None:
    """The factors of a product whose dots at a place stand for derivatives; None where they do not."""
    if not 0 < at < len(factors) - 1:
        return None
    left, right = _step(factors[at - 1].node), _step(factors[at + 1].node)
    if left is None or right is None or left.key != right.key:
        return None
    ahead = left.upper[1] - left.lower[1]
    if ahead != right.upper[1] - right.lower[1]:
        return None
    op, span = factors[at].op or factors[at + 1].op, factors[at].node.span
    if not left.upper[0] and not right.upper[0]:
        first, last = left.upper[1], right.upper[1]
        steps = range(first - 1, last, -1) if first > last else range(first + 1, last)
        if len(steps) > MOST:
            return None
        between = [
            Factor(op, left.at(Number(span, str(n)), Number(span, str(n - ahead)))) for n in steps if n - ahead >= 0
        ]
        return [*factors[:at], *between, *factors[at + 1 :]]
    if letter is None or ahead != 1:
        return None
    name = Name(span, letter)
    before = Sum(span, (Term("+", name), Term("-", Number(span, "1"))))
    high, low = (left, right) if _is_later(left, right) else (right, left)
    limits = Relation(span, name, (Link("=", span, _index_of(low)),))
    big = Big(span, "prod", limits, _index_of(high))
    ends = (name, before) if not left.bare else (Fenced(span, "(", name, ")"), Fenced(span, "(", before, ")"))
    product = Product(span, (Factor("", big), Factor("", left.at(*ends))))
    return [*factors[: at - 1], replace(factors[at - 1], node=product), *factors[at + 2 :]]


def _is_later(left: Step, right: Step) -> bool:
    """Whether a chain begins with its last step: at a letter, `T`, and goes to another one or to a number."""
    if left.upper[0] == right.upper[0]:
        return left.upper[1] > right.upper[1]
    return bool(left.upper[0])


# --------------------------------------------------------------------------------------------------------- one step


def _of_sub(node: Script) -> Node | None:
    return node.sub


def _of_sup(node: Script) -> Node | None:
    return node.sup


def _of_mark(node: Script) -> Node | None:
    return node.sup.body if isinstance(node.sup, Fenced) else None


PLACES: tuple[Place, ...] = (
    (_of_sub, lambda node, x: replace(node, sub=x)),
    (_of_mark, lambda node, x: replace(node, sup=Fenced(node.span, "(", x, ")"))),
    (_of_sup, lambda node, x: replace(node, sup=x)),
)
"""Where the number of a step stands: below, in brackets above, or above."""


def _step(node: Node) -> Step | None:
    if not isinstance(node, Fraction):
        return None
    top, bottom = above(node.numerator), below(node.denominator)
    if top is None or top.order != 1 or bottom is None or len(bottom[1]) != 1:
        return None
    body, variable = top.body, bottom[1][0]
    if not isinstance(body, Script) or not isinstance(variable, Script):
        return None
    for number_of, put in PLACES:
        ends = [_counted(x) if (x := number_of(n)) is not None else None for n in (body, variable)]
        if ends[0] is None or ends[1] is None or ends[0][0] != ends[1][0] or abs(ends[0][1] - ends[1][1]) != 1:
            continue
        patterns = [put(n, Name(n.span, SLOT)) for n in (body, variable)]
        if node_key(patterns[0]) == node_key(patterns[1]):
            return Step(ends[0], ends[1], patterns[0], (top.sign, node_key(patterns[0])), node, number_of is _of_sup)
    return None


def _counted(node: Node) -> tuple[str, int] | None:
    """`5` as ("", 5), `t - 1` as ("t", -1)."""
    match node:
        case Number(text=text) if text.isdigit():
            return "", int(text)
        case Name(text=text, style=()):
            return text, 0
        case Sum(terms=(first, second)) if isinstance(second.node, Number) and second.node.text.isdigit():
            if isinstance(first.node, Name) and first.sign == "+":
                return first.node.text, int(second.node.text) * (-1 if second.sign == "-" else 1)
    return None


def _index_of(step: Step) -> Node:
    """The number of the upper end of a step, as it is written."""
    top = above(step.fraction.numerator)
    assert top is not None and isinstance(top.body, Script)
    return next(x for number_of, _ in PLACES if (x := number_of(top.body)) is not None and _counted(x) == step.upper)


def _with_last(product: Product, name: Node) -> Node:
    """`\\partial h` with another name behind the sign."""
    return replace(product, factors=(product.factors[0], replace(product.factors[1], node=name)))
