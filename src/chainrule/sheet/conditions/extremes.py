r"""Extremes over parameters, `\min_w f(w)`, `\arg\max_\theta L(\theta)`, `\max_\alpha \min_{w,b} L(w, b, \alpha)`.

An equation between two extremes over the same names is read as one between what the operators stand before: equal
functions have equal extremes. An inner extreme may be gone on one side where the document sets the slopes by its
variables to zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from chainrule.read.tree import (
    Big,
    Brace,
    Comma,
    Factor,
    Fenced,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Sum,
    Term,
    Text,
)
from chainrule.sheet.records.statements import Equation, Sheet
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.names import Glossary, reference, walk
from chainrule.sheet.words.wording import CONSTRAINED

KINDS = {"max": "max", "sup": "max", "min": "min", "inf": "min", "argmax": "argmax", "argmin": "argmin"}
PLACES = frozenset({"argmax", "argmin"})


# Words that restrict where an extreme is looked for: it need not be stationary then.
MOST_BETWEEN = 60
RESTRICTED = re.compile(rf"\b(?:{CONSTRAINED}|such that|so that|under the\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Extreme:
    """One operator: `min`, `max`, `argmin` or `argmax`, and the base names it runs over; none where it has none."""

    kind: str
    over: frozenset[str]


@dataclass(frozen=True)
class Extremal:
    """A formula that begins with extremes: the operators, outer ones first, and what they act on."""

    operators: tuple[Extreme, ...]
    body: Node


def variables(sub: Node | None, glossary: Glossary) -> frozenset[str] | None:
    """The names an extreme runs over, `w`, `w, b`, `w \\in R^d`; None where it runs over an index or is restricted."""
    if sub is None:
        return frozenset()
    found: set[str] = set()
    for item in sub.items if isinstance(sub, Comma) else (sub,):
        if isinstance(item, Relation) and [link.op for link in item.links] == ["∈"]:
            item = item.first
        ref = reference(item, glossary)
        if ref is None or ref.postfix or ref.base in glossary.bound:
            return None
        found.add(ref.base)
    return frozenset(found)


def extremal(node: Node, glossary: Glossary) -> Extremal:
    """A formula taken apart into its leading extremes over names and the rest, which goes on to the end of a sum;
    without them it is all rest."""
    operators: list[Extreme] = []
    while True:
        match node:
            case Brace(body=body) | Fenced(open="(" | "[", body=Product() as body) if _begins(body):
                node = body
            case Sum(terms=(term, *others)) if term.sign == "+" and _begins(term.node) and others:
                if any(_begins(t.node) for t in others):
                    return Extremal(tuple(operators), node)
                inner = extremal(term.node, glossary)
                whole = Sum(node.span, (Term("+", inner.body), *others))
                return Extremal((*operators, *inner.operators), whole if inner.operators else node)
            case Product(factors=(first, *rest)) if rest and (found := _operator(first.node, glossary)) is not None:
                operators.append(found)
                rest[0] = Factor("", rest[0].node)
                span = rest[0].node.span.join(rest[-1].node.span)
                node = rest[0].node if len(rest) == 1 else Product(span, tuple(rest))
            case _:
                return Extremal(tuple(operators), node)


def _begins(node: Node) -> bool:
    first = node.factors[0].node if isinstance(node, Product) else node
    return isinstance(first, Big) or (isinstance(first, Name) and first.text in KINDS)


def _operator(node: Node, glossary: Glossary) -> Extreme | None:
    if isinstance(node, Name) and node.text in PLACES:
        return Extreme(node.text, frozenset())
    if not isinstance(node, Big) or node.op not in KINDS or node.sup is not None:
        return None
    over = variables(node.sub, glossary)
    return None if over is None or (not over and node.op not in PLACES) else Extreme(KINDS[node.op], over)


def bodies(lhs: Node, rhs: Node, world: World) -> tuple[Node, Node, tuple[Extreme, ...]] | None:
    """What two sides of an equation say below the extremes that they share; None where no extreme begins them, or not
    the same ones."""
    left, right = extremal(lhs, world.glossary), extremal(rhs, world.glossary)
    if len(left.operators) == len(right.operators) == 1 and _turned(left.operators[0], right.operators[0]):
        span = right.body.span
        return left.body, Sum(span, (Term("-", right.body),)), left.operators
    shared = _shared(left.operators, right.operators, world)
    return None if shared is None else (left.body, right.body, shared)


def _turned(a: Extreme, b: Extreme) -> bool:
    """`\\arg\\max f = \\arg\\min g`: the place is that of the least -f."""
    return {a.kind, b.kind} == PLACES and (a.over == b.over or not a.over or not b.over)


def _shared(a: tuple[Extreme, ...], b: tuple[Extreme, ...], world: World) -> tuple[Extreme, ...] | None:
    if not a and not b:
        return None
    longer, shorter = (a, b) if len(a) >= len(b) else (b, a)
    for one, other in zip(longer, shorter, strict=False):
        if one.kind != other.kind or (one.over and other.over and one.over != other.over):
            return None
    rest = longer[len(shorter) :]
    stationary = {base for c in world.imposed for base in c.unknowns}
    return longer if all(x.kind not in PLACES and x.over <= stationary for x in rest) else None


# -------------------------------------------------------------------------------------------------- as definitions


def place(e: Equation, glossary: Glossary) -> Extremal | None:
    """What a name is said to be the place of: `\\hat w = \\arg\\min_w f(w)`."""
    found = extremal(e.rhs, glossary)
    one = len(found.operators) == 1 and found.operators[0].kind in PLACES and bool(found.operators[0].over)
    named = e.link == 0 and e.op in ("=", ":=", "≡") and reference(e.lhs, glossary) is not None
    return found if one and named else None


def stationary(sheet: Sheet) -> Iterator[Equation]:
    """What holds at a place that is looked for freely: the slopes of the function vanish there."""
    equations = sheet.equations
    for e, following in zip(equations, [*equations[1:], None], strict=False):
        found = place(e, sheet.glossary)
        words = [e.cue, "" if following is None else following.cue, _between(e, following)]
        words += [n.text for n in walk(e.rhs) if isinstance(n, Text)]
        if found is None or any(RESTRICTED.search(w) for w in words):
            continue
        for variable in _variables(e.rhs):
            span = found.body.span
            nabla = Script(span, Name(span, "nabla"), variable)
            slopes = Product(span, (Factor("", nabla), Factor("", Fenced(span, "(", found.body, ")"))))
            yield replace(
                e, own=False, lhs=slopes, op="=", rhs=Number(span, "0"), chain=-(10**6) - e.position, cue="",
                spelled=None, sign=None,
            )  # fmt: skip


def _between(e: Equation, following: Equation | None) -> str:
    """What stands in the source from one equation to the next: `\\quad \\text{subject to}`."""
    if following is None or following.document is not e.document:
        return ""
    return e.document.text[e.rhs.span.end : following.lhs.span.start][:MOST_BETWEEN]


def _variables(node: Node) -> Iterator[Node]:
    """The variables of the first extreme of a formula as they are written."""
    sub = next(n.sub for n in walk(node) if isinstance(n, Big) and n.op in PLACES and n.sub is not None)
    for item in sub.items if isinstance(sub, Comma) else (sub,):
        yield item.first if isinstance(item, Relation) else item
