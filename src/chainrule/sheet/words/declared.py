r"""What a document declares of a name, and what its formulas say: `W \in \mathbb{R}^{h \times d}`, `\|g\| > c`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chainrule.read.tree import Comma, Dots, Fenced, Infix, Name, Node, Number, Product, Relation, Script
from chainrule.sheet.records.families import IDENTITY_NAMES
from chainrule.sheet.syntax.literals import is_numeric, is_zero, literal_number
from chainrule.sheet.syntax.names import Glossary, Ref, reference, size_name


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is said of a name; `kind` is one of those that `sheet.definitions.facts` records, or a value."""

    kind: str
    ref: Ref | None
    data: object = None


@dataclass(frozen=True, slots=True)
class ShapeFact:
    """A declared shape: "scalar", "column", "row", "vector", "matrix", with the names or digits of its dimensions."""

    rank: str
    dims: tuple[str | None, ...] = ()
    passing: bool = False
    """Whether words say it in passing, which leaves more unsaid than a declaration does."""


BOUNDING = frozenset({"<", ">", "≤", "≥"})


def from_relation(relation: Relation, glossary: Glossary, behind: int = 0) -> list[Fact]:
    """`x, w \\in \\mathbb{R}^d`, `y_i \\in \\{1, \\dots, K\\}`, `\\sigma > 0`; so many links stand before it."""
    facts: list[Fact] = []
    sides = [relation.first, *(link.node for link in relation.links)]
    for n, link in enumerate(relation.links):
        side = _named(sides[: n + 1], relation, glossary) if link.op == "∈" else sides[n]
        bound = _beside_a_norm(side, link.node) if link.op in BOUNDING else None
        if bound is not None and (ref := reference(bound, glossary)) is not None:
            facts.append(Fact("sign", ref, "positive"))  # a threshold
        for item in side.items if isinstance(side, Comma) else (side,):
            ref = reference(item, glossary)
            if ref is None:
                continue
            if link.op == "∈":
                remark = n + behind > 0 and _is_identity(ref, link.node)
                facts += [Fact("identity", ref)] if remark else _member(ref, link.node)
            elif link.op in ("≻", "⪰") and is_zero(link.node):
                facts.append(Fact("covariance", ref))
            elif link.op in (">", "≥") and isinstance(link.node, Number) and link.node.text in ("0", "1"):
                facts.append(Fact("sign", ref, "positive"))
    return facts


def _named(sides: list[Node], relation: Relation, glossary: Glossary) -> Node:
    r"""What `Y = X W \in \mathbb{R}^{n \times k}` declares: the name that the formula before the sign is given."""
    last = len(sides) - 1
    while reference(sides[last], glossary) is None and last and relation.links[last - 1].op in ("=", ":=", "≡"):
        last -= 1
    return sides[last] if reference(sides[last], glossary) is not None else sides[-1]


def _is_identity(ref: Ref, space: Node) -> bool:
    r"""Whether `\nabla f(x) = I \in \mathbb{R}^{n \times n}` gives the size of the identity."""
    shape = real_space(space)
    square = shape is not None and len(shape.dims) == 2 and len(set(shape.dims)) == 1
    return square and not ref.subs and ref.bare and ref.base in IDENTITY_NAMES


def relations_of(node: Node) -> list[Relation]:
    """The relations of a formula; names listed before one belong to it: `x, w \\in \\mathbb{R}^d`."""
    if isinstance(node, Relation):
        return [node]
    found: list[Relation] = []
    names: list[Node] = []
    for item in node.items if isinstance(node, Comma) else ():
        if isinstance(item, Relation):
            first = Comma(item.first.span, (*names, item.first)) if names else item.first
            found.append(replace(item, first=first))
            names = []
        else:
            names.append(item)
    return found


def _beside_a_norm(left: Node, right: Node) -> Node | None:
    r"""The c of `\|g\| > c`, where the other side is a norm and nothing else."""
    norms = [n for n in (left, right) if isinstance(_bare_norm(n), Fenced)]
    return None if len(norms) != 1 else right if norms[0] is left else left


def _bare_norm(node: Node) -> Node | None:
    node = node.base if isinstance(node, Script) and node.sup is None else node
    return node if isinstance(node, Fenced) and node.open == "‖" else None


