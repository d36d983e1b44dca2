"""Conditions that a document imposes: `\\nabla f = 0`, `0 = X^T(Xw - t)`, "setting the derivative to zero".

Such a line says nothing that could be wrong; it says where what follows holds. It is imposed by a zero on one side, or
by words before a formula that set the derivative at hand to zero. What a derivative is taken by is the unknown. The
name of a solution is the unknown's with a mark (`w^*`, `\\hat\\mu_{MLE}`): where the two never stand in one equation
and the mark comes after the condition, they are one quantity.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from chainrule.read.document import Heading
from chainrule.read.tree import Fenced, Fraction, Node, Number, Product, Relation, Script
from chainrule.sheet.conditions.extremes import place
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Imposed
from chainrule.sheet.records.statements import Equation, Sentence
from chainrule.sheet.records.world import World
from chainrule.sheet.syntax.arguments import arguments
from chainrule.sheet.syntax.derivatives import above, below, nabla_of
from chainrule.sheet.syntax.literals import is_zero
from chainrule.sheet.syntax.names import Ref, node_key, reference, walk
from chainrule.sheet.syntax.solution_marks import MARKED, core
from chainrule.sheet.words.wording import OBEY_ELSEWHERE, TO_OBEY
from chainrule.sheet.words.zero_words import SET_TO_ZERO, SEVERAL, VANISHES

# Words that say of a point that the derivative vanishes there.
PLACE = re.compile(
    r"\b(?:(?:critical|stationary)\s+points?|maximi[sz]\w+|minimi[sz]\w+|maxim(?:um|a)|minim(?:um|a)|optim(?:um|al)|(?-i:MLE|MAP)"
    r"|estimat(?:e|or)s?)\b[^.;:]*:?\s*$",
    re.IGNORECASE,
)
# Words before what a solution is asked to obey.
CONSTRAINT = re.compile(rf"(?:\b{TO_OBEY}(?:\s+that)?|{OBEY_ELSEWHERE})[^.;:。；]{{0,30}}$", re.IGNORECASE)
# A word below a name, which says which of several it is.
WORD = re.compile(r"_[A-Za-z]+$")
# An acronym that is none of those for a solution in general.
OF_ITS_OWN = re.compile(r"_(?!MLE|ML|MAP|OPT|LS|OLS)[A-Z]{2,4}\)?$")
MOST_WORDS = 200
# What is supposed of a slope in words alone, and whether one function alone can be meant (`said_slopes`).
SUPPOSED = {"supposed": "perhaps", "supposed alone": "alone"}
# Words that give a name its meaning, even where it stands in a condition before them.
NAMING = re.compile(r"\b(?:let|where|defin\w+|denot\w+|call|introduc\w+)\b[^.,;:]*$", re.IGNORECASE)


def impose(
    world: World, equations: list[Equation], told: dict[int, str], solved: Mapping[int, str] = MappingProxyType({})
) -> None:
    """Find the conditions of a world, with what they are to be solved for; `told` is the text before an equation, and
    `solved` are equations that give what slopes are zero at though no words say so, with how surely they do."""
    chains: dict[tuple[int, int], list[Equation]] = {}
    slopes: list[Equation] = []
    for e in equations:
        if e.source == "tried":
            slopes.append(e)
            continue
        if e.source in SUPPOSED:
            unknowns = frozenset(variables_of(world, e.lhs))
            since = next((x.position - 1 for x in equations if x.own and x.span == e.span), e.position)
            supposed = SUPPOSED[e.source]
            world.imposed.append(Imposed(since, e, e, unknowns, e.scope.section, said=True, supposed=supposed))
            continue
        chain = chains.setdefault((id(e.document), e.chain), [])
        chain.append(e)
        first = chain[0]
        words = f"{told.get(e.position, '')[-MOST_WORDS:]} {e.cue}"
        if e.position in solved:
            _unsaid(world, e, slopes, solved[e.position])
        zero = SET_TO_ZERO.search(words) or _vanishes(told.get(e.position) or e.cue, e, slopes, equations)
        if not chain[1:] and zero and not differentiates(first.lhs):
            _by_words(world, e, slopes, many=bool(SEVERAL.search(words)))
        elif not chain[1:] and PLACE.search(words):
            _at_place(world, e, slopes)
        plain = e.source == "formula" and reference(e.lhs, world.glossary) is None and e.op in ("=", ":=", "≡")
        plain &= e.position not in world.declaring
        if plain and CONSTRAINT.search(e.cue) and not e.link and not is_zero(e.rhs) and not differentiates(e.lhs):
            world.imposed.append(Imposed(e.position, e, None, frozenset(), e.scope.section))
        if plain and is_zero(e.lhs) != is_zero(e.rhs):
            variables = {v for x in chain for side in (x.lhs, x.rhs) for v in variables_of(world, side)}
            head = first if differentiates(first.lhs) else None
            given = not e.own  # what another document or the place of an extreme imposes is in force from there on
            world.imposed.append(Imposed(e.position, e, head, frozenset(variables), e.scope.section, said=given))
        if e.link == 0 and differentiates(e.lhs):
            slopes.append(e)
    world.imposed.sort(key=lambda c: c.position)


def under_one_heading(sentences: Iterable[Sentence], equations: Iterable[Equation]) -> Iterator[Sentence]:
    """The sentences that no heading parts from the equation behind them: others lead to no line behind that."""
    behind = {e.position: e for e in equations}
    for s in sentences:
        e, end = behind.get(s.position), max((span.end for span in s.spans), default=None)
        if e is None or end is None or e.document is not s.document or not _headed(e, end):
            yield s


def _headed(e: Equation, after: int) -> bool:
    """Whether a heading stands between a place in the text and an equation."""
    headings = (p.span for p in e.document.pieces if isinstance(p, Heading))
    return any(after <= span.start and span.end <= e.span.start for span in headings)


def _vanishes(words: str, e: Equation, slopes: list[Equation], equations: Iterable[Equation]) -> bool:
    """Whether the words between a slope and an equation say of the slope that it vanishes."""
    before = [x for x in equations if x.position < e.position and x.document is e.document and x.own]
    behind = bool(slopes and before) and slopes[-1].chain == before[-1].chain
    return behind and VANISHES.search(words) is not None


def _by_words(world: World, e: Equation, slopes: list[Equation], many: bool) -> None:
    """The derivative last written (or those last written, when several are meant) is set to zero before this line."""
    latest = list(_last_by_each(world, slopes))
    for slope in latest[0 if many else -1 :]:
        variables = frozenset(variables_of(world, slope.lhs))
        world.imposed.append(Imposed(e.position - 1, slope, slope, variables, e.scope.section, said=True))


def _last_by_each(world: World, slopes: Iterable[Equation]) -> Iterable[Equation]:
    """The last slope by each variable, by w_0 and by w_1."""
    latest: dict[object, Equation] = {}
    for slope in slopes:
        refs = [_variable(world, slope.lhs, v) for v in differentiated_by(slope.lhs)]
        key: frozenset[object] = frozenset(ref.key for ref in refs if ref is not None)
        if key := key or frozenset(variables_of(world, slope.lhs)):
            latest.pop(key, None)
            latest[key] = slope
    return latest.values()


def _unsaid(world: World, e: Equation, slopes: list[Equation], supposed: str) -> None:
    """The slopes of one function, the last one by what a line gives or speaks of, are supposed to vanish before it."""
    found = slopes_before(world, e, slopes) or slopes_about(world, e, slopes)
    same = [s for s in slopes if found and function_of(world, s) == function_of(world, found[-1])]
    for slope in _last_by_each(world, same):
        variables = frozenset(variables_of(world, slope.lhs))
        world.imposed.append(
            Imposed(e.position - 1, slope, slope, variables, e.scope.section, said=True, supposed=supposed)
        )


def slopes_before(world: World, e: Equation, slopes: Iterable[Equation]) -> list[Equation]:
    """The slopes before an equation that are taken by the very name it gives, marks of a solution apart."""
    ref = reference(e.lhs, world.glossary)
    if ref is None or ref.postfix or ref.primes:
        return []
    given = replace(ref, base=core(ref.base)).key
    before = [s for s in slopes if s.position < e.position and s.document is e.document]
    by = ((s, _variable(world, s.lhs, v)) for s in before for v in differentiated_by(s.lhs))
    return [s for s, r in by if r is not None and r.key == given]


def slopes_about(world: World, e: Equation, slopes: Iterable[Equation]) -> list[Equation]:
    """The slopes before an equation that are taken by a name in it."""
    names = {r.base for side in (e.lhs, e.rhs) for r in references(side, world)}
    before = [s for s in slopes if s.position < e.position and s.document is e.document]
    return [s for s in before if names & set(variables_of(world, s.lhs))]


def function_of(world: World, slope: Equation) -> frozenset[str]:
    """The names in a slope that are not what it is taken by."""
    return frozenset(r.base for r in references(slope.lhs, world)) - set(variables_of(world, slope.lhs))


def _at_place(world: World, e: Equation, slopes: list[Equation]) -> None:
    """The marked name of a variable, said to be a critical point: the derivative by it vanishes there."""
    ref = reference(e.lhs, world.glossary)
    plain = None if ref is None else core(ref.base)
    by = [s for s in slopes if plain is not None and plain in variables_of(world, s.lhs)]
    if by and ref is not None and plain != ref.base:
        unknowns = frozenset(variables_of(world, by[-1].lhs))
        world.imposed.append(Imposed(e.position - 1, by[-1], by[-1], unknowns, e.scope.section, said=True))


def differentiates(node: Node) -> bool:
    """Whether a derivative or a gradient stands in a formula, `\\ell'(\\theta)` among them."""
    if _primed(node) is not None:
        return True
    for part in walk(node):
        if nabla_of(part) is not None:
            return True
        if isinstance(part, Fraction) and above(part.numerator) is not None and below(part.denominator) is not None:
            return True
    return False


def _primed(node: Node) -> Node | None:
    """The parentheses behind a primed name that are all of a formula: `(\\theta)` in `\\ell'(\\theta)`."""
    factors = node.factors if isinstance(node, Product) else ()
    if len(factors) != 2 or factors[1].op or not isinstance(factors[1].node, Fenced):
        return None
    return factors[1].node if isinstance(factors[0].node, Script) and factors[0].node.primes == 1 else None


def variables_of(world: World, node: Node) -> Iterator[str]:
    """The base names that the first derivatives of a formula are taken by; of `\\nabla f` the parameter's."""
    for found in differentiated_by(node):
        ref = _variable(world, node, found)
        if ref is not None:
            yield core(ref.base)


