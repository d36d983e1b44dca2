r"""Names that hold one number: `\beta = 0.9`, and the \beta of `1 - \beta^t`, which stands beside a number.

A small t above one of them is how often it is taken; only above an array may it be meant as the sign of a transpose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chainrule.read.tree import Comma, Name, Node, Number, Relation, Script, Sum
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import Glossary, reference


def plain_numbers(everything: Iterable[Node], glossary: Glossary) -> set[str]:
    """The names that a document gives a number, or puts beside one under a t."""
    names = (x for node in everything for x in _numbers(node))
    return {ref.base for x in names if (ref := reference(x, glossary)) is not None}


def _numbers(node: Node) -> Iterator[Node]:
    match node:
        case Relation(first=Name() as first, links=(link, *_)) if _given(link.op, link.node):
            yield first
        case Relation(first=Comma(items=names), links=(link, *_)) if isinstance(link.node, Comma):
            pairs = zip(names, link.node.items, strict=False)
            yield from (a for a, b in pairs if isinstance(a, Name) and _given(link.op, b))
        case Sum(terms=terms) if any(isinstance(t.node, Number) for t in terms):
            yield from (base for term in terms if (base := _under_t(term.node)) is not None)


def _given(op: str, value: Node) -> bool:
    return op in ("=", ":=", "≈") and literal_number(value) is not None


def _under_t(node: Node) -> Node | None:
    r"""The \beta of `\beta^t` and the `\beta_1` of `\beta_1^t`."""
    if not isinstance(node, Script) or not isinstance(node.sup, Name) or node.sup.text != "t":
        return None
    return node.base if node.sub is None else Script(node.span, node.base, node.sub, None, 0)
