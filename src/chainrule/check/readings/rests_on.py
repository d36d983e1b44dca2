r"""What a refuted line rests on that its author may mean otherwise: another formula for a name, no value for it, the
point of a derivative, what a formula is applied to.

A difference counts only where what the line leans on is sure. Each row of `ambiguous.REASONS` here exchanges one thing
for what else the document gives; a line that is true then is no mistake for certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from chainrule.check.comparison.forms import has_derivative, updates
from chainrule.check.doubts.anew import claimed, of_the_first
from chainrule.check.readings.as_in_matrix_algebra import for_matrices
from chainrule.check.readings.meant import Meant, within, written
from chainrule.check.readings.sums_meant import variables_of
from chainrule.read.tree import Factor, Fenced, Fraction, Name, Node, Number, Product, Script
from chainrule.sheet.definitions.put_in import is_arithmetic
from chainrule.sheet.definitions.sites import defining_anew
from chainrule.sheet.records.definable import site_key
from chainrule.sheet.records.lines import lines_of, names_in
from chainrule.sheet.records.sites import Imposed, Site
from chainrule.sheet.records.statements import Equation
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.derivatives import above, below
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import Ref, node_key, reference, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.spelling import spelled_out

MOST_SUPPOSED = 4
ANOTHER = re.compile(r"\b(?:for an?|now|consider|instead|another|next|similarly|let)\b", re.IGNORECASE)
"""Words that lead to a second formula for a name, of another case."""

if TYPE_CHECKING:
    from chainrule.check.judge import Judge


def by_an_unsettled_line(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}` that could not be decided, as a p has another formula before it: what
    holds by the second one is no mistake."""
    own = claimed(judge, e)
    names = lines_of(judge.world, [e])[0].names - ({own[0].base} if own is not None else set())
    for x in (x for x in judge.equations if x.position in judge.unsettled and x.position < e.position):
        said = of_the_first(judge, x)
        name = None if said.link or x.chain == e.chain or x.source != "formula" else claimed(judge, said)
        if name is None or name[0].base not in names or updates(judge.world, x) or is_arithmetic(judge.world, x.rhs):
            continue
        line = x.line
        text = f"right by what line {line} says of {x.text(said.lhs)}, which is not settled"
        yield Meant(text, e, within(judge, defining_anew(judge.world, said)), outright=True)