def _variable(world: World, node: Node, found: Node | Bare) -> Ref | None:
    r"""A variable as a name; that of `\nabla f` is the only parameter of f, or the one of the document."""
    if not isinstance(found, Bare):
        return reference(found, world.glossary)
    of = {r.base for r in references(node, world)}
    called = [args for e in world.equations if not e.link for base, args in _called(world, e.lhs) if base in of]
    refs = {reference(args[0], world.glossary) for args in called if len(args) == 1}
    if len(refs) == 1 and all(len(args) == 1 for args in called):
        return refs.pop()
    return None if world.parameter is None else reference(world.parameter, world.glossary)


def _called(world: World, node: Node) -> Iterator[tuple[str, tuple[Node, ...]]]:
    """The function and the arguments of `f(u)`."""
    factors = node.factors if isinstance(node, Product) else ()
    if len(factors) == 2 and not factors[1].op and isinstance(fence := factors[1].node, Fenced) and fence.open == "(":
        ref = reference(factors[0].node, world.glossary)
        if ref is not None:
            yield ref.base, arguments(fence)


@dataclass(frozen=True)
class Bare:
    """The variable of `\\nabla f`, which is not written."""


def differentiated_by(node: Node) -> Iterator[Node | Bare]:
    """What the first derivatives of a formula are taken by; the argument in `\\nabla f(w)`."""
    primed = _primed(node)
    if primed is not None:
        yield from list(arguments(primed))[:1]
    for part in walk(node):
        if isinstance(part, Fraction):
            top, bottom = above(part.numerator), below(part.denominator)
            if top is not None and bottom is not None and top.order == 1:
                yield from bottom[1]
        elif isinstance(part, Product):
            for n, factor in enumerate(part.factors):
                nabla = nabla_of(factor.node)
                if nabla is not None and nabla[1] == 1:
                    yield from nabla[0] or _arguments(part, n + 1)