def _member(ref: Ref, space: Node) -> list[Fact]:
    shape = real_space(space)
    if shape is not None:
        return [Fact("shape", ref, shape)]
    if isinstance(space, Fenced) and space.open == "{":
        items = space.body.items if isinstance(space.body, Comma) else (space.body,)
        texts = [getattr(i, "text", "") for i in items]
        if texts == ["0", "1"]:
            return [Fact("binary", ref)]
        if {literal_number(i) for i in items} == {-1, 1}:
            return [Fact("signs", ref)]
        if texts and texts[0] in ("0", "1") and len(texts) >= 2:
            return [Fact("label", ref, texts[-1])]
    if isinstance(space, Fenced) and space.open in "([" and isinstance(space.body, Comma):
        texts = [getattr(i, "text", "") for i in space.body.items]
        if texts == ["0", "1"]:
            return [Fact("sign", ref, "unit")]
    return []


def real_space(node: Node) -> ShapeFact | None:
    r"""`\mathbb{R}`, `\mathbb{R}^d`, `\mathbb{R}^{h \times d}`, `\mathbb{R}^{1 \times d}`, and powers of other sets of
    numbers: `[0, 1]^{28 \times 28}`, `\{-1, 1\}^n`, `\mathbb{Z}^d`."""
    if _is_reals(node):
        return ShapeFact("scalar")
    if not isinstance(node, Script) or node.sup is None or not _holds_numbers(node.base):
        return None
    sup = node.sup
    factors = [f.node for f in sup.factors] if isinstance(sup, Product) and all_times(sup) else [sup]
    if isinstance(sup, Comma) and len(sup.items) == 2:  # `\mathbb{R}^{N, M}`
        factors = list(sup.items)
    return shape_of(tuple(dimension(f) for f in factors))


def sized(node: Node, glossary: Glossary) -> list[Fact]:
    r"""`W : d \times h`, `a, b : 1 * h`, `X : (n, d)`: names with the sizes behind a colon."""
    *listed, last = node.items if isinstance(node, Comma) else (node,)
    if not isinstance(last, Infix) or last.op != ":":
        return []
    right = last.right
    inside = right.body if isinstance(right, Fenced) and right.open == "(" else right
    if isinstance(inside, Comma) and inside is not right:
        parts = list(inside.items)
    elif isinstance(inside, Product) and all(f.op in ("times", "*") for f in inside.factors[1:]):
        parts = [f.node for f in inside.factors]
    else:
        return []
    dims = tuple(dimension(p) for p in parts)
    if None in dims:
        return []
    refs = [reference(n, glossary) for n in (*listed, last.left)]
    return [Fact("shape", ref, shape_of(dims)) for ref in refs if ref is not None]


def shape_of(dims: tuple[str | None, ...]) -> ShapeFact:
    """The shape with these sizes; a size of 1 makes a row or a column."""
    match len(dims):
        case 1:
            return ShapeFact("column", dims)
        case 2 if dims[0] == "1" and dims[1] != "1":
            return ShapeFact("row", (dims[1],))
        case 2 if dims[1] == "1":
            return ShapeFact("column", (dims[0],))
        case 2:
            return ShapeFact("matrix", dims)
    return ShapeFact("tensor", dims)


def _is_reals(node: Node) -> bool:
    return isinstance(node, Name) and node.text in ("R", "Re") and "bold" not in node.style


def _holds_numbers(node: Node) -> bool:
    """Whether a set is one of numbers: by its letter, as an interval or as a list of numbers with dots perhaps."""
    if isinstance(node, Name):
        return _is_reals(node) or (node.text in ("N", "Z") and "bb" in node.style)
    if not isinstance(node, Fenced) or node.open not in ("[", "(", "{") or not isinstance(node.body, Comma):
        return False
    return all(is_numeric(i) or isinstance(i, Dots) for i in node.body.items)


def all_times(product: Product) -> bool:
    return all(f.op in ("", "times") for f in product.factors) and any(f.op == "times" for f in product.factors)


def dimension(node: Node) -> str | None:
    """A dimension as a name or digits; None when it is an expression."""
    return node.text if isinstance(node, Number) else size_name(node)
