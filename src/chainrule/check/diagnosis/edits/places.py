r"""The places of one side of an equation where a small edit can be made, with their source text.

A `Place` is a node with the role it plays: a term, a factor, an index, an exponent. A `Unit` is what stands as one
thing in a product: a function with its argument, a big operator's sign, a number, or a plain operand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from chainrule.read import tree
from chainrule.read.tree import (
    Accent,
    Big,
    Brace,
    Comma,
    Fenced,
    Fraction,
    Infix,
    Matrix,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Root,
    Script,
    Span,
    Sum,
)
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.names import Glossary
from chainrule.sheet.syntax.script_words import INDEX_LETTERS, is_transpose

SIGN = re.compile(r"[+\-−](?=[^+\-−]*\Z)")
TRANSPOSE = re.compile(
    r"\^\s*(\{\s*)?(\\top|\\intercal|\\mathsf\s*\{\s*T\s*\}|\\mathrm\s*\{\s*T\s*\}|T)(?(1)\s*\})(?![a-zA-Z])"
)
QUANTITY = ("side", "term", "factor", "body", "numerator", "denominator", "cell")
MAX_PLACES = 2000


@dataclass(frozen=True, slots=True)
class Place:
    """A node and its role in what holds it."""

    node: Node
    role: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing in a product: `kind` is operand, call, number, big or derivative; `op` is the sign before it."""

    span: Span
    node: Node
    kind: str
    op: str


@dataclass(frozen=True)
class Side:
    """One side of an equation in the text of its document, and what the edits need to know about the document.

    `axes` counts the subscripts at which names whose reading is known are numbers, `letters` and `labels` are the
    indices and the layer or time labels of the line, `sizes` the names of dimensions, `mentions` the source of what the
    line rests on.
    """

    text: str
    node: Node
    glossary: Glossary
    is_function: Callable[[Node, Node | None], bool] = lambda node, following: False
    axes: dict[str, int] = field(default_factory=dict)
    sizes: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()

    def span(self, node: Node) -> Span:
        """The place of a node without the unmatched braces of a group that holds more than it."""
        start, end = node.span.start, node.span.end
        while (excess := _excess(self.text[start:end])) != 0 and start < end:
            if excess > 0 and self.text[start] == "{":
                start += 1
            elif excess < 0 and self.text[end - 1] == "}":
                end -= 1
            else:
                break
        return Span(start, end)

    def source(self, node: Node) -> str:
        """A node as it is written."""
        span = self.span(node)
        return self.text[span.start : span.end]

    def bare_script(self, span: Span) -> bool:
        """Whether a piece of source stands as a superscript or subscript without braces."""
        return self.text[: span.start].rstrip().endswith(("^", "_"))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """All places of this side, outer ones first, in reading order."""
        return tuple(places(self.node, "side", self.glossary))

    @cached_property
    def transpose(self) -> str:
        """A transpose as this document writes it."""
        found = TRANSPOSE.search(self.text)
        return found.group(0) if found else r"^\top"

    def in_role(self, *roles: str) -> Iterator[Node]:
        """The nodes that stand in one of the roles."""
        return (p.node for p in self.places if p.role in roles)

    def sign(self, before: int, node: Node) -> Span | None:
        """Where the sign before a term is written, after the offset `before`."""
        start = self.span(node).start
        found = SIGN.search(self.text[before:start])
        return None if found is None else Span(before + found.start(), before + found.end())

    def units(self, product: Product) -> list[Unit]:
        """The factors of a product, a function together with its argument."""
        factors = product.factors
        found: list[Unit] = []
        n = 0
        while n < len(factors):
            node, following = factors[n].node, factors[n + 1].node if n + 1 < len(factors) else None
            if following is not None and factors[n + 1].op == "" and self.is_function(node, following):
                span = self.span(node).join(self.span(following))
                found.append(Unit(span, node, "call", factors[n].op))
                n += 2
            else:
                found.append(Unit(self.span(node), node, self.kind(node), factors[n].op))
                n += 1
        return found

    def kind(self, node: Node) -> str:
        """What a lone factor is."""
        if isinstance(node, Big):
            return "big"
        if is_derivative(node):
            return "derivative"
        if isinstance(node, Number) or (isinstance(node, Fraction) and self._numeric(node)):
            return "number"
        return "operand"

    def _numeric(self, node: Fraction) -> bool:
        parts = (node.numerator, node.denominator)
        return all(isinstance(p, Number) or (isinstance(p, Name) and p.text in self.sizes) for p in parts)