def by_an_unread_formula(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`For a Gaussian policy \pi(a|s) = ...` that has no meaning as it is read, behind another formula for \pi: which
    one a line behind it rests on is known, but not what it says."""
    world, failed, here = judge.world, judge.usual(e).failed, e.section
    names = lines_of(world, [e])[0].names
    unread = (x for x in judge.equations if x.position in failed and x.position in judge.unsettled and not x.link)
    unread = (x for x in unread if ANOTHER.search(x.cue) and x.section == here)
    for x in (x for x in unread if x.position < e.position):
        name = None if x.chain == e.chain or x.source != "formula" else claimed(judge, x)
        if name is None or name[0].base not in names or updates(world, x):
            continue
        held = world.function(name[0].base, e.position) or world.site(name[0].base, e.position)
        if held is not None and held.position < x.position and site_key(world, held.ref) == site_key(world, name[0]):
            line = x.line
            text = f"what line {line} says of {x.text(x.lhs)} does not fit: {failed[x.position].message}"
            yield Meant(text, e, judge, tried=False)


def by_what_is_supposed(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`\lambda = -N` after a `\sum_k r_{ik} = 1` that rests on something unsaid: what follows from an unsettled line
    of its section is as unsettled."""
    world, here = judge.world, e.section
    names = lines_of(world, [e])[0].names
    before = [
        x for x in judge.equations if x.position in judge.unsettled and x.position < e.position and x.section == here
    ]
    about = [x for x in before if x.op == "=" and names & names_in(world, x.lhs, x.rhs)]
    for x in about[:-MOST_SUPPOSED:-1]:
        line = x.line
        supposing = (Imposed(x.position, x, None, frozenset(), e.scope.section),)
        yield Meant(f"follows from line {line}, which is not settled", e, judge, outright=True, supposing=supposing)


def by_another_section(judge: Judge, e: Equation) -> Iterator[Meant]:
    """A name that only other sections define, with several formulas: any of them may be meant."""
    world, here = judge.world, e.section
    for base in sorted(lines_of(world, [e])[0].names):
        found = world.sites.get(base, [])
        held = world.latest(found, e.position)
        if held is None or any(s.section == here for s in found):
            continue
        rivals = [s for s in found if site_key(world, s.ref) == site_key(world, held.ref)]
        for other in (s for s in rivals if s.section != held.section):
            kept = [s for s in found if s is other or s not in rivals]
            text = f"{spelled_out(base)} has several formulas in other sections; right by another one"
            changed = replace(world, sites={**world.sites, base: kept}, derived={}, bodies={})
            yield Meant(text, e, within(judge, changed))


def without_a_value(judge: Judge, e: Equation) -> Iterator[Meant]:
    """A number that a name was given for an example before: the line may be about any value again."""
    world = judge.world
    values = {
        base: s
        for base in sorted(names_in(world, e.lhs, e.rhs))
        if (s := world.site(base, e.position)) is not None and is_numeric(s.body) and s.position < e.position
    }
    if values and not (is_numeric(e.lhs) or is_numeric(e.rhs)):
        kept = {b: [x for x in found if x is not values.get(b)] for b, found in world.sites.items()}
        text = f"right for any {', '.join(map(spelled_out, values))}, and not for the numbers before it"
        yield Meant(text, e, within(judge, replace(world, sites=kept, derived={}, bodies={})), outright=True)


def point_not_written(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`x_{old} - \eta \frac{\partial f}{\partial x} = x_{old} - 2 \eta x_{old}`: the derivative is that at the point
    which the line speaks of."""
    if not has_derivative(e):
        return
    world = judge.world
    nodes = (v for side in (e.lhs, e.rhs) for n in walk(side) for v in variables_of(n) if isinstance(v, Name))
    by = {ref.base: v for v in nodes if (ref := reference(v, world.glossary)) is not None}

    def choose(node: Node) -> Node | None:
        ref = reference(node, world.glossary) if isinstance(node, Script) else None
        if ref is None or ref.postfix or ref.primes or not (ref.labels or ref.subs or "_" in ref.base):
            return None
        if any(world.family(ref.base).slot(n) == "axis" for n in range(len(ref.subs))):
            return None
        return by.get(ref.base.split("_")[0].split("^")[0])

    meant = written(judge, e, choose, "right if the derivatives are taken at the point that the line speaks of")
    if by and meant is not None:
        yield replace(meant, outright=True)


def at_its_variable(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`\frac{\partial F}{\partial x_l}` of a function that is given as `F(x)`: that of its value at x_l. A 1 that is
    added to it may be the identity."""
    world = judge.world

    def choose(node: Node) -> Node | None:
        top = above(node.numerator) if isinstance(node, Fraction) else None
        bottom = below(node.denominator) if isinstance(node, Fraction) else None
        if not isinstance(node, Fraction) or top is None or top.body is None or bottom is None or len(bottom[1]) != 1:
            return None
        name, variable = reference(top.body, world.glossary), reference(bottom[1][0], world.glossary)
        if name is None or variable is None or not name.bare or not isinstance(node.numerator, Product):
            return None
        params = {r.base for s in world.functions.get(name.base, ()) for r in _params(world, s)}
        if variable.bare or params != {variable.base}:
            return None
        at = Factor("", Fenced(top.body.span, "(", bottom[1][0], ")"))
        return replace(node, numerator=replace(node.numerator, factors=(*node.numerator.factors, at)))

    meant = written(judge, e, choose, "right if the derivative of a function is that of its value at the variable")
    if meant is not None:
        yield meant
        line = for_matrices(meant.line, world)
        yield replace(meant, line=line, judge=judge.with_line(line))


def _params(world: World, site: Site) -> Iterator[Ref]:
    yield from (r for p in site.params or () if (r := reference(p, world.glossary)) is not None)


def applied(judge: Judge, e: Equation) -> Iterator[Meant]:
    r"""`\hat y(4)` after `\hat y = 0.5 x + 1`: no product, but the formula at another place. Nobody begins a line with
    a product of that form."""
    world = judge.world
    whole = [b for b, _ in _calls(world, e.lhs) if isinstance(e.lhs, Product) and len(e.lhs.factors) == 2]
    if whole:
        text = f"{spelled_out(whole[0])} has a formula, and may be applied to what stands behind it"
        yield Meant(text, e, judge, tried=False)
        return
    for base, arg in {(b, node_key(a.body)): (b, a) for s in (e.lhs, e.rhs) for b, a in _calls(world, s)}.values():
        for formula in (x.rhs for x in judge.equations if _is_name(world, x.lhs, base)):
            bases = names_in(world, formula)
            found = {node_key(n): r.base for n in walk(formula) if (r := _plain(world, n)) is not None}
            for variable in (key for key, name in found.items() if name in bases):
                body = _put(formula, variable, arg)

                def choose(node: Node, base: str = base, body: Node = body, arg: Fenced = arg) -> Node | None:
                    return _with_call(world, node, base, arg, body)

                text = f"{spelled_out(base)} has a formula, and may be applied to what stands behind it"
                meant = written(judge, e, choose, text)
                if meant is not None:
                    yield replace(meant, outright=True)


def _calls(world: World, side: Node) -> Iterator[tuple[str, Fenced]]:
    """The names with a formula that stand right before something single in parentheses."""
    for node in walk(side):
        for f, behind in pairwise(node.factors) if isinstance(node, Product) else ():
            ref = reference(f.node, world.glossary)
            fence = behind.node
            if ref is None or not ref.bare or behind.op or not isinstance(fence, Fenced) or fence.open != "(":
                continue
            quantity = ref.base in world.sites and ref.base not in world.functions
            if quantity and (isinstance(fence.body, Number) or reference(fence.body, world.glossary)):
                yield ref.base, fence


def _is_name(world: World, side: Node, base: str) -> bool:
    ref = reference(side, world.glossary)
    return ref is not None and ref.bare and ref.base == base


def _plain(world: World, node: Node) -> Ref | None:
    return reference(node, world.glossary) if isinstance(node, Name) else None


def _put(body: Node, key: object, arg: Fenced) -> Fenced:
    inside = rebuilt(body, lambda n: arg if isinstance(n, Name) and node_key(n) == key else None)
    return Fenced(body.span, "(", inside, ")")


def _with_call(world: World, node: Node, base: str, arg: Fenced, body: Node) -> Node | None:
    """A product with a formula in the place of a name and of what stands behind it."""
    if not isinstance(node, Product):
        return None
    factors: list[Factor] = []
    for f in node.factors:
        last = reference(factors[-1].node, world.glossary) if factors else None
        if last is not None and last.bare and last.base == base and not f.op and node_key(f.node) == node_key(arg):
            factors[-1] = replace(factors[-1], node=body)
        else:
            factors.append(f)
    if len(factors) == len(node.factors):
        return None
    return factors[0].node if len(factors) == 1 else replace(node, factors=tuple(factors))
