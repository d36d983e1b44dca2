r"""Numbers put into a formula: `w x + b = 0.5 \cdot 2 + 0.1` says which number stands for which name.

A formula and the same formula with numbers are laid side by side; where one has a name, a derivative or any other
part and the other a printed number, the two are a pair. Names that the document never gives a value get it from there
(`read_off`), as long as every place says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction as Rational
from itertools import combinations, pairwise

from chainrule.read.tree import (
    Brace,
    Comma,
    Factor,
    Fenced,
    Fraction,
    Matrix,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Root,
    Script,
    Sum,
    Term,
)
from chainrule.sheet.records.definable import definable, site_key
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.literals import literal_number
from chainrule.sheet.syntax.names import Ref, node_key, reference, walk
from chainrule.sheet.syntax.spelling import spelled_out

Pair = tuple[Node, Node]
CONSTANTS = frozenset({"e", "pi"})
TIMES = frozenset({"", "*", "cdot", "times", "ast", "."})
MOST_NUMBERS = 60
MOST_CALLS = 6


def is_arithmetic(world: World, node: Node) -> bool:
    """Whether a formula has numbers and functions in it but no quantity with a name."""
    numbers = 0
    for part in walk(node):
        if isinstance(part, Number):
            numbers += 1
        elif isinstance(part, Name) and not _function_or_constant(world, part.text):
            return False
    return 0 < numbers <= MOST_NUMBERS


def _function_or_constant(world: World, word: str) -> bool:
    known = word in world.functions or word in world.roles or word in dict(world.customary) or word in CONSTANTS
    return known or is_function_word(word)


# -------------------------------------------------------------------------------------------------- side by side


def paired(formula: Node, numbers: Node) -> list[Pair] | None:
    """The parts of a formula with the printed numbers that stand for them; None when the two are built differently."""
    found: list[Pair] = []
    return found if _pair(formula, numbers, found) else None


def bare(node: Node) -> Node:
    """A formula without parentheses, braces and a plus sign around it."""
    while True:
        match node:
            case Fenced(open="(" | "[", body=body) if not isinstance(body, (Comma, Relation)):
                node = body
            case Brace(body=body):
                node = body
            case Sum(terms=(term,)) if term.sign == "+":
                node = term.node
            case _:
                return node


def _pair(formula: Node, numbers: Node, found: list[Pair]) -> bool:
    f, c = bare(formula), bare(numbers)
    value = literal_number(c)
    if value is not None:
        known = literal_number(f)
        if known is None:
            found.append((f, c))
        return known is None or known == value
    match f, c:
        case Sum(), Sum():
            return _pair_sums(f, c, found)
        case Product(), Sum(terms=(term,)) if term.sign == "-" and isinstance(term.node, Product):
            return _pair(f, _sign_inside(term.node), found)
        case Product(), Product():
            return _pair_products(f, c, found)
        case Fraction(), Fraction():
            return _pair(f.numerator, c.numerator, found) and _pair(f.denominator, c.denominator, found)
        case Root(), Root() if node_key(f.degree) == node_key(c.degree):
            return _pair(f.body, c.body, found)
        case Script(sup=Node() as above), Script(sup=Node() as below, sub=None, primes=0):
            base = replace(f, sup=None) if f.sub is not None or f.primes else f.base
            return _pair(base, c.base, found) and _pair(above, below, found)
        case Fenced(body=Comma(items=left)), Fenced(body=Comma(items=right)) if len(left) == len(right):
            return f.open == c.open and all(_pair(a, b, found) for a, b in zip(left, right, strict=True))
        case Product(factors=(first, second)), Script():
            call = call_of(first, second)
            return call is not None and isinstance(call.node, Script) and _pair(call.node, c, found)
        case Matrix(), Matrix() if [len(r) for r in f.rows] == [len(r) for r in c.rows]:
            cells = zip((x for r in f.rows for x in r), (x for r in c.rows for x in r), strict=True)
            return all(_pair(a, b, found) for a, b in cells)
    return node_key(f) == node_key(c)


def _pair_sums(f: Sum, c: Sum, found: list[Pair]) -> bool:
    left, right = f.terms, c.terms
    if len(left) != len(right):
        left, right = _flat_terms(left), _flat_terms(right)
    if len(left) != len(right):
        return False
    for a, b in zip(left, right, strict=True):
        if a.sign == b.sign:
            if not _pair(a.node, b.node, found):
                return False
        elif not _pair(a.node, Sum(b.node.span, (Term("-", b.node),)), found):
            return False
    return True


def _pair_products(f: Product, c: Product, found: list[Pair]) -> bool:
    left, right = f.factors, c.factors
    if len(left) != len(right):
        left, right = _flat(left), _flat(right)
    for factors in _groupings(left, len(right)):
        pairs: list[Pair] = []
        if _pair_factors(factors, right, pairs):
            found += pairs
            return True
    return False


def _pair_factors(left: tuple[Factor, ...], right: tuple[Factor, ...], found: list[Pair]) -> bool:
    for n, (a, b) in enumerate(zip(left, right, strict=True)):
        same = a.op == b.op or (a.op in TIMES and b.op in TIMES) or n == 0
        if not same or not _pair(a.node, b.node, found):
            return False
    return True


def _groupings(factors: tuple[Factor, ...], count: int) -> Iterator[tuple[Factor, ...]]:
    r"""So many factors made of these by taking calls together: `o \tanh(c)` as o and `\tanh(c)`."""
    if len(factors) == count:
        yield factors
        return
    calls = {n: call for n, pair in enumerate(pairwise(factors)) if (call := call_of(*pair)) is not None}
    if 0 < len(factors) - count <= len(calls) <= MOST_CALLS:
        for chosen in combinations(calls, len(factors) - count):
            yield tuple(calls[n] if n in chosen else f for n, f in enumerate(factors) if n - 1 not in chosen)


def _power_of(name: Script) -> Node | None:
    plain = name.sub is None and not name.primes and isinstance(name.sup, Number)
    return name.sup if plain and isinstance(name.base, Name) and is_function_word(name.base.text) else None


def call_of(name: Factor, behind: Factor) -> Factor | None:
    r"""What may be a call as one factor, of a function in words with a power too: `\tanh^2(c)`."""
    node = name.node
    power = _power_of(node) if isinstance(node, Script) else None
    head = node.base if isinstance(node, Script) and power is not None else node
    if behind.op or not isinstance(behind.node, Fenced) or not isinstance(head, Name):
        return None
    span = node.span.join(behind.node.span)
    call: Node = Product(span, (Factor("", head), behind))
    if power is not None:
        call = Script(span, Fenced(span, "(", call, ")"), sup=power)
    return replace(name, node=call)


def _flat_terms(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Terms with the sums in parentheses among them written out."""
    out: list[Term] = []
    for term in terms:
        inner = bare(term.node)
        if isinstance(inner, Sum) and term.sign in "+-":
            turned = {"+": term.sign, "-": "+" if term.sign == "-" else "-"}
            out += [replace(t, sign=turned.get(t.sign, t.sign)) for t in _flat_terms(inner.terms)]
        else:
            out.append(term)
    return tuple(out)


