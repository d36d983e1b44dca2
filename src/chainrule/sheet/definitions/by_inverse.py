r"""Definitions through a function: `\log p(x) = ...` says what p(x) is, `\log \frac{p}{1 - p} = w^T x` what p is.

They count where nothing before them defines the name: its formula is the inverse function of the right side.
"""

from __future__ import annotations

from chainrule.read.tree import (
    Brace,
    Dots,
    Factor,
    Fenced,
    Fraction,
    Name,
    Node,
    Number,
    Product,
    Script,
    Span,
    Sum,
    Term,
    Text,
)
from chainrule.sheet.definitions.sites import add_written
from chainrule.sheet.records.families import IDENTITY_NAMES
from chainrule.sheet.records.references import references
from chainrule.sheet.records.statements import DEFINING_LEFT, Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.statistics.random_names import is_expectation, whole
from chainrule.sheet.syntax.names import node_key, reference, walk
from chainrule.sheet.syntax.spelling import look

INVERSES = {"log": "exp", "ln": "exp", "logit": "sigmoid"}


def by_inverse(world: World, e: Equation) -> None:
    """Take the meaning of a name from what a function of it is said to be."""
    found = unwrapped(e.lhs) if e.op in DEFINING_LEFT and not e.link and e.source == "formula" else None
    if found is not None and not any(isinstance(n, (Text, Dots)) or _unsaid(n) for n in walk(e.rhs)):
        inner, word, minus = found
        add_written(world, e, inner, applied(word, e.rhs, minus))


def by_expectation(world: World, e: Equation) -> None:
    r"""Take the meaning of a name from an expectation that is said to be it: `\mathbb{E}[x] = \mu`."""
    found = whole(e.lhs) if e.op in DEFINING_LEFT and not e.link else None
    right = reference(e.rhs, world.glossary)
    if found is None or not is_expectation(world, found) or right is None or right.base in world.size_names:
        return
    if found.given and world.held is None:
        return
    if right.subs or right.labels or right.primes or world.family(right.base).by:
        return
    if right.base not in _behind(world, {r.base for a in found.arguments for r in references(a, world)}):
        add_written(world, e, e.rhs, e.lhs)


def _behind(world: World, names: set[str]) -> set[str]:
    """Names with all that their definitions are made of."""
    found, todo = set(names), list(names)
    while todo:
        for s in world.sites.get(todo.pop(), ()):
            new = {r.base for r in references(s.body, world)} - found
            found |= new
            todo += new
    return found


def _unsaid(node: Node) -> bool:
    """`+ const`: a formula up to a constant is no definition."""
    return isinstance(node, Name) and node.text.lower().startswith("const")


def by_factors(world: World, e: Equation) -> None:
    """`L L^T = \\Sigma`: a factorisation names the capital that it makes up, where nothing else says what that is."""
    right = reference(e.rhs, world.glossary)
    if e.op != "=" or e.link or right is None or not right.bare or not isinstance(e.lhs, Product):
        return
    refs = [reference(f.node, world.glossary) for f in e.lhs.factors if f.op == ""]
    names = {None if r is None else (r.base, bool(r.subs or r.labels or r.primes)) for r in refs}
    turned = [r is not None and [p.op for p in r.postfix] == ["T"] for r in refs]
    gram = len(refs) == len(e.lhs.factors) == 2 and len(names) == 1 and sorted(turned) == [False, True]
    if gram and None not in names and look(right.base).endswith("upper") and right.base not in IDENTITY_NAMES:
        add_written(world, e, e.rhs, e.lhs)


def unwrapped(node: Node) -> tuple[Node, str, bool] | None:
    r"""What stands under a logarithm, the inverse function, and whether a minus stands before: `-\log p(x)`."""
    node, minus = _bare(node), False
    if isinstance(node, Sum) and len(node.terms) == 1:
        (term,) = node.terms
        node, minus = _bare(term.node), term.sign == "-"
    if not isinstance(node, Product) or len(node.factors) < 2 or any(f.op for f in node.factors):
        return None
    word = node.factors[0].node
    if not isinstance(word, Name) or word.text not in INVERSES:
        return None
    rest = node.factors[1:]
    inner = _bare(rest[0].node if len(rest) == 1 else Product(Span(rest[0].node.span.start, node.span.end), rest))
    odds = _odds(inner) if INVERSES[word.text] == "exp" else None
    return (inner, INVERSES[word.text], minus) if odds is None else (odds, "sigmoid", minus)


def _odds(node: Node) -> Node | None:
    r"""The p of `\frac{p}{1 - p}`."""
    below = _bare(node.denominator) if isinstance(node, Fraction) else node
    if not isinstance(node, Fraction) or not isinstance(below, Sum) or len(below.terms) != 2:
        return None
    one, other = below.terms
    odds = isinstance(one.node, Number) and one.node.text == "1" and (one.sign, other.sign) == ("+", "-")
    return _bare(node.numerator) if odds and node_key(_bare(other.node)) == node_key(_bare(node.numerator)) else None


def _bare(node: Node) -> Node:
    while True:
        match node:
            case (
                Fenced(open="(" | "[" | "{", body=Name() | Script() | Product() | Fraction() as body) | Brace(body=body)
            ):
                node = body
            case Sum(terms=(Term(sign="+", node=inner),)):
                node = inner
            case _:
                return node


def applied(word: str, node: Node, minus: bool) -> Node:
    """The inverse function on a side."""
    if minus:
        node = Sum(node.span, (Term("-", Fenced(node.span, "(", node, ")")),))
    return Product(node.span, (Factor("", Name(node.span, word)), Factor("", Fenced(node.span, "(", node, ")"))))
