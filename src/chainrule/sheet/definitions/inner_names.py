r"""Names for what stands inside a formula: `h = g(Wx + b)` and `h = g(z)`, or `\hat y = \sigma(z) = \sigma(wx + b)`.

Two formulas for one quantity are laid side by side. Where they differ in nothing but a name that no line defines, in
the place of an expression, the name means that expression.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chainrule.read.tree import Accent, Big, Comma, Dots, Factor, Fenced, Name, Node, Product, Script, Text
from chainrule.sheet.definitions.put_in import bare, shown_ref
from chainrule.sheet.records.definable import call_form, definable, mentions, site_key
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import DEFINING, Equation
from chainrule.sheet.records.world import DEFAULT_ROLES, World
from chainrule.sheet.syntax.derivative_signs import rest_of
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import Ref, children, node_key, reference, walk

Pair = tuple[Node, Node]


def name_what_stands_inside(world: World, equations: Sequence[Equation]) -> None:
    """Define the names that stand in the place of an expression in another formula for the same quantity."""
    for e in equations:
        if e.op not in DEFINING or e.source != "formula":
            continue
        for one, other in _formulas_for_one(world, e):
            found = _place(world, one, other) or _place(world, other, one)
            if found is not None:
                ref, body = found
                line = e.line
                text = f"{shown_ref(ref)} is never defined; it is read as what stands in its place on line {line}"
                section = e.section
                site = Site(ref.base, ref, body, e.position, assumed=text, section=section, own=e.own)
                world.sites.setdefault(ref.base, []).append(site)
                break


def _formulas_for_one(world: World, e: Equation) -> Iterator[Pair]:
    """The two sides of a step of a chain, and the right side beside other formulas for the name on the left."""
    if e.link:
        yield e.lhs, e.rhs
    form = call_form(e.lhs, world)
    ref = reference(e.lhs, world.glossary) if form is None else form[0]
    if ref is None or ref.postfix:
        return
    key = site_key(world, ref)
    for site in (world.sites if form is None else world.functions).get(ref.base, ()):
        same = form is None or node_key(form[1]) == node_key(site.params)
        same = same and site_key(world, site.ref) == key and node_key(site.ref.subs) == node_key(ref.subs)
        if same and site.position != e.position and site.own == e.own and derivative_of(site.body) is None:
            yield site.body, e.rhs


def _place(world: World, one: Node, other: Node) -> tuple[Ref, Node] | None:
    """The one undefined name of a formula that has an expression of the other in its place everywhere."""
    pairs = list(_differences(one, other))
    if not pairs or any(node_key(a) != node_key(pairs[0][0]) or node_key(b) != node_key(pairs[0][1]) for a, b in pairs):
        return None
    name, body = bare(pairs[0][0]), bare(pairs[0][1])
    ref = reference(name, world.glossary) if isinstance(name, (Name, Accent, Script)) else None
    if ref is None or name is bare(one) or not _is_free(world, ref) or not _is_expression(world, ref, body):
        return None
    return ref, body


def _is_free(world: World, ref: Ref) -> bool:
    """Whether nothing says what a name is."""
    known = is_function_word(ref.base) or ref.base in world.roles or ref.base in DEFAULT_ROLES
    if known or ref.postfix or ref.primes or not definable(world, ref) or ref.base in world.functions:
        return False
    if any(ref.base in names for names in (world.glossary.bound, world.size_names, world.independent, world.aliases)):
        return False
    if any(ref.base in condition.unknowns for condition in world.imposed):
        return False
    family = world.family(ref.base)
    if family.called or family.domain_kind is not None:
        return False
    return not any(site_key(world, s.ref) == site_key(world, ref) for s in world.sites.get(ref.base, ()))


def _is_expression(world: World, ref: Ref, body: Node) -> bool:
    """Whether a part of a formula can be what a name stands for: more than a name, and not made of it."""
    if is_numeric(body) or reference(body, world.glossary) is not None or mentions(world, body, ref):
        return False
    if any(isinstance(n, (Text, Dots, Comma)) for n in walk(body)) or derivative_of(body) is not None:
        return False
    return any(True for _ in references(body, world))


# -------------------------------------------------------------------------------------------------- side by side


def _differences(a: Node, b: Node) -> Iterator[Pair]:
    """The smallest parts in which two formulas differ."""
    one, other = bare(a), bare(b)
    if node_key(one) == node_key(other):
        return
    if isinstance(one, Product) and isinstance(other, Product) and len(one.factors) != len(other.factors):
        yield from _runs(one, other)
        return
    match one, other:
        case Script(), Script() if not isinstance(bare(one.base), (Name, Accent)) and _hung(one) == _hung(other):
            yield from _differences(one.base, other.base)
        case (Name() | Accent() | Script(), _) | (_, Name() | Accent() | Script()):
            yield one, other
        case (Big(), _) | (_, Big()):
            yield one, other
        case _:
            below = list(children(one)), list(children(other))
            if _shape(one) == _shape(other) and len(below[0]) == len(below[1]):
                for x, y in zip(*below, strict=True):
                    yield from _differences(x, y)
            else:
                yield one, other


def _hung(node: Script) -> object:
    """What hangs on a node, above and below it."""
    return node_key((node.sub, node.sup)), node.primes


def _shape(node: Node) -> object:
    """What a node is apart from the nodes below it: its kind, and the signs between its parts."""
    signs = tuple(t.sign for t in getattr(node, "terms", ())) + tuple(f.op for f in getattr(node, "factors", ()))
    return type(node), signs, getattr(node, "op", None), getattr(node, "open", None), getattr(node, "primes", None)


def _runs(one: Product, other: Product) -> Iterator[Pair]:
    """Products of different lengths, alike but for a run of factors: `2 e x` and `2 (wx - t) x`."""
    left, right = list(one.factors), list(other.factors)
    while len(left) > 1 and len(right) > 1 and _alike(left[-1], right[-1]):
        left.pop(), right.pop()
    while len(left) > 1 and len(right) > 1 and _alike(left[0], right[0]):
        del left[0], right[0]
    yield rest_of(tuple(left)), rest_of(tuple(right))


def _alike(one: Factor, other: Factor) -> bool:
    return node_key(bare(one.node)) == node_key(bare(other.node)) and not isinstance(one.node, Fenced)
