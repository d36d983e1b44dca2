r"""Marks on a variance: `(\sigma^2)^{(t+1)}`, `\sigma^{2\,\text{new}}`, `\sigma^{2*}`, `{\sigma^2}_k^{(t+1)}`.

They belong to the name below the square, `(\sigma^{(t+1)})^2`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainrule.read.tree import Accent, Comma, Factor, Fenced, Name, Node, Number, Product, Script, Text

STARS = frozenset({"*", "star", "ast", "dagger", "⋆"})
VERSIONS = frozenset({"new", "old", "prev", "next", "mle", "ml", "map", "opt", "ols", "prior", "post", "true"})
VARIANCES = frozenset({"sigma", "varsigma", "tau"})
r"""Letters whose squares are names of variances. A mark on another square may be a power, `\beta^{2 (t+1)}`, or the 2 a
layer, `W^{2, (t)}`."""


def marked_square(node: Node) -> Node | None:
    """A square with a mark, as the square of what has the mark."""
    found = _squared(node)
    return None if found is None else replace(found, base=Fenced(found.base.span, "(", found.base, ")"))


def marked_square_behind(node: Node) -> Node | None:
    r"""The same behind another factor, without the parentheses, which would be those of a call: `\log \sigma^{2*}`."""
    if not isinstance(node, Product):
        return None
    squares = [None if n == 0 or f.op else _squared(f.node) for n, f in enumerate(node.factors)]
    if not any(squares):
        return None
    pairs = zip(node.factors, squares, strict=True)
    return replace(node, factors=tuple(f if square is None else replace(f, node=square) for f, square in pairs))


def _squared(node: Node) -> Script | None:
    found = _parts(node)
    if found is None:
        return None
    square, mark = found
    return Script(node.span, Script(square.span, square.base, square.sub, mark), None, Number(node.span, "2"))


def _parts(node: Node) -> tuple[Script, Node] | None:
    """The square of a variance's letter, and the mark on it."""
    if not isinstance(node, Script) or node.sup is None or node.primes:
        return None
    whole = _bare(node.base)
    if isinstance(whole, Script):
        squared = _letter(whole.base) in VARIANCES and _is_square(whole) and node.sub is None
        return (whole, node.sup) if squared and _is_mark(node.sup) else None
    marks = [m for m in _beside_two(node.sup) if _is_mark(m)] if _letter(node.base) in VARIANCES else []
    return (node, marks[0]) if marks else None


def _bare(node: Node) -> Node:
    match node:
        case Fenced(open="(", body=Script() as body):
            return body
    return node


def _is_square(node: Script) -> bool:
    return isinstance(node.sup, Number) and node.sup.text == "2" and not node.primes


def _letter(node: Node) -> str:
    return node.text if isinstance(node, Name) else _letter(node.body) if isinstance(node, Accent) else ""


def _beside_two(sup: Node) -> Iterator[Node]:
    """What stands beside the 2 of a superscript: the new of `2\\,\\text{new}`, `2, (t)` and `2^{new}`."""
    match sup:
        case Product(factors=(Factor(op="", node=Number(text="2")), *rest)) if rest and not any(f.op for f in rest):
            yield rest[0].node if len(rest) == 1 else Product(sup.span, tuple(rest))
        case Product(factors=(*rest, Factor(op="", node=Number(text="2")))) if rest and not any(f.op for f in rest):
            yield rest[0].node if len(rest) == 1 else Product(sup.span, tuple(rest))
        case Comma(items=(Number(text="2"), mark) | (mark, Number(text="2"))):
            yield mark
        case Script(base=Number(text="2"), sub=None, sup=Node() as mark, primes=0):
            yield mark


def _is_mark(node: Node) -> bool:
    """Whether a superscript is a mark and no power: a star, a word for a version, and what stands in parentheses."""
    match node:
        case Name(text=text) if text in STARS:
            return True
        case Fenced(open="("):
            return True
    return _word(node).lower() in VERSIONS


def _word(node: Node) -> str:
    if isinstance(node, Name | Text):
        return node.text.strip()
    if isinstance(node, Product) and all(f.op == "" and isinstance(f.node, Name) for f in node.factors):
        return "".join(_word(f.node) for f in node.factors)
    return ""