def _excess(text: str) -> int:
    """Opening braces without a closing one (positive), or closing ones without an opening one (negative)."""
    depth = 0
    for found in re.finditer(r"\\.|[{}]", text, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(found.group(0), 0)
        if depth < 0:
            return depth
    return depth


def is_derivative(node: Node) -> bool:
    """`\\frac{\\partial}{\\partial x}`, `\\frac{dL}{dx}`, `\\nabla_x`."""
    if isinstance(node, Fraction):
        return above(node.numerator) is not None and below(node.denominator) is not None
    return nabla_of(node) is not None


def places(root: Node, role: str, glossary: Glossary) -> Iterator[Place]:
    """All places below a node, in reading order."""
    stack = [Place(root, role)]
    for _ in range(MAX_PLACES):
        if not stack:
            return
        place = stack.pop()
        yield place
        stack.extend(reversed(list(_below(place, glossary))))


def _below(place: Place, glossary: Glossary) -> Iterator[Place]:
    """The places directly below a place."""
    node = place.node
    if place.role in ("index", "label"):
        yield from _inside(node, place.role, glossary)
        return
    if is_derivative(node):
        yield from _derivative(node, glossary)
        return
    match node:
        case Sum(terms=terms):
            yield from (Place(t.node, "term") for t in terms)
        case Product(factors=factors):
            yield from (Place(f.node, "factor") for f in factors)
        case Fenced(body=body) | Root(body=body) | Brace(body=body):
            yield Place(body, "body")
        case Fraction(numerator=numerator, denominator=denominator):
            yield from (Place(numerator, "numerator"), Place(denominator, "denominator"))
        case Script():
            yield from _script(node, glossary)
        case Big(sub=sub, sup=sup):
            yield from (Place(x, "index") for x in (sub, sup) if x is not None)
        case Relation(first=first, links=links):
            yield from (Place(x, "cell") for x in (first, *(link.node for link in links)))
        case Comma(items=items):
            yield from (Place(x, "cell") for x in items)
        case Infix(left=left, right=right):
            yield from (Place(left, "cell"), Place(right, "cell"))
        case Matrix(rows=rows):
            yield from (Place(x, "cell") for row in rows for x in row)
        case tree.Cases(rows=cases):
            for case in cases:
                yield Place(case.value, "cell")
                if case.condition is not None:
                    yield Place(case.condition, "cell")


def _script(node: Script, glossary: Glossary) -> Iterator[Place]:
    """Below a name with scripts stand indices, labels and exponents; the base of a power is a place of its own."""
    if not isinstance(node.base, Name):
        yield Place(node.base, "base")
    if node.sub is not None:
        yield Place(node.sub, "index")
    if node.sup is None or is_transpose(node.sup):
        return
    if isinstance(node.sup, Fenced):
        yield Place(node.sup.body, "label")
    else:
        yield Place(node.sup, "exponent")


def _derivative(node: Node, glossary: Glossary) -> Iterator[Place]:
    """Of the derivative of a name only the indices can be edited, of that of a formula the formula too."""
    stack = [node]
    if isinstance(node, Fraction) and isinstance(node.numerator, Product):
        taken = above(node.numerator)
        if taken is not None and taken.body is not None and not _is_name(taken.body):
            yield Place(taken.body, "body")
            stack = [node.denominator]
    while stack:
        top = stack.pop()
        match top:
            case Script(base=base, sub=sub):
                if sub is not None:
                    yield Place(sub, "index")
                stack.append(base)
            case Fraction(numerator=numerator, denominator=denominator):
                stack += [denominator, numerator]
            case Product(factors=factors):
                stack += [f.node for f in reversed(factors)]


def _is_name(node: Node) -> bool:
    """A name with nothing but indices, labels and primes."""
    bare = node.base if isinstance(node, Script) and (node.sup is None or isinstance(node.sup, Fenced)) else node
    return isinstance(bare, (Name, Accent))


def _inside(node: Node, role: str, glossary: Glossary) -> Iterator[Place]:
    match node:
        case Product(factors=factors):
            yield from (Place(f.node, role) for f in factors)
        case Comma(items=items):
            yield from (Place(x, role) for x in items)
        case Sum(terms=terms) if role == "index":
            yield from (Place(t.node, role) for t in terms)
        case Relation(first=first, links=links):
            yield from (Place(x, role) for x in (first, *(link.node for link in links)))
        case Script(sub=Node() as sub):
            yield Place(sub, role)
        case Fenced(body=body):
            yield Place(body, role)


def is_index(node: Node, glossary: Glossary) -> bool:
    """Whether a node in a subscript is an index letter rather than a part of a name."""
    return isinstance(node, Name) and len(node.text) == 1 and (node.text in glossary.bound | INDEX_LETTERS)