def _flat(factors: tuple[Factor, ...]) -> tuple[Factor, ...]:
    """Factors with the products in parentheses among them written out."""
    out: list[Factor] = []
    for factor in factors:
        inner = bare(factor.node)
        if isinstance(inner, Product) and factor.op in TIMES:
            first, *rest = _flat(inner.factors)
            out += [replace(first, op=factor.op), *rest]
        else:
            out.append(factor)
    return tuple(out)


def _sign_inside(product: Product) -> Product:
    """`-0.3 \\cdot 0.5` as the product of -0.3 and 0.5."""
    first = product.factors[0]
    signed = Sum(first.node.span, (Term("-", first.node),))
    return replace(product, factors=(replace(first, node=signed), *product.factors[1:]))


def formulas_behind(world: World, node: Node, position: int) -> Iterator[Node]:
    """What numbers may have been put into: a side as it stands, or what defines the name that it is."""
    yield node
    ref = reference(node, world.glossary)
    if ref is None or ref.postfix:
        return
    for site in world.sites_for(ref.base, position):
        if site_key(world, site.ref) == site_key(world, ref):
            yield site.body


# -------------------------------------------------------------------------------------------------- values read off


def read_off(world: World, equations: Iterable[Equation]) -> None:
    """Give names without a definition the numbers that stand for them; a name with two numbers gets none."""
    said: dict[tuple[object, ...], list[tuple[Rational, Equation, Ref, Node]]] = {}
    for e in equations:
        for ref, number, value in put_in_numbers(world, e):
            said.setdefault((ref.base, site_key(world, ref)), []).append((value, e, ref, number))
    for places in said.values():
        value, e, ref, number = places[0]
        name = shown_ref(ref)
        lines = [x.line for _, x, _, _ in places]
        if any(other != value for other, *_ in places):
            which = " and ".join(f"{float(v):g} on line {n}" for (v, *_), n in zip(places, lines, strict=True))
            world.disputed[ref.base] = f"{name} is {which}"
            continue
        text = f"{name} = {float(value):g} is read off line {lines[0]}"
        site = Site(
            ref.base, ref, number, e.position, assumed=text, read_off=tuple(x.position for _, x, _, _ in places)
        )
        world.sites.setdefault(ref.base, []).append(site)


def shown_ref(ref: Ref) -> str:
    """A name with its numbers as a person writes it."""
    labels = "".join(getattr(s, "text", "") for s in (*ref.subs, *ref.labels))
    return spelled_out(ref.base) + (f"_{labels}" if len(labels) == 1 else f"_{{{labels}}}" if labels else "")


def put_in_numbers(world: World, e: Equation) -> Iterator[tuple[Ref, Node, Rational]]:
    """The names without a value for which an equation puts in numbers."""
    if e.op not in ("=", ":=", "≈") or e.source == "condition" or literal_number(bare(e.rhs)) is not None:
        return
    if not is_arithmetic(world, e.rhs) or is_arithmetic(world, e.lhs):
        return
    for formula in formulas_behind(world, e.lhs, e.position):
        pairs = paired(formula, e.rhs)
        if pairs is None or pairs == [(bare(formula), bare(e.rhs))]:
            continue
        for node, number in pairs:
            ref = reference(node, world.glossary)
            value = literal_number(number)
            if ref is None or value is None or ref.postfix or ref.primes or not definable(world, ref):
                continue
            if any(site_key(world, s.ref) == site_key(world, ref) for s in world.sites.get(ref.base, ())):
                continue
            if ref.base not in world.functions and ref.base not in world.aliases:
                yield ref, number, value
        return