def _arguments(product: Product, n: int) -> list[Node | Bare]:
    """The first argument of `\\nabla f(w)`."""
    found = [f.node for f in product.factors[n:] if isinstance(f.node, Fenced)]
    return [*arguments(found[0])[:1]] if found else [Bare()]


def name_solutions(world: World, equations: list[Equation], solved: Container[int] = ()) -> None:
    """`w^*` is the w that solves the condition: the marked name stands for the unknown, surely where a line in `solved`
    gives it."""
    since: dict[str, int] = {}
    loose: set[str] = set()
    for condition in world.imposed:
        if not condition.unknowns and not any(map(is_zero, _sides(condition))):
            continue  # a constraint is solved for nothing
        named = {r.base for side in _sides(condition) for r in references(side, world)}
        loose |= set() if condition.unknowns else named
        chained = condition.head if condition.head is not None and not condition.said else condition.equation
        for base in condition.unknowns or named:
            since.setdefault(base, min(condition.position, chained.position))
    if not since:
        return
    loose -= {base for c in world.imposed for base in c.unknowns}
    vanishing = {
        (id(c.equation.document), c.equation.chain) for c in world.imposed if c.head is not None and not c.said
    }
    together: dict[str, set[str]] = {}
    first: dict[str, int] = {}
    for e in equations:
        if place(e, world.glossary) is not None:
            continue  # `\\hat w = \\arg\\min_w f(w)`: the variable there is bound
        bases = {b for side in (e.lhs, e.rhs) for b in quantities(world, side)} - world.glossary.bound
        for base in bases:
            first.setdefault(base, e.position)
        if (id(e.document), e.chain) in vanishing:  # `\\frac{df}{dw} = 2 a \\hat w - b = 0`: at the solution alone
            bases -= {*variables_of(world, e.lhs)} - {*quantities(world, e.rhs)}
        for base in bases:
            together.setdefault(base, set()).update(bases)
    for base, position in first.items():
        plain = core(base)
        after = plain in since and plain in first and position >= since[plain]
        if plain in loose and MARKED.fullmatch(base) and position not in solved:
            continue  # \\hat{y} beside y in "0 = X^T(Xw - y)" is another quantity
        apart = plain == base or not after or plain in together.get(base, ())
        if not apart and not _of_other_things(world, equations, base, plain):
            world.aliases[base] = plain


