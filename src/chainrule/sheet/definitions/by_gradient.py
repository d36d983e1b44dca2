r"""Functions that a document knows by their gradient alone: `\nabla f(x, y) = (2x - 4, 8y - 8)` for an f without a
formula.

Up to a constant such an f is its gradient integrated along the ray from the origin. For polynomials up to the fifth
degree Boole's rule does that without an error, so that f gets a formula of the very terms that the document prints.
The constant stays unknown, and so do the values of f, but for their differences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction as Number_

from chainrule.read.tree import (
    Comma,
    Factor,
    Fenced,
    Fraction,
    Matrix,
    Name,
    Node,
    Number,
    Product,
    Script,
    Span,
    Sum,
    Term,
)
from chainrule.sheet.records.definable import definable
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.derivatives import nabla_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import Ref, node_key, reference
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import is_transpose

BOOLE = ((0, 7), (1, 32), (2, 12), (3, 32), (4, 7))
"""The quarters of the way to the point with their weights, of 90 together."""
HIGHEST = 5


def by_gradient(world: World, equations: Iterable[Equation]) -> None:
    """Give a formula to each function of which nothing but a polynomial gradient is known."""
    for e in equations:
        found = _told(world, e) if e.op in ("=", ":=") and not e.link and e.source == "formula" else None
        if found is None or world.defined(found[0].base) or found[0].base in world.functions:
            continue
        ref, params, entries = found
        body, section = _integrated(e.span, ref, params, entries), e.section
        site = Site(ref.base, ref, body, e.position, params=params, section=section, own=e.own, written=e.rhs)
        world.functions[ref.base] = [site]
        world.declaring[e.position] = f"says by its gradient what is known of {e.text(factors_of(e.lhs)[1].node)}"


def factors_of(node: Node) -> tuple[Factor, ...]:
    """The factors of a product; none of anything else."""
    return node.factors if isinstance(node, Product) else ()


def _told(world: World, e: Equation) -> tuple[Ref, tuple[Node, ...], list[Node]] | None:
    """The function, its arguments and the entries of its gradient, polynomials in the arguments alone."""
    factors = factors_of(e.lhs)
    if len(factors) != 3 or any(f.op for f in factors) or not isinstance(fence := factors[2].node, Fenced):
        return None
    nabla, ref = nabla_of(factors[0].node), reference(factors[1].node, world.glossary)
    if nabla is None or nabla[0] or nabla[1] != 1 or ref is None or not ref.bare or is_function_word(ref.base):
        return None
    params, entries = arguments(fence), _entries(e.rhs)
    refs = [reference(p, world.glossary) for p in params]
    names = {node_key(p) for p in params}
    plain = all(r is not None and not (r.primes or r.labels or r.postfix) for r in refs)
    if fence.open != "(" or not plain or not 1 < len(names) == len(params) == len(entries):
        return None
    if not definable(world, ref) or any(_degree(entry, names) is None for entry in entries):
        return None
    return (ref, params, entries) if _is_gradient(params, entries) else None


Dual = tuple[Number_, Number_]


def _is_gradient(params: Sequence[Node], entries: Sequence[Node]) -> bool:
    """Whether the mixed derivatives of polynomials are equal, at more places than their degree allows them to agree by
    chance."""
    keys = [node_key(p) for p in params]
    for n in range(2 * HIGHEST):
        at = {key: Number_(3 * n + 2 * k + 1, k + 2) for k, key in enumerate(keys)}
        slopes = [[_dual(entry, at, key)[1] for key in keys] for entry in entries]
        if any(slopes[i][j] != slopes[j][i] for i in range(len(keys)) for j in range(i)):
            return False
    return True


def _dual(node: Node, at: dict[object, Number_], by: object) -> Dual:
    """The value of a polynomial at a place, and its slope by one of its names."""
    known = literal_number(node)
    if known is not None:
        return Number_(known), Number_(0)
    if node_key(node) in at:
        return at[node_key(node)], Number_(node_key(node) == by)
    match node:
        case Fenced(body=body):
            return _dual(body, at, by)
        case Sum(terms=terms):
            parts = [(_dual(t.node, at, by), -1 if t.sign == "-" else 1) for t in terms]
            return sum((s * p[0] for p, s in parts), Number_(0)), sum((s * p[1] for p, s in parts), Number_(0))
        case Product(factors=factors):
            total = (Number_(1), Number_(0))
            for f in factors:
                value, slope = _dual(f.node, at, by)
                total = total[0] * value, total[1] * value + total[0] * slope
            return total
        case Fraction():
            value, slope = _dual(node.numerator, at, by)
            below = _dual(node.denominator, at, by)[0]
            return value / below, slope / below
        case Script(base=base, sup=Number(text=power)):
            value, slope = _dual(base, at, by)
            return value ** int(power), int(power) * value ** max(int(power) - 1, 0) * slope
    raise AssertionError(node)


def _entries(node: Node) -> list[Node]:
    """The entries of a list, of a column, or of a row."""
    if isinstance(node, Script) and node.sup is not None and is_transpose(node.sup) and node.sub is None:
        node = node.base
    if isinstance(node, Fenced) and isinstance(node.body, Comma):
        return list(node.body.items)
    if isinstance(node, Matrix) and (len(node.rows) == 1 or all(len(row) == 1 for row in node.rows)):
        return [cell for row in node.rows for cell in row]
    return []


def _degree(node: Node, names: set[object]) -> int | None:
    """The degree of a polynomial in some names; None of anything else, or of too high a degree."""
    if literal_number(node) is not None:
        return 0
    if node_key(node) in names:
        return 1
    match node:
        case Fenced(body=body):
            return None if isinstance(body, Comma) else _degree(body, names)
        case Sum(terms=terms):
            return _bounded(max, [_degree(t.node, names) for t in terms])
        case Product(factors=factors) if all(f.op in ("", "cdot", "times", "*") for f in factors):
            return _bounded(sum, [_degree(f.node, names) for f in factors])
        case Fraction() if literal_number(node.denominator):
            return _degree(node.numerator, names)
        case Script(base=base, sub=None, sup=Number(text=power), primes=0) if power.isdigit():
            inner = _degree(base, names)
            return None if inner is None or len(power) > 1 else _bounded(max, [inner * int(power)])
    return None


def _bounded(joined, degrees: Sequence[int | None]) -> int | None:  # type: ignore[no-untyped-def]
    known = [d for d in degrees if d is not None]
    total = joined(known) if known and len(known) == len(degrees) else None
    return None if total is None or total > HIGHEST else total


def _integrated(span: Span, ref: Ref, params: Sequence[Node], entries: Sequence[Node]) -> Node:
    """The gradient along the ray from the origin, integrated, and the unknown value there."""
    terms = [Term("+", Name(span, f"{ref.base} at the origin", ("rm",)))]
    for param, entry in zip(params, entries, strict=True):
        for quarters, weight in BOOLE:
            share = Fraction(span, Number(span, str(weight)), Number(span, "90"))
            there = Fenced(span, "(", _at(entry, params, quarters), ")")
            terms.append(Term("+", Product(span, (Factor("", share), Factor("cdot", param), Factor("cdot", there)))))
    return Sum(span, tuple(terms))


def _at(entry: Node, params: Sequence[Node], quarters: int) -> Node:
    """An entry of the gradient at so many quarters of the way."""
    keys = {node_key(p) for p in params}

    def choose(node: Node) -> Node | None:
        if node_key(node) not in keys:
            return None
        share = Fraction(node.span, Number(node.span, str(quarters)), Number(node.span, "4"))
        return Fenced(node.span, "(", Product(node.span, (Factor("", share), Factor("cdot", node))), ")")

    return rebuilt(entry, choose)
