"""Doubts about names with a second meaning: defined anew by a line, from case to case, or with other indices.

A second, different equation for a name away from the first may be a mistake or a new definition; so a line that rests
on such a name is `assumed`, and says which line would have to define it anew. Rows of `doubts.DOUBTS`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TypeVar

from chainrule.check.comparison.compare import Different
from chainrule.check.comparison.forms import mended, updates
from chainrule.check.comparison.lines import Lines, Variant
from chainrule.check.records.finding import Finding, assumed
from chainrule.check.records.need import CONSTANTS
from chainrule.read.document import Heading
from chainrule.read.tree import Big, Factor, Fenced, Name, Node, Number, Product, Script
from chainrule.sheet.arrays.spread import is_spread
from chainrule.sheet.definitions.maps import is_hessian
from chainrule.sheet.definitions.put_in import is_arithmetic
from chainrule.sheet.definitions.redefine import behind, to_be_shown
from chainrule.sheet.definitions.sites import defining_anew
from chainrule.sheet.records.definable import call_form, site_key
from chainrule.sheet.records.lines import lines_of, names_in
from chainrule.sheet.records.references import references
from chainrule.sheet.records.sites import Site
from chainrule.sheet.records.statements import Equation, standing_at
from chainrule.sheet.records.world import World
from chainrule.sheet.statistics.overloads import versions
from chainrule.sheet.syntax.bound_letters import bound_letters
from chainrule.sheet.syntax.derivatives import derivative_of
from chainrule.sheet.syntax.function_words import is_function_word
from chainrule.sheet.syntax.literals import is_numeric
from chainrule.sheet.syntax.names import Ref, letter_of, node_key, reference, walk
from chainrule.sheet.syntax.rebuilding import rebuilt
from chainrule.sheet.syntax.script_words import TRANSPOSE_WORDS
from chainrule.sheet.syntax.spelling import spelled_out

L = TypeVar("L", bound=Lines)
MOVING_ON = re.compile(r"\b(let us|let's|now|consider|instead|another|next|similarly|let)\b", re.IGNORECASE)


def defined_anew(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """A second, different equation for a defined name, away from the first, may be a new definition of it."""
    e = of_the_first(lines, e)
    name = None if e.link or to_be_shown(e) else claimed(lines, e)
    if name is None:
        return None
    ref, params = name
    first = lines.world.function(ref.base, e.position) or lines.world.site(ref.base, e.position)
    if first is not None and first.position > e.position and not e.link and is_numeric(e.rhs) and _is_entry(ref):
        return _given_before(lines, e, first)
    if first is None or first.position >= e.position:
        return None
    if params and is_arithmetic(lines.world, e.rhs) and all(_has_a_value(lines, p, e) for p in params):
        return None  # the value at a point
    if derivative_of(first.body) is not None and derivative_of(e.rhs) is None:
        return None  # an error term is what it was said to be; another formula for it is a claim
    origin = standing_at(lines.equations, first.position)
    between = {x.chain for x in lines.equations if first.position < x.position < e.position and x.link == 0}
    other_form = params is not None and first.params is not None and _forms(params) != _forms(first.params)
    spread = not first.ref.subs and is_spread(lines.world, first.body, ref, e.rhs)
    fresh = (
        _fresh(lines, e)
        or _introduced_behind(lines, first.body, e)
        or spread
        or _one_of_a_sum(lines, first.body, e.rhs)
    )
    if origin is None or (origin.document is e.document and len(between) < 2 and not (other_form or fresh)):
        return None
    if ref.base in names_in(lines.world, e.rhs):
        return None  # what says something of the name itself does not define it
    names = names_in if first.written is None else _quantities
    told, here = (names(lines.world, node) - _transposes(node) for node in (first.body, e.rhs))
    # of an entry the first says all
    same_names = (told - {letter_of(x) for x in first.ref.subs} if _is_entry(ref) else told) == here
    if same_names and not (other_form or fresh) and not _moves_on(lines, origin, e):
        return None
    line = origin.line
    text = f"{e.text(e.lhs)} was defined differently on line {line}; this line may define it anew"
    return assumed("redefinition", text)


def _is_entry(ref: Ref) -> bool:
    return bool(ref.subs) and all(isinstance(x, Number) for x in ref.subs)


def _given_before(lines: Lines, e: Equation, later: Site) -> Finding | None:
    """`y_1 = 2` before `y_i = a x_i + b`, a model of the data."""
    origin = standing_at(lines.equations, later.position)
    if origin is None or origin.document is not e.document:
        return None
    line = origin.line
    text = f"{e.text(e.lhs)} has a number before line {line} gives a formula for it; it may be data of a model"
    return assumed("redefinition", text)


def _transposes(node: Node) -> set[str]:
    """The signs of transposes above groups: the T of `(X w - y)^T`."""
    groups = (n.sup for n in walk(node) if isinstance(n, Script) and isinstance(n.base, Fenced))
    return {sup.text for sup in groups if isinstance(sup, Name) and sup.text in TRANSPOSE_WORDS}


def _has_a_value(lines: Lines, param: Node, e: Equation) -> bool:
    """Whether an argument is the name of something that was defined before a line: `f(x_1)` with `x_1 = 2`."""
    ref = reference(param, lines.world.glossary)
    sites = () if ref is None else lines.world.sites.get(ref.base, ())
    key = None if ref is None else site_key(lines.world, ref)
    return any(s.position < e.position and site_key(lines.world, s.ref) == key for s in sites)


def of_another_rank(lines: Lines, e: Equation, variant: Variant) -> Finding | None:
    """A second formula for a function, of which the first makes a vector where this one makes a number: `f(x) = A x`,
    and `f(x) = x^T A x` later on. It may be what the function is from there on."""
    failed = variant.failed.get(e.position)
    name = None if e.link or to_be_shown(e) or is_numeric(e.rhs) else claimed(lines, e)
    if failed is None or failed.code != "shape-of-sides" or name is None or name[1] is None or mended(e):
        return None
    if name[0].subs or name[0].base in names_in(lines.world, e.rhs):
        return None  # one entry beside a vector is no function of another rank
    first = lines.world.function(name[0].base, e.position) or lines.world.site(name[0].base, e.position)
    origin = None if first is None else standing_at(lines.equations, first.position)
    _, lhs, rhs = variant.typed[e.position]
    if origin is None or origin.position >= e.position or len(lhs.dims) == len(rhs.dims):
        return None
    line = origin.line
    text = f"{failed.message}; {e.text(e.lhs)} was defined on line {line}, and this line may define it anew"
    return assumed("redefinition", text)


def _fresh(lines: Lines, e: Equation) -> bool:
    """Whether a formula has a name with so many indices that stands nowhere before it: the `w_{ij}` after `w_i`."""

    def indexed(node: Node) -> set[tuple[str, int]]:
        return {(r.base, len(r.subs)) for r in references(node, lines.world) if r.subs}

    before = {pair for x in lines.equations if x.position < e.position for n in (x.lhs, x.rhs) for pair in indexed(n)}
    return bool({(b, n) for b, n in indexed(e.rhs) if n > 1} - before)


def _introduced_behind(lines: Lines, first: Node, e: Equation) -> bool:
    r"""Whether a formula has a name that the document says nothing of before it, and a number for behind it: the loss
    with a weight `v`, "where $v = 3$", after the loss without. What follows from the first formula has no such name,
    but those on which its names rest."""
    here = names_in(lines.world, e.rhs) - behind(lines.world, first)
    before = {n for x in lines.equations if x.position < e.position for n in names_in(lines.world, x.lhs, x.rhs)}
    return any(s.position > e.position for base in here - before for s in lines.world.sites.get(base, ()))


def _one_of_a_sum(lines: Lines, total: Node, one: Node) -> bool:
    r"""Whether a formula is what the first one sums, without its index: `L = f(x)` after `L = \sum_i f(x_i)`."""
    match total:
        case Product(factors=(Factor(node=Big(op="sum", sub=Node() as sub)), *rest)):
            letters = set(bound_letters(sub))
            summand = rest[0].node if len(rest) == 1 else replace(total, factors=tuple(rest))
        case _:
            return False

    def stripped(node: Node) -> Node | None:
        if not isinstance(node, Script) or letter_of(node.sub) not in letters:
            return None
        base = rebuilt(node.base, stripped)
        return base if node.sup is None and not node.primes else replace(node, base=base, sub=None)

    def expanded(node: Node) -> Node | None:
        ref = reference(node, lines.world.glossary)
        sites = lines.world.sites.get(ref.base, ()) if ref is not None and not ref.postfix else ()
        return next((site.body for site in sites), None)

    return node_key(rebuilt(summand, stripped)) == node_key(rebuilt(one, expanded))


def _quantities(world: World, node: Node) -> set[str]:
    """The names of a formula that are no functions or constants of mathematics."""
    return {b for b in names_in(world, node) if not is_function_word(b) and b not in CONSTANTS}


def on_what_is_redefined(
    lines: Lines, e: Equation, variant: Variant, _different: Different | None = None
) -> Finding | None:
    """A line that holds when a name it uses was defined anew by a line before it that contradicts the first one."""
    return next((said for said, anew in with_names_anew(lines, e, variant) if anew.agree(e)), None)


def with_names_anew(lines: L, e: Equation, variant: Variant, unsettled: bool = False) -> Iterator[tuple[Finding, L]]:
    """For each line before a line that may define a name it rests on anew, the lines as they are if it does, and what
    is to be said of a line that holds then. Such a line contradicts the first formula; what is `unsettled` may do so,
    which is asked for numbers, as there is no other way to tell of which formula they are."""
    names = lines_of(lines.world, [e])[0].names
    names = names | {f for n in names if (f := is_hessian(lines.world, n)) is not None}
    for x in lines.equations:
        said = of_the_first(lines, x)
        if x.position >= e.position or said.link or x.chain == e.chain or x.position not in variant.typed:
            continue
        name = claimed(lines, said)
        if name is None or name[0].base not in names or is_numeric(x.rhs) or updates(lines.world, x):
            continue
        second = unsettled and unsettled_second(lines, x, variant) is not None
        if second or may_define_anew(lines, x, variant):
            held = assumed("redefinition", f"holds if line {x.line} defines {x.text(said.lhs)} anew")
            yield held, replace(lines, world=defining_anew(lines.world, said), variants={})


def unsettled_second(lines: Lines, e: Equation, variant: Variant) -> tuple[Ref, tuple[Node, ...] | None] | None:
    """The name, with its arguments if it is called, to which a line gives a second formula, where nobody knows whether
    it defines the name anew; numbers that are put in are no formula."""
    if e.link or e.position not in lines.unsettled or e.position not in variant.typed:
        return None
    name = None if is_arithmetic(lines.world, e.rhs) else claimed(lines, e)
    second = name is not None and lines.world.defined(name[0].base) and not lines.world.defines(e.position)
    return name if second else None


def may_define_anew(lines: Lines, e: Equation, variant: Variant) -> bool:
    """Whether a line contradicts the definition of a name before it, and may be a new one."""
    outcome = lines.outcome(e, variant)
    anew = isinstance(outcome, Different) and defined_anew(lines, e, variant, outcome) is not None
    return anew or of_another_rank(lines, e, variant) is not None


def of_the_first(lines: Lines, e: Equation) -> Equation:
    r"""What a later link of a chain says of the name at its head, if it rests on that name: in
    `\nu = \frac{1}{1 + e^{-\mu}} = \frac{1}{1 + e^{-w^T x}}` with `\mu = \log \frac{\nu}{1 - \nu}` it defines \nu."""
    first = min(lines.chain(e), key=lambda x: x.link) if e.link else e
    name = None if first.link or first is e else claimed(lines, first)
    if name is None or name[0].base not in lines_of(lines.world, [e])[0].names:
        return e
    return replace(first, rhs=e.rhs)


def claimed(lines: Lines, e: Equation) -> tuple[Ref, tuple[Node, ...] | None] | None:
    """The name on the left side of a line, with its arguments if it is called."""
    form = call_form(e.lhs, lines.world)
    if form is not None:
        return form
    ref = reference(e.lhs, lines.world.glossary)
    return None if ref is None else (ref, None)


def _moves_on(lines: Lines, origin: Equation, e: Equation) -> bool:
    """Whether the text between two equations turns to another case: "Let us revisit ...", "now consider ..."."""
    return any(MOVING_ON.search(x.cue) for x in lines.equations if origin.position < x.position <= e.position)


def _forms(params: tuple[Node, ...]) -> tuple[str, ...]:
    """Whether each argument of a function is a bare name or carries indices: `f(x)` beside `f(x_i)`."""
    return tuple(type(p).__name__ for p in params)


def defined_elsewhere(lines: Lines, e: Equation, _variant: Variant, _different: Different | None) -> Finding | None:
    """A name that gets a new definition per item or section, used in one where the document does not define it."""
    used = labels_used(lines.world, e)
    for base in sorted(names_in(lines.world, e.lhs, e.rhs)):
        held = lines.world.function(base, e.position) or lines.world.site(base, e.position)
        if held is None or held.section[0] != e.scope.part:
            continue
        if len(site_key(lines.world, held.ref)[1]) not in used.get(base, {0}):
            continue  # `w_{k+1} = ...` says nothing of w
        sites = versions(lines.world, base, e.position) or lines.world.sites.get(base) or []
        key = site_key(lines.world, held.ref)
        anew = [s for s in sites if s.position not in lines.world.seconds.equal]
        sections = {s.section for s in anew if site_key(lines.world, s.ref) == key}
        told = sections | {x.section for x in _restating(lines, base)}
        if len(sections) < 2 or e.section in told:
            continue
        value = is_arithmetic(lines.world, held.body)  # the numbers that a formula comes to are no other cases of it
        others = [s.position for s in anew if s is not held and (value or not is_arithmetic(lines.world, s.body))]
        if not _gives_a_value(lines, e, base) and _under_one_heading(lines, e, held, others):
            continue
        origin = standing_at(lines.equations, held.position)
        where = "" if origin is None else f" (the last time on line {origin.line})"
        text = f"{spelled_out(base)} is defined anew from case to case{where}, but not in this one"
        return assumed("redefinition", text)
    return None


def _gives_a_value(lines: Lines, e: Equation, base: str) -> bool:
    """Whether a line gives a name a number, or says in a sentence what it is now: `t = 1` after "set $t = T + 1$"."""
    name = claimed(lines, of_the_first(lines, e))
    if name is None or name[0].base != base:
        return False
    return is_arithmetic(lines.world, e.rhs) or (name[1] is None and not e.display)


def _under_one_heading(lines: Lines, e: Equation, held: Site, others: Collection[int]) -> bool:
    """Whether a line stands in the section that a definition was given in, or in a part of it, and no other definition
    does: then it is no case of its own, unlike an item of a list of cases."""
    at = {x.position: x for x in lines.equations}
    origin = at.get(held.position)
    if origin is None or any(p not in at or at[p].document is not e.document for p in (held.position, *others)):
        return False
    headings = [p for p in e.document.pieces if isinstance(p, Heading)]
    above = [h for h in headings if h.span.start <= origin.span.start]
    ends = (h.span.start for h in headings if above and h.span.start > origin.span.start and h.level <= above[-1].level)
    end = next(ends, len(e.document.text))
    start = above[-1].span.start if above else len(e.document.text)
    return start <= e.span.start < end and not any(start <= at[p].span.start < end for p in others)


def _restating(lines: Lines, base: str) -> Iterator[Equation]:
    """The lines that say in other words what a name is."""
    for x in lines.equations:
        if x.position in lines.world.seconds.idle and (name := claimed(lines, x)) is not None and name[0].base == base:
            yield x


def labels_used(world: World, e: Equation) -> dict[str, set[int]]:
    """With how many labels each name stands in a line."""
    found: dict[str, set[int]] = {}
    for ref in (r for side in (e.lhs, e.rhs) for r in references(side, world)):
        found.setdefault(world.aliases.get(ref.base, ref.base), set()).add(len(site_key(world, ref)[1]))
    return found


def other_indices(lines: Lines, e: Equation, _variant: Variant, _different: Different) -> Finding | None:
    """A name with other subscripts than those it was defined with in another section: `x_{id}` after `x_i`."""
    world = lines.world
    here = e.section
    for ref in (r for side in (e.lhs, e.rhs) for r in references(side, world)):
        sites = world.sites.get(ref.base, ())
        slots = sum(world.family(ref.base).slot(n) == "axis" for n in range(len(ref.subs)))
        counts = [sum(world.family(ref.base).slot(n) == "axis" for n in range(len(s.ref.subs))) for s in sites]
        for site, defined in zip(sites, counts, strict=True):
            if slots > defined > 0 and site.section != here and slots not in counts:
                text = f"{spelled_out(ref.base)} was defined with other indices in another section"
                return assumed("redefinition", text)
    return None