def _of_other_things(world: World, equations: Iterable[Equation], base: str, plain: str) -> bool:
    """Whether a marked name is given by other names than the solution before it of the same condition:
    `w_{LS} = (X^T X)^{-1} X^T y` after `w_{RR} = (X^T X + \\lambda I)^{-1} X^T y` is another estimate."""
    lines = [(e, ref) for e in equations if not e.link and (ref := reference(e.lhs, world.glossary)) is not None]
    own = next((e for e, ref in lines if ref.base == base), None)
    if own is None or own.op != "=":
        return False
    slopes = (c.equation.position for c in world.imposed if plain in c.unknowns)
    since = max((position for position in slopes if position < own.position), default=0)
    same = (e for e, ref in lines if e.position > since and WORD.sub("", core(ref.base)) == plain)
    first = next(same, own)
    label = OF_ITS_OWN.search(base)
    if label is not None and first is not own and node_key(first.rhs) != node_key(own.rhs):
        return True  # `\hat m_{JS}` behind `\hat m`
    made, before = ({r.base for r in references(e.rhs, world)} - {base, plain} for e in (own, first))
    return first.op == "=" and bool(made and before) and made != before


def quantities(world: World, side: Node) -> Iterator[str]:
    """The base names in a formula; in `\\frac{d\\ell}{d\\theta}(\\hat\\theta)` and
    `\\frac{d\\ell}{d\\theta}|_{\\theta = \\hat\\theta}` those of the point alone."""
    factors = side.factors if isinstance(side, Product) else ()
    if len(factors) == 2 and isinstance(factors[1].node, Fenced) and differentiates(factors[0].node):
        side = factors[1].node
    if isinstance(side, Script) and isinstance(side.base, Fenced) and (side.base.open, side.base.close) == ("", "|"):
        side = side.sub.links[0].node if isinstance(side.sub, Relation) else side.sub or side
    yield from (r.base for r in references(side, world))


