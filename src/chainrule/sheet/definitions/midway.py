r"""Names that get their meaning in the middle of a chain, `f(x) = p = \mathrm{softmax}(z)`, or at its end,
`\frac{\partial L}{\partial z} = p - y = \delta`.

What stands behind the name, or before the last one, defines it where nothing else does and nothing before the chain has
used it: the chain could as well be written as two lines. A name that was used before is left as it is:
`\hat\mu = \mu = \bar x` says where it lies, not what it is. The last name, or one like it with another number, must be
used afterwards, or the chain may end with something that every reader knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from chainrule.read.tree import Factor, Fenced, Fraction, Infix, Node, Number, Product, Sum, Term
from chainrule.sheet.records.definable import definable, mentions, site_key
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import DEFINING, Equation, Sheet
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import Ref, reference, walk

NAMING = frozenset({":=", "=:", "≡"})


def with_names_behind(sheet: Sheet) -> Sheet:
    r"""The sheet in which a formula that is given a name behind it, `u - \log Z := -E` or `p - y =: \delta`, defines
    the name, without what stands before it; nothing that was used before is defined so."""
    seen = set[str]()
    lasts = {(id(e.document), e.chain): e for e in sheet.equations if e.op != "∈"}
    equations = []
    for e in sheet.equations:
        name, scaled = _name_behind(sheet, e.rhs, e.lhs)
        ref = None if name is None else reference(name, sheet.glossary)
        ends = e.op in NAMING or (
            e.op == "=" and e.link and scaled is not e.lhs and e is lasts[id(e.document), e.chain]
        )
        new = ref is not None and not ref.postfix and ref.base not in seen | {*_bases(sheet, e.lhs)}
        if ends and new and name is not None and reference(e.lhs, sheet.glossary) is None and not _called(sheet, e.lhs):
            spelled = e.text(e.lhs), e.text(e.rhs)
            equations.append(replace(e, lhs=scaled, op="=:", rhs=name, link=0, spelled=spelled))
        else:
            equations.append(e)
        seen.update(_bases(sheet, e.lhs), _bases(sheet, e.rhs))
    sheet.equations = equations
    return sheet


def _name_behind(sheet: Sheet, node: Node, body: Node) -> tuple[Node | None, Node]:
    """The name that a side is a multiple of, and a formula for it where the side is equal to another one."""
    match node:
        case Sum(terms=(Term(sign="-", node=inner),)):
            name, body = _name_behind(sheet, inner, body)
            return name, Sum(body.span, (Term("-", Fenced(body.span, "(", body, ")")),))
        case Product(factors=(Factor(node=Number() as number), Factor(op="" | "cdot", node=inner))):
            name, body = _name_behind(sheet, inner, body)
            return name, Fraction(body.span, body, number)
    return (node if reference(node, sheet.glossary) is not None else None), body


def _called(sheet: Sheet, node: Node) -> bool:
    """`f(x)`: a side that is the name of what the other one says."""
    parts = [f.node for f in node.factors] if isinstance(node, Product) else []
    return len(parts) == 2 and isinstance(parts[1], Fenced) and reference(parts[0], sheet.glossary) is not None


def _bases(sheet: Sheet, node: Node) -> Iterator[str]:
    yield from (ref.base for n in walk(node) if (ref := reference(n, sheet.glossary)) is not None)


def define_midway(world: World, equations: Sequence[Equation]) -> None:
    """Give the names that stand in the middle of a chain, and nowhere before it, what stands behind them."""
    heads: dict[tuple[int, int], Equation] = {}
    for e in equations:
        head = heads.setdefault((id(e.document), e.chain), e)
        named = e.link and e.op in DEFINING and (_defines(world, head) or _is_conditional(head.lhs))
        ref = reference(e.lhs, world.glossary) if named else None
        if ref is not None and is_new(world, ref, head, equations) and _is_formula(world, ref, e.rhs):
            _add(world, e, ref, e.rhs)


def names_at_the_end(
    world: World, equations: Sequence[Equation], mentions: Sequence[tuple[int, Node]]
) -> frozenset[int]:
    """The places of the links that end a chain with a name, which stands nowhere before it but below."""
    heads: dict[tuple[int, int], Equation] = {}
    # what stands behind the last name may say its shape: `= \zeta \in \mathbb{R}^n`
    lasts = {(id(e.document), e.chain): e for e in equations if e.op != "∈"}
    found: set[int] = set()
    for e in equations:
        head = heads.setdefault((id(e.document), e.chain), e)
        named = e.link and e.op in DEFINING and e.source == "formula" and e is lasts[id(e.document), e.chain]
        ref = reference(e.rhs, world.glossary) if named else None
        if ref is None or not is_new(world, ref, head, equations) or not _is_formula(world, ref, e.lhs):
            continue
        sides = [(x.position, n) for x in equations for n in (x.lhs, x.rhs) if n is not e.rhs]
        told = [(at, speaks_of(world, n, ref)) for at, n in (*sides, *mentions) if speaks_of(world, n, ref.base)]
        if max((at for at, _ in told), default=-1) > e.position and all(at > e.position for at, same in told if same):
            found.add(e.position)
    return frozenset(found)


def _add(world: World, e: Equation, ref: Ref, body: Node) -> None:
    sites = world.sites.setdefault(ref.base, [])
    sites.append(Site(ref.base, ref, body, e.position, section=e.section, own=e.own))
    sites.sort(key=lambda s: s.position)


def _defines(world: World, head: Equation) -> bool:
    """Whether a chain begins with a definition."""
    tables = (world.sites, world.functions)
    return any(s.position == head.position for table in tables for sites in table.values() for s in sites)


def _is_conditional(node: Node) -> bool:
    """`P(w | c)`: a probability, which a name behind it is short for."""
    parts = [f.node for f in node.factors] if isinstance(node, Product) else []
    return len(parts) == 2 and isinstance(parts[1], Fenced) and any(isinstance(n, Infix) for n in walk(parts[1]))


def is_new(world: World, ref: Ref, head: Equation, equations: Sequence[Equation]) -> bool:
    """Whether a name has no definition, and no line before the chain uses it."""
    other = (world.functions, world.roles, world.size_names, world.aliases)
    if not definable(world, ref) or ref.postfix or any(ref.base in names for names in other):
        return False
    key = site_key(world, ref)
    if any(site_key(world, s.ref) == key for s in world.sites.get(ref.base, ())):
        return False
    before = (n for e in equations if e.position < head.position for n in (e.lhs, e.rhs))
    return not any(speaks_of(world, n, ref) for n in before)


def speaks_of(world: World, node: Node, name: Ref | str) -> bool:
    """Whether a formula has a name, with any label where only its base is given."""
    uses = references(node, world)
    if isinstance(name, str):
        return any(r.base == name for r in uses)
    return any(r.base == name.base and site_key(world, r) == site_key(world, name) for r in uses)


def _is_formula(world: World, ref: Ref, body: Node) -> bool:
    """Whether a side can be the meaning of a name: no printed value, no derivative, and not made of the name itself."""
    if is_numeric(body) or derivative_of(body) is not None or mentions(world, body, ref):
        return False
    return any(True for _ in references(body, world))
