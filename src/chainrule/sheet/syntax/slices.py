r"""Columns and rows of a matrix as in code: `A_{:,j}`, `A_{\cdot j}`, `A_{i,:}`, `(XW)_{:,j}`, `A[i, :]`, `A(:, j)`.

Either is the list of its entries, `(A_{\iota j})_{\iota = 1}`, in a fence of its own: texts use a row as a row or, like
a vector of code, as a column.
"""

from __future__ import annotations

from dataclasses import replace

from chainrule.read.tree import (
    Accent,
    Comma,
    Factor,
    Fenced,
    Fraction,
    Infix,
    Link,
    Missing,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Unread,
)
from chainrule.sheet.syntax.function_words import is_function_word

LETTER = "ι"
"""The index that runs; a document's own iota is `iota`."""
ROW, COLUMN = "[:", "[;"
"""The fences of a row and of a column, which nobody writes."""
EVERY = frozenset({"cdot", "bullet", "∙"})


def slices(node: Node) -> Node | None:
    """A name or a group with such a subscript, written by its entries; None for anything else."""
    if not isinstance(node, Script) or node.sub is None or node.primes or not isinstance(node.base, (Name, Fenced)):
        return None
    places = _places(node.sub)
    if len(places) != 2 or (places[0] is None) == (places[1] is None):
        return None
    running = Name(node.sub.span, LETTER)
    label = node.sup if isinstance(node.sup, Fenced) else None  # of a layer or a sample; anything else is a power
    entry = replace(node, sub=Comma(node.sub.span, tuple(running if p is None else p for p in places)), sup=label)
    range_ = Relation(node.span, running, (Link("=", node.span, Number(node.span, "1")),))
    whole = Script(node.span, Fenced(node.span, "(", entry, ")"), range_)
    fenced = Fenced(node.span, ROW if places[1] is None else COLUMN, whole, "]")
    return fenced if node.sup is label else Script(node.span, fenced, None, node.sup)


def in_brackets(node: Node) -> Node | None:
    """`A[i, :]` and `A(:, j)` as `A_{i, :}` and `A_{:, j}`: a colon by itself stands in no other list behind a name."""
    if not isinstance(node, Product):
        return None
    factors: list[Factor] = []
    for f in node.factors:
        called = len(factors) > 1 and not factors[-1].op and _is_call(factors[-2].node, factors[-1].node)
        whole = [_as_one(*factors[-2:])] if called else factors[-1:]
        cut = _cut([] if called else factors[:-1], whole[0], f) if whole else None
        factors = [*factors, f] if cut is None else [*factors[: -1 - called], cut]
    if len(factors) == len(node.factors):
        return None
    return factors[0].node if len(factors) == 1 else replace(node, factors=tuple(factors))


def _is_call(word: Node, arguments: Node) -> bool:
    return isinstance(word, Name) and is_function_word(word.text) and isinstance(arguments, Fenced)


def _as_one(word: Factor, arguments: Factor) -> Factor:
    """`softmax(A)` in parentheses."""
    span = word.node.span.join(arguments.node.span)
    return replace(word, node=Fenced(span, "(", Product(span, (replace(word, op=""), arguments)), ")"))


def _cut(before: list[Factor], last: Factor, behind: Factor) -> Factor | None:
    """A factor with the places in the brackets behind it as its subscripts."""
    power = behind.node.sup if isinstance(behind.node, Script) and behind.node.sub is None else None
    core = behind.node.base if isinstance(behind.node, Script) and power is not None else behind.node
    if behind.op or not isinstance(core, Fenced) or core.open not in ("[", "("):
        return None
    if not isinstance(core.body, Comma) or sorted(map(_is_colon, core.body.items)) != [False, True]:
        return None
    whole, span = last.node, last.node.span.join(core.span)
    match whole:
        case Name() | Accent():
            part = Script(span, whole, core.body)
        case Fenced() if not before or last.op:  # the parentheses of `f(A)[i, :]` are those of a call
            part = Script(span, whole, core.body)
        case Script(base=Name() | Accent(), sub=None, sup=Fenced(), primes=0):  # of a layer or a sample
            part = replace(whole, span=span, sub=core.body)
        case Script(sub=None) | Fraction():  # `A^T[:, i]`
            part = Script(span, Fenced(whole.span, "(", whole, ")"), core.body)
        case _:
            return None
    return replace(last, node=part if power is None else Script(span.join(behind.node.span), part, None, power))


def _is_colon(node: Node) -> bool:
    return (
        isinstance(node, Infix)
        and node.op == ":"
        and isinstance(node.left, Missing)
        and isinstance(node.right, Missing)
    )


def _places(sub: Node) -> tuple[Node | None, ...]:
    """The subscripts, None for the one that stands for all."""
    match sub:
        case Comma(items=items):
            return tuple(None if _is_every(i) else i for i in items)
        case Infix(op=":", left=Missing(), right=Missing()):
            return ()
        case Infix(op=":", left=Missing(), right=right):
            return None, right
        case Infix(op=":", left=left, right=Missing()):
            return left, None
        case Product(factors=(first, second)) if second.op in EVERY and isinstance(first.node, Missing):
            return None, second.node
        case Product(factors=(first, second)) if second.op in EVERY and isinstance(second.node, (Missing, Unread)):
            return first.node, None
        case Fenced(open="[", body=Comma() as body):
            return _places(body)
    return ()


def _is_every(node: Node) -> bool:
    return _is_colon(node) or (isinstance(node, Name) and (node.text in EVERY or node.text == "*"))