def solves(world: World, e: Equation) -> bool:
    """Whether an equation gives the unknown of a condition before it: a solution, which is a claim, no definition."""
    if e.link or e.op not in ("=", "≡"):
        return False
    ref = reference(e.lhs, world.glossary)
    if ref is None and not differentiates(e.lhs) and not differentiates(e.rhs):
        return _of_unknowns(world, e)
    if ref is None or ref.primes:
        return False
    base = world.aliases.get(ref.base, ref.base)
    named = bool(NAMING.search(e.cue))
    for condition in world.imposed:
        if condition.position >= e.position:
            continue
        if base in condition.unknowns and not _one_of_many(world, condition, base, ref):
            return True
        same = condition.section == e.scope.section and not condition.unknowns and base not in world.sites and not named
        if same and _speaks_of(world, condition, base, len(ref.subs)):
            return True
    if not named and _rearranges(world, e, base, len(ref.subs)):
        world.rearranged.add(e.position)
    return e.position in world.rearranged


def _one_of_many(world: World, condition: Imposed, base: str, ref: Ref) -> bool:
    """`w_2` where the document differentiates by w itself: an iterate, which is on its way to the solution."""
    numbered = any(isinstance(x, Number) for x in (*ref.subs, *ref.labels))
    if not numbered or world.family(base).bare_by > 0:
        return numbered
    by = differentiated_by(condition.head.lhs) if condition.head is not None else ()
    refs = (reference(v, world.glossary) for v in by if isinstance(v, Node))
    return any(r is not None and r.bare and world.aliases.get(r.base, r.base) == base for r in refs)


def _of_unknowns(world: World, e: Equation) -> bool:
    """Whether an equation for a formula, `\\log p_i = ...`, has names alone that conditions before it relate, and their
    unknown among those on its left."""
    related, unknowns = _related(world, e)
    left, right = ({world.aliases.get(r.base, r.base) for r in references(side, world)} for side in (e.lhs, e.rhs))
    return bool(left & unknowns) and left | right <= related and not left & world.sites.keys()


def _related(world: World, e: Equation) -> tuple[set[str], set[str]]:
    """The names that conditions before an equation relate in its section, and what these are to be solved for."""
    here = [c for c in world.imposed if c.position < e.position and c.section == e.scope.section]
    sides = [side for c in here for side in _sides(c) if not differentiates(side)]
    related = {world.aliases.get(r.base, r.base) for side in sides for r in references(side, world)}
    return related, {b for c in here for b in c.unknowns}


def _rearranges(world: World, e: Equation, base: str, subs: int) -> bool:
    """Whether an equation only has names that conditions before it relate: `k = np` after `k (1 - p) = (n - k) p`; not
    `N_k = \\sum_i r_{ik}` after `\\sum_{i=1}^N ... = 0`."""
    here = [c for c in world.imposed if c.position < e.position and c.section == e.scope.section]
    if base in world.sites or not any(_speaks_of(world, c, base, subs) for c in here):
        return False
    related, _ = _related(world, e)
    named = {world.aliases.get(r.base, r.base) for r in references(e.rhs, world)}
    return bool(named) and base in related and named <= related


def _speaks_of(world: World, condition: Imposed, base: str, subs: int) -> bool:
    """Whether a name stands in a condition with as many subscripts."""
    refs = (r for side in _sides(condition) for r in references(side, world) if len(r.subs) == subs)
    return any(world.aliases.get(r.base, r.base) == base for r in refs)


def _sides(condition: Imposed) -> tuple[Node, Node]:
    return condition.equation.lhs, condition.equation.rhs
